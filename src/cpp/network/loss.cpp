#include "loss.hpp"

#include <numeric>
#include <stdexcept>
#include <string>

namespace fastlstm {

#define FASTLSTM_WIDTH(name, function, width) width,
constexpr Index target_widths[] = {FASTLSTM_LOSSES(FASTLSTM_WIDTH)};  // by loss; 0: as many as the output
#undef FASTLSTM_WIDTH

template <class T>
void LossState<T>::set(const LossOptions& options) {
    options_ = options;
    options_.quantiles = options_.own_quantiles.data();
    options_.alphas = options_.own_alphas.empty() ? nullptr : options_.own_alphas.data();
    target_width_ = target_widths[static_cast<int>(options.kind)];
    is_set_ = true;
}

template <class T>
void LossState<T>::require_target_width(Index width) const {
    if (width != target_features()) throw std::logic_error("the loss was changed by another thread during a call");
    const Index outputs = graph_.output_shape().features;
    const auto require_one_each = [&](const char* name, const std::vector<double>& values) {
        if (static_cast<Index>(values.size()) != outputs)
            throw std::invalid_argument(std::string(name) + ": expected one for each column of the output, " +
                                        std::to_string(outputs) + ", got " + std::to_string(values.size()));
    };
    if (options_.kind == Loss::quantile) require_one_each("quantiles", options_.own_quantiles);
    if (options_.alphas) require_one_each("alpha", options_.own_alphas);
}

template <class T>
LossArgs<T> LossState<T>::args(const Workspace<T>& workspace) const {
    LossArgs<T> args{};
    args.settings = options_;
    args.steps = workspace.output_steps;
    args.outputs = graph_.output_shape().features;
    args.scale = 1;
    args.prediction = workspace.output().values;
    args.target = {workspace.target, args.steps * target_features(), target_features()};
    args.weight = workspace.weights.from(0);
    args.mask = workspace.output().mask;
    return args;
}

template <class T>
bool LossState<T>::terms_decide(bool masked, bool weighted) const {
    if (options_.reduction == Reduction::sum) return false;
    return graph_.masked_output(masked) || options_.ignores_class || is_of_sequences(options_.kind) ||
           (weighted && options_.reduction == Reduction::mean_with_sample_weight);
}

template <class T>
double LossState<T>::scale(const std::vector<double>& terms, Index values, bool decided_by_terms) const {
    if (options_.reduction == Reduction::sum) return weight_;
    const double divisor =
        decided_by_terms ? std::accumulate(terms.begin(), terms.end(), 0.0) : static_cast<double>(values);
    return divisor == 0 ? 0 : weight_ / divisor;
}

template <class T>
bool LossState<T>::depends_on_batch() const {
    return graph_.masked_output(false) || options_.ignores_class ||
           options_.reduction != Reduction::sum_over_batch_size;
}

template class LossState<float>;
template class LossState<double>;

}  // namespace fastlstm
