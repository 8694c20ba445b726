// Activations as the cells see them: a(z) gives the value and leaves in z what the derivative needs ("kept");
// value(kept) and slope(kept) are all that BPTT asks for. Those here keep their output.
#pragma once

#include "math.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class S>
struct Linear {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return z; }
    static FASTLSTM_INLINE V slope(V) { return broadcast(typename S::T(1)); }
};

template <class S>
struct Tanh {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return tanh<S>(z); }
    static FASTLSTM_INLINE V slope(V y) { return fma(-y, y, broadcast(typename S::T(1))); }
};

template <class S>
struct Sigmoid {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return sigmoid<S>(z); }
    static FASTLSTM_INLINE V slope(V y) { return fma(-y, y, y); }
};

template <class S>
struct Relu {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return z < V{} ? V{} : z; }
    static FASTLSTM_INLINE V slope(V y) { return y > V{} ? broadcast(typename S::T(1)) : V{}; }
};

// clip(z / 6 + 1/2, 0, 1), as in Keras 3.
template <class S>
struct HardSigmoid {
    using V = typename S::V;
    using T = typename S::T;
    static FASTLSTM_INLINE V value_of(V z) {
        const V one = broadcast(T(1));
        const V y = fma(z, broadcast(T(1) / 6), broadcast(T(0.5)));
        const V above = y < V{} ? V{} : y;
        return above > one ? one : above;
    }
    static FASTLSTM_INLINE V slope(V y) { return y > V{} ? (y < broadcast(T(1)) ? broadcast(T(1) / 6) : V{}) : V{}; }
};

// An activation fixed at compile time: the default pair of each cell goes this way.
template <class S, template <class> class Rule>
struct Fixed {
    using V = typename S::V;
    FASTLSTM_INLINE V operator()(V& z) const { return z = Rule<S>::value_of(z); }
    FASTLSTM_INLINE V value(V kept) const { return kept; }
    FASTLSTM_INLINE V slope(V kept) const { return Rule<S>::slope(kept); }
};

// An activation chosen at run time, by a branch that predicts well because a whole layer takes the same one.
template <class S>
struct Chosen {
    using V = typename S::V;
    Activation rule;

    FASTLSTM_INLINE V operator()(V& z) const {
        switch (rule) {
            case Activation::tanh: return z = Tanh<S>::value_of(z);
            case Activation::sigmoid: return z = Sigmoid<S>::value_of(z);
            case Activation::relu: return z = Relu<S>::value_of(z);
            case Activation::hard_sigmoid: return z = HardSigmoid<S>::value_of(z);
            case Activation::linear:
            case Activation::softmax: break;  // softmax is no function of one element: dense.hpp does it by row
        }
        return z;
    }
    FASTLSTM_INLINE V value(V kept) const { return kept; }
    FASTLSTM_INLINE V slope(V kept) const {
        switch (rule) {
            case Activation::tanh: return Tanh<S>::slope(kept);
            case Activation::sigmoid: return Sigmoid<S>::slope(kept);
            case Activation::relu: return Relu<S>::slope(kept);
            case Activation::hard_sigmoid: return HardSigmoid<S>::slope(kept);
            case Activation::linear:
            case Activation::softmax: break;
        }
        return Linear<S>::slope(kept);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
