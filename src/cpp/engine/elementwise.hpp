// Elementwise kernels: normalization, and sums.
#pragma once

#include "../simd/vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Calls visit(t, n, i, count) for every vector of features of every row and step; the last one has fewer than V.
template <class T, class Visit>
FASTLSTM_INLINE void for_each_vector(Index steps, Range rows, Index features, const Visit& visit) {
    constexpr Index L = Simd<T>::lanes;
    for (Index t = 0; t < steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index i = 0; i < features; i += L) visit(t, n, i, features - i);
}

template <class T>
FASTLSTM_INLINE T* element(const Sequence<T>& in, Index t, Index n, Index i) {
    return in.data + t * in.step + n * in.row + i;
}

// y = x where it is valid, else zeros; of one row and step.
template <class T>
FASTLSTM_INLINE void copy_valid(bool valid, const T* x, T* y, Index features) {
    for (Index i = 0; i < features; i += Simd<T>::lanes)
        store(y + i, valid ? load(x + i, features - i) : typename Simd<T>::V{}, features - i);
}

template <class T>
void deviations(const T* variance, Index features, T* deviation) {
    const auto smallest = broadcast(T(1e-7));
    for (Index i = 0; i < features; i += Simd<T>::lanes)
        store(deviation + i, larger(smallest, sqrt(load(variance + i, features - i))), features - i);
}

template <class T>
void normalize(const NormalizationArgs<T>& args, Range rows) {
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index count) {
        const auto x = load(element(args.x, t, n, i), count);
        const auto mean = load(args.mean + i), deviation = load(args.deviation + i);
        store(element(args.y, t, n, i), args.invert ? fma(x, deviation, mean) : (x - mean) / deviation);
    });
}

template <class T>
void normalize_backward(const NormalizationArgs<T>& args, Range rows) {
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index) {
        const auto dy = load(element(args.dy, t, n, i)), deviation = load(args.deviation + i);
        store(element(args.dx, t, n, i), args.invert ? dy * deviation : dy / deviation);
    });
}

template <class T>
void add(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows) {
    for_each_vector<T>(steps, rows, features, [&](Index t, Index n, Index i, Index count) {
        T* sum = element(to, t, n, i);
        store(sum, load(sum, count) + load(element(from, t, n, i), count), count);
    });
}

template <class T>
void sum_steps(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows) {
    for_each_vector<T>(1, rows, features, [&](Index, Index n, Index i, Index) {
        typename Simd<T>::V sum = {};
        for (Index t = 0; t < steps; ++t) sum += load(element(from, t, n, i));
        store(element(to, 0, n, i), sum);
    });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
