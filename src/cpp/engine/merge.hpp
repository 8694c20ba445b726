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

template <class T>
void merge(const MergeArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    if (args.kind == Merge::concat) return concatenate(args, rows);
    const V inputs = broadcast(static_cast<T>(args.count));
    for_each_vector<T>(args.steps, rows, args.inputs[0].features, [&](Index t, Index n, Index i, Index count) {
        V y = load(element(args.inputs[0].x, t, n, i), count);
        for (Index k = 1; k < args.count; ++k) {
            const V x = load(element(args.inputs[k].x, t, n, i), count);
            y = args.kind == Merge::mul ? y * x : y + x;
        }
        store(element(args.y, t, n, i), args.kind == Merge::ave ? y / inputs : y, count);
    });
}

// The gradient of the k-th input's vector, given that of y.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V merged_gradient(const MergeArgs<T>& args, Index k, typename Simd<T>::V dy, Index t,
                                                    Index n, Index i, Index count) {
    if (args.kind == Merge::ave) return dy / broadcast(static_cast<T>(args.count));
    if (args.kind == Merge::mul)
        for (Index other = 0; other < args.count; ++other)
            if (other != k) dy *= load(element(args.inputs[other].x, t, n, i), count);
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
