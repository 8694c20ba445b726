// exp, tanh and sigmoid of a vector. Denormals count as zero; NaN stays NaN.
#pragma once

#include "simd.hpp"

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
    static constexpr float ln2_high = 0.693359375f, ln2_low = -2.12194440054690583e-4f;
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

template <class S>
FASTLSTM_INLINE ExpParts<S> exp_parts(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    using I = typename S::I;
    using C = ExpConstants<T>;
    const V shifted = fma(x, broadcast(C::log2e), broadcast(C::round));
    const V n = shifted - broadcast(C::round);
    const V r = fma(n, broadcast(-C::ln2_low), fma(n, broadcast(-C::ln2_high), x));
    V p = broadcast(C::p[C::degree]);
#pragma GCC unroll 16
    for (int i = C::degree - 1; i >= 0; --i) p = fma(p, r, broadcast(C::p[i]));
    const V scale = (V)(((I)shifted + S::exponent_bias) << S::mantissa_bits);
    return {scale, fma(r * r, p, r)};
}

// For x <= 0. Scaled last, so that no intermediate result is a denormal unless the result is one.
template <class S>
FASTLSTM_INLINE typename S::V exp_nonpositive(typename S::V x) {
    const auto e = exp_parts<S>(at_least_lowest<S>(x));
    return (e.rest + broadcast(typename S::T(1))) * e.scale;
}

template <class S>
FASTLSTM_INLINE typename S::V magnitude(typename S::V x) {
    using I = typename S::I;
    return (typename S::V)((I)x & ~(I)broadcast(typename S::T(-0.0)));
}

template <class S>
FASTLSTM_INLINE typename S::V with_sign_of(typename S::V x, typename S::V signs) {
    using I = typename S::I;
    return (typename S::V)((I)x | ((I)signs & (I)broadcast(typename S::T(-0.0))));
}

// tanh(|x|) = (1 - e) / (1 + e) with e = exp(-2|x|); tanh is odd. Neither sum rounds before it must.
template <class S>
FASTLSTM_INLINE typename S::V tanh(typename S::V x) {
    using T = typename S::T;
    const auto one = broadcast(T(1));
    const auto e = exp_parts<S>(at_least_lowest<S>(magnitude<S>(x) * broadcast(T(-2))));
    return with_sign_of<S>(fma(-e.scale, e.rest, one - e.scale) / fma(e.scale, e.rest, one + e.scale), x);
}

// 1 / (1 + exp(-x)). Where 1 + scale rounds, what it loses goes to the smaller summand.
template <class S>
FASTLSTM_INLINE typename S::V sigmoid(typename S::V x) {
    using T = typename S::T;
    const auto one = broadcast(T(1));
    const auto e = exp_parts<S>(smaller(broadcast(ExpConstants<T>::most), at_least_lowest<S>(-x)));
    const auto sum = one + e.scale, lost = one - (sum - e.scale);
    return one / (sum + fma(e.scale, e.rest, lost));
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
