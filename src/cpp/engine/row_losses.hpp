// Losses of all outputs of a row and step together, as Keras computes them.
#pragma once

#include "elementwise_losses.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// The sum of exp(z - most); the terms go to d unless it is null.
template <class T>
T sum_of_exponentials(const T* z, T most, T* d, Index count) {
    constexpr Index L = Simd<T>::lanes;
    T part[L], sum = 0;
    for (Index i = 0; i < count; i += L) sum += exponentials(z + i, most, d ? d + i : part, least(L, count - i));
    return sum;
}

// -sum(y log softmax(z)) = sum(y (log sum exp(z) - z)), which does not overflow.
template <class T, class Target>
double logits_row(const T* z, Index count, T scale, T* d, const Target& target) {
    const T most = largest(z, count), sum = sum_of_exponentials(z, most, d, count), shift = most + log_of(sum);
    double loss = 0;
    T all = 0;
    for (Index i = 0; i < count; ++i) {
        const T y = target(i);
        if (y != 0) loss += static_cast<double>(y * (shift - z[i]));  // z may be -Inf where a class is ruled out
        all += y;
    }
    for (Index i = 0; d && i < count; ++i) d[i] = scale * (d[i] / sum * all - target(i));
    return loss;
}

// -sum(y log(share)), where the shares are p / sum(p), clipped away from 0 and 1. The gradient is zero where they were
// clipped.
template <class T, class Target>
double shares_row(const T* p, Index count, T scale, T* d, const Target& target) {
    constexpr T low = lowest_probability<T>, high = highest_probability<T>;
    T sum = 0;
    for (Index i = 0; i < count; ++i) sum += p[i];
    double loss = 0;
    T through_sum = 0;
    for (Index i = 0; i < count; ++i) {
        const T share = p[i] / sum, q = within(low, high, share), y = target(i);
        if (y != 0) loss -= static_cast<double>(y * log_of(q));
        const T slope = between(low, high, share) * (-scale * y / q);
        through_sum += slope * share;
        if (d) d[i] = slope;
    }
    for (Index i = 0; d && i < count; ++i) d[i] = (d[i] - through_sum) / sum;
    return loss;
}

// The categorical losses differ only in where a class's target comes from.
template <class T, class Target>
double categorical_row(const LossSettings& settings, const T* p, Index count, double scale, T* d,
                       const Target& target) {
    const auto row = settings.from_logits ? logits_row<T, Target> : shares_row<T, Target>;
    return row(p, count, static_cast<T>(scale), d, target);
}

struct CategoricalCrossentropy {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        const T smoothing = static_cast<T>(settings.label_smoothing), rest = smoothing / static_cast<T>(count);
        return categorical_row(settings, p, count, scale, d,
                               [=](Index i) { return target[i] * (1 - smoothing) + rest; });
    }
};

struct SparseCategoricalCrossentropy {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        return categorical_row(settings, p, count, scale, d, [=](Index i) { return T(static_cast<T>(i) == *target); });
    }
};

// Lin et al. (2017), for classes: sum(alpha y (1 - share)^gamma -log(share)). From logits, the shares are those of the
// softmax, with exact logarithms; otherwise p / sum(p), clipped away from 0 and 1. The gradient first gets share * the
// slope in the share, which is finite where the share rounds to zero.
struct CategoricalFocalCrossentropy {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        constexpr T low = lowest_probability<T>, high = highest_probability<T>;
        const T smoothing = static_cast<T>(settings.label_smoothing), rest = smoothing / static_cast<T>(count);
        const T by = static_cast<T>(scale), gamma = static_cast<T>(settings.gamma);
        T most = 0, sum = 0, shift = 0;
        if (settings.from_logits) {
            most = largest(p, count);
            sum = sum_of_exponentials(p, most, static_cast<T*>(nullptr), count);
            shift = most + log_of(sum);
        }
        for (Index i = 0; !settings.from_logits && i < count; ++i) sum += p[i];
        const auto share_of = [&](Index i) { return settings.from_logits ? exp_of(p[i] - shift) : p[i] / sum; };
        double loss = 0;
        T through_sum = 0;
        for (Index i = 0; i < count; ++i) {
            const T y = target[i] * (1 - smoothing) + rest;
            const T weight = static_cast<T>(settings.alphas ? settings.alphas[i] : settings.alpha) * y;
            const T share = share_of(i), q = settings.from_logits ? share : within(low, high, share);
            T slope = 0;
            if (weight != 0) {  // otherwise z may be -Inf, where a class is ruled out
                const T log = settings.from_logits ? p[i] - shift : log_of(q), focus = power_of(1 - q, gamma);
                loss -= static_cast<double>(weight * focus * log);
                slope = by * weight * (power_slope(1 - q, gamma) * q * log - focus);
                if (!settings.from_logits) slope = between(low, high, share) * slope * (share / q);
            }
            through_sum += slope;
            if (d) d[i] = slope;
        }
        for (Index i = 0; d && i < count; ++i)
            d[i] = settings.from_logits ? d[i] - share_of(i) * through_sum
                                        : (share_of(i) != 0 ? d[i] / p[i] : T(0)) - through_sum / sum;
        return loss;
    }
};

// Zhang and Sabuncu (2018): (1 - p^q) / q, p being the output of the target's class. The slope is finite at p = 0.
struct GeneralizedCrossEntropy {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        const T q = static_cast<T>(settings.q);
        const auto is_right = [=](Index i) { return T(static_cast<T>(i) == *target); };
        T share = 0;
        for (Index i = 0; i < count; ++i) share += is_right(i) * p[i];  // NaN wherever one is
        const T slope = -static_cast<T>(scale) * power_of(at_least(T(keras_epsilon), share), q - 1);
        for (Index i = 0; d && i < count; ++i) d[i] = is_right(i) * slope;
        return static_cast<double>((1 - power_of(share, q)) / q);
    }
};

// Kullback and Leibler (1951): sum(y log(y / p)), both kept within [1e-7, 1].
struct KlDivergence {
    template <class T>
    static double row(const LossSettings&, const T* p, const T* target, Index count, double scale, T* d) {
        const T by = static_cast<T>(scale), low = T(keras_epsilon), high = 1;
        double loss = 0;
        for (Index i = 0; i < count; ++i) {
            const T q = within(low, high, p[i]), y = within(low, high, target[i]);
            loss += static_cast<double>(y * log_of(y / q));
            if (d) d[i] = between(low, high, p[i]) * (-by * y / q);
        }
        return loss;
    }
};

// Minus the cosine of the angle between y and p. A vector shorter than 1e-7 is divided by that instead of its length;
// the gradient is finite there, where Keras has NaN for a vector of zeros.
struct CosineSimilarity {
    template <class T>
    static double row(const LossSettings&, const T* p, const T* target, Index count, double scale, T* d) {
        double squares = 0, target_squares = 0, product = 0;
        for (Index i = 0; i < count; ++i) {
            const double a = static_cast<double>(p[i]), b = static_cast<double>(target[i]);
            squares += a * a;
            target_squares += b * b;
            product += a * b;
        }
        const double length = at_least(keras_epsilon, __builtin_sqrt(squares));
        const double target_length = at_least(keras_epsilon, __builtin_sqrt(target_squares));
        const double cosine = product / length / target_length;
        const double turning = length > keras_epsilon ? cosine / length : 0;
        for (Index i = 0; d && i < count; ++i) {
            const double a = static_cast<double>(p[i]), b = static_cast<double>(target[i]);
            d[i] = static_cast<T>(scale * (turning * a - b / target_length) / length);
        }
        return -cosine;
    }
};

// max(0, 1 + the largest of (1 - y) p - sum(y p)). If several are largest, they share the gradient.
struct CategoricalHinge {
    template <class T>
    static double row(const LossSettings&, const T* p, const T* y, Index count, double scale, T* d) {
        T right = 0, wrong = (1 - y[0]) * p[0], sharers = 0;
        for (Index i = 0; i < count; ++i) {
            const T other = (1 - y[i]) * p[i];
            right += y[i] * p[i];
            wrong = other > wrong || other != other ? other : wrong;
        }
        for (Index i = 0; i < count; ++i) sharers += T((1 - y[i]) * p[i] == wrong);
        const T margin = wrong - right + 1, by = static_cast<T>(scale) * beyond(T(0), margin);
        for (Index i = 0; d && i < count; ++i)
            d[i] = by * (((1 - y[i]) * p[i] == wrong ? (1 - y[i]) / sharers : T(0)) - y[i]);
        return static_cast<double>(at_least(T(0), margin));
    }
};

// Koenker and Bassett (1978): each output is a quantile q of the one target; being too low costs q per unit, and too
// high 1 - q. The mean over the outputs.
struct Quantile {
    template <class T>
    static double row(const LossSettings& settings, const T* p, const T* target, Index count, double scale, T* d) {
        const double each = scale / static_cast<double>(count);
        double sum = 0;
        for (Index i = 0; i < count; ++i) {
            const double q = settings.quantiles[i];
            const T error = p[i] - *target;
            sum += static_cast<double>(error) * (error < 0 ? -q : 1 - q);
            if (d) d[i] = static_cast<T>(each * (error < 0 ? q : 1 - q)) * sign(error);
        }
        return sum / static_cast<double>(count);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
