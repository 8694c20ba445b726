// The recurrent kernels, which are most of an instruction set's code, come in three files, each compiled once for float
// and once for double. Each exports one table, which table.cpp points to.
#pragma once

#include "../kernels.hpp"

#if defined(__FAST_MATH__)
#error "build without -ffast-math: NaN and Inf must survive, and sums have a fixed order"
#endif

// The name of a table of FASTLSTM_REAL, the type that a file is compiled for.
#define FASTLSTM_JOINED(a, b) a##b
#define FASTLSTM_JOIN(a, b) FASTLSTM_JOINED(a, b)
#define FASTLSTM_TABLE(name) FASTLSTM_JOIN(name, FASTLSTM_REAL)

namespace fastlstm::FASTLSTM_ISA {

// One entry for each cell, in the order of enum Cell.
extern const CellWeights<float> cell_weights_float[];
extern const CellWeights<double> cell_weights_double[];
extern const CellPass<float> cell_forward_float[], cell_backward_float[];
extern const CellPass<double> cell_forward_double[], cell_backward_double[];

}  // namespace fastlstm::FASTLSTM_ISA
