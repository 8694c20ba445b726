// Layer normalization (Ba, Kiros and Hinton 2016) over the features of each row and step.
//
//     n = (x - mean(x)) / sqrt(variance(x) + epsilon)       y = n gamma + beta
//     dn = dy gamma          dx = (dn - mean(dn) - n mean(dn n)) / sqrt(variance(x) + epsilon)
//
// Where the mean is kept, m = x / sqrt(variance(x) + epsilon) takes the place of n:
//
//     dm = dy gamma          dx = (dm - (m - mean(m)) mean(dm m)) / sqrt(variance(x) + epsilon)
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The sum of function(first element, elements left) over a row's vectors: in each lane, then over the lanes. Where a
// vector goes beyond the row, the function must return zeros.
template <class T, class Function>
FASTLSTM_INLINE T row_sum(Index count, const Function& function) {
    constexpr Index L = Simd<T>::lanes;
    typename Simd<T>::V sums = {};
    for (Index i = 0; i < count; i += L) sums += function(i, count - i);
    T sum = 0;
    for (Index lane = 0; lane < L; ++lane) sum += sums[lane];
    return sum;
}

// v with zeros in place of the lanes from `count` on.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V first_lanes(typename Simd<T>::V v, Index count) {
    for (Index lane = count; lane < Simd<T>::lanes; ++lane) v[lane] = 0;
    return v;
}

template <class T>
void layer_normalize(const LayerNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = args.features;
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T* x = element(args.x, t, n, 0);
            const T mean =
                row_sum<T>(count, [&](Index i, Index left) { return load(x + i, left); }) / static_cast<T>(count);
            const auto centre = broadcast(mean);
            const T variance = row_sum<T>(count,
                                          [&](Index i, Index left) {
                                              const auto d = first_lanes<T>(load(x + i, left) - centre, left);
                                              return d * d;
                                          }) /
                               static_cast<T>(count);
            const auto inverse = broadcast(T(1)) / sqrt(broadcast(variance + static_cast<T>(args.epsilon)));
            args.saved_inverse_deviation[t * args.rows + n] = inverse[0];
            const auto origin = args.keeps_mean ? broadcast(T(0)) : centre;
            for (Index i = 0; i < count; i += L) {
                const auto normalized = (load(x + i, count - i) - origin) * inverse;
                store(element(args.saved_normalized, t, n, i), normalized);
                auto y = normalized;
                if (args.gamma) y *= load(args.gamma + i, count - i);
                if (args.beta) y += load(args.beta + i, count - i);
                store(element(args.y, t, n, i), y);
            }
        }
}

template <class T>
void layer_normalize_backward(const LayerNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = args.features;
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T *dy = element(args.dy, t, n, 0), *normalized = element(args.saved_normalized, t, n, 0);
            const auto dn = [&](Index i, Index left) {
                const auto d = load(dy + i, left);
                return args.gamma ? d * load(args.gamma + i, left) : d;
            };
            const T size = static_cast<T>(count);
            const auto mean = broadcast(args.keeps_mean ? T(0) : row_sum<T>(count, dn) / size);
            const auto centre = broadcast(
                args.keeps_mean
                    ? row_sum<T>(count, [&](Index i, Index left) { return load(normalized + i, left); }) / size
                    : T(0));
            const auto along = broadcast(
                row_sum<T>(count, [&](Index i, Index left) { return dn(i, left) * load(normalized + i, left); }) /
                size);
            const auto inverse = broadcast(args.saved_inverse_deviation[t * args.rows + n]);
            for (Index i = 0; i < count; i += L)
                store(element(args.dx, t, n, i),
                      (dn(i, count - i) - mean - (load(normalized + i, count - i) - centre) * along) * inverse);
        }
}

template <class T>
void layer_normalize_gradients(const LayerNormalizationArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, args.features); i += L) {
        typename Simd<T>::V gamma = {}, beta = {};
        for (Index t = args.steps - 1; t >= 0; --t)
            for (Index n = 0; n < args.rows; ++n) {
                const auto dy = load(element(args.dy, t, n, i), args.features - i);
                gamma = fma(dy, load(element(args.saved_normalized, t, n, i), args.features - i), gamma);
                beta += dy;
            }
        if (args.d_gamma) store(args.d_gamma + i, gamma, args.features - i);
        if (args.d_beta) store(args.d_beta + i, beta, args.features - i);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
