// A network's layers bound to a number of rows and steps, and how threads go about them.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include "layers/layer.hpp"

namespace fastlstm {

// What the threads of a work share: rows, each taking its own through all layers; units of the same rows, with a
// meeting each step; or layers of the same rows, each a piece of steps behind the one below it.
enum class Sharing { rows, units, layers };

struct Plan {
    int members;
    Sharing sharing;
};

// One member's part in a planned work: the rows that it goes about, and with whom.
struct Work {
    const Team& team;
    const Team alone{0, 1, nullptr};
    const Team& crew;
    const bool by_layers;

    Work(const Plan& plan, const Team& team)
        : team(team), crew(plan.sharing == Sharing::rows ? alone : team), by_layers(plan.sharing == Sharing::layers) {}
    Work(const Work&) = delete;
    Range rows(Index count) const { return crew.size() > 1 ? Range{0, count} : team.share(count); }
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

// The layers with all the memory that they need.
template <class T>
struct Binding {
    Extent extent;
    Mode mode;
    Arena<T> arena;
    Call<T> call;
    std::vector<std::unique_ptr<Run<T>>> runs;
    // Training only: the gathered rows with their weights, the gradient of their predictions, the loss and the penalty
    // of each.
    T *input = nullptr, *target = nullptr, *weight = nullptr;
    SampleWeights<T> weights;
    Arena<unsigned char> flags;
    unsigned char* mask = nullptr;
    Sequence<T> d_output{};
    std::vector<double> row_loss, row_penalty;

    // After the call is set: a run's output may depend on it.
    void set_input(Sequence<const T> x, Mask mask = {}) {
        for (auto& run : runs) {
            run->connect(x, mask, call);
            x = run->output();
            mask = run->output_mask();
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
    void hand_out(Range rows, Index steps, Index features, const Outputs<T>& to) const {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index t = 0; t < steps; ++t) {
                std::memcpy(to.values + (n * steps + t) * features, place(output_, t, n),
                            static_cast<std::size_t>(features) * sizeof(T));
                if (to.valid && output_mask_.data) to.valid[n * steps + t] = *place(output_mask_, t, n) != 0;
            }
    }

    // By all members of a crew, for the same rows.
    void forward(Range rows, const Work& work) {
        for (Index first = 0; first < count();) {
            Index end = first + 1;
            while (work.by_layers && end < count() && pieces(end) > 0 && pieces(first) > 0) ++end;
            if (end - first > 1)
                forward_wave({first, end}, rows, work.crew);
            else
                run(first).forward(rows, work.crew);
            work.crew.barrier();
            first = end;
        }
    }
    // From the last layer down to this one, below which there is nothing to learn.
    void backward(Range rows, const Work& work, Index lowest = 0) {
        for (Index end = count(); end > lowest;) {
            Index first = end - 1;
            while (work.by_layers && first > lowest && pieces(first - 1) > 0 && pieces(end - 1) > 0) --first;
            if (end - first > 1)
                backward_wave({first, end}, rows, work.crew);
            else
                run(first).backward(rows, work.crew);
            work.crew.barrier();
            end = first;
        }
    }

private:
    Index count() const { return static_cast<Index>(runs.size()); }
    Run<T>& run(Index i) { return *runs[static_cast<std::size_t>(i)]; }
    Index pieces(Index i) { return run(i).pieces(); }

    void forward_wave(Range wave, Range rows, const Team& crew) {
        const Range mine = crew.share(wave);
        for (Index i = mine.begin; i < mine.end; ++i) run(i).begin_forward(rows);
        in_turn(pieces(wave.begin), crew.rank(), crew, [&](Index piece) {
            for (Index i = mine.begin; i < mine.end; ++i) run(i).forward_piece(rows, piece);
        });
        for (Index i = mine.begin; i < mine.end; ++i) run(i).end_forward(rows);
    }
    void backward_wave(Range wave, Range rows, const Team& crew) {
        const Range mine = crew.share(wave);
        const Index last_piece = pieces(wave.begin) - 1;
        for (Index i = mine.begin; i < mine.end; ++i) run(i).begin_backward(rows);
        in_turn(last_piece + 1, crew.size() - 1 - crew.rank(), crew, [&](Index done) {
            for (Index i = mine.end - 1; i >= mine.begin; --i) run(i).backward_piece(rows, last_piece - done);
        });
        for (Index i = mine.begin; i < mine.end; ++i) run(i).end_backward(rows);
    }
    // Calls visit(0), visit(1), ... with a meeting after each, `behind` of them behind the first member.
    template <class Visit>
    static void in_turn(Index calls, Index behind, const Team& crew, const Visit& visit) {
        for (Index tick = 0; tick < calls + crew.size() - 1; ++tick) {
            if (tick >= behind && tick - behind < calls) visit(tick - behind);
            crew.barrier();
        }
    }

    Sequence<const T> output_{};
    Mask output_mask_{};
};

}  // namespace fastlstm
