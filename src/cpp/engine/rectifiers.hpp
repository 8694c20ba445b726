// Rectifiers with parameters: ReLU with a slope, a threshold and a most, ELU, and PReLU (He et al. 2015), whose slopes
// are weights.
#pragma once

#include "../simd/math.hpp"
#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
FASTLSTM_INLINE typename Simd<T>::V slope_at(const RectifierArgs<T>& args, Index t, Index i, Index left) {
    if (!args.slopes) return broadcast(static_cast<T>(args.slope));
    const T* slopes = args.slopes + t * args.step_slope;
    return args.feature_slope ? load(slopes + i, left) : broadcast(slopes[0]);
}

template <class T>
void rectify(const RectifierArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    const V threshold = broadcast(static_cast<T>(args.threshold)), most = broadcast(static_cast<T>(args.most));
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index left) {
        const V x = load(element(args.x, t, n, i), left), slope = slope_at(args, t, i, left);
        const V below = args.exponential ? expm1_nonpositive<Simd<T>>(x) : x - threshold;
        // A slope of 0 gives 0, however far below.
        store(element(args.y, t, n, i),
              choose(x <= threshold, choose(slope == V{}, V{}, slope * below), smaller(most, x)));
    });
}

template <class T>
void rectify_backward(const RectifierArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    const V threshold = broadcast(static_cast<T>(args.threshold)), most = broadcast(static_cast<T>(args.most));
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index left) {
        const V x = load(element(args.x, t, n, i), left);
        V slope = slope_at(args, t, i, left);
        if (args.exponential) slope += load(element(args.y, t, n, i));
        const V above = choose(x < most, broadcast(T(1)), V{});
        store(element(args.dx, t, n, i), load(element(args.dy, t, n, i), left) * choose(x <= threshold, slope, above));
    });
}

// Of the slopes of a vector of features, at each step; if they share theirs, all are in the first block.
template <class T>
void rectifier_gradients(const RectifierArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    const auto sum_over_rows = [&](Index t, Index i, V sum) {
        for (Index n = 0; n < args.rows; ++n) {
            const V below = smaller(V{}, load(element(args.x, t, n, i), args.features - i));
            sum = fma(load(element(args.dy, t, n, i), args.features - i), below, sum);
        }
        return sum;
    };
    const auto put = [&](Index t, Index i, V sum) {
        T* to = args.d_slopes + t * args.step_slope;
        if (args.feature_slope) return store(to + i, sum, args.features - i);
        T total = 0;
        for (Index lane = 0; lane < L; ++lane) total += sum[lane];
        to[0] = total;
    };
    for (Index block = blocks.begin; block < blocks.end; ++block) {
        const Index first = block * L, end = args.feature_slope ? first + 1 : args.features;
        V sum = {};
        for (Index t = args.steps - 1; t >= 0; --t) {
            if (args.step_slope) sum = V{};
            for (Index i = first; i < end; i += L) sum = sum_over_rows(t, i, sum);
            if (args.step_slope) put(t, first, sum);
        }
        if (!args.step_slope) put(0, first, sum);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
