// Layer normalization (Ba, Kiros and Hinton 2016) over the features of each row and step.
//
//     n = (x - mean(x)) / sqrt(variance(x) + epsilon)       y = n gamma + beta
//     dn = dy gamma          dx = (dn - mean(dn) - n mean(dn n)) / sqrt(variance(x) + epsilon)
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The sum of a function of each vector, whose surplus lanes it must make zero: lanes first, then their sum.
template <class T, class Function>
FASTLSTM_INLINE T row_sum(Index count, const Function& function) {
    constexpr Index L = Simd<T>::lanes;
    typename Simd<T>::V sums = {};
    for (Index i = 0; i < count; i += L) sums += function(i, count - i);
    T sum = 0;
    for (Index lane = 0; lane < L; ++lane) sum += sums[lane];
    return sum;
}

// The lanes below `count`, and zeros.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V first_lanes(typename Simd<T>::V v, Index count) {
    for (Index lane = count; lane < Simd<T>::lanes; ++lane) v[lane] = 0;
    return v;
}

template <class T>
void layer_normalize(const LayerNormalizationPass<T>& pass, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = pass.features;
    for (Index t = 0; t < pass.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T* x = element(pass.x, t, n, 0);
            const T mean =
                row_sum<T>(count, [&](Index i, Index left) { return load(x + i, left); }) / static_cast<T>(count);
            const auto centre = broadcast(mean);
            const T variance = row_sum<T>(count,
                                          [&](Index i, Index left) {
                                              const auto d = first_lanes<T>(load(x + i, left) - centre, left);
                                              return d * d;
                                          }) /
                               static_cast<T>(count);
            const auto inverse = broadcast(T(1)) / sqrt(broadcast(variance + static_cast<T>(pass.epsilon)));
            pass.inverse_deviation[t * pass.rows + n] = inverse[0];
            for (Index i = 0; i < count; i += L) {
                const auto normalized = (load(x + i, count - i) - centre) * inverse;
                store(element(pass.normalized, t, n, i), normalized);
                auto y = normalized;
                if (pass.gamma) y *= load(pass.gamma + i, count - i);
                if (pass.beta) y += load(pass.beta + i, count - i);
                store(element(pass.y, t, n, i), y);
            }
        }
}

template <class T>
void layer_normalize_backward(const LayerNormalizationPass<T>& pass, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = pass.features;
    for (Index t = 0; t < pass.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T *dy = element(pass.dy, t, n, 0), *normalized = element(pass.normalized, t, n, 0);
            const auto dn = [&](Index i, Index left) {
                const auto d = load(dy + i, left);
                return pass.gamma ? d * load(pass.gamma + i, left) : d;
            };
            const T size = static_cast<T>(count);
            const auto mean = broadcast(row_sum<T>(count, dn) / size);
            const auto along = broadcast(
                row_sum<T>(count, [&](Index i, Index left) { return dn(i, left) * load(normalized + i, left); }) /
                size);
            const auto inverse = broadcast(pass.inverse_deviation[t * pass.rows + n]);
            for (Index i = 0; i < count; i += L)
                store(element(pass.dx, t, n, i),
                      (dn(i, count - i) - mean - load(normalized + i, count - i) * along) * inverse);
        }
}

template <class T>
void layer_normalize_gradients(const LayerNormalizationPass<T>& pass, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, pass.features); i += L) {
        typename Simd<T>::V gamma = {}, beta = {};
        for (Index t = pass.steps - 1; t >= 0; --t)
            for (Index n = 0; n < pass.rows; ++n) {
                const auto dy = load(element(pass.dy, t, n, i), pass.features - i);
                gamma = fma(dy, load(element(pass.normalized, t, n, i), pass.features - i), gamma);
                beta += dy;
            }
        if (pass.d_gamma) store(pass.d_gamma + i, gamma, pass.features - i);
        if (pass.d_beta) store(pass.d_beta + i, beta, pass.features - i);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
