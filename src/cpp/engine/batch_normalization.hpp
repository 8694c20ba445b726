// Batch normalization (Ioffe and Szegedy 2015), with the moments of each feature over all rows and steps.
//
//     n = (x - mean) / sqrt(variance + epsilon)       y = n gamma + beta       dn = dy gamma
//     dx = (dn - (sum(dn) + n sum(dn n)) / count) / sqrt(variance + epsilon)
//
// Under a mask only valid steps count in the moments, all of which sums stand for, but every step is normalized: the
// second term of dx is zero elsewhere. As in Keras, 1e-7 is added to the count then.
//
// Sums over a batch have two stages. Each chunk of rows has its own, so that threads can share the chunks; these are
// then added in order, whichever thread made them.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

constexpr Index sums_in_flight = 4;  // that hide the latency of an addition; order

FASTLSTM_INLINE bool is_valid(const Mask& mask, Index t, Index n) { return !mask.data || *element(mask, t, n, 0); }

// The sums over rows and valid steps of visit(t, n, sums): each adds its terms to K sums.
template <class T, int K, class Visit>
FASTLSTM_INLINE void sum_rows(Index steps, Range rows, const Mask& mask, typename Simd<T>::V (&total)[K],
                              const Visit& visit) {
    typename Simd<T>::V sums[sums_in_flight][K] = {};
    for (Index t = 0; t < steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n)
            if (is_valid(mask, t, n)) visit(t, n, sums[(n - rows.begin) % sums_in_flight]);
    for (int k = 0; k < K; ++k) total[k] = (sums[0][k] + sums[1][k]) + (sums[2][k] + sums[3][k]);
}

template <class T>
Range chunk_of(const BatchNormalizationArgs<T>& args, Index chunk) {
    return part_of(args.rows, chunk, args.chunks);
}

template <class T>
FASTLSTM_INLINE T* chunk_sums(const BatchNormalizationArgs<T>& args, Index chunk, Index which) {
    return args.sums + (2 * chunk + which) * padded<T>(args.features);
}

// What sums are divided by.
template <class T>
FASTLSTM_INLINE T batch_count(const BatchNormalizationArgs<T>& args) {
    double count = args.mask.data ? 1e-7 : 0;
    for (Index chunk = 0; chunk < args.chunks; ++chunk) count += args.counts[chunk];
    return static_cast<T>(count > 0 ? count : 1);
}

// Of each chunk its number of valid steps, their mean and the sum of squared deviations from that.
template <class T>
void sum_chunks(const BatchNormalizationArgs<T>& args, Range chunks) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    for (Index chunk = chunks.begin; chunk < chunks.end; ++chunk) {
        const Range rows = chunk_of(args, chunk);
        Index count = 0;
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n) count += is_valid(args.mask, t, n);
        args.counts[chunk] = static_cast<double>(count);
        const V divisor = broadcast(static_cast<T>(count > 0 ? count : 1));
        for (Index i = 0; i < args.features; i += L) {
            const Index left = args.features - i;
            V sum[1], squares[1];
            sum_rows<T, 1>(args.steps, rows, args.mask, sum,
                           [&](Index t, Index n, V(&sums)[1]) { sums[0] += load(element(args.x, t, n, i), left); });
            const V mean = sum[0] / divisor;
            sum_rows<T, 1>(args.steps, rows, args.mask, squares, [&](Index t, Index n, V(&sums)[1]) {
                const V d = load(element(args.x, t, n, i), left) - mean;
                sums[0] = fma(d, d, sums[0]);
            });
            store(chunk_sums(args, chunk, 0) + i, mean);
            store(chunk_sums(args, chunk, 1) + i, squares[0]);
        }
    }
}

// Chan, Golub and LeVeque (1983): deviations from the chunks' own means, and those of these means.
template <class T>
void batch_moments(const BatchNormalizationArgs<T>& args, T* mean, T* variance, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    const V count = broadcast(batch_count(args));
    for (Index i = blocks.begin * L; i < blocks.end * L; i += L) {
        V sum = {}, squares = {};
        for (Index chunk = 0; chunk < args.chunks; ++chunk)
            sum = fma(broadcast(static_cast<T>(args.counts[chunk])), load(chunk_sums(args, chunk, 0) + i), sum);
        const V centre = sum / count;
        for (Index chunk = 0; chunk < args.chunks; ++chunk) {
            const V d = load(chunk_sums(args, chunk, 0) + i) - centre;
            squares += fma(broadcast(static_cast<T>(args.counts[chunk])), d * d, load(chunk_sums(args, chunk, 1) + i));
        }
        store(mean + i, centre, args.features - i);
        store(variance + i, squares / count, args.features - i);
    }
}

template <class T>
FASTLSTM_INLINE typename Simd<T>::V inverse_deviation(const BatchNormalizationArgs<T>& args, Index i) {
    return broadcast(T(1)) / sqrt(load(args.variance + i, args.features - i) + broadcast(static_cast<T>(args.epsilon)));
}

template <class T>
void batch_normalize(const BatchNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    for (Index i = 0; i < args.features; i += L) {
        const Index left = args.features - i;
        const V mean = load(args.mean + i, left), beta = args.beta ? load(args.beta + i, left) : V{};
        V factor = inverse_deviation(args, i);
        if (args.gamma) factor *= load(args.gamma + i, left);
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n)
                store(element(args.y, t, n, i), fma(load(element(args.x, t, n, i), left) - mean, factor, beta));
    }
}

// Of each chunk the sums of dy and of dy n, over all steps.
template <class T>
void sum_chunk_gradients(const BatchNormalizationArgs<T>& args, Range chunks) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    for (Index chunk = chunks.begin; chunk < chunks.end; ++chunk)
        for (Index i = 0; i < args.features; i += L) {
            const Index left = args.features - i;
            const V mean = load(args.mean + i, left);
            V total[2];
            sum_rows<T, 2>(args.steps, chunk_of(args, chunk), {}, total, [&](Index t, Index n, V(&sums)[2]) {
                const V dy = load(element(args.dy, t, n, i), left);
                sums[0] += dy;
                sums[1] = fma(dy, load(element(args.x, t, n, i), left) - mean, sums[1]);
            });
            store(chunk_sums(args, chunk, 0) + i, total[0]);
            store(chunk_sums(args, chunk, 1) + i, total[1] * inverse_deviation(args, i));
        }
}

template <class T>
void batch_gradients(const BatchNormalizationArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < blocks.end * L; i += L) {
        typename Simd<T>::V beta = {}, gamma = {};
        for (Index chunk = 0; chunk < args.chunks; ++chunk) {
            beta += load(chunk_sums(args, chunk, 0) + i);
            gamma += load(chunk_sums(args, chunk, 1) + i);
        }
        store(args.d_beta + i, beta);
        store(args.d_gamma + i, gamma);
    }
}

template <class T>
void batch_normalize_backward(const BatchNormalizationArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    using V = typename Simd<T>::V;
    const V count = broadcast(batch_count(args));
    for (Index i = 0; i < args.features; i += L) {
        const Index left = args.features - i;
        const V mean = load(args.mean + i, left), inverse = inverse_deviation(args, i);
        const V factor = args.gamma ? inverse * load(args.gamma + i, left) : inverse;
        const V shift = load(args.d_beta + i) / count, slope = load(args.d_gamma + i) / count * inverse;
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n) {
                V dn = load(element(args.dy, t, n, i), left);
                if (args.moments_of_batch && is_valid(args.mask, t, n))
                    dn -= fma(load(element(args.x, t, n, i), left) - mean, slope, shift);
                store(element(args.dx, t, n, i), dn * factor);
            }
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
