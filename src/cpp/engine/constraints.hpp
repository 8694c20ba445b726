// Constraints of weights, as in Keras.
#pragma once

#include "../simd/vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

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
