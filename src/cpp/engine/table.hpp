// The kernels of an instruction set, for each dtype, which kernels.cpp defines.
#pragma once

#include "../kernels.hpp"

// The name of those of FASTLSTM_REAL.
#define FASTLSTM_JOINED(a, b) a##b
#define FASTLSTM_JOIN(a, b) FASTLSTM_JOINED(a, b)
#define FASTLSTM_KERNELS FASTLSTM_JOIN(kernels_, FASTLSTM_REAL)

namespace fastlstm::FASTLSTM_ISA {

extern const Kernels<float> kernels_float;
extern const Kernels<double> kernels_double;
extern const KernelTable table;

}  // namespace fastlstm::FASTLSTM_ISA
