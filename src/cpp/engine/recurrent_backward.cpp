// BPTT of all cells, for one instruction set and FASTLSTM_REAL.
#include "recurrent_backward.hpp"

#include "../cells/all.hpp"
#include "recurrent_tables.hpp"

namespace fastlstm::FASTLSTM_ISA {

constexpr CellPass<FASTLSTM_REAL> FASTLSTM_TABLE(cell_backward_)[] = {
#define FASTLSTM_CELL(name, Equations) recurrent_backward<FASTLSTM_REAL, Equations>,
    FASTLSTM_CELLS(FASTLSTM_CELL)
#undef FASTLSTM_CELL
};

}  // namespace fastlstm::FASTLSTM_ISA
