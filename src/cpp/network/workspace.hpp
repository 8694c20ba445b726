// The workspace of a network for a number of rows and steps, and how threads share it.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "layers/layer.hpp"

namespace fastlstm {

// What the threads of a work share: rows, each taking its own through all layers; units of the same rows, with a
// barrier each step; or layers of the same rows, each a chunk of steps behind the one below it.
enum class Sharing { rows, units, layers };

struct Plan {
    int threads;
    Sharing sharing;
};

// One thread's part in a planned work: the rows that it goes about, and with whom.
struct Work {
    const Team& team;
    const Team alone{0, 1, nullptr};
    const Team& unit_team;
    const bool by_layers;

    Work(const Plan& plan, const Team& team)
        : team(team),
          unit_team(plan.sharing == Sharing::rows ? alone : team),
          by_layers(plan.sharing == Sharing::layers) {}
    Work(const Work&) = delete;
    Range rows(Index count) const { return unit_team.size() > 1 ? Range{0, count} : team.share(count); }
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
    Extent extent;
    Mode mode;
    Arena<T> arena;
    Call<T> call;
    std::vector<std::unique_ptr<LayerWorkspace<T>>> layers;
    // Training only: the gathered rows with their weights, the gradient of their predictions, the loss and the penalty
    // of each.
    T *input = nullptr, *target = nullptr, *weight = nullptr;
    SampleWeights<T> weights;
    Arena<unsigned char> flags;
    unsigned char* mask = nullptr;
    Sequence<T> d_output{};
    std::vector<double> row_loss, row_penalty;

    // After the call is set: a layer's output may depend on it.
    void set_input(Sequence<const T> x, Mask mask = {}) {
        for (auto& layer : layers) {
            layer->connect(x, mask, call);
            x = layer->output();
            mask = layer->output_mask();
        }
        output_ = x;
        output_mask_ = mask;
    }
    // In training the input is what was gathered.
    void set_gathered_input(Index features) {
        set_input({input, extent.steps * features, features}, {mask, extent.steps, 1});
    }
    Sequence<const T> output() const { return output_; }
    Mask output_mask() const { return output_mask_; }
    // Copies the outputs of rows to where the caller wants them.
    void copy_outputs(Range rows, Index steps, Index features, const Outputs<T>& to) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index t = 0; t < steps; ++t) {
                std::memcpy(to.values + (n * steps + t) * features, row_at(output_, t, n),
                            static_cast<std::size_t>(features) * sizeof(T));
                if (to.valid && output_mask_.data) to.valid[n * steps + t] = *row_at(output_mask_, t, n) != 0;
            }
    }

    // Called by all threads of a unit team with the same rows.
    void forward(Range rows, const Work& work) {
        for (Index first = 0; first < count();) {
            Index end = first + 1;
            while (work.by_layers && end < count() && chunks(end) > 0 && chunks(first) > 0) ++end;
            if (end - first > 1)
                forward_pipeline({first, end}, rows, work.unit_team);
            else
                layer(first).forward(rows, work.unit_team);
            work.unit_team.barrier();
            first = end;
        }
    }
    // From the last layer down to this one, below which there is nothing to learn.
    void backward(Range rows, const Work& work, Index lowest = 0) {
        for (Index end = count(); end > lowest;) {
            Index first = end - 1;
            while (work.by_layers && first > lowest && chunks(first - 1) > 0 && chunks(end - 1) > 0) --first;
            if (end - first > 1)
                backward_pipeline({first, end}, rows, work.unit_team);
            else
                layer(first).backward(rows, work.unit_team);
            work.unit_team.barrier();
            end = first;
        }
    }

private:
    Index count() const { return static_cast<Index>(layers.size()); }
    LayerWorkspace<T>& layer(Index i) { return *layers[static_cast<std::size_t>(i)]; }
    Index chunks(Index i) { return layer(i).chunks(); }

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

    Sequence<const T> output_{};
    Mask output_mask_{};
};

}  // namespace fastlstm
