// The workspace of a network for a number of rows and steps.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <vector>

#include "graph.hpp"
#include "planner.hpp"

namespace fastlstm {

// The rows of a network's workspace, its steps, and whether the network's only input has a mask.
struct NetworkExtent {
    Index rows;
    SharedLengths lengths;
    bool masked;

    const std::vector<Index>& steps() const { return lengths->inputs; }
    bool operator==(const NetworkExtent& other) const {
        return rows == other.rows && masked == other.masked && (lengths == other.lengths || steps() == other.steps());
    }
};

// Weights of rows, or of rows and output steps, in the loss; null where all are one.
template <class T>
struct SampleWeights {
    const T* values = nullptr;
    Index steps = 1;  // of each row: one for all, or all output steps

    Sequence<const T> from(Index row) const {
        return {values ? values + row * steps : nullptr, steps, steps > 1 ? Index{1} : Index{0}};
    }
};

// Where a caller wants an output (rows, steps, features), and whether a mask lets it count (rows, steps); or null.
template <class T>
struct OutputArray {
    T* values = nullptr;
    unsigned char* valid = nullptr;
};

// Of all outputs of a network; empty if nobody wants them.
template <class T>
using OutputArrays = std::vector<OutputArray<T>>;

// What training needs for an output: its targets and weights, gathered, the gradient of its loss, and the loss of each
// row.
template <class T>
struct OutputTraining {
    T *target = nullptr, *weight = nullptr;
    SampleWeights<T> weights;
    Sequence<T> d_output{};
    std::vector<double> row_loss;
};

// The workspaces of all layers, and the memory that they point into.
template <class T>
struct Workspace {
    // What several layers take as their input: the gradients that they give it, the sum of which is written to the
    // first of them.
    struct FanOut {
        Index features, steps;
        std::vector<Sequence<T>> d_outputs;
    };

    // The call for layers whose rows are parts of the network's rows: without states, which last for such a row only.
    struct DividedCall {
        Index parts;
        Call<T> call;
        std::vector<double> row_penalty;
    };

    const LayerGraph<T>& graph;
    const Kernels<T>& kernels;
    NetworkExtent extent;
    Arena<T> arena;
    Call<T> call;
    std::vector<DividedCall> divided_calls;
    std::vector<std::unique_ptr<LayerWorkspace<T>>> layers;
    // Training only: the gathered rows, the gradients of them (null if they are not wanted), and the penalty of each.
    std::vector<T*> inputs;
    std::vector<OutputTraining<T>> trained_outputs;
    Arena<unsigned char> flags;
    unsigned char* mask = nullptr;
    std::vector<Sequence<T>> d_inputs;
    std::vector<FanOut> fan_outs;  // by the values' numbers; without gradients where there is one or none
    std::vector<double> row_penalty;

    Workspace(const LayerGraph<T>& graph, const Kernels<T>& kernels, const NetworkExtent& extent)
        : graph(graph),
          kernels(kernels),
          extent(extent),
          row_penalty(static_cast<std::size_t>(extent.rows)),
          values_(graph.value_count()) {
        for (Index i = 0; i < graph.size(); ++i) {
            const Index own = graph.parts_of_node(i, extent.lengths->parts);
            parts_of_nodes_.push_back(own);
            const auto same = [&](const DividedCall& each) { return each.parts == own; };
            if (graph.divided(i) && std::none_of(divided_calls.begin(), divided_calls.end(), same))
                divided_calls.push_back({own, {}, std::vector<double>(static_cast<std::size_t>(extent.rows * own))});
        }
    }

    // After the call is set: a layer's output may depend on it. `x` gives the sequence of each input.
    template <class X>
    void set_inputs(const X& x, Mask valid = {}) {
        for (DividedCall& divided : divided_calls) divide_call(divided);
        for (std::size_t k = 0; k < graph.input_count(); ++k) values_[k] = {x(k), k == 0 ? valid : Mask{}};
        for (Index i = 0; i < count(); ++i) {
            inputs_.clear();
            for (const Value value : graph.node(i).inputs) inputs_.push_back(values_[graph.number(value)]);
            LayerWorkspace<T>& layer = this->layer(i);
            layer.connect(inputs_.data(), call_of(i));
            const std::size_t first = graph.node(i).first_value;
            values_[first] = {layer.output(), layer.output_mask()};
            for (std::size_t k = 1; k < graph.layer(i).output_count(); ++k)
                values_[first + k] = {layer.further_output(k), {}};
        }
    }
    // In training the inputs are what was gathered.
    void set_gathered_inputs() {
        const auto gathered = [this](std::size_t k) {
            const Index features = graph.input_shape(k).features;
            return Sequence<const T>{inputs[k], extent.steps()[k] * features, features};
        };
        set_inputs(gathered, {mask, extent.steps().front(), 1});
    }
    const Output<T>& output(std::size_t k = 0) const { return values_[graph.number(graph.outputs()[k])]; }
    // Copies the outputs of rows to where the caller wants them; the first row there is `first`.
    void copy_outputs(Range rows, const OutputArrays<T>& to, Index first) const {
        for (std::size_t k = 0; k < to.size(); ++k) {
            const Index steps = extent.lengths->outputs[k], features = graph.output_shape(k).features;
            const auto& [values, valid] = output(k);
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index t = 0; t < steps; ++t) {
                    const Index place = (first + n) * steps + t;
                    std::memcpy(to[k].values + place * features, row_at(values, t, n),
                                static_cast<std::size_t>(features) * sizeof(T));
                    if (to[k].valid && valid.data) to[k].valid[place] = *row_at(valid, t, n) != 0;
                }
        }
    }

    // Called by all threads of a unit team with the same rows.
    void forward(Range rows, const Work& work) {
        if (call.row_penalty) forget_penalties_of_parts(work.unit_team.share(rows));
        for (Index first = 0; first < count();) {
            Index end = first + 1;
            while (work.by_layers && end < count() && can_pipeline(end)) ++end;
            if (end - first > 1)
                forward_pipeline({first, end}, rows_of(first, rows), work.unit_team);
            else {
                if (call.training) layer(first).forward_batch(work.team);
                layer(first).forward(rows_of(first, rows), work.unit_team);
            }
            work.unit_team.barrier();
            first = end;
        }
        if (call.row_penalty) add_penalties_of_parts(work.unit_team.share(rows));
    }
    // Of the layers that training changes, and of those behind them.
    void backward(Range rows, const Work& work) {
        for (Index end = count(); end > 0;) {
            Index first = end - 1;
            if (graph.node(first).learns) {
                while (work.by_layers && can_pipeline(first) && graph.node(first - 1).learns) --first;
                const std::size_t value = graph.node(end - 1).first_value;
                for (std::size_t k = 0; k < graph.layer(end - 1).output_count(); ++k)
                    sum_fan_out(value + k, rows, work.unit_team);
                if (end - first > 1)
                    backward_pipeline({first, end}, rows_of(first, rows), work.unit_team);
                else {
                    layer(first).backward_batch(work.team);
                    layer(first).backward(rows_of(first, rows), work.unit_team);
                }
                work.unit_team.barrier();
            }
            end = first;
        }
        for (std::size_t k = 0; k < graph.input_count(); ++k) sum_fan_out(k, rows, work.unit_team);
    }

private:
    Index count() const { return static_cast<Index>(layers.size()); }
    LayerWorkspace<T>& layer(Index i) { return *layers[static_cast<std::size_t>(i)]; }
    Index chunks(Index i) { return layer(i).chunks(); }
    bool can_pipeline(Index i) { return graph.continues(i) && chunks(i) > 0 && chunks(i - 1) > 0; }

    // Of a layer's workspace.
    Range rows_of(Index i, Range rows) const {
        const Index parts_of_row = parts_of_nodes_[static_cast<std::size_t>(i)];
        return {rows.begin * parts_of_row, rows.end * parts_of_row};
    }

    const Call<T>& call_of(Index i) const {
        if (!graph.divided(i)) return call;
        return std::find_if(
                   divided_calls.begin(), divided_calls.end(),
                   [&](const DividedCall& each) { return each.parts == parts_of_nodes_[static_cast<std::size_t>(i)]; })
            ->call;
    }
    void divide_call(DividedCall& divided) const {
        divided.call = {};
        divided.call.training = call.training;
        divided.call.rng_step = call.rng_step;
        divided.call.first_row = call.first_row * divided.parts;
        divided.call.penalty_scale = call.penalty_scale;
        if (call.row_penalty) divided.call.row_penalty = divided.row_penalty.data();
    }
    void forget_penalties_of_parts(Range rows) {
        for (DividedCall& divided : divided_calls)
            std::fill(divided.row_penalty.begin() + rows.begin * divided.parts,
                      divided.row_penalty.begin() + rows.end * divided.parts, 0.0);
    }
    void add_penalties_of_parts(Range rows) {
        for (const DividedCall& divided : divided_calls)
            for (Index n = rows.begin; n < rows.end; ++n) {
                const auto first = divided.row_penalty.begin() + n * divided.parts;
                call.row_penalty[n] = std::accumulate(first, first + divided.parts, call.row_penalty[n]);
            }
    }

    // In the order of the layers that take this value.
    void sum_fan_out(std::size_t value, Range rows, const Team& unit_team) {
        const FanOut& fan_out = fan_outs[value];
        if (fan_out.d_outputs.size() < 2) return;
        const Index parts = extent.lengths->parts[value];
        for (std::size_t i = 1; i < fan_out.d_outputs.size(); ++i)
            kernels.add(read_only(fan_out.d_outputs[i]), fan_out.steps, fan_out.features, fan_out.d_outputs.front(),
                        unit_team.share({rows.begin * parts, rows.end * parts}));
        unit_team.barrier();
    }

    void forward_pipeline(Range pipelined, Range rows, const Team& unit_team) {
        const Range mine = unit_team.share(pipelined);
        for (Index i = mine.begin; i < mine.end; ++i) layer(i).begin_forward(rows);
        in_turn(chunks(pipelined.begin), unit_team.rank(), unit_team, [&](Index chunk) {
            for (Index i = mine.begin; i < mine.end; ++i) layer(i).forward_chunk(rows, chunk);
        });
        for (Index i = mine.begin; i < mine.end; ++i) layer(i).end_forward(rows);
    }
    void backward_pipeline(Range pipelined, Range rows, const Team& unit_team) {
        const Range mine = unit_team.share(pipelined);
        const Index last_chunk = chunks(pipelined.begin) - 1;
        for (Index i = mine.begin; i < mine.end; ++i) layer(i).begin_backward(rows);
        in_turn(last_chunk + 1, unit_team.size() - 1 - unit_team.rank(), unit_team, [&](Index done) {
            for (Index i = mine.end - 1; i >= mine.begin; --i) layer(i).backward_chunk(rows, last_chunk - done);
        });
        for (Index i = mine.begin; i < mine.end; ++i) layer(i).end_backward(rows);
    }
    // Calls visit(0), visit(1), ... with a barrier after each, `behind` of them behind the first thread.
    template <class Visit>
    static void in_turn(Index calls, Index behind, const Team& unit_team, const Visit& visit) {
        for (Index tick = 0; tick < calls + unit_team.size() - 1; ++tick) {
            if (tick >= behind && tick - behind < calls) visit(tick - behind);
            unit_team.barrier();
        }
    }

    std::vector<Index> parts_of_nodes_;
    std::vector<Output<T>> values_;  // by their numbers
    std::vector<Output<T>> inputs_;  // of the layer that is being connected
};

}  // namespace fastlstm
