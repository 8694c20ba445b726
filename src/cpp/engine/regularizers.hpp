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

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
