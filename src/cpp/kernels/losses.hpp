// What the kernels of losses need.
#pragma once

#include "arrays.hpp"

namespace fastlstm {

struct LossSettings {
    Loss kind = Loss::mean_squared_error;
    Reduction reduction = Reduction::sum_over_batch_size;
    bool from_logits = false;  // whether outputs are logits instead of probabilities
    double label_smoothing = 0;
    double delta = 1;            // of the Huber loss
    bool ignores_class = false;  // whether steps whose target is this class do not count
    double ignored_class = 0;
    const double* quantiles = nullptr;  // one for each output
    // Of the focal losses.
    double alpha = 0.25, gamma = 2;
    const double* alphas = nullptr;  // one for each output in place of alpha, or null
    bool apply_class_balancing = false;
    double q = 0.5;  // of the generalized cross-entropy
};

// Whether a loss has one value for all steps of a row together, instead of one for each.
static constexpr bool is_of_sequences(Loss loss) { return loss == Loss::ctc; }

// Predictions against targets. Each row and step has a value, times its weight. `row_loss` gets `scale` times each
// row's sum over its steps.
template <class T>
struct LossArgs {
    LossSettings settings;
    Index steps, outputs;
    double scale;      // of the gradient
    double row_scale;  // of the loss
    Sequence<const T> prediction;
    Sequence<const T> target;
    Sequence<const T> weight;  // data is null where all are one
    Mask mask;                 // steps that do not count
    Sequence<T> gradient;      // rows padded; data is null where only the loss is wanted
    double* row_loss;
};

// Whether a row's step is part of the loss.
template <class T>
static inline bool counts(const LossArgs<T>& args, Index t, Index n) {
    if (args.mask.data && !args.mask.data[n * args.mask.row + t * args.mask.step]) return false;
    return !args.settings.ignores_class ||
           static_cast<double>(args.target.data[n * args.target.row + t * args.target.step]) !=
               args.settings.ignored_class;
}

template <class T>
static inline double weight_of(const LossArgs<T>& args, Index t, Index n) {
    return args.weight.data ? static_cast<double>(args.weight.data[n * args.weight.row + t * args.weight.step]) : 1;
}

}  // namespace fastlstm
