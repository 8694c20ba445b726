// A batch in training, in groups of rows.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "workspace.hpp"

namespace fastlstm {

// Groups of rows, each with memory of its own, a copy of the gradients included. How many there are depends on the
// batch and the network, never on threads, so that the sum over groups has one order; and a core that works on its own
// group neither fetches what another has written nor takes lines from it.
template <class T>
struct TrainingBatch {
    NetworkExtent extent;
    std::vector<Index> target_widths;  // of each output
    std::vector<std::unique_ptr<Workspace<T>>> groups;
    std::vector<std::vector<double>>
        terms;  // of each output: what a row adds to the number that its loss is divided by

    // Calls visit(group, its rows, first row of the group) for each group that has some of the rows.
    template <class Visit>
    void for_each_group(Range rows_wanted, const Visit& visit) {
        Index first = 0;
        for (auto& group : groups) {
            const Range own{std::max(rows_wanted.begin - first, Index{0}),
                            std::min(rows_wanted.end - first, group->extent.rows)};
            if (own.begin < own.end) visit(*group, own, first);
            first += group->extent.rows;
        }
    }

    // How many groups of the same size there are, at whose borders rows may be divided among threads; 1 if sizes
    // differ.
    Index equal_groups() const {
        const auto same = [this](const auto& group) { return group->extent.rows == groups.front()->extent.rows; };
        return std::all_of(groups.begin(), groups.end(), same) ? static_cast<Index>(groups.size()) : 1;
    }

    // A fresh call for each group, which prepare(group, its first row) completes; `rng_step` numbers a step's random
    // numbers. The weights are those of each output.
    template <class Prepare>
    void set_calls(const std::vector<SampleWeights<T>>& weights, const std::int64_t* rng_step, const Prepare& prepare) {
        Index first = 0;
        for (auto& group : groups) {
            Call<T>& call = group->call;
            call = {};
            call.state_size = group->graph.state_size();
            call.first_row = first;
            call.set_rng_step(rng_step);
            call.row_penalty = group->row_penalty.data();
            call.penalty_scale = 1 / static_cast<double>(extent.rows);
            prepare(*group, first);
            for (std::size_t k = 0; k < weights.size(); ++k) {
                OutputTraining<T>& output = group->trained_outputs[k];
                output.weights = {weights[k].values ? output.weight : nullptr, weights[k].steps};
            }
            group->set_gathered_inputs();
            first += group->extent.rows;
        }
    }
};

}  // namespace fastlstm
