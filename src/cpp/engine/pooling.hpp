// Pooling: windows of steps become one, of each feature.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Calls visit(step of x) for the steps of a row in the window of step t that count.
template <class T, class Visit>
FASTLSTM_INLINE void for_each_pooled(const PoolingArgs<T>& args, Index t, Index n, const Visit& visit) {
    const Range taps = args.windows.taps_in(t, args.steps);
    for (Index tap = taps.begin; tap < taps.end; ++tap) {
        const Index step = args.windows.first(t) + tap * args.windows.dilation;
        if (args.kind == Pooling::average && args.mask.data && !*element(args.mask, step, n, 0)) continue;
        visit(step);
    }
}

template <class T>
FASTLSTM_INLINE typename Simd<T>::V pooled_count(const PoolingArgs<T>& args, Index t, Index n) {
    Index count = 0;
    for_each_pooled(args, t, n, [&](Index) { ++count; });
    return broadcast(static_cast<T>(count));
}

template <class T>
void pool(const PoolingArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    for_each_vector<T>(args.output_steps, rows, args.features, [&](Index t, Index n, Index i, Index left) {
        if (args.kind == Pooling::max) {
            V most = broadcast(-static_cast<T>(__builtin_inf()));
            for_each_pooled(args, t, n, [&](Index step) {
                const V x = load(element(args.x, step, n, i), left);
                most = choose((x > most) | (x != x), x, most);
            });
            store(element(args.y, t, n, i), most);
        } else {
            V sum = {};
            for_each_pooled(args, t, n, [&](Index step) { sum += load(element(args.x, step, n, i), left); });
            store(element(args.y, t, n, i), sum / pooled_count(args, t, n));
        }
    });
}

// The gradient of a largest value goes to the first step that has it. Windows may overlap: theirs are added in order.
template <class T>
void pool_backward(const PoolingArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    for_each_vector<T>(args.steps, rows, args.features,
                       [&](Index t, Index n, Index i, Index) { store(element(args.dx, t, n, i), V{}); });
    for_each_vector<T>(args.output_steps, rows, args.features, [&](Index t, Index n, Index i, Index left) {
        V dy = load(element(args.dy, t, n, i), left);
        const V y = load(element(args.y, t, n, i));
        if (args.kind == Pooling::average) dy /= pooled_count(args, t, n);
        for_each_pooled(args, t, n, [&](Index step) {
            T* dx = element(args.dx, step, n, i);
            if (args.kind == Pooling::average) return store(dx, load(dx) + dy);
            const auto has_it = load(element(args.x, step, n, i), left) == y;
            store(dx, load(dx) + choose(has_it, dy, V{}));
            dy = choose(has_it, V{}, dy);
        });
    });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
