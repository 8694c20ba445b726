// Vectors of features brought to length 1, or to a mean square of 1 (Zhang and Sennrich 2019).
//
//     n = x / size(x)      y = n gamma      dn = dy gamma      dx = (dn - n mean(dn n)) / size(x)
//
// with the sum in place of the mean for length 1.
#pragma once

#include "layer_normalization.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void normalize_vectors(const VectorNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = args.features;
    const T epsilon = static_cast<T>(args.epsilon);
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T* x = element(args.x, t, n, 0);
            const T squares = row_sum<T>(count, [&](Index i, Index left) {
                const auto v = load(x + i, left);
                return v * v;
            });
            const auto size = args.unit ? larger(broadcast(epsilon), sqrt(broadcast(squares)))
                                        : sqrt(broadcast(squares / static_cast<T>(count) + epsilon));
            const auto inverse = broadcast(T(1)) / size;
            args.saved_inverse_size[t * args.rows + n] = inverse[0];
            for (Index i = 0; i < count; i += L) {
                auto y = load(x + i, count - i) * inverse;
                if (args.gamma) y *= load(args.gamma + i, count - i);
                store(element(args.y, t, n, i), y);
            }
        }
}

template <class T>
void normalize_vectors_backward(const VectorNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = args.features;
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T *dy = element(args.dy, t, n, 0), *x = element(args.x, t, n, 0);
            const T inverse = args.saved_inverse_size[t * args.rows + n];
            const auto dn = [&](Index i, Index left) {
                const auto d = load(dy + i, left);
                return args.gamma ? d * load(args.gamma + i, left) : d;
            };
            T along = row_sum<T>(count, [&](Index i, Index left) { return dn(i, left) * load(x + i, left); }) * inverse;
            if (!args.unit) along /= static_cast<T>(count);
            if (args.unit && inverse * static_cast<T>(args.epsilon) >= 1) along = 0;  // the size is a constant
            const auto factor = broadcast(along * inverse), scale = broadcast(inverse);
            for (Index i = 0; i < count; i += L)
                store(element(args.dx, t, n, i), (dn(i, count - i) - load(x + i, count - i) * factor) * scale);
        }
}

template <class T>
void vector_normalization_gradients(const VectorNormalizationArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, args.features); i += L) {
        const Index left = args.features - i;
        typename Simd<T>::V gamma = {};
        for (Index t = args.steps - 1; t >= 0; --t)
            for (Index n = 0; n < args.rows; ++n) {
                const auto normalized =
                    load(element(args.x, t, n, i), left) * broadcast(args.saved_inverse_size[t * args.rows + n]);
                gamma = fma(load(element(args.dy, t, n, i), left), normalized, gamma);
            }
        store(args.d_gamma + i, gamma, left);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
