// The table of one instruction set, compiled with FASTLSTM_ISA set to its name and the compiler allowed to use it.
#include "table.hpp"

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

}  // namespace

constexpr KernelTable table = {FASTLSTM_TEXT(FASTLSTM_ISA), features_in_use, &kernels_float, &kernels_double};

}  // namespace fastlstm::FASTLSTM_ISA
