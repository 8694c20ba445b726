// Every kernel for one instruction set. The build compiles this file once for each, with FASTLSTM_ISA set to its name
// and the compiler allowed to use it; all that it shows to the linker is the table at the end.
#include "../cells/lstm.hpp"
#include "activations.hpp"
#include "dense.hpp"
#include "elementwise.hpp"
#include "losses.hpp"
#include "optimizers.hpp"
#include "pack.hpp"
#include "recurrent.hpp"

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

// The list of cells, in the order of enum Cell.
template <class T>
constexpr CellKernels<T> cells[] = {cell_kernels<T, Lstm>()};
static_assert(sizeof cells<float> == cell_count * sizeof *cells<float>, "enum Cell and this list differ");

template <class T>
constexpr Kernels<T> kernels() {
    return {Simd<T>::lanes,
            cells<T>,
            dense_forward<T>,
            dense_backward<T>,
            dense_gradient_tiles<T>,
            dense_gradients<T>,
            normalize<T>,
            normalize_backward<T>,
            sum_steps<T>,
            loss<T>,
            update<T>,
            sum_copies<T>,
            pack<T>,
            pack_transposed<T>};
}

}  // namespace

extern const KernelTable table;
constexpr KernelTable table = {FASTLSTM_TEXT(FASTLSTM_ISA), features_in_use, kernels<float>(), kernels<double>()};

}  // namespace fastlstm::FASTLSTM_ISA
