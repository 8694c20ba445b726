// Which instruction set's kernels run: the best that the machine supports, or the one asked for.
#pragma once

#include <string>
#include <vector>

#include "kernels.hpp"

namespace fastlstm {

// The instruction sets that were compiled in and that this machine runs, best first.
std::vector<std::string> available_isas();

const KernelTable& active_kernels();

// The active kernels, or, unless an instruction set was selected, those of a narrower one with fused multiply-adds
// where the widest layer has only `bytes` bytes and would leave half of each vector empty.
const KernelTable& kernels_for(const KernelTable& active, Index bytes);

// Takes effect for networks made from now on. Throws std::invalid_argument, listing those available.
void select_isa(const std::string& name);

// Reads FASTLSTM_ISA, where empty is as good as unset; throws like select_isa.
void select_isa_from_environment();

}  // namespace fastlstm
