// Group normalization (Wu and He 2018): the moments of each row over all steps and a group of features.
#pragma once

#include "layer_normalization.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The sum of function(step, first feature, features left) over the steps and vectors of a group.
template <class T, class Function>
FASTLSTM_INLINE T group_sum(const GroupNormalizationArgs<T>& args, Index group, const Function& function) {
    const Index size = args.features / args.groups;
    T sum = 0;
    for (Index t = 0; t < args.steps; ++t)
        sum += row_sum<T>(size, [&](Index i, Index left) { return function(t, group * size + i, left); });
    return sum;
}

template <class T>
void normalize_groups(const GroupNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index size = args.features / args.groups;
    const T count = static_cast<T>(args.steps * size);
    for (Index n = rows.begin; n < rows.end; ++n)
        for (Index group = 0; group < args.groups; ++group) {
            const T mean =
                group_sum(args, group,
                          [&](Index t, Index i, Index left) { return load(element(args.x, t, n, i), left); }) /
                count;
            const auto centre = broadcast(mean);
            const T variance = group_sum(args, group,
                                         [&](Index t, Index i, Index left) {
                                             const auto d =
                                                 first_lanes<T>(load(element(args.x, t, n, i), left) - centre, left);
                                             return d * d;
                                         }) /
                               count;
            const auto inverse = broadcast(T(1)) / sqrt(broadcast(variance + static_cast<T>(args.epsilon)));
            args.saved_mean[n * args.groups + group] = mean;
            args.saved_inverse_deviation[n * args.groups + group] = inverse[0];
            for (Index t = 0; t < args.steps; ++t)
                for (Index i = 0; i < size; i += L) {
                    const Index at = group * size + i, left = size - i;
                    auto y = (load(element(args.x, t, n, at), left) - centre) * inverse;
                    if (args.gamma) y *= load(args.gamma + at, left);
                    if (args.beta) y += load(args.beta + at, left);
                    store(element(args.y, t, n, at), y, left);
                }
        }
}

template <class T>
void normalize_groups_backward(const GroupNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index size = args.features / args.groups;
    const T count = static_cast<T>(args.steps * size);
    for (Index n = rows.begin; n < rows.end; ++n)
        for (Index group = 0; group < args.groups; ++group) {
            const auto centre = broadcast(args.saved_mean[n * args.groups + group]);
            const auto inverse = broadcast(args.saved_inverse_deviation[n * args.groups + group]);
            const auto dn = [&](Index t, Index i, Index left) {
                const auto d = load(element(args.dy, t, n, i), left);
                return args.gamma ? d * load(args.gamma + i, left) : d;
            };
            const auto normalized = [&](Index t, Index i, Index left) {
                return (load(element(args.x, t, n, i), left) - centre) * inverse;
            };
            const auto mean = broadcast(group_sum(args, group, dn) / count);
            const auto along = broadcast(
                group_sum(args, group,
                          [&](Index t, Index i, Index left) { return dn(t, i, left) * normalized(t, i, left); }) /
                count);
            for (Index t = 0; t < args.steps; ++t)
                for (Index i = 0; i < size; i += L) {
                    const Index at = group * size + i, left = size - i;
                    store(element(args.dx, t, n, at),
                          (dn(t, at, left) - mean - normalized(t, at, left) * along) * inverse, left);
                }
        }
}

template <class T>
void group_normalization_gradients(const GroupNormalizationArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    const Index size = args.features / args.groups;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, args.features); ++i) {
        T gamma = 0, beta = 0;
        for (Index t = args.steps - 1; t >= 0; --t)
            for (Index n = 0; n < args.rows; ++n) {
                const Index at = n * args.groups + i / size;
                const T dy = *element(args.dy, t, n, i);
                gamma += dy * (*element(args.x, t, n, i) - args.saved_mean[at]) * args.saved_inverse_deviation[at];
                beta += dy;
            }
        if (args.d_gamma) args.d_gamma[i] = gamma;
        if (args.d_beta) args.d_beta[i] = beta;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
