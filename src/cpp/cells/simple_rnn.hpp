// The simple recurrent network of Elman (1990).
//
//     h = activation(z)       z = x W + h' U + b
#pragma once

#include "cell.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

struct SimpleRnn {
    enum Gate { H, gates };
    enum State { hidden, states };
    static constexpr int saved = 0, unit_weights = 0, bias_rows = 1, visible_gates = 0;
    static constexpr Product products[] = {from_x_and_h(H)};

    static constexpr Activation default_activation = Activation::tanh;
    static constexpr Activation default_recurrent_activation = Activation::sigmoid;

    template <class Step, class A>
    static FASTLSTM_INLINE void forward(Step& s, const A& a, Phase<0>) {
        s.state[hidden] = a.candidate(s.z[H]);
    }

    template <class Step, class A>
    static FASTLSTM_INLINE void backward(Step& s, const A& a, Phase<0>) {
        s.z[H] = s.d_state[hidden] * a.candidate.slope(s.z[H]);
        s.d_state[hidden] = typename Step::Vector{};
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
