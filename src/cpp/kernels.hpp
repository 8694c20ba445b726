// The interface between the engine and everything else: plain structs, and a table of function pointers that each
// instruction set fills. No inline functions here and in kernels/, which the linker would share: these files are
// compiled with every instruction set's flags.
//
// Legend: N rows of the batch, T time steps, D input features, H units, G gate blocks, V lanes of a vector,
// B = ceil(H / V) unit blocks. "Padded" means rounded up to whole vectors.
//
// Packed layouts, all made of panels of V columns so that a product loads whole vectors in order:
//   weights      [B][k][G][V]             columns of one unit block side by side
//   transposed   [ceil(k/V)][B][G][V][V]  the same weights as BPTT multiplies by them
//   bias         [B][G][V]
#pragma once

#include "kernels/layers.hpp"
#include "kernels/losses.hpp"
#include "kernels/normalizations.hpp"
#include "kernels/parameters.hpp"
#include "kernels/recurrent.hpp"

namespace fastlstm {

// In the order of the table in engine/kernels.cpp.
template <class T>
struct Kernels : RecurrentKernels<T>, LayerKernels<T>, NormalizationKernels<T> {
    Index lanes;
    void (*loss)(const LossArgs<T>&, Range rows);
    ParameterKernels<T> parameters;
    // The machine's limit, for benchmarks: so many rounds of independent multiply-adds in registers, and how many
    // floating-point operations a round is. The 16 numbers in `sink` only keep the compiler from leaving it out.
    void (*multiply_adds)(Index rounds, T* sink);
    Index operations_of_round;
};

struct KernelTable {
    const char* name;
    unsigned features;  // bits of CpuFeature that the compiler was allowed to use
    const Kernels<float>* f32;
    const Kernels<double>* f64;
};

enum CpuFeature : unsigned {
    cpu_avx2 = 1,
    cpu_fma = 2,
    cpu_avx512f = 4,
    cpu_avx512vl = 8,
    cpu_avx512dq = 16,
    cpu_avx512bw = 32
};

}  // namespace fastlstm
