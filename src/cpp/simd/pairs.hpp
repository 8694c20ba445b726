// Two vectors as one: what is done to a pair is done to both. Two chains of dependent operations are in flight at once
// then, where a processor would not look far enough ahead to find the second behind the first.
#pragma once

#include "vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class V>
struct Pair {
    using Element = __typeof__(V{}[0]);
    V low, high;

    Pair() = default;
    FASTLSTM_INLINE Pair(V low, V high) : low(low), high(high) {}
    FASTLSTM_INLINE Pair(V both) : low(both), high(both) {}
    FASTLSTM_INLINE Pair(Element all) : Pair(V{} + all) {}
    template <class W>
    explicit FASTLSTM_INLINE Pair(Pair<W> bits) : low((V)bits.low), high((V)bits.high) {}

    FASTLSTM_INLINE Pair operator-() const { return {-low, -high}; }
    FASTLSTM_INLINE Pair operator~() const { return {~low, ~high}; }
    friend FASTLSTM_INLINE Pair operator<<(Pair a, int bits) { return {a.low << bits, a.high << bits}; }
#define FASTLSTM_BOTH(op) \
    friend FASTLSTM_INLINE Pair operator op(Pair a, Pair b) { return {a.low op b.low, a.high op b.high}; }
    FASTLSTM_BOTH(+)
    FASTLSTM_BOTH(-)
    FASTLSTM_BOTH(*)
    FASTLSTM_BOTH(/)
    FASTLSTM_BOTH(&)
    FASTLSTM_BOTH(|)
#undef FASTLSTM_BOTH
    using Mask = Pair<decltype(V{} == V{})>;
    friend FASTLSTM_INLINE Mask operator==(Pair a, Pair b) { return {a.low == b.low, a.high == b.high}; }

    friend FASTLSTM_INLINE Pair fma(Pair a, Pair b, Pair c) {
        return {fma(a.low, b.low, c.low), fma(a.high, b.high, c.high)};
    }
    friend FASTLSTM_INLINE Pair larger(Pair bound, Pair a) {
        return {larger(bound.low, a.low), larger(bound.high, a.high)};
    }
    friend FASTLSTM_INLINE Pair smaller(Pair bound, Pair a) {
        return {smaller(bound.low, a.low), smaller(bound.high, a.high)};
    }
    friend FASTLSTM_INLINE Pair choose(Mask which, Pair a, Pair b) {
        return {choose(which.low, a.low, b.low), choose(which.high, a.high, b.high)};
    }
};

// The instruction set's traits for V or a pair of them.
template <class S>
struct Paired {
    using T = typename S::T;
    using V = Pair<typename S::V>;
    using I = Pair<typename S::I>;
    static constexpr int mantissa_bits = S::mantissa_bits, exponent_bias = S::exponent_bias;
};

template <class V>
struct TraitsOf;
template <>
struct TraitsOf<VF> {
    using S = Simd<float>;
};
template <>
struct TraitsOf<VD> {
    using S = Simd<double>;
};
template <class V>
struct TraitsOf<Pair<V>> {
    using S = Paired<typename TraitsOf<V>::S>;
};

// Where the two vectors of a pair lie.
template <class P>
struct PointerPair {
    P *low, *high;
    FASTLSTM_INLINE PointerPair operator+(Index i) const { return {low + i, high + i}; }
};

template <class P>
FASTLSTM_INLINE auto load(PointerPair<P> from) {
    return Pair<decltype(load(from.low))>(load(from.low), load(from.high));
}
template <class P, class V>
FASTLSTM_INLINE void store(PointerPair<P> to, Pair<V> pair) {
    store(to.low, pair.low);
    store(to.high, pair.high);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
