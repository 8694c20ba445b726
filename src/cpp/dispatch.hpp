// Which instruction set's kernels run: the best that the machine supports, or the one that was asked for.
#pragma once

#include <string>
#include <vector>

#include "kernels.hpp"

namespace fastlstm {

// The instruction sets that were compiled in and that this machine runs, best first.
std::vector<std::string> available_isas();

const KernelTable& active_kernels();

// Those, or where vectors of so many bytes would stay half empty and nobody asked for this instruction set, those of a
// narrower one that has all operations too.
const KernelTable& kernels_for(const KernelTable& active, Index bytes);

// Takes effect for networks made from now on. Throws std::invalid_argument, listing those available.
void select_isa(const std::string& name);

// Reads FASTLSTM_ISA, where empty is as good as unset; throws like select_isa.
void select_isa_from_environment();

}  // namespace fastlstm
