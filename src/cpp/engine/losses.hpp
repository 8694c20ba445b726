// Losses from predictions, as Keras computes them: probabilities clipped to [1e-7, 1 - 1e-7], and for the categorical
// ones renormalised first. The gradient is zero where a clip is active.
#pragma once

#include "activation_layer.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

constexpr double probability_floor = 1e-7;

template <class T>
FASTLSTM_INLINE T clipped(T p) {
    constexpr T low = T(probability_floor), high = T(1) - T(probability_floor);
    return p < low ? low : p > high ? high : p;
}

// Each rule takes one row of predictions p and its targets, writes the gradient of scale * loss to d (which may be
// null) and returns the loss.

struct SquaredError {
    template <class T>
    static double row(const T* p, const T* target, Index count, T scale, T* d) {
        double loss = 0;
        for (Index i = 0; i < count; ++i) {
            const T difference = p[i] - target[i];
            loss += static_cast<double>(difference) * static_cast<double>(difference);
            if (d) d[i] = 2 * scale * difference;
        }
        return loss;
    }
};

struct AbsoluteError {
    template <class T>
    static double row(const T* p, const T* target, Index count, T scale, T* d) {
        double loss = 0;
        for (Index i = 0; i < count; ++i) {
            const T difference = p[i] - target[i];
            loss += static_cast<double>(difference < 0 ? -difference : difference);
            if (d) d[i] = difference > 0 ? scale : difference < 0 ? -scale : scale * difference;
        }
        return loss;
    }
};

struct BinaryCrossentropy {
    template <class T>
    static double row(const T* p, const T* target, Index count, T scale, T* d) {
        double loss = 0;
        for (Index i = 0; i < count; ++i) {
            const T q = clipped(p[i]), y = target[i];
            loss -= static_cast<double>(y * log_of(q) + (1 - y) * log_of(1 - q));
            if (d) d[i] = q == p[i] ? scale * ((1 - y) / (1 - q) - y / q) : p[i] * T(0);
        }
        return loss;
    }
};

// The categorical losses differ only in where a class's target comes from.
template <class T, class Target>
double categorical_row(const T* p, Index count, T scale, T* d, const Target& target) {
    T sum = 0;
    for (Index i = 0; i < count; ++i) sum += p[i];
    double loss = 0;
    T through_sum = 0;
    for (Index i = 0; i < count; ++i) {
        const T share = p[i] / sum, q = clipped(share), y = target(i);
        loss -= static_cast<double>(y * log_of(q));
        const T slope = q == share ? -scale * y / q : share * T(0);
        through_sum += slope * share;
        if (d) d[i] = slope;
    }
    if (d)
        for (Index i = 0; i < count; ++i) d[i] = (d[i] - through_sum) / sum;
    return loss;
}

struct CategoricalCrossentropy {
    template <class T>
    static double row(const T* p, const T* target, Index count, T scale, T* d) {
        return categorical_row(p, count, scale, d, [=](Index i) { return target[i]; });
    }
};

struct SparseCategoricalCrossentropy {
    template <class T>
    static double row(const T* p, const T* target, Index count, T scale, T* d) {
        return categorical_row(p, count, scale, d, [=](Index i) { return T(static_cast<T>(i) == *target); });
    }
};

template <class Rule, class T>
void loss_rows(const LossPass<T>& pass, Range rows) {
    for (Index n = rows.begin; n < rows.end; ++n) {
        double sum = 0;
        for (Index t = 0; t < pass.steps; ++t) {
            T* d = pass.gradient.data ? pass.gradient.data + n * pass.gradient.row + t * pass.gradient.step : nullptr;
            if (pass.mask.data && !*element(pass.mask, t, n, 0)) {
                if (d)
                    for (Index i = 0; i < padded<T>(pass.outputs); ++i) d[i] = 0;
                continue;
            }
            sum += Rule::row(pass.prediction.data + n * pass.prediction.row + t * pass.prediction.step,
                             pass.target.data + n * pass.target.row + t * pass.target.step, pass.outputs,
                             static_cast<T>(pass.scale), d);
            if (d)
                for (Index i = pass.outputs; i < padded<T>(pass.outputs); ++i) d[i] = 0;
        }
        pass.row_loss[n] = sum * pass.scale;
    }
}

template <class T>
void loss(Loss kind, const LossPass<T>& pass, Range rows) {
    switch (kind) {
        case Loss::mean_squared_error: return loss_rows<SquaredError>(pass, rows);
        case Loss::mean_absolute_error: return loss_rows<AbsoluteError>(pass, rows);
        case Loss::binary_crossentropy: return loss_rows<BinaryCrossentropy>(pass, rows);
        case Loss::categorical_crossentropy: return loss_rows<CategoricalCrossentropy>(pass, rows);
        case Loss::sparse_categorical_crossentropy: return loss_rows<SparseCategoricalCrossentropy>(pass, rows);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
