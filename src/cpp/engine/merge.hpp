// Several inputs of the same rows and steps merged into one, and their masks.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// A row's last feature may be followed by those of another input: loads and stores here stop at it.

template <class T>
void concatenate(const MergeArgs<T>& args, Range rows) {
    Index first = 0;
    for (Index k = 0; k < args.count; ++k) {
        const MergeInput<T>& input = args.inputs[k];
        for_each_vector<T>(args.steps, rows, input.features, [&](Index t, Index n, Index i, Index count) {
            store(element(args.y, t, n, first + i), load(element(input.x, t, n, i), count), count);
        });
        first += input.features;
    }
}

// Whether the k-th input is part of a product, or of what the largest is chosen from.
template <class T>
FASTLSTM_INLINE bool takes_part(const MergeArgs<T>& args, Index k, Index t, Index n) {
    const Mask& mask = args.inputs[k].mask;
    return !mask.data || *element(mask, t, n, 0);
}

// The first of the inputs that takes part, or `count`.
template <class T>
FASTLSTM_INLINE Index first_part(const MergeArgs<T>& args, Index t, Index n) {
    Index k = 0;
    while (k < args.count && !takes_part(args, k, t, n)) ++k;
    return k;
}

// 1 where x is the larger (smaller), 1/2 where both are equal. A NaN takes the gradient.
template <class V>
FASTLSTM_INLINE V share_of(Merge kind, V x, V other) {
    using T = __typeof__(x[0] + 0);
    const V beyond = choose(kind == Merge::max ? x < other : x > other, V{}, broadcast(T(1)));
    return choose(x == other, broadcast(T(0.5)), beyond);
}

template <class V>
FASTLSTM_INLINE V extreme(Merge kind, V x, V y) {
    return choose(x != x, x, kind == Merge::max ? larger(x, y) : smaller(x, y));
}

template <class T>
FASTLSTM_INLINE typename Simd<T>::V merged(const MergeArgs<T>& args, Index t, Index n, Index i, Index count) {
    using V = typename Simd<T>::V;
    const auto x = [&](Index k) { return load(element(args.inputs[k].x, t, n, i), count); };
    if (args.kind == Merge::sum || args.kind == Merge::ave || args.kind == Merge::sub) {
        V y = x(0);
        for (Index k = 1; k < args.count; ++k) y = args.kind == Merge::sub ? y - x(k) : y + x(k);
        return args.kind == Merge::ave ? y / broadcast(static_cast<T>(args.count)) : y;
    }
    const Index first = first_part(args, t, n);
    if (first == args.count) return args.kind == Merge::mul ? V{} : x(0);
    V y = x(first);
    for (Index k = first + 1; k < args.count; ++k)
        if (takes_part(args, k, t, n)) y = args.kind == Merge::mul ? y * x(k) : extreme(args.kind, y, x(k));
    return y;
}

template <class T>
void merge(const MergeArgs<T>& args, Range rows) {
    if (args.kind == Merge::concat) return concatenate(args, rows);
    for_each_vector<T>(args.steps, rows, args.inputs[0].features, [&](Index t, Index n, Index i, Index count) {
        store(element(args.y, t, n, i), merged(args, t, n, i, count), count);
    });
}

// The gradient of the k-th input's vector, given that of y. The inputs are compared in order, as if two by two.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V merged_gradient(const MergeArgs<T>& args, Index k, typename Simd<T>::V dy, Index t,
                                                    Index n, Index i, Index count) {
    using V = typename Simd<T>::V;
    if (args.kind == Merge::ave) return dy / broadcast(static_cast<T>(args.count));
    if (args.kind == Merge::sub) return k == 0 ? dy : -dy;
    if (args.kind == Merge::sum || args.kind == Merge::concat) return dy;
    const auto x = [&](Index input) { return load(element(args.inputs[input].x, t, n, i), count); };
    const Index first = first_part(args, t, n);
    if (first == args.count) return args.kind != Merge::mul && k == 0 ? dy : V{};
    if (!takes_part(args, k, t, n)) return V{};
    V y = x(first);
    for (Index other = args.kind == Merge::mul ? 0 : first + 1; other < args.count; ++other) {
        if (!takes_part(args, other, t, n)) continue;
        if (args.kind == Merge::mul) {
            if (other != k) dy *= x(other);
            continue;
        }
        if (other == k) dy *= share_of(args.kind, x(k), y);
        if (other > k) dy *= share_of(args.kind, y, x(other));
        y = extreme(args.kind, y, x(other));
    }
    return dy;
}

template <class T>
void merge_backward(const MergeArgs<T>& args, Range rows) {
    Index first = 0;  // where the input's features begin in dy
    for (Index k = 0; k < args.count; ++k) {
        const MergeInput<T>& input = args.inputs[k];
        if (input.dx.data)
            for_each_vector<T>(args.steps, rows, input.features, [&](Index t, Index n, Index i, Index count) {
                const auto dy = load(element(args.dy, t, n, first + i), count);
                store(element(input.dx, t, n, i), merged_gradient(args, k, dy, t, n, i, count), count);
            });
        if (args.kind == Merge::concat) first += input.features;
    }
}

// A mask without data is valid everywhere.
void unite_masks(const Mask* masks, Index count, Index steps, Sequence<unsigned char> valid, Range rows) {
    for (Index t = 0; t < steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            bool any = false;
            for (Index k = 0; k < count && !any; ++k) any = !masks[k].data || *element(masks[k], t, n, 0);
            *element(valid, t, n, 0) = any;
        }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
