// The table of kernels for one instruction set, and every kernel that is not a recurrent layer's. The build compiles
// this file once for each instruction set, with FASTLSTM_ISA set to its name and the compiler allowed to use it.
#include "activation_kernels.hpp"
#include "constraints.hpp"
#include "dense.hpp"
#include "dropout.hpp"
#include "elementwise.hpp"
#include "embedding.hpp"
#include "layer_normalization.hpp"
#include "losses.hpp"
#include "masking.hpp"
#include "merge.hpp"
#include "optimizers.hpp"
#include "recurrent_tables.hpp"
#include "regularizers.hpp"
#include "weight_packing.hpp"

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

template <class T>
constexpr Kernels<T> kernels(const CellWeights<T>* cell_weights, const CellPass<T>* cell_forward,
                             const CellPass<T>* cell_backward) {
    return {Simd<T>::lanes,
            cell_weights,
            cell_forward,
            cell_backward,
            mask_output<T>,
            dense_forward<T>,
            dense_backward<T>,
            dense_gradient_tiles<T>,
            dense_gradients<T>,
            pack<T>,
            pack_transposed<T>,
            activate<T>,
            activate_backward<T>,
            dropout<T>,
            deviations<T>,
            normalize<T>,
            normalize_backward<T>,
            layer_normalize<T>,
            layer_normalize_backward<T>,
            layer_normalize_gradients<T>,
            embed<T>,
            embed_gradients<T>,
            mask_steps<T>,
            mask_steps_backward<T>,
            penalize<T>,
            merge<T>,
            merge_backward<T>,
            unite_masks,
            add<T>,
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
constexpr KernelTable table = {FASTLSTM_TEXT(FASTLSTM_ISA), features_in_use,
                               kernels<float>(cell_weights_float, cell_forward_float, cell_backward_float),
                               kernels<double>(cell_weights_double, cell_forward_double, cell_backward_double)};

}  // namespace fastlstm::FASTLSTM_ISA
