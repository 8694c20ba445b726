// The minGRU of Feng et al. (2024), whose gate and candidate see only x.
//
//     z = gate(z_z)   g = activation(z_h)   h = (1 - z) h' + z g       z = x W + b
#pragma once

#include "cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct MinGru {
    enum Gate { Z, H, gates };
    enum State { hidden, states };
    static constexpr int saved = 0, unit_weights = 0, bias_rows = 1, visible_gates = 2;
    static constexpr Product products[] = {from_x(Z, 2)};

    static constexpr Activation default_activation = Activation::linear;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        const auto z = a.gate(s.z[Z]), g = a.candidate(s.z[H]);
        s.state[hidden] = fma(z, g - s.previous[hidden], s.previous[hidden]);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto z = a.gate.value(s.z[Z]), g = a.candidate.value(s.z[H]);
        const auto dh = s.d_state[hidden];
        s.z[Z] = dh * (g - s.previous[hidden]) * a.gate.slope(s.z[Z]);
        s.z[H] = dh * z * a.candidate.slope(s.z[H]);
        s.d_state[hidden] = fma(-dh, z, dh);
    }

    // The values of the gates whose record a forward pass has left in z, in the order of the weights' blocks.
    template <class V, class A>
    static FASTLSTM_INLINE void read_gates(const V (&z)[gates], const A& a, V (&to)[visible_gates]) {
        to[Z] = a.gate.value(z[Z]);
        to[H] = a.candidate.value(z[H]);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
