// exp, log1p, tanh, sigmoid and the normal distribution of a vector. Denormals count as zero; NaN stays NaN.
#pragma once

#include "pairs.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Coefficients of P in expm1(r) = r + r^2 P(r) for |r| <= ln(2)/2: minimax in the relative error of expm1
// (float 1.3e-8, double 1.8e-17), and ln(2) split so that n * high is exact for every n in use.
template <class T>
struct ExpConstants;

template <>
struct ExpConstants<float> {
    static constexpr int degree = 4;
    static constexpr float p[] = {0.49999998154113554751f, 0.16666543621541718746f, 0.041667199777412591858f,
                                  0.0083665205547430387906f, 0.0013882527963583454409f};
    static constexpr float log2e = 1.44269504088896340736f;
    static constexpr float ln2 = 0.693147180559945309417f, ln2_high = 0.693359375f, ln2_low = -2.12194440054690583e-4f;
    static constexpr float round = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    static constexpr float most = 88.0f;         // n is 127 there, and -127 at its negative: a scale of zero
};

template <>
struct ExpConstants<double> {
    static constexpr int degree = 9;
    static constexpr double p[] = {0.5000000000000005178,      0.16666666666666589174,   0.04166666666657676996,
                                   0.0083333333333896423312,   0.0013888888931560174927, 0.00019841269718763399779,
                                   0.000024801505279167792406, 2.7557407801893830476e-6, 2.7626035862574840379e-7,
                                   2.5053680928490399173e-8};
    static constexpr double log2e = 1.44269504088896340736;
    static constexpr double ln2 = 0.693147180559945309417;
    static constexpr double ln2_high = 0.693145751953125, ln2_low = 1.42860682030941723212e-6;
    static constexpr double round = 6755399441055744.0;  // 1.5 * 2^52
    static constexpr double most = 709.0;                // n is 1023 there
};

// exp(x) = scale * (1 + rest), scale a power of two, for |x| <= ExpConstants::most; below, what counts as zero.
template <class S>
struct ExpParts {
    typename S::V scale, rest;
};

template <class S>
FASTLSTM_INLINE typename S::V at_least_lowest(typename S::V x) {
    return larger(broadcast(-ExpConstants<typename S::T>::most), x);
}

// exp(r) - 1 for |r| <= ln(2) / 2.
template <class S>
FASTLSTM_INLINE typename S::V exp_rest(typename S::V r) {
    using C = ExpConstants<typename S::T>;
    typename S::V p = broadcast(C::p[C::degree]);
#pragma GCC unroll 16
    for (int i = C::degree - 1; i >= 0; --i) p = fma(p, r, broadcast(C::p[i]));
    return fma(r * r, p, r);
}

// 2^n, n being what was left in the low bits by adding ExpConstants::round.
template <class S>
FASTLSTM_INLINE typename S::V power_of_two(typename S::V shifted) {
    return (typename S::V)(((typename S::I)shifted + S::exponent_bias) << S::mantissa_bits);
}

template <class S>
FASTLSTM_INLINE ExpParts<S> exp_parts(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    using C = ExpConstants<T>;
    const V shifted = fma(x, broadcast(C::log2e), broadcast(C::round));
    const V n = shifted - broadcast(C::round);
    const V r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), x));
    return {power_of_two<S>(shifted), exp_rest<S>(r)};
}

// For x <= 0. Scaled last, so that no intermediate result is a denormal unless the result is one.
template <class S>
FASTLSTM_INLINE typename S::V exp_nonpositive(typename S::V x) {
    const auto e = exp_parts<S>(at_least_lowest<S>(x));
    return (e.rest + broadcast(typename S::T(1))) * e.scale;
}

// For all x: overflows to infinity, and gives zero where the result would be a denormal or less. The scale is applied
// in two halves, since 2^128 is no float though exp(88.5) is.
template <class S>
FASTLSTM_INLINE typename S::V exp(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    using I = typename S::I;
    using C = ExpConstants<T>;
    const V bounded = smaller(broadcast(C::most + 2), at_least_lowest<S>(x));
    const V shifted = fma(bounded, broadcast(C::log2e), broadcast(C::round));
    const V n = shifted - broadcast(C::round);
    const V r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), bounded));
    const I power = (I)shifted - (I)broadcast(C::round), half = power >> 1;
    const V first = (V)((half + S::exponent_bias) << S::mantissa_bits);
    const V second = (V)((power - half + S::exponent_bias) << S::mantissa_bits);
    const V result = (exp_rest<S>(r) + broadcast(T(1))) * first * second;
    return x < broadcast(-C::most) ? V{} : result;
}

// exp(x) - 1 for x <= 0, without cancellation near zero.
template <class S>
FASTLSTM_INLINE typename S::V expm1_nonpositive(typename S::V x) {
    const auto e = exp_parts<S>(at_least_lowest<S>(x));
    return fma(e.scale, e.rest, e.scale - broadcast(typename S::T(1)));
}

// log(1 + u) = 2 atanh(u / (2 + u)) for 0 <= u <= 1, by the series of atanh.
template <class S>
FASTLSTM_INLINE typename S::V log1p_of_fraction(typename S::V u) {
    using T = typename S::T;
    using V = typename S::V;
    constexpr int terms = S::mantissa_bits > 23 ? 17 : 8;
    const V s = u / (u + broadcast(T(2))), square = s * s;
    V sum = broadcast(T(1) / (2 * terms + 1));
#pragma GCC unroll 32
    for (int i = terms - 1; i > 0; --i) sum = fma(sum, square, broadcast(T(1) / (2 * i + 1)));
    const V twice = s + s;
    return fma(twice * square, sum, twice);
}

// Chebyshev fits of exp(z^2) erfc(z) / t, t = 3 / (3 + z), in powers of 2t - 1, for z >= 0 (errors 1e-9 and 2e-17).
template <class T>
struct ErfcConstants;

template <>
struct ErfcConstants<float> {
    static constexpr int degree = 11;
    static constexpr float p[] = {0.358002304169393f,    0.294464817280538f,    0.196742655334919f,
                                  0.103489119263402f,    0.0398441255967767f,   0.00894203350639513f,
                                  -4.10860917726352e-4f, -0.00100969456176449f, -1.69203260641635e-4f,
                                  8.88782567969303e-5f,  2.2577891624552e-5f,   -6.75137733896641e-6f};
};

template <>
struct ErfcConstants<double> {
    static constexpr int degree = 24;
    static constexpr double p[] = {
        0.358002302362779901,     0.294464817723294486,   0.196742785701367241,     0.103489087300194532,
        0.0398425870957655248,    0.00894241154134722185, -4.04138875793666382e-4,  -0.00101135399864680715,
        -1.82769896417389328e-4,  9.22592710777957231e-5, 3.58538222512792946e-5,   -1.01326827865481334e-5,
        -5.82349199251421094e-6,  1.58300660264713143e-6, 9.21715997200549249e-7,   -3.32934150607809419e-7,
        -1.35856281422743286e-7,  7.79457866014506137e-8, 1.52182334574190496e-8,   -1.70569805155054373e-8,
        -2.38458371516506049e-10, 2.89639076557854332e-9, -3.59834575950359161e-10, -2.70088954133441898e-10,
        6.03427194554584162e-11};
};

template <class S>
FASTLSTM_INLINE typename S::V magnitude(typename S::V x) {
    using I = typename S::I;
    using V = typename S::V;
    return (V)((I)x & ~(I)V(broadcast(typename S::T(-0.0))));
}

// The normal distribution's density and cumulative probability.
template <class S>
struct Normal {
    typename S::V density, below;
};

template <class S>
FASTLSTM_INLINE Normal<S> normal(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    using C = ErfcConstants<T>;
    const V one = broadcast(T(1)), three = broadcast(T(3));
    const V e = exp_nonpositive<S>(x * x * broadcast(T(-0.5)));
    const V z = magnitude<S>(x) * broadcast(T(0.70710678118654752440)), t = three / (three + z);
    const V u = t + t - one;
    V p = broadcast(C::p[C::degree]);
#pragma GCC unroll 32
    for (int i = C::degree - 1; i >= 0; --i) p = fma(p, u, broadcast(C::p[i]));
    const V tail = e * p * t * broadcast(T(0.5));
    return {e * broadcast(T(0.39894228040143267794)), x < V{} ? tail : one - tail};
}

template <class S>
FASTLSTM_INLINE typename S::V with_sign_of(typename S::V x, typename S::V signs) {
    using I = typename S::I;
    using V = typename S::V;
    return (V)((I)x | ((I)signs & (I)V(broadcast(typename S::T(-0.0)))));
}

// tanh(|x|) = (1 - e) / (1 + e) with e = exp(-2|x|); tanh is odd. Neither sum rounds before it must. Only the absolute
// error of e counts, so that ln(2) need not be split.
template <class S>
FASTLSTM_INLINE typename S::V tanh(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    using C = ExpConstants<T>;
    const V one = broadcast(T(1)), negative = broadcast(T(-0.0));
    const V half = larger(broadcast(C::most / -2), with_sign_of<S>(x, negative));
    const V shifted = fma(half, broadcast(2 * C::log2e), broadcast(C::round));
    const V n = shifted - broadcast(C::round), scale = power_of_two<S>(shifted);
    const V rest = exp_rest<S>(fma(n, broadcast(-C::ln2), half + half));
    return with_sign_of<S>(fma(-scale, rest, one - scale) / fma(scale, rest, one + scale), x);
}

// 1 / (1 + exp(-x)). Where 1 + scale rounds, what it loses goes to the smaller summand.
template <class S>
FASTLSTM_INLINE typename S::V sigmoid(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    const V one = broadcast(T(1));
    const auto e = exp_parts<S>(smaller(broadcast(ExpConstants<T>::most), at_least_lowest<S>(-x)));
    const V sum = one + e.scale, lost = one - (sum - e.scale);
    return one / (sum + fma(e.scale, e.rest, lost));
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
