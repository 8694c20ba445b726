// What a cell's file says about itself, and what its equations read and write.
#pragma once

#include "../simd/pairs.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// One product of a step: blocks [first, first + blocks) of z are bias + x W + h' U, or only one of the two terms.
// `source` is the first of the weights' gate blocks. A phase is its products and then its equations; in the second
// phase, the first one's `second_phase_input` takes the place of h'.
struct Product {
    int first, blocks, source;
    bool x, h;
    int phase;

    constexpr Product in_phase(int number) const { return {first, blocks, source, x, h, number}; }
    constexpr Product with_weights_of(int block) const { return {first, blocks, block, x, h, phase}; }
};

// The products of a cell's list: of the first phase, and with the weights' gate blocks of the same numbers, unless they
// say otherwise.
constexpr Product from_x(int first, int blocks = 1) { return {first, blocks, first, true, false, 0}; }
constexpr Product from_h(int first, int blocks = 1) { return {first, blocks, first, false, true, 0}; }
constexpr Product from_x_and_h(int first, int blocks = 1) { return {first, blocks, first, true, true, 0}; }

// A diagonal weight of each unit (peephole): its gradient is the sum of z's block `gate` times what it multiplied, a
// previous state or a saved value.
struct UnitWeight {
    int gate, factor;
    bool saved;
};

// Zero-sized arrays do not exist; an array of one that is neither loaded nor stored stands for none.
constexpr int at_least_one(int count) { return count > 0 ? count : 1; }

// `z` are the blocks of pre-activations, then what their derivatives need; `previous` and `state` the states before and
// after; `dropped_h` is h' as products take it (recurrent dropout); `unit` the diagonal weights; `saved` the cell's own
// memory for BPTT.
template <class V, class Cell>
struct ForwardStep {
    using Vector = V;
    V z[Cell::gates], previous[Cell::states], state[Cell::states], dropped_h, second_phase_input;
    V unit[at_least_one(Cell::unit_weights)], saved[at_least_one(Cell::saved)];
};

// In: d_state is the gradient of this step's states, or, in earlier phases, what later phases have left there;
// d_second_phase_input that of the second phase's input. Out: z holds its own gradient, d_state what reaches the
// previous states other than through products, d_dropped_h what reaches h' as products take it, d_whole_cell the
// gradient of the new c also through the new h.
template <class V, class Cell>
struct BackwardStep {
    using Vector = V;
    V z[Cell::gates], previous[Cell::states], d_state[Cell::states], dropped_h, d_dropped_h, d_second_phase_input;
    V d_whole_cell;
    V unit[at_least_one(Cell::unit_weights)], saved[at_least_one(Cell::saved)];
};

// The activations of a layer. `gate` and `candidate` are applied to pre-activations, which a layer may clip; `output`
// is the candidate's function without clipping.
template <class Candidate, class Gate>
struct Activations {
    static constexpr bool compiled_in = Candidate::compiled_in;
    Candidate candidate, output;
    Gate gate;
};

// A number of a phase, as a type.
template <int phase>
struct Phase {};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
