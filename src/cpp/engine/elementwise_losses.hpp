// Losses that are the mean of a function of each output p and its target y, as Keras computes them. Each one gives the
// function's value and its slope in p. Where the slope jumps, it is that of JAX: zero for |x| at 0, half for max(x, a)
// at a.
#pragma once

#include "activation_kernels.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Keras's epsilon: probabilities are clipped to this distance from 0 and 1, and denominators are at least this.
constexpr double keras_epsilon = 1e-7;

FASTLSTM_INLINE float exp_of(float x) { return __builtin_expf(x); }
FASTLSTM_INLINE double exp_of(double x) { return __builtin_exp(x); }
FASTLSTM_INLINE float log1p_of(float x) { return __builtin_log1pf(x); }
FASTLSTM_INLINE double log1p_of(double x) { return __builtin_log1p(x); }
FASTLSTM_INLINE float sinh_of(float x) { return __builtin_sinhf(x); }
FASTLSTM_INLINE double sinh_of(double x) { return __builtin_sinh(x); }
FASTLSTM_INLINE float tanh_of(float x) { return __builtin_tanhf(x); }
FASTLSTM_INLINE double tanh_of(double x) { return __builtin_tanh(x); }

// All of these return a NaN that they are given.
template <class T>
FASTLSTM_INLINE T absolute(T x) {
    return x < 0 ? -x : x;
}
template <class T>
FASTLSTM_INLINE T sign(T x) {
    return x > 0 ? T(1) : x < 0 ? T(-1) : x;
}
template <class T>
FASTLSTM_INLINE T at_least(T bound, T x) {
    return x < bound ? bound : x;
}
// The slope of at_least in x.
template <class T>
FASTLSTM_INLINE T beyond(T bound, T x) {
    return x > bound ? T(1) : x < bound ? T(0) : x == bound ? T(0.5) : x;
}
template <class T>
FASTLSTM_INLINE T within(T low, T high, T x) {
    return x < low ? low : x > high ? high : x;
}
// The slope of within in x.
template <class T>
FASTLSTM_INLINE T between(T low, T high, T x) {
    return beyond(low, x) * (1 - beyond(high, x));
}
template <class T>
constexpr T lowest_probability = T(keras_epsilon);
template <class T>
constexpr T highest_probability = T(1) - T(keras_epsilon);

template <class T>
struct Term {
    double value;
    T slope;
};

struct SquaredError {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T error = p - y;
        return {static_cast<double>(error) * static_cast<double>(error), 2 * error};
    }
};

struct AbsoluteError {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T error = p - y;
        return {static_cast<double>(absolute(error)), sign(error)};
    }
};

struct AbsolutePercentageError {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T whole = at_least(T(keras_epsilon), absolute(y)), error = p - y;
        return {100 * static_cast<double>(absolute(error / whole)), 100 * sign(error) / whole};
    }
};

struct SquaredLogarithmicError {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T least = T(keras_epsilon), q = at_least(least, p);
        const T error = log1p_of(q) - log1p_of(at_least(least, y));
        return {static_cast<double>(error) * static_cast<double>(error), 2 * error / (1 + q) * beyond(least, p)};
    }
};

// Huber (1964): a square near zero, and straight lines from there.
struct HuberError {
    template <class T>
    static Term<T> term(const LossSettings& settings, T p, T y) {
        const double delta = settings.delta;
        const T error = p - y;
        const double size = static_cast<double>(absolute(error));
        if (size <= delta) return {0.5 * size * size, error};
        return {delta * size - 0.5 * delta * delta, static_cast<T>(delta) * sign(error)};
    }
};

// log(cosh(x)), which near zero is log(1 + 2 sinh(x / 2)^2).
struct LogCosh {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T error = p - y, size = absolute(error), half = sinh_of(within(T(-1), T(1), error) / 2);
        const T value =
            size > 1 ? size + log1p_of(exp_of(-2 * size)) - T(0.69314718055994530942) : log1p_of(2 * half * half);
        return {static_cast<double>(value), tanh_of(error)};
    }
};

struct Poisson {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T rate = p + T(keras_epsilon);
        return {static_cast<double>(p - y * log_of(rate)), 1 - y / rate};
    }
};

// Labels are -1 and 1; 0 means -1.
template <class T>
FASTLSTM_INLINE T side(T y) {
    return y == 0 ? T(-1) : y;
}

struct Hinge {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T margin = 1 - side(y) * p;
        return {static_cast<double>(at_least(T(0), margin)), -side(y) * beyond(T(0), margin)};
    }
};

struct SquaredHinge {
    template <class T>
    static Term<T> term(const LossSettings&, T p, T y) {
        const T margin = at_least(T(0), 1 - side(y) * p);
        return {static_cast<double>(margin) * static_cast<double>(margin), -2 * side(y) * margin};
    }
};

// From logits z: log(1 + exp(z)) - y z, so that nothing overflows and no probability rounds to 1.
struct BinaryCrossentropy {
    template <class T>
    static Term<T> term(const LossSettings& settings, T p, T label) {
        const T smoothing = static_cast<T>(settings.label_smoothing), y = label * (1 - smoothing) + smoothing / 2;
        if (settings.from_logits) {
            const T e = exp_of(-absolute(p));
            const T value = at_least(T(0), p) - p * y + log1p_of(e), larger_share = 1 / (1 + e);
            return {static_cast<double>(value), (p < 0 ? e * larger_share : larger_share) - y};
        }
        const T low = lowest_probability<T>, high = highest_probability<T>, q = within(low, high, p);
        return {-static_cast<double>(y * log_of(q) + (1 - y) * log_of(1 - q)),
                between(low, high, p) * ((1 - y) / (1 - q) - y / q)};
    }
};

// The slope of x^exponent, where it is infinite zero.
template <class T>
FASTLSTM_INLINE T power_slope(T x, T exponent) {
    if (exponent == 0 || (x == 0 && exponent < 1)) return 0;
    return exponent * power_of(x, exponent - 1);
}

// Lin et al. (2017): the cross-entropy times (1 - the probability of what is right)^gamma. From logits, that of what is
// wrong is the logistic function of the other sign, and no probability rounds to 1.
struct BinaryFocalCrossentropy {
    template <class T>
    static Term<T> term(const LossSettings& settings, T p, T label) {
        const T smoothing = static_cast<T>(settings.label_smoothing), y = label * (1 - smoothing) + smoothing / 2;
        const Term<T> cross = BinaryCrossentropy::term(settings, p, label);
        T right = p, wrong = 1 - p, slope = 1;  // the probabilities of 1 and 0, and the slope of the first in p
        if (settings.from_logits) {
            const T e = exp_of(-absolute(p)), larger = 1 / (1 + e), smaller = e * larger;
            right = p < 0 ? smaller : larger;
            wrong = p < 0 ? larger : smaller;
            slope = larger * smaller;
        }
        const T missed = y * wrong + (1 - y) * right, gamma = static_cast<T>(settings.gamma);
        const T alpha = static_cast<T>(settings.alpha), focus = power_of(missed, gamma);
        const T weight = settings.apply_class_balancing ? y * alpha + (1 - y) * (1 - alpha) : T(1);
        const T focus_slope = power_slope(missed, gamma) * (1 - 2 * y) * slope;
        return {static_cast<double>(weight * focus) * cross.value,
                weight * (focus_slope * static_cast<T>(cross.value) + focus * cross.slope)};
    }
};

template <class ElementLoss>
struct MeanOf {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        const T each = static_cast<T>(scale / static_cast<double>(count));
        double sum = 0;
        for (Index i = 0; i < count; ++i) {
            const Term<T> term = ElementLoss::term(settings, p[i], target[i]);
            sum += term.value;
            if (d) d[i] = each * term.slope;
        }
        return sum / static_cast<double>(count);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
