// Activations of whole rows, and of the elements of a layer's output.
#pragma once

#include "activations.hpp"
#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

FASTLSTM_INLINE float log_of(float x) { return __builtin_logf(x); }
FASTLSTM_INLINE double log_of(double x) { return __builtin_log(x); }
FASTLSTM_INLINE float power_of(float x, float exponent) { return __builtin_powf(x, exponent); }
FASTLSTM_INLINE double power_of(double x, double exponent) { return __builtin_pow(x, exponent); }

// A row activation has, for a row of `count` values z: row(z, y, count), and back(z, y, dy, dz, count). Nothing beyond
// the `count` values is read or written.

// Writes exp(z - most) to y and returns its sum.
template <class T>
FASTLSTM_INLINE T exponentials(const T* z, T most, T* y, Index count) {
    constexpr Index L = Simd<T>::lanes;
    T sum = 0;
    for (Index i = 0; i < count; i += L) {
        store(y + i, exp_nonpositive<Simd<T>>(load(z + i, count - i) - broadcast(most)), count - i);
        for (Index j = i; j < least(count, i + L); ++j) sum += y[j];
    }
    return sum;
}

template <class T>
FASTLSTM_INLINE T largest(const T* z, Index count) {
    T most = z[0];
    for (Index i = 1; i < count; ++i) most = z[i] > most ? z[i] : most;
    return most;
}

struct Softmax {
    template <class T>
    static void row(const T* z, T* y, Index count) {
        constexpr Index L = Simd<T>::lanes;
        const auto sum = broadcast(exponentials(z, largest(z, count), y, count));
        for (Index i = 0; i < count; i += L) store(y + i, load(y + i, count - i) / sum, count - i);
    }
    template <class T>
    static void back(const T*, const T* y, const T* dy, T* dz, Index count) {
        T dot = 0;
        for (Index i = 0; i < count; ++i) dot += dy[i] * y[i];
        for (Index i = 0; i < count; ++i) dz[i] = y[i] * (dy[i] - dot);
    }
};

struct LogSoftmax {
    template <class T>
    static void row(const T* z, T* y, Index count) {
        const T most = largest(z, count), shift = most + log_of(exponentials(z, most, y, count));
        for (Index i = 0; i < count; ++i) y[i] = z[i] - shift;
    }
    template <class T>
    static void back(const T*, const T* y, const T* dy, T* dz, Index count) {
        constexpr Index L = Simd<T>::lanes;
        T sum = 0;
        for (Index i = 0; i < count; ++i) sum += dy[i];
        for (Index i = 0; i < count; i += L)
            store(dz + i, load(dy + i, count - i) - exp_nonpositive<Simd<T>>(load(y + i, count - i)) * broadcast(sum),
                  count - i);
    }
};

// Martins and Astudillo (2016): the projection onto the simplex, max(z - tau, 0). To find tau, the values that it makes
// negative are dropped until none are. Shifting all z changes nothing: the largest is subtracted first, since tau would
// be lost in rounding if z were large.
struct Sparsemax {
    template <class T>
    static void row(const T* z, T* y, Index count) {
        const T most = largest(z, count);
        T tau = -static_cast<T>(__builtin_inf());
        for (Index support = count + 1, before = support + 1; support < before;) {
            before = support;
            T sum = 0;
            support = 0;
            for (Index i = 0; i < count; ++i)
                if (z[i] - most > tau) {
                    sum += z[i] - most;
                    ++support;
                }
            if (support > 0) tau = (sum - 1) / static_cast<T>(support);
        }
        for (Index i = 0; i < count; ++i) {
            const T above = z[i] - most - tau;
            y[i] = above < 0 ? 0 : above;
        }
    }
    template <class T>
    static void back(const T*, const T* y, const T* dy, T* dz, Index count) {
        T sum = 0, support = 0;
        for (Index i = 0; i < count; ++i)
            if (y[i] > 0) {
                sum += dy[i];
                support += 1;
            }
        for (Index i = 0; i < count; ++i) dz[i] = y[i] > 0 ? dy[i] - sum / support : 0;
    }
};

// Dauphin et al. (2017): the first half of the row, gated by the second.
struct Glu {
    template <class T>
    static void row(const T* z, T* y, Index count) {
        constexpr Index L = Simd<T>::lanes;
        const Index half = count / 2;
        for (Index i = 0; i < half; i += L)
            store(y + i, load(z + i, half - i) * sigmoid<Simd<T>>(load(z + half + i, half - i)), half - i);
    }
    template <class T>
    static void back(const T* z, const T*, const T* dy, T* dz, Index count) {
        constexpr Index L = Simd<T>::lanes;
        const Index half = count / 2;
        for (Index i = 0; i < half; i += L) {
            const auto gate = sigmoid<Simd<T>>(load(z + half + i, half - i)), d = load(dy + i, half - i);
            const auto d_gate = d * load(z + i, half - i) * fma(-gate, gate, gate);
            store(dz + i, d * gate, half - i);
            store(dz + half + i, d_gate, half - i);
        }
    }
};

template <class Visit>
FASTLSTM_INLINE void with_row_activation(Activation activation, const Visit& visit) {
    switch (activation) {
        case Activation::log_softmax: return visit(LogSoftmax{});
        case Activation::sparsemax: return visit(Sparsemax{});
        case Activation::glu: return visit(Glu{});
        default: return visit(Softmax{});
    }
}

template <class T>
void activate(const ActivationArgs<T>& args, Range rows) {
    if (is_elementwise(args.activation)) {
        const auto function = activation_pointers<Simd<T>>[static_cast<int>(args.activation)];
        for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index count) {
            store(element(args.y, t, n, i), function.value(load(element(args.x, t, n, i), count)));
        });
        return;
    }
    with_row_activation(args.activation, [&](auto function) {
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n)
                function.row(element(args.x, t, n, 0), element(args.y, t, n, 0), args.features);
    });
}

template <class T>
void activate_backward(const ActivationArgs<T>& args, Range rows) {
    if (is_elementwise(args.activation)) {
        const auto function = activation_pointers<Simd<T>>[static_cast<int>(args.activation)];
        const Sequence<const T> saved =
            function.saves_input ? args.x : Sequence<const T>{args.y.data, args.y.row, args.y.step};
        for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index count) {
            const auto slope = function.slope(load(element(saved, t, n, i), count));
            store(element(args.dx, t, n, i), load(element(args.dy, t, n, i), count) * slope);
        });
        return;
    }
    with_row_activation(args.activation, [&](auto function) {
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n)
                function.back(element(args.x, t, n, 0), element(args.y, t, n, 0), element(args.dy, t, n, 0),
                              element(args.dx, t, n, 0), args.features);
    });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
