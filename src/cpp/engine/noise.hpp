// Gaussian noise, Gaussian dropout (Srivastava et al. 2014) and alpha dropout (Klambauer et al. 2017).
#pragma once

#include "activations.hpp"
#include "dropout.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// log(x) for normal positive x: the exponent, and the logarithm of a fraction from 1 to 2.
template <class S>
FASTLSTM_INLINE typename S::V log_of_positive(typename S::V x) {
    using V = typename S::V;
    using I = typename S::I;
    using C = ExpConstants<typename S::T>;
    const I one = (I)V(broadcast(typename S::T(1)));
    const I exponent = ((I)x >> S::mantissa_bits) - S::exponent_bias;
    const V n = (V)((I)V(broadcast(C::round)) + exponent) - broadcast(C::round);
    const V fraction = (V)((I)x - (exponent << S::mantissa_bits));
    return fma(n, broadcast(C::ln2), log1p_of_fraction<S>(fraction - (V)one));
}

// The inverse of the error function, |x| < 1: the two polynomials of Giles, "Approximating the erfinv function" (2010).
template <class S>
FASTLSTM_INLINE typename S::V inverse_erf(typename S::V x) {
    using T = typename S::T;
    using V = typename S::V;
    constexpr double near[] = {1.50140941,     0.246640727,   -0.00417768164, -0.00125372503, 0.00021858087,
                               -4.39150654e-6, -3.5233877e-6, 3.43273939e-7,  2.81022636e-8};
    constexpr double far[] = {2.83297682,     1.00167406,    0.00943887047,  -0.0076224613,  0.00573950773,
                              -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257};
    const V one = broadcast(T(1)), w = -log_of_positive<S>((one - x) * (one + x));
    const auto is_near = w < broadcast(T(5));
    const V u = choose(is_near, w - broadcast(T(2.5)), sqrt(w) - broadcast(T(3)));
    V p = choose(is_near, broadcast(T(near[8])), broadcast(T(far[8])));
#pragma GCC unroll 8
    for (int i = 7; i >= 0; --i) p = fma(p, u, choose(is_near, broadcast(T(near[i])), broadcast(T(far[i]))));
    return p * x;
}

// A vector of normal numbers, by the inverse of their distribution.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V normal_numbers(const RandomBits& bits, Index i) {
    constexpr Index L = Simd<T>::lanes;
    T uniform[L];  // odd multiples of 2^-23 between -1 and 1
    for (Index lane = 0; lane < L; ++lane)
        uniform[lane] = static_cast<T>(static_cast<std::int32_t>(2 * (bits[i + lane] >> 9) + 1) - (1 << 23)) *
                        static_cast<T>(1.0 / (1 << 23));
    return inverse_erf<Simd<T>>(load(uniform)) * broadcast(T(1.4142135623730951));
}

template <class T>
void add_noise(const NoiseArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    const V deviation = broadcast(static_cast<T>(args.deviation));
    const std::uint64_t threshold = static_cast<std::uint64_t>(args.rate * 4294967296.0);
    // Factor and offset that restore mean and variance after a share has been replaced by the lowest value of SELU.
    constexpr double lowest = -selu_scale * selu_alpha;
    const double factor = 1 / __builtin_sqrt((1 - args.rate) * (1 + args.rate * lowest * lowest));
    const T kept_factor = static_cast<T>(factor), kept_offset = static_cast<T>(-factor * lowest * args.rate);
    const T replacement = static_cast<T>(factor * lowest - factor * lowest * args.rate);
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const RandomBits bits(args, t, n);
            for (Index i = 0; i < args.features; i += L) {
                V x = load(element(args.x, t, n, i), args.features - i);
                if (args.kind == Noise::alpha_dropout) {
                    T multiplier[L], offset[L];
                    for (Index lane = 0; lane < L; ++lane) {
                        const bool replaced = bits[i + lane] < threshold;
                        multiplier[lane] = replaced ? 0 : kept_factor;
                        offset[lane] = args.backward ? 0 : replaced ? replacement : kept_offset;
                    }
                    x = fma(x, load(multiplier), load(offset));
                } else if (args.kind == Noise::gaussian_factor) {
                    x *= fma(deviation, normal_numbers<T>(bits, i), broadcast(T(1)));
                } else if (!args.backward) {
                    x = fma(deviation, normal_numbers<T>(bits, i), x);
                }
                store(element(args.y, t, n, i), x);
            }
        }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
