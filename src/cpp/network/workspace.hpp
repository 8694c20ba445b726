// The workspace of a network for a number of rows and steps.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "graph.hpp"
#include "planner.hpp"

namespace fastlstm {

// Weights of rows, or of rows and output steps, in the loss; null where all are one.
template <class T>
struct SampleWeights {
    const T* values = nullptr;
    Index steps = 1;  // of each row: one for all, or all output steps

    Sequence<const T> from(Index row) const {
        return {values ? values + row * steps : nullptr, steps, steps > 1 ? Index{1} : Index{0}};
    }
};

// Where a caller wants outputs (rows, steps, features), and whether a mask lets them count (rows, steps); or null.
template <class T>
struct Outputs {
    T* values = nullptr;
    unsigned char* valid = nullptr;

    Outputs from(Index row, Index steps, Index features) const {
        return {values ? values + row * steps * features : nullptr, valid ? valid + row * steps : nullptr};
    }
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

    const LayerGraph<T>& graph;
    const Kernels<T>& kernels;
    Extent extent;
    Index output_steps = 0;
    Arena<T> arena;
    Call<T> call;
    std::vector<std::unique_ptr<LayerWorkspace<T>>> layers;
    // Training only: the gathered rows with their weights, the gradients of their predictions and of themselves (null
    // if it is not wanted), the loss and the penalty of each.
    T *input = nullptr, *target = nullptr, *weight = nullptr;
    SampleWeights<T> weights;
    Arena<unsigned char> flags;
    unsigned char* mask = nullptr;
    Sequence<T> d_output{}, d_input{};
    std::vector<FanOut> fan_outs;  // by node, the graph's input first; without gradients where there is one or none
    std::vector<double> row_loss, row_penalty;

    Workspace(const LayerGraph<T>& graph, const Kernels<T>& kernels, const Extent& extent)
        : graph(graph),
          kernels(kernels),
          extent(extent),
          row_loss(static_cast<std::size_t>(extent.rows)),
          row_penalty(static_cast<std::size_t>(extent.rows)),
          outputs_(static_cast<std::size_t>(graph.size() + 1)) {}

    // After the call is set: a layer's output may depend on it.
    void set_input(Sequence<const T> x, Mask valid = {}) {
        output_of(LayerGraph<T>::input) = {x, valid};
        for (Index i = 0; i < count(); ++i) {
            inputs_.clear();
            for (const Index source : graph.inputs(i)) inputs_.push_back(output_of(source));
            layer(i).connect(inputs_.data(), call);
            output_of(i) = {layer(i).output(), layer(i).output_mask()};
        }
    }
    // In training the input is what was gathered.
    void set_gathered_input() {
        const Index features = graph.input_shape().features;
        set_input({input, extent.steps * features, features}, {mask, extent.steps, 1});
    }
    const Output<T>& output() const { return outputs_.back(); }
    // Copies the outputs of rows to where the caller wants them.
    void copy_outputs(Range rows, const Outputs<T>& to) const {
        const Index steps = output_steps, features = graph.output_shape().features;
        const auto& [values, valid] = output();
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index t = 0; t < steps; ++t) {
                std::memcpy(to.values + (n * steps + t) * features, row_at(values, t, n),
                            static_cast<std::size_t>(features) * sizeof(T));
                if (to.valid && valid.data) to.valid[n * steps + t] = *row_at(valid, t, n) != 0;
            }
    }

    // Called by all threads of a unit team with the same rows.
    void forward(Range rows, const Work& work) {
        for (Index first = 0; first < count();) {
            Index end = first + 1;
            while (work.by_layers && end < count() && can_pipeline(end)) ++end;
            if (end - first > 1)
                forward_pipeline({first, end}, rows, work.unit_team);
            else {
                if (call.training) layer(first).forward_batch(work.team);
                layer(first).forward(rows, work.unit_team);
            }
            work.unit_team.barrier();
            first = end;
        }
    }
    // Of the layers that training changes, and of those behind them.
    void backward(Range rows, const Work& work) {
        for (Index end = count(); end > 0;) {
            Index first = end - 1;
            if (graph.learns(first)) {
                while (work.by_layers && can_pipeline(first) && graph.learns(first - 1)) --first;
                sum_fan_out(end - 1, rows, work.unit_team);
                if (end - first > 1)
                    backward_pipeline({first, end}, rows, work.unit_team);
                else {
                    layer(first).backward_batch(work.team);
                    layer(first).backward(rows, work.unit_team);
                }
                work.unit_team.barrier();
            }
            end = first;
        }
        sum_fan_out(LayerGraph<T>::input, rows, work.unit_team);
    }

private:
    Index count() const { return static_cast<Index>(layers.size()); }
    LayerWorkspace<T>& layer(Index i) { return *layers[static_cast<std::size_t>(i)]; }
    Output<T>& output_of(Index node) { return outputs_[static_cast<std::size_t>(node + 1)]; }
    Index chunks(Index i) { return layer(i).chunks(); }
    bool can_pipeline(Index i) { return graph.continues(i) && chunks(i) > 0 && chunks(i - 1) > 0; }

    // In the order of the layers that take this output.
    void sum_fan_out(Index node, Range rows, const Team& unit_team) {
        const FanOut& fan_out = fan_outs[static_cast<std::size_t>(node + 1)];
        if (fan_out.d_outputs.size() < 2) return;
        for (std::size_t i = 1; i < fan_out.d_outputs.size(); ++i)
            kernels.add(read_only(fan_out.d_outputs[i]), fan_out.steps, fan_out.features, fan_out.d_outputs.front(),
                        unit_team.share(rows));
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

    std::vector<Output<T>> outputs_;  // by node, the graph's input first
    std::vector<Output<T>> inputs_;   // of the layer that is being connected
};

}  // namespace fastlstm
