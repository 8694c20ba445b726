// The minLSTM of Feng et al. (2024), whose gates see only x and are normalised to a sum of one.
//
//     f = gate(z_f)   i = gate(z_i)   g = activation(z_h)   h = (f h' + i g) / (f + i)       z = x W + b
#pragma once

#include "cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct MinLstm {
    enum Gate { F, I, H, gates };
    enum State { hidden, states };
    static constexpr int saved = 0, unit_weights = 0, bias_rows = 1, visible_gates = 3;
    static constexpr Product products[] = {from_x(F, 3)};

    static constexpr Activation default_activation = Activation::linear;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        const auto f = a.gate(s.z[F]), i = a.gate(s.z[I]), g = a.candidate(s.z[H]);
        s.state[hidden] = fma(share_of(f, i), s.previous[hidden] - g, g);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto f = a.gate.value(s.z[F]), i = a.gate.value(s.z[I]), g = a.candidate.value(s.z[H]);
        const auto share = share_of(f, i), dh = s.d_state[hidden];
        // Both gates move the share, in opposite directions, by share (1 - share) times their relative slopes.
        const auto d_share = dh * (s.previous[hidden] - g) * fma(-share, share, share);
        s.z[F] = d_share * relative_slope(f, a.gate.slope(s.z[F]));
        s.z[I] = -d_share * relative_slope(i, a.gate.slope(s.z[I]));
        s.z[H] = fma(-dh, share, dh) * a.candidate.slope(s.z[H]);
        s.d_state[hidden] = dh * share;
    }

    // As read_gates of other cells; f and i as they act, with a sum of one.
    template <class V, class A>
    static FASTLSTM_INLINE void read_gates(const V (&z)[gates], const A& a, V (&to)[visible_gates]) {
        to[F] = share_of(a.gate.value(z[F]), a.gate.value(z[I]));
        to[I] = V{} + 1.0f - to[F];
        to[H] = a.candidate.value(z[H]);
    }

private:
    // f / (f + i); where both round to zero they share equally.
    template <class V>
    static FASTLSTM_INLINE V share_of(V f, V i) {
        const V sum = f + i;
        return choose(sum == V{}, V{} + 0.5f, f / sum);
    }

    // slope / gate, which is 1 - gate for a sigmoid: but nothing where clipping has made the slope zero.
    template <class V>
    static FASTLSTM_INLINE V relative_slope(V gate, V slope) {
        const V one = V{} + 1.0f;
        return ((slope == V{}) & (gate > V{})) ? V{} : one - gate;
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
