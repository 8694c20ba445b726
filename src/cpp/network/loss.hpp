// The loss of a network, and what it is divided by.
#pragma once

#include <atomic>
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

template <class T>
class LossState {
public:
    explicit LossState(const LayerGraph<T>& graph) : graph_(graph) {}

    // Both under the exclusive lock of the weights.
    void set(const LossOptions& options);
    void set_weight(double weight) { weight_ = weight; }  // beside the penalties, from the next step on
    bool is_set() const { return is_set_; }

    Index target_features() const { return target_width_ > 0 ? target_width_.load() : graph_.output_shape().features; }
    // Throws std::logic_error if another thread has set another loss since targets of this width were checked.
    void require_target_width(Index width) const;
    // Of a gathered batch in training; otherwise the targets and weights are still to come.
    LossArgs<T> args(const Workspace<T>& workspace) const;
    // Whether what the loss is divided by is not just the number of values, but counted in the batch.
    bool terms_decide(bool masked, bool weighted) const;
    double scale(const std::vector<double>& terms, Index values, bool decided_by_terms) const;
    // Whether the loss of several batches is not what it is for all of their rows at once.
    bool depends_on_batch() const;

private:
    const LayerGraph<T>& graph_;
    std::atomic<bool> is_set_{false};
    std::atomic<Index> target_width_{0};  // 0: as many as the output
    LossOptions options_;
    double weight_ = 1;
};

}  // namespace fastlstm
