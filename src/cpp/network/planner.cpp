#include "planner.hpp"

#include <algorithm>
#include <limits>

namespace fastlstm {

template <class T>
void Planner<T>::finish(const Kernels<T>& kernels) {
    layers_.clear();
    heaviest_step_ = 0;
    for (const Node<T>& node : graph_.nodes()) {
        layers_.push_back(node.layer->unit_parallelism(kernels));
        heaviest_step_ = std::max(heaviest_step_, layers_.back().weight_bytes);
    }
}

// Units or layers are shared where rows are too few for the threads, or do not go apart, and units where one step's
// weights do not fit a core's cache, so that two had better keep a half each. Layers need fewer barriers, but go
// through whole weights, which is slower once those are many times what the first cache holds.
template <class T>
Plan Planner<T>::plan(double work, double section, Index rows, bool apart, Index groups) const {
    // Together: gradients are shared.
    int by_rows = team_size(work, apart ? section : section / 2, groups > 0 ? groups : rows);
    if (groups > 0 && groups % by_rows != 0) by_rows = 1;
    int by_units = 1;
    double lightest_step = std::numeric_limits<double>::infinity();
    Index stacked = 0, most_stacked = 0;
    for (Index i = 0; i < graph_.size(); ++i) {
        const UnitParallelism& terms = layers_[static_cast<std::size_t>(i)];
        const bool can_be_stacked = terms.work_of_step > 0 && graph_.layer(i).works_step_by_step();
        stacked = !can_be_stacked ? 0 : graph_.continues(i) ? stacked + 1 : 1;
        most_stacked = std::max(most_stacked, stacked);
        if (terms.work_of_step <= 0) continue;
        double step = terms.work_of_step * static_cast<double>(rows);
        if (terms.weight_bytes > tuning::first_cache)
            step = std::max(step, terms.weight_bytes);  // a load takes two operations
        const int threads = unit_team_size(work, section, step, terms.most_threads);
        by_units = by_units > 1 ? std::min(by_units, threads) : threads;
        lightest_step = std::min(lightest_step, step);
    }
    const double chunk_work = lightest_step * static_cast<double>(tuning::steps_per_chunk);
    const int by_layers = most_stacked > 1 && groups == 0 ? unit_team_size(work, section, chunk_work, most_stacked) : 1;
    if (by_layers > by_rows && by_layers >= by_units && most_stacked % by_layers == 0 &&
        heaviest_step_ <= tuning::light_weights)
        return {by_layers, Sharing::layers};
    if (by_units > by_rows ||
        (by_units > 1 && by_units == by_rows && (!apart || heaviest_step_ > tuning::second_cache)))
        return {by_units, Sharing::units};
    return {by_rows, Sharing::rows};
}

template class Planner<float>;
template class Planner<double>;

}  // namespace fastlstm
