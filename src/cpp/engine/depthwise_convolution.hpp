// Convolution over steps of each feature by itself.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The features that outputs i, i + 1, ... are made of.
template <class T>
FASTLSTM_INLINE typename Simd<T>::V load_repeated(const DepthwiseConvolutionArgs<T>& args, const T* x, Index i,
                                                  Index count) {
    if (args.multiplier == 1) return load(x + i, count);
    typename Simd<T>::V v = {};
    for (Index lane = 0; lane < least(count, Simd<T>::lanes); ++lane) v[lane] = x[(i + lane) / args.multiplier];
    return v;
}

template <class T>
void convolve_depthwise(const DepthwiseConvolutionArgs<T>& args, Range rows) {
    const Windows& windows = args.windows;
    const Index outputs = args.features * args.multiplier;
    for_each_vector<T>(args.output_steps, rows, outputs, [&](Index t, Index n, Index i, Index left) {
        typename Simd<T>::V sum = {};
        if (args.bias) sum = load(args.bias + i, left);
        const Range taps = windows.taps_in(t, args.steps);
        for (Index tap = taps.begin; tap < taps.end; ++tap)
            sum = fma(load_repeated(args, element(args.x, windows.first(t) + tap * windows.dilation, n, 0), i, left),
                      load(args.kernel + tap * outputs + i, left), sum);
        store(element(args.y, t, n, i), sum);
    });
}

template <class T>
void convolve_depthwise_backward(const DepthwiseConvolutionArgs<T>& args, Range rows) {
    const Windows& windows = args.windows;
    const Index outputs = args.features * args.multiplier;
    // Calls visit(tap, step of dy) for the windows that step t of x is in.
    const auto for_each_tap = [&](Index t, const auto& visit) {
        for (Index tap = 0; tap < windows.taps; ++tap) {
            const Index at = t + windows.before - tap * windows.dilation;
            if (at >= 0 && at % windows.stride == 0 && at / windows.stride < args.output_steps)
                visit(tap, at / windows.stride);
        }
    };
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index left) {
        typename Simd<T>::V sum = {};
        for_each_tap(t, [&](Index tap, Index step) {
            const T *dy = element(args.dy, step, n, 0), *kernel = args.kernel + tap * outputs;
            if (args.multiplier == 1) {
                sum = fma(load(dy + i, left), load(kernel + i, left), sum);
                return;
            }
            for (Index lane = 0; lane < least(left, Simd<T>::lanes); ++lane)
                for (Index k = (i + lane) * args.multiplier; k < (i + lane + 1) * args.multiplier; ++k)
                    sum[lane] += dy[k] * kernel[k];
        });
        store(element(args.dx, t, n, i), sum);
    });
}

template <class T>
void depthwise_gradients(const DepthwiseConvolutionArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    const Windows& windows = args.windows;
    const Index outputs = args.features * args.multiplier;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, outputs); i += L) {
        const Index left = outputs - i;
        for (Index tap = 0; args.d_kernel && tap < windows.taps; ++tap) {
            V sum = {};
            for (Index t = args.output_steps - 1; t >= 0; --t) {
                const Index step = windows.first(t) + tap * windows.dilation;
                if (step < 0 || step >= args.steps) continue;
                for (Index n = 0; n < args.rows; ++n)
                    sum = fma(load_repeated(args, element(args.x, step, n, 0), i, left),
                              load(element(args.dy, t, n, i), left), sum);
            }
            store(args.d_kernel + tap * outputs + i, sum, left);
        }
        if (!args.d_bias) continue;
        V sum = {};
        for (Index t = args.output_steps - 1; t >= 0; --t)
            for (Index n = 0; n < args.rows; ++n) sum += load(element(args.dy, t, n, i), left);
        store(args.d_bias + i, sum, left);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
