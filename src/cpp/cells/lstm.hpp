// The LSTM of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000).
//
//     i = gate(z_i)   f = gate(z_f)   g = activation(z_c)   o = gate(z_o)       z = x W + h' U + b
//     c = f c' + i g
//     h = o activation(c)
//
// A prime marks the previous step. An activation called on z returns its value and leaves in z what its derivative
// needs; `value` and `slope` read that back.
#pragma once

#include "../engine/activations.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct Lstm {
    enum Gate { I, F, C, O, gates };            // the blocks of z, in Keras's order
    enum State { hidden, cell_state, states };  // what the next step takes; the first is the output
    enum Kept { activated_cell, kept };         // what BPTT needs beside the gates and the states

    // The pair that is compiled in; any other is chosen at run time.
    static constexpr Activation default_activation = Activation::tanh;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A, class R>
    static FASTLSTM_INLINE void forward(Step& s, A activation, R gate) {
        const auto i = gate(s.z[I]), f = gate(s.z[F]), g = activation(s.z[C]), o = gate(s.z[O]);
        const auto c = fma(f, s.previous[cell_state], i * g);
        s.state[cell_state] = s.kept[activated_cell] = c;
        s.state[hidden] = o * activation(s.kept[activated_cell]);
    }

    // In: d_state is the gradient of this step's states. Out: z holds its own gradient, and d_state what reaches the
    // previous states other than through z.
    template <class Step, class A, class R>
    static FASTLSTM_INLINE void backward(Step& s, A activation, R gate) {
        const auto i = gate.value(s.z[I]), f = gate.value(s.z[F]), o = gate.value(s.z[O]);
        const auto g = activation.value(s.z[C]), y = activation.value(s.kept[activated_cell]);
        const auto dh = s.d_state[hidden];
        const auto dc = fma(dh * o, activation.slope(s.kept[activated_cell]), s.d_state[cell_state]);
        s.z[O] = dh * y * gate.slope(s.z[O]);
        s.z[I] = dc * g * gate.slope(s.z[I]);
        s.z[F] = dc * s.previous[cell_state] * gate.slope(s.z[F]);
        s.z[C] = dc * i * activation.slope(s.z[C]);
        s.d_state[hidden] = typename Step::Vector{};
        s.d_state[cell_state] = dc * f;
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
