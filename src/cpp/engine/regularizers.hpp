// Regularizers of weights and of a layer's output, as in Keras.
#pragma once

#include "elementwise.hpp"

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
void penalize(const PenaltyArgs<T>& args, Range rows) {
    const Penalty<T> penalty{args.l1, args.l2};
    for (Index n = rows.begin; args.row_penalty && n < rows.end; ++n) {
        double sum = 0;
        for (Index t = 0; t < args.steps; ++t)
            for (Index i = 0; i < args.features; ++i) sum += penalty.value(*element(args.x, t, n, i));
        args.row_penalty[n] += sum;
    }
    if (args.dx.data)
        for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index count) {
            const auto slope = penalty.slope(load(element(args.x, t, n, i), count), static_cast<T>(args.scale));
            store(element(args.dx, t, n, i), load(element(args.dy, t, n, i), count) + slope);
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

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
