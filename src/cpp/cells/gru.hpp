// The GRU, in two forms. A prime marks the previous step; blocks are in Keras's order z r h.
//
//     z = gate(x W_z + h' U_z + b_z)   r = gate(x W_r + h' U_r + b_r)   h = z h' + (1 - z) g
//
// The reset gate of Cho et al. (2014) acts before the product, that of Keras and cuDNN after it:
//
//     before   g = activation(x W_h + b_h + (r h') U_h)
//     after    g = activation(x W_h + b_h + r (h' U_h + b'_h))
#pragma once

#include "cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct GruResetAfter {
    // The candidate has two blocks, what x and what h give it, since r multiplies only one of them.
    enum Gate { X, Z, R, H, gates };
    static constexpr int gate_weights = 0, candidate_weights = 2;  // the weights' gate blocks are z r h
    enum State { hidden, states };
    static constexpr int saved = 0, unit_weights = 0, bias_rows = 2, visible_gates = 3;
    static constexpr Product products[] = {from_x(X).with_weights_of(candidate_weights),
                                           from_x_and_h(Z, 2).with_weights_of(gate_weights),
                                           from_h(H).with_weights_of(candidate_weights)};

    static constexpr Activation default_activation = Activation::tanh;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        const auto z = a.gate(s.z[Z]), r = a.gate(s.z[R]);
        s.z[X] = fma(r, s.z[H], s.z[X]);
        const auto g = a.candidate(s.z[X]);
        s.state[hidden] = fma(z, s.previous[hidden] - g, g);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto z = a.gate.value(s.z[Z]), r = a.gate.value(s.z[R]), g = a.candidate.value(s.z[X]);
        const auto dh = s.d_state[hidden];
        const auto d_candidate = fma(-dh, z, dh) * a.candidate.slope(s.z[X]);
        s.z[Z] = dh * (s.previous[hidden] - g) * a.gate.slope(s.z[Z]);
        s.z[R] = d_candidate * s.z[H] * a.gate.slope(s.z[R]);
        s.z[X] = d_candidate;
        s.z[H] = d_candidate * r;
        s.d_state[hidden] = dh * z;
    }

    // The values of the gates whose record a forward pass has left in z, in the order of the weights' blocks.
    template <class V, class A>
    static FASTLSTM_INLINE void read_gates(const V (&z)[gates], const A& a, V (&to)[visible_gates]) {
        to[0] = a.gate.value(z[Z]);
        to[1] = a.gate.value(z[R]);
        to[2] = a.candidate.value(z[X]);
    }
};

struct GruResetBefore {
    enum Gate { Z, R, H, gates };
    enum State { hidden, states };
    static constexpr int saved = 0, unit_weights = 0, bias_rows = 1, visible_gates = 3;
    static constexpr Product products[] = {from_x_and_h(Z, 2), from_x_and_h(H).in_phase(1)};

    static constexpr Activation default_activation = Activation::tanh;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        a.gate(s.z[Z]);
        s.second_phase_input = a.gate(s.z[R]) * s.dropped_h;
    }
    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<1>) {
        const auto g = a.candidate(s.z[H]);
        s.state[hidden] = fma(a.gate.value(s.z[Z]), s.previous[hidden] - g, g);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<1>) {
        const auto z = a.gate.value(s.z[Z]), g = a.candidate.value(s.z[H]);
        const auto dh = s.d_state[hidden];
        s.z[Z] = dh * (s.previous[hidden] - g) * a.gate.slope(s.z[Z]);
        s.z[H] = fma(-dh, z, dh) * a.candidate.slope(s.z[H]);
        s.d_state[hidden] = dh * z;
    }
    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto r = a.gate.value(s.z[R]);
        s.z[R] = s.d_second_phase_input * s.dropped_h * a.gate.slope(s.z[R]);
        s.d_dropped_h = s.d_second_phase_input * r;
    }

    // The values of the gates whose record a forward pass has left in z, in the order of the weights' blocks.
    template <class V, class A>
    static FASTLSTM_INLINE void read_gates(const V (&z)[gates], const A& a, V (&to)[visible_gates]) {
        to[Z] = a.gate.value(z[Z]);
        to[R] = a.gate.value(z[R]);
        to[H] = a.candidate.value(z[H]);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
