// Constraints of weights, as in Keras.
#pragma once

#include "../simd/vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// What a group's weights are multiplied by, given the sum of their squares.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V constraint_factor(const ConstraintArgs<T>& args, typename Simd<T>::V squares) {
    using V = typename Simd<T>::V;
    const V norm = sqrt(squares), safe = norm + broadcast(T(1e-7));
    if (args.kind == Constraint::unit_norm) return broadcast(T(1)) / safe;
    const V low = broadcast(static_cast<T>(args.minimum)), high = broadcast(static_cast<T>(args.maximum));
    const V bounded = smaller(high, larger(low, norm));
    const V rate = broadcast(static_cast<T>(args.rate));
    return fma(rate, bounded - norm, norm) / safe;
}

// `groups` counts groups of `inner` neighbours side by side: [outer][inner].
template <class T>
void constrain(const ConstraintArgs<T>& args, Range groups) {
    using V = typename Simd<T>::V;
    for (Index group = groups.begin; group < groups.end;) {
        const Index outer = group / args.inner, inner = group % args.inner;
        const Index count = least(Simd<T>::lanes, least(args.inner - inner, groups.end - group));
        T* first = args.weights + outer * args.reduced * args.inner + inner;
        V squares = {};
        if (args.kind != Constraint::non_neg)
            for (Index i = 0; i < args.reduced; ++i) {
                const V w = load(first + i * args.inner, count);
                squares = fma(w, w, squares);
            }
        const V factor = constraint_factor(args, squares);
        for (Index i = 0; i < args.reduced; ++i) {
            const V w = load(first + i * args.inner, count);
            store(first + i * args.inner, args.kind == Constraint::non_neg ? (w < V{} ? V{} : w) : w * factor, count);
        }
        group += count;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
