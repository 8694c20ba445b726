// Regularizers, of weights and of a layer's output, and constraints: as in Keras.
#pragma once

#include "elementwise.hpp"
#include "math.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The gradient of l1 |x| + l2 x^2.
template <class T>
struct Penalty {
    using V = typename Simd<T>::V;
    double l1, l2;

    FASTLSTM_INLINE double value(T x) const {
        const double wide = static_cast<double>(x);
        return l1 * (wide < 0 ? -wide : wide) + l2 * wide * wide;
    }
    FASTLSTM_INLINE V slope(V x, T scale) const {
        const V step = broadcast(static_cast<T>(l1) * scale), zero = {};
        const V sign = x > zero ? step : x < zero ? -step : zero;
        return fma(x, broadcast(static_cast<T>(2 * l2) * scale), sign);
    }
};

template <class T>
void penalize(const PenaltyPass<T>& pass, Range rows) {
    const Penalty<T> penalty{pass.l1, pass.l2};
    for (Index n = rows.begin; pass.row_penalty && n < rows.end; ++n) {
        double sum = 0;
        for (Index t = 0; t < pass.steps; ++t)
            for (Index i = 0; i < pass.features; ++i) sum += penalty.value(*element(pass.x, t, n, i));
        pass.row_penalty[n] += sum;
    }
    if (pass.dx.data)
        for_each_vector<T>(pass.steps, rows, pass.features, [&](Index t, Index n, Index i, Index count) {
            const auto slope = penalty.slope(load(element(pass.x, t, n, i), count), static_cast<T>(pass.scale));
            store(element(pass.dx, t, n, i), load(element(pass.dy, t, n, i), count) + slope);
        });
}

template <class T>
double regularize(const T* weights, T* gradients, double l1, double l2, Index count) {
    const Penalty<T> penalty{l1, l2};
    double sum = 0;
    for (Index i = 0; i < count; ++i) sum += penalty.value(weights[i]);
    if (gradients)
        for (Index i = 0; i < count; i += Simd<T>::lanes)
            store(gradients + i, load(gradients + i, count - i) + penalty.slope(load(weights + i, count - i), 1),
                  count - i);
    return sum;
}

// What a group's weights are multiplied by, given the sum of their squares.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V constraint_factor(const ConstraintPass<T>& pass, typename Simd<T>::V squares) {
    using V = typename Simd<T>::V;
    const V norm = sqrt(squares), safe = norm + broadcast(T(1e-7));
    if (pass.kind == Constraint::unit_norm) return broadcast(T(1)) / safe;
    const V low = broadcast(static_cast<T>(pass.minimum)), high = broadcast(static_cast<T>(pass.maximum));
    const V bounded = smaller(high, larger(low, norm));
    const V rate = broadcast(static_cast<T>(pass.rate));
    return fma(rate, bounded - norm, norm) / safe;
}

// `groups` counts groups of `inner` neighbours side by side: [outer][inner].
template <class T>
void constrain(const ConstraintPass<T>& pass, Range groups) {
    using V = typename Simd<T>::V;
    for (Index group = groups.begin; group < groups.end;) {
        const Index outer = group / pass.inner, inner = group % pass.inner;
        const Index count = least(Simd<T>::lanes, least(pass.inner - inner, groups.end - group));
        T* first = pass.weights + outer * pass.reduced * pass.inner + inner;
        V squares = {};
        if (pass.kind != Constraint::non_neg)
            for (Index i = 0; i < pass.reduced; ++i) {
                const V w = load(first + i * pass.inner, count);
                squares = fma(w, w, squares);
            }
        const V factor = constraint_factor(pass, squares);
        for (Index i = 0; i < pass.reduced; ++i) {
            const V w = load(first + i * pass.inner, count);
            store(first + i * pass.inner, pass.kind == Constraint::non_neg ? (w < V{} ? V{} : w) : w * factor, count);
        }
        group += count;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
