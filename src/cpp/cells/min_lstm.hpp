// The minLSTM of Feng et al. (2024), whose gates see only x and are normalised to a sum of one.
//
//     f = gate(z_f)   i = gate(z_i)   g = activation(z_h)   h = (f h' + i g) / (f + i)       z = x W + b
#pragma once

#include "../engine/cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct MinLstm {
    enum Gate { F, I, H, gates };
    enum State { hidden, states };
    static constexpr int kept = 0, unit_weights = 0, bias_rows = 1;
    static constexpr Product products[] = {{F, 3, 0, true, false, 0}};

    static constexpr Activation default_activation = Activation::linear;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    // Where both gates round to zero their share must not be 0 / 0.
    template <class V>
    static FASTLSTM_INLINE V sum_of(V f, V i) {
        return larger(V{} + 1e-37f, f + i);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        const auto f = a.gate(s.z[F]), i = a.gate(s.z[I]), g = a.candidate(s.z[H]);
        s.state[hidden] = fma(f / sum_of(f, i), s.previous[hidden] - g, g);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        const auto f = a.gate.value(s.z[F]), i = a.gate.value(s.z[I]), g = a.candidate.value(s.z[H]);
        const auto sum = sum_of(f, i), share = f / sum, dh = s.d_state[hidden];
        const auto d_share = dh * (s.previous[hidden] - g) / sum;  // both gates move it, in opposite directions
        s.z[F] = fma(-share, d_share, d_share) * a.gate.slope(s.z[F]);
        s.z[I] = -share * d_share * a.gate.slope(s.z[I]);
        s.z[H] = fma(-dh, share, dh) * a.candidate.slope(s.z[H]);
        s.d_state[hidden] = dh * share;
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
