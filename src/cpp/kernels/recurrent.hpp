// What a cell and its time loop need.
#pragma once

#include "arrays.hpp"

namespace fastlstm {

// A cell's sizes, by which the network plans memory.
struct CellShape {
    Index kernel_gates;         // gate blocks of the kernel
    Index recurrent_gates;      // of the recurrent kernel; none where gates do not see h
    Index bias_rows;            // 1, or 2 where x and h have biases of their own
    Index unit_weights;         // diagonal (peephole) weights of each unit
    Index columns;              // blocks of pre-activations of a step
    Index states;               // h, and others
    Index saved;                // further vectors saved for BPTT
    Index second_phase_inputs;  // 1 where a second phase's product takes something other than h
    Index visible_gates;        // whose values a caller may see
};

// A layer's weights in Keras's layouts. Null where there is none.
template <class T>
struct RecurrentWeights {
    Index features, units;
    T *kernel, *recurrent, *bias, *unit_weights;
};

// One recurrent layer over one batch. In: read by both passes unless it says otherwise. Slots: `h` and `states` have
// one for the initial state and one for each step (h: when training or where the sequence is the output; states: when
// training), else h has two that alternate and states one. Gates have a slot for each step when training, else x_chunk
// of them, or one if the cell has several phases; otherwise `gates` is null, and pre-activations live in a tile's
// scratch.
template <class T>
struct RecurrentArgs {
    Index rows, steps, features, units;
    Activation activation, recurrent_activation;
    double clip;             // of pre-activations; not positive for none
    bool training, initial;  // initial: the first slots hold something other than zeros
    const T* packed;         // in: by CellWeights::pack
    Sequence<const T> x;     // in
    Mask mask;               // in: a masked step keeps the states
    Sequence<T> h;           // rows padded. In: slot 0, the initial state. Out: slot t + 1, the state after step t
    Index h_slots;
    T* states;  // [slots][N][states - 1][B][V]. In and out as h, of the cell's other states
    Index state_slots;
    // [slots][products][B][N][G][V]. Forward in: nothing. Forward out: what the activations' derivatives need. Backward
    // leaves the gradients of the pre-activations there, which the weight gradients read.
    T* gates;
    Index gate_slots;
    Index x_chunk;          // steps whose products with x are computed together, ahead of them; 0: each in its step
    T* second_phase_input;  // [gate slots][N][B][V]. Out of the first phase, in of the second, and for weight gradients
    T* saved;               // [T][N][saved][B][V]. Forward out (training), backward in: the cell's saved values
    T* dropped_h;           // as h: out, h under recurrent dropout, as products take it; null without
    const T* recurrent_mask;  // [N][B][V]. In, with dropped_h
    bool zoneout;
    double zoneout_rate[most_states];    // the share of the previous state that is kept where there is no zoneout_mask
    const T* zoneout_mask[most_states];  // [T][N][B][V]. In: 1 keeps the previous state; null outside training

    // Backward only
    bool wants_d_initial;
    Sequence<const T> dy;  // rows padded. In: gradient of h, of the steps from dy_begin on
    Index dy_begin;
    Mask dy_mask;  // in: where false, the output was masked, so dy is ignored
    // Before: gradient of the final state. After: gradient of the initial state (if wants_d_initial). Between two
    // chunks of steps: of the state between them.
    T* dh;                    // [N][B][V]
    T* d_states;              // [N][states - 1][B][V]
    T* d_dropped_h;           // [N][B][V], with dropped_h. Before: zeros. Between chunks: of dropped_h, not yet in dh
    T* d_second_phase_input;  // [N][B][V], scratch
    Sequence<T> dx;           // rows padded. Out; data is null where it is not needed
    T* state_gradients;       // [T][N][states][B][V]. Out, or null: of the states after each step, of c also through h
    RecurrentWeights<T> gradients;  // out: of the weights; written by CellWeights::gradients
};

// A recurrent layer's output under a mask: h where the output is valid, else zeros. A step's output is valid if the
// step or one before it is, since the state has then been computed; or only if the step itself is.
template <class T>
struct OutputMaskArgs {
    Index steps, units;
    bool sequence;      // whether each step has an output, or the last one alone
    bool only_valid;    // of a sequence: whether every masked step becomes zeros
    bool begins_valid;  // whether a step before these may have been valid
    Mask mask;
    Sequence<const T> h;            // of the steps with an output; rows padded, as in y
    Sequence<unsigned char> valid;  // out
    Sequence<T> y;
};

// Threads that process the same rows, each a share of the unit blocks, with a barrier wherever one needs another's
// results.
struct UnitTeam {
    Index thread, threads;
    void (*barrier)(const void* team);  // unused by one alone
    const void* team;
};

// The time loop of a cell, or its BPTT. The threads of a unit team call these together, with the same rows. Steps may
// come in chunks, in order: forward those that begin at multiples of x_chunk, backward from the last one.
template <class T>
using CellPass = void (*)(const RecurrentArgs<T>&, Range rows, Range steps, const UnitTeam&);

// The values of the visible gates of some steps, from what the forward pass of training has left:
// [steps][N][gates][B][V]. NaN at masked steps, which compute none.
template <class T>
using CellGates = void (*)(const RecurrentArgs<T>&, Range steps, T* to);

// A cell's weights: their shapes, packing and gradients.
template <class T>
struct CellWeights {
    CellShape shape;
    Index (*packed_size)(Index features, Index units);
    // Part of `parts`; the transposed kernel only where dx is needed.
    void (*pack)(const RecurrentWeights<T>&, T* packed, bool wants_dx, Index part, Index parts);
    // Weight gradients are tiles of the weights, each summed over all rows and steps in one fixed order. Steps may come
    // in ranges, from the last one on, which are added up.
    Index (*gradient_tiles)(const RecurrentArgs<T>&);
    void (*gradients)(const RecurrentArgs<T>&, Range tiles, Range steps);
};

template <class T>
struct RecurrentKernels {
    // One for each cell, in the order of enum Cell.
    const CellWeights<T>* cell_weights;
    const CellPass<T>* cell_forward;
    const CellPass<T>* cell_backward;
    const CellGates<T>* cell_gates;
    void (*mask_output)(const OutputMaskArgs<T>&, Range rows);
};

}  // namespace fastlstm
