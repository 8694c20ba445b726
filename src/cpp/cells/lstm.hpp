// The LSTM of Hochreiter and Schmidhuber (1997) with the forget gate of Gers et al. (2000), and its variants: diagonal
// peephole weights p (Gers and Schmidhuber 2000), and coupled gates, f = 1 - i (Greff et al. 2017).
//
//     i = gate(z_i + p_i c')   f = gate(z_f + p_f c')   g = activation(z_c)   o = gate(z_o + p_o c)
//     c = f c' + i g
//     h = o activation(c)                                                     z = x W + h' U + b
//
// A prime marks the previous step. An activation called on z returns its value and leaves in z what its derivative
// needs; `value` and `slope` read that back.
#pragma once

#include "cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <bool peephole, bool coupled>
struct Lstm {
    // The blocks of z, in Keras's order. Coupled gates have no block of their own for f.
    static constexpr int I = 0, F = 1, C = coupled ? 1 : 2, O = C + 1, gates = O + 1;
    enum State { hidden, cell_state, states };  // what the next step takes; the first is the output
    // Saved for BPTT, besides the gates and the states. A peephole's weight needs the c that it multiplied.
    static constexpr int activated_cell = 0, seen_cell = 1, saved = peephole ? 2 : 1;
    static constexpr int PI = 0, PF = 1, PO = coupled ? 1 : 2, unit_weights = peephole ? PO + 1 : 0;
    static constexpr int bias_rows = 1, visible_gates = gates;
    static constexpr Product products[] = {from_x_and_h(I, gates)};
    static constexpr UnitWeight peepholes[] = {
        {I, cell_state, false},
        coupled ? UnitWeight{O, seen_cell, true} : UnitWeight{F, cell_state, false},
        {O, seen_cell, true}};

    // The pair that is compiled in; any other is chosen at run time.
    static constexpr Activation default_activation = Activation::tanh;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        const auto before = s.previous[cell_state];
        if constexpr (peephole) {
            s.z[I] = fma(s.unit[PI], before, s.z[I]);
            if constexpr (!coupled) s.z[F] = fma(s.unit[PF], before, s.z[F]);
        }
        const auto i = a.gate(s.z[I]), g = a.candidate(s.z[C]);
        typename Step::Vector c;
        if constexpr (coupled)
            c = fma(i, g - before, before);
        else
            c = fma(a.gate(s.z[F]), before, i * g);
        if constexpr (peephole) {
            s.z[O] = fma(s.unit[PO], c, s.z[O]);
            s.saved[seen_cell] = c;
        }
        const auto o = a.gate(s.z[O]);
        s.state[cell_state] = s.saved[activated_cell] = c;
        s.state[hidden] = o * a.output(s.saved[activated_cell]);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto before = s.previous[cell_state];
        const auto i = a.gate.value(s.z[I]), o = a.gate.value(s.z[O]);
        const auto g = a.candidate.value(s.z[C]), y = a.output.value(s.saved[activated_cell]);
        const auto dh = s.d_state[hidden];
        auto dc = fma(dh * o, a.output.slope(s.saved[activated_cell]), s.d_state[cell_state]);
        s.z[O] = dh * y * a.gate.slope(s.z[O]);
        if constexpr (peephole) dc = fma(s.z[O], s.unit[PO], dc);
        s.d_whole_cell = dc;
        s.z[C] = dc * i * a.candidate.slope(s.z[C]);
        if constexpr (coupled) {
            s.z[I] = dc * (g - before) * a.gate.slope(s.z[I]);
            s.d_state[cell_state] = fma(-dc, i, dc);
        } else {
            const auto f = a.gate.value(s.z[F]);
            s.z[I] = dc * g * a.gate.slope(s.z[I]);
            s.z[F] = dc * before * a.gate.slope(s.z[F]);
            s.d_state[cell_state] = dc * f;
        }
        if constexpr (peephole) {
            s.d_state[cell_state] = fma(s.z[I], s.unit[PI], s.d_state[cell_state]);
            if constexpr (!coupled) s.d_state[cell_state] = fma(s.z[F], s.unit[PF], s.d_state[cell_state]);
        }
        s.d_state[hidden] = typename Step::Vector{};
    }

    // The values of the gates whose record a forward pass has left in z, in the order of the weights' blocks.
    template <class V, class A>
    static FASTLSTM_INLINE void read_gates(const V (&z)[gates], const A& a, V (&to)[visible_gates]) {
        to[I] = a.gate.value(z[I]);
        if constexpr (!coupled) to[F] = a.gate.value(z[F]);
        to[C] = a.candidate.value(z[C]);
        to[O] = a.gate.value(z[O]);
    }
};

using PlainLstm = Lstm<false, false>;
using PeepholeLstm = Lstm<true, false>;
using CoupledLstm = Lstm<false, true>;
using CoupledPeepholeLstm = Lstm<true, true>;

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
