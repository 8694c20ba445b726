// Every kernel for one instruction set. The build compiles this file once for each, with FASTLSTM_ISA set to its name
// and the compiler allowed to use it; all that it shows to the linker is the table at the end.
#include "../cells/gru.hpp"
#include "../cells/lstm.hpp"
#include "../cells/min_gru.hpp"
#include "../cells/min_lstm.hpp"
#include "../cells/simple_rnn.hpp"
#include "activation_kernels.hpp"
#include "constraints.hpp"
#include "dense.hpp"
#include "dropout.hpp"
#include "elementwise.hpp"
#include "embedding.hpp"
#include "layer_normalization.hpp"
#include "losses.hpp"
#include "optimizers.hpp"
#include "recurrent_backward.hpp"
#include "recurrent_forward.hpp"
#include "recurrent_weight_gradients.hpp"
#include "regularizers.hpp"
#include "weight_packing.hpp"

#if defined(__FAST_MATH__)
#error "build without -ffast-math: NaN and Inf must survive, and sums have a fixed order"
#endif

namespace fastlstm::FASTLSTM_ISA {
namespace {

constexpr unsigned features_in_use = 0
#if defined(__AVX2__)
                                     | cpu_avx2
#endif
#if defined(__FMA__)
                                     | cpu_fma
#endif
#if defined(__AVX512F__)
                                     | cpu_avx512f
#endif
#if defined(__AVX512VL__)
                                     | cpu_avx512vl
#endif
#if defined(__AVX512DQ__)
                                     | cpu_avx512dq
#endif
#if defined(__AVX512BW__)
                                     | cpu_avx512bw
#endif
    ;

template <class T, class Cell>
constexpr CellKernels<T> cell_kernels() {
    return {{kernel_gates<Cell>(), recurrent_gates<Cell>(), Cell::bias_rows, Cell::unit_weights, Cell::gates,
             Cell::states, Cell::saved, phase_count<Cell> - 1},
            packed_size<T, Cell>,
            pack_cell<T, Cell>,
            recurrent_forward<T, Cell>,
            recurrent_backward<T, Cell>,
            recurrent_gradient_tiles<T, Cell>,
            recurrent_gradients<T, Cell>};
}

// In the order of enum Cell.
template <class T>
constexpr CellKernels<T> cells[] = {
#define FASTLSTM_CELL(name, Equations) cell_kernels<T, Equations>(),
    FASTLSTM_CELLS(FASTLSTM_CELL)
#undef FASTLSTM_CELL
};

template <class T>
constexpr Kernels<T> kernels() {
    return {Simd<T>::lanes,
            cells<T>,
            dense_forward<T>,
            dense_backward<T>,
            dense_gradient_tiles<T>,
            dense_gradients<T>,
            pack<T>,
            pack_transposed<T>,
            activate<T>,
            activate_backward<T>,
            dropout<T>,
            normalize<T>,
            normalize_backward<T>,
            layer_normalize<T>,
            layer_normalize_backward<T>,
            layer_normalize_gradients<T>,
            embed<T>,
            embed_gradients<T>,
            penalize<T>,
            sum_steps<T>,
            loss<T>,
            update<T>,
            accumulate<T>,
            average<T>,
            sum_squares<T>,
            constrain<T>,
            sum_copies<T>,
            regularize<T>,
            multiply_adds<T>,
            2 * tuning::benchmark_sums * Simd<T>::lanes};
}

}  // namespace

extern const KernelTable table;
constexpr KernelTable table = {FASTLSTM_TEXT(FASTLSTM_ISA), features_in_use, kernels<float>(), kernels<double>()};

}  // namespace fastlstm::FASTLSTM_ISA
