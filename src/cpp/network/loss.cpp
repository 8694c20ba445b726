#include "loss.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

namespace fastlstm {

#define FASTLSTM_WIDTH(name, function, width) width,
constexpr Index loss_target_widths[] = {FASTLSTM_LOSSES(FASTLSTM_WIDTH)};  // by loss; 0: as many as the output
#undef FASTLSTM_WIDTH

template <class T>
void OutputLoss<T>::set(const LossOptions& options) {
    options_ = options;
    options_.quantiles = options_.own_quantiles.data();
    options_.alphas = options_.own_alphas.empty() ? nullptr : options_.own_alphas.data();
    target_width_ = loss_target_widths[static_cast<int>(options.kind)];
    is_set_ = true;
}

template <class T>
void OutputLoss<T>::require_target_width(Index width) const {
    if (width != target_width()) throw std::logic_error("the loss was changed by another thread during a call");
    const Index outputs = shape().features;
    const auto require_one_each = [&](const char* name, const std::vector<double>& values) {
        if (static_cast<Index>(values.size()) != outputs)
            throw std::invalid_argument(std::string(name) + ": expected one for each column of the output, " +
                                        std::to_string(outputs) + ", got " + std::to_string(values.size()));
    };
    if (options_.kind == Loss::quantile) require_one_each("quantiles", options_.own_quantiles);
    if (options_.alphas) require_one_each("alpha", options_.own_alphas);
}

template <class T>
LossArgs<T> OutputLoss<T>::args(const Workspace<T>& workspace) const {
    LossArgs<T> args{};
    args.settings = options_;
    args.steps = workspace.extent.lengths->outputs[output_];
    args.outputs = shape().features;
    args.scale = args.row_scale = 1;
    args.prediction = workspace.output(output_).values;
    args.mask = workspace.output(output_).mask;
    return args;
}

template <class T>
LossArgs<T> OutputLoss<T>::args(const Workspace<T>& workspace, const OutputTraining<T>& gathered) const {
    LossArgs<T> args = this->args(workspace);
    args.target = {gathered.target, args.steps * target_width(), target_width()};
    args.weight = gathered.weights.from(0);
    return args;
}

template <class T>
bool OutputLoss<T>::terms_decide(bool masked, bool weighted) const {
    if (options_.reduction == Reduction::sum) return false;
    return graph_.masked_output(output_, masked) || options_.ignores_class || is_of_sequences(options_.kind) ||
           (weighted && options_.reduction == Reduction::mean_with_sample_weight);
}

template <class T>
double OutputLoss<T>::scale(double factor, const std::vector<double>& terms, Index values,
                            bool decided_by_terms) const {
    if (options_.reduction == Reduction::sum) return factor;
    const double divisor =
        decided_by_terms ? std::accumulate(terms.begin(), terms.end(), 0.0) : static_cast<double>(values);
    return divisor == 0 ? 0 : factor / divisor;
}

template <class T>
bool OutputLoss<T>::depends_on_batch() const {
    return graph_.masked_output(output_, false) || options_.ignores_class ||
           options_.reduction != Reduction::sum_over_batch_size;
}

template <class T>
void LossState<T>::finish() {
    outputs_.clear();
    for (std::size_t output = 0; output < graph_.output_count(); ++output) outputs_.emplace_back(graph_, output);
}

template <class T>
bool LossState<T>::is_set() const {
    return std::any_of(outputs_.begin(), outputs_.end(), [](const OutputLoss<T>& loss) { return loss.is_set(); });
}

template <class T>
std::vector<Index> LossState<T>::target_widths() const {
    std::vector<Index> widths;
    for (const OutputLoss<T>& loss : outputs_) widths.push_back(loss.target_width());
    return widths;
}

template <class T>
std::vector<double> LossState<T>::with_total(const std::vector<double>& losses) const {
    double total = 0;
    for (std::size_t k = 0; k < losses.size(); ++k)
        if (outputs_[k].is_set()) total += outputs_[k].weight() * losses[k];
    std::vector<double> all{total};
    if (losses.size() > 1) all.insert(all.end(), losses.begin(), losses.end());
    return all;
}

template <class T>
bool LossState<T>::depends_on_batch() const {
    return std::any_of(outputs_.begin(), outputs_.end(),
                       [](const OutputLoss<T>& loss) { return loss.is_set() && loss.depends_on_batch(); });
}

template class OutputLoss<float>;
template class OutputLoss<double>;
template class LossState<float>;
template class LossState<double>;

}  // namespace fastlstm
