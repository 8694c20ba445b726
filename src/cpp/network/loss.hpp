// The losses of a network's outputs, and what they are divided by.
#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "graph.hpp"
#include "workspace.hpp"

namespace fastlstm {

// The settings of a loss, with its lists.
struct LossOptions : LossSettings {
    std::vector<double> own_quantiles, own_alphas;
};

// What each row adds to the number that a loss is divided by, where that depends on the batch.
template <class T>
void count_terms(const LossArgs<T>& args, Range rows, double* terms) {
    const bool weighted = args.settings.reduction == Reduction::mean_with_sample_weight;
    const bool whole = is_of_sequences(args.settings.kind);
    for (Index n = rows.begin; n < rows.end; ++n) {
        terms[n] = 0;
        for (Index t = 0; t < args.steps; ++t) {
            if (!counts(args, t, n)) continue;
            terms[n] += weighted ? weight_of(args, t, n) : 1;
            if (whole) break;
        }
    }
}

// The loss of one output.
template <class T>
class OutputLoss {
public:
    OutputLoss(const LayerGraph<T>& graph, std::size_t output) : graph_(graph), output_(output) {}

    void set(const LossOptions& options);
    void set_weight(double weight) { weight_ = weight; }
    bool is_set() const { return is_set_; }
    double weight() const { return weight_; }

    Index target_width() const { return target_width_ > 0 ? target_width_.load() : shape().features; }
    // Throws std::logic_error if another thread has set another loss since targets of this width were checked.
    void require_target_width(Index width) const;
    // Of a workspace's output; the targets and weights are still to come.
    LossArgs<T> args(const Workspace<T>& workspace) const;
    // Of a gathered batch in training.
    LossArgs<T> args(const Workspace<T>& workspace, const OutputTraining<T>& gathered) const;
    // Whether what the loss is divided by is not just the number of values, but counted in the batch.
    bool terms_decide(bool masked, bool weighted) const;
    // The factor of the sum over all values, given the loss's own.
    double scale(double factor, const std::vector<double>& terms, Index values, bool decided_by_terms) const;
    bool depends_on_batch() const;

private:
    StepShape shape() const { return graph_.output_shape(output_); }

    const LayerGraph<T>& graph_;
    const std::size_t output_;
    std::atomic<bool> is_set_{false};
    std::atomic<Index> target_width_{0};  // 0: as many as the output
    LossOptions options_;
    double weight_ = 1;
};

// The loss of a network: the weighted sum of those of its outputs. An output may be without one.
template <class T>
class LossState {
public:
    explicit LossState(const LayerGraph<T>& graph) : graph_(graph) {}

    void finish();  // once the graph has its outputs
    // Both under the exclusive lock of the weights, and beside the penalties from the next step on.
    void set(std::size_t output, const LossOptions& options) { outputs_[output].set(options); }
    void set_weight(std::size_t output, double weight) { outputs_[output].set_weight(weight); }
    bool is_set() const;
    std::deque<OutputLoss<T>>& outputs() { return outputs_; }
    const std::deque<OutputLoss<T>>& outputs() const { return outputs_; }
    std::vector<Index> target_widths() const;
    // The losses of the outputs, each behind the sum of all with their weights; that alone where there is one output.
    std::vector<double> with_total(const std::vector<double>& losses) const;
    // Whether the loss of several batches is not what it is for all of their rows at once.
    bool depends_on_batch() const;

private:
    const LayerGraph<T>& graph_;
    std::deque<OutputLoss<T>> outputs_;
};

}  // namespace fastlstm
