// Additive scores (Bahdanau et al. 2015): of a query step and a key, the sum over features of c tanh(a (q + k)).
#pragma once

#include "../simd/math.hpp"
#include "attention_mask.hpp"
#include "attention_scratch.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
struct AdditiveTerms {
    const T* of_feature;  // c; null where it is the same for all
    T of_all, inside;     // c, a

    explicit AdditiveTerms(const AttentionArgs<T>& args)
        : of_feature(args.scores == Scores::additive ? args.scale : nullptr),
          of_all(args.concat_weight ? *args.concat_weight : T(1)),
          inside(args.scores == Scores::concat && args.scale ? *args.scale : T(1)) {}
    T operator[](Index k) const { return of_feature ? of_feature[k] : of_all; }
};

// Of a tile of query steps, in rows of z; keys: panels of value steps.
template <class T>
void additive_scores(const AdditiveTerms<T>& terms, const Matrix<T>& query, const Panels<T>& keys, T* z, Index row) {
    using S = Simd<T>;
    constexpr Index L = S::lanes;
    const auto inside = broadcast(terms.inside);
    for (Index t = 0; t < query.rows; ++t)
        for (Index panel = 0; panel < keys.count; ++panel) {
            const T *q = query.data + t * query.row_step, *key = keys.data + panel * keys.rows * L;
            typename S::V sum = {};
            for (Index k = 0; k < keys.rows; ++k)
                sum = fma(broadcast(terms[k]), tanh<S>(inside * (broadcast(q[k]) + load(key + k * L))), sum);
            store(z + t * row + panel * L, sum);
        }
}

// Panels of value steps to where these lie.
template <class T>
void copy_panels(const Panels<T>& from, Index steps, const Sequence<T>& to, Index n, Index first) {
    using S = Simd<T>;
    constexpr Index L = S::lanes;
    for (Index s = 0; s < steps; s += L)
        for (Index k = 0; k < from.rows; k += L) {
            typename S::V v[L];
#pragma GCC unroll 16
            for (Index i = 0; i < L; ++i)
                v[i] = k + i < from.rows ? load(from.data + (s * from.rows) + (k + i) * L) : typename S::V{};
            transpose<S>(v);
            for (Index i = 0; i < least(L, steps - s); ++i)
                store(element(to, s + i, n, first + k), v[i], from.rows - k);
        }
}

// From the gradients of the scores to those of query, keys and weights.
template <class T>
void additive_backward(const AttentionArgs<T>& args, const RowMask<T>& mask, const BackwardScratch<T>& scratch, Index n,
                       Index head, T* row_gradients) {
    using S = Simd<T>;
    using V = typename S::V;
    constexpr Index L = S::lanes;
    const Index K = args.key_features, row = padded<T>(args.value_steps);
    const AdditiveTerms<T> terms(args);
    const V inside = broadcast(terms.inside), one = broadcast(T(1));
    const Panels<T> keys =
        pack_matrix(steps_of(args.keys, n, args.value_steps, head * K, K).transposed(), scratch.keys);
    for (Index i = 0; i < K * row; i += L) store(scratch.d_keys + i, V{});
    for (Index i = 0; i < K * L; i += L) store(scratch.d_weights + i, V{});
    V d_inside = {};
    for (Index t = 0; t < args.steps; ++t) {
        const Index panels = blocks_of<T>(mask.seen({t, t + 1}));
        for (Index k = 0; k < K; ++k) {
            const V q = broadcast(*element(args.query, t, n, head * K + k)), weight = broadcast(terms[k]);
            V d_query = {}, d_weight = load(scratch.d_weights + k * L);
            for (Index panel = 0; panel < panels; ++panel) {
                const Index at = (panel * K + k) * L;
                const V d = load(scratch.d_scores + t * row + panel * L), sum = q + load(keys.data + at);
                const V y = tanh<S>(inside * sum), slope = d * weight * fma(-y, y, one), d_sum = slope * inside;
                d_weight = fma(d, y, d_weight);
                d_inside = fma(slope, sum, d_inside);
                d_query += d_sum;
                store(scratch.d_keys + at, load(scratch.d_keys + at) + d_sum);
            }
            store(scratch.d_weights + k * L, d_weight);
            if (args.d_query.data) *element(args.d_query, t, n, head * K + k) = sum_of_lanes<S>(d_query);
        }
    }
    if (args.d_keys.data) copy_panels<T>({scratch.d_keys, K, keys.count}, args.value_steps, args.d_keys, n, head * K);
    for (Index k = 0; k < K; ++k)
        row_gradients[args.scores == Scores::additive ? k : 1] += sum_of_lanes<S>(load(scratch.d_weights + k * L));
    if (args.scores == Scores::concat) row_gradients[0] += sum_of_lanes<S>(d_inside);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
