// The shapes, packing and gradients of all cells' weights, for one instruction set and FASTLSTM_REAL.
#include "../cells/all.hpp"
#include "recurrent_tables.hpp"
#include "recurrent_weight_gradients.hpp"
#include "weight_packing.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T, class Cell>
constexpr CellWeights<T> weights_of() {
    return {{kernel_gates<Cell>(), recurrent_gates<Cell>(), Cell::bias_rows, Cell::unit_weights, Cell::gates,
             Cell::states, Cell::saved, phase_count<Cell> - 1},
            packed_size<T, Cell>,
            pack_cell<T, Cell>,
            recurrent_gradient_tiles<T, Cell>,
            recurrent_gradients<T, Cell>};
}

}  // namespace

constexpr CellWeights<FASTLSTM_REAL> FASTLSTM_TABLE(cell_weights_)[] = {
#define FASTLSTM_CELL(name, Equations) weights_of<FASTLSTM_REAL, Equations>(),
    FASTLSTM_CELLS(FASTLSTM_CELL)
#undef FASTLSTM_CELL
};

}  // namespace fastlstm::FASTLSTM_ISA
