// Activations as the cells see them: a(z) gives the value and leaves in z what the derivative needs ("kept");
// value(kept) and slope(kept) are all that BPTT asks for. A rule says what it keeps: those here keep their output, one
// whose derivative needs the input would keep that.
#pragma once

#include "math.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// What rules that keep their output have in common.
template <class S>
struct KeepsOutput {
    using V = typename S::V;
    static FASTLSTM_INLINE V kept(V /*z*/, V y) { return y; }
    static FASTLSTM_INLINE V value(V kept) { return kept; }
};

template <class S>
struct Linear : KeepsOutput<S> {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return z; }
    static FASTLSTM_INLINE V slope(V) { return broadcast(typename S::T(1)); }
};

template <class S>
struct Tanh : KeepsOutput<S> {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return tanh<S>(z); }
    static FASTLSTM_INLINE V slope(V y) { return fma(-y, y, broadcast(typename S::T(1))); }
};

template <class S>
struct Sigmoid : KeepsOutput<S> {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return sigmoid<S>(z); }
    static FASTLSTM_INLINE V slope(V y) { return fma(-y, y, y); }
};

template <class S>
struct Relu : KeepsOutput<S> {
    using V = typename S::V;
    static FASTLSTM_INLINE V value_of(V z) { return z < V{} ? V{} : z; }
    static FASTLSTM_INLINE V slope(V y) { return y > V{} ? broadcast(typename S::T(1)) : V{}; }
};

// clip(z / 6 + 1/2, 0, 1), as in Keras 3.
template <class S>
struct HardSigmoid : KeepsOutput<S> {
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
    FASTLSTM_INLINE V operator()(V& z) const {
        const V y = Rule<S>::value_of(z);
        z = Rule<S>::kept(z, y);
        return y;
    }
    FASTLSTM_INLINE V value(V kept) const { return Rule<S>::value(kept); }
    FASTLSTM_INLINE V slope(V kept) const { return Rule<S>::slope(kept); }
};

// The rule of each name; softmax has none, being no function of one element: dense.hpp does it by row.
template <class S, Activation>
struct FixedOf : Fixed<S, Linear> {};
template <class S>
struct FixedOf<S, Activation::tanh> : Fixed<S, Tanh> {};
template <class S>
struct FixedOf<S, Activation::sigmoid> : Fixed<S, Sigmoid> {};
template <class S>
struct FixedOf<S, Activation::relu> : Fixed<S, Relu> {};
template <class S>
struct FixedOf<S, Activation::hard_sigmoid> : Fixed<S, HardSigmoid> {};

template <class S, class Visit>
FASTLSTM_INLINE auto with_rule(Activation rule, const Visit& visit) {
    switch (rule) {
        case Activation::tanh: return visit(FixedOf<S, Activation::tanh>{});
        case Activation::sigmoid: return visit(FixedOf<S, Activation::sigmoid>{});
        case Activation::relu: return visit(FixedOf<S, Activation::relu>{});
        case Activation::hard_sigmoid: return visit(FixedOf<S, Activation::hard_sigmoid>{});
        case Activation::linear:
        case Activation::softmax: break;
    }
    return visit(FixedOf<S, Activation::linear>{});
}

// An activation chosen at run time, by a branch that predicts well because a whole layer takes the same one.
template <class S>
struct Chosen {
    using V = typename S::V;
    Activation rule;

    FASTLSTM_INLINE V operator()(V& z) const {
        return with_rule<S>(rule, [&](auto fixed) FASTLSTM_INLINE_LAMBDA { return fixed(z); });
    }
    FASTLSTM_INLINE V value(V kept) const {
        return with_rule<S>(rule, [&](auto fixed) FASTLSTM_INLINE_LAMBDA { return fixed.value(kept); });
    }
    FASTLSTM_INLINE V slope(V kept) const {
        return with_rule<S>(rule, [&](auto fixed) FASTLSTM_INLINE_LAMBDA { return fixed.slope(kept); });
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
