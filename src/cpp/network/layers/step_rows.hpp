// Rows that are steps of sequences: each step of a sequence becomes a row of its own for the layers that follow, and a
// step again behind them. This is how a layer is applied to every step, whatever it takes.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct StepsToRowsOptions {
    Index features = 0;
    bool sequence = false;

    void read(OptionReader& reader) {
        reader.size("features", features);
        reader.flag("sequence", sequence);
    }
};

// Each step becomes a row: its numbers are (features), or a sequence of as many steps of (features) as they make.
template <class T>
class StepsToRowsLayer final : public Layer<T> {
public:
    using Options = StepsToRowsOptions;

    StepsToRowsLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {options.features, options.sequence}),
          inner_steps_(this->features / options.features) {
        if (this->features % options.features != 0 || (!options.sequence && inner_steps_ != 1))
            throw std::invalid_argument("features: expected steps of " + std::to_string(options.features) +
                                        " numbers or several times as many, got " + std::to_string(this->features));
    }

    bool divides_rows() const override { return true; }
    Index output_steps(Index) const override { return inner_steps_; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    double work(Index) const override { return 0; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<StepsToRowsWorkspace>(*this, extent.steps);
        workspace->rows_of_steps =
            make_sequence(arena, extent.rows * extent.steps, inner_steps_, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct StepsToRowsWorkspace final : LayerWorkspace<T> {
        const StepsToRowsLayer& layer;
        const Index steps;
        Sequence<T> rows_of_steps{};

        StepsToRowsWorkspace(const StepsToRowsLayer& layer, Index steps) : layer(layer), steps(steps) {}

        // Steps that are next to each other, such as those of what a caller gives, are rows already.
        Sequence<const T> output() const override {
            return are_rows() ? Sequence<const T>{this->x.data, this->x.step, layer.outputs} : read_only(rows_of_steps);
        }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            if (are_rows()) return;
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index s = 0; s < steps; ++s)
                    for (Index t = 0; t < layer.inner_steps_; ++t)
                        std::copy_n(row_at(this->x, s, n) + t * layer.outputs, layer.outputs,
                                    row_at(rows_of_steps, t, n * steps + s));
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index s = 0; s < steps; ++s)
                    for (Index t = 0; t < layer.inner_steps_; ++t)
                        std::copy_n(row_at(this->dy, t, n * steps + s), layer.outputs,
                                    row_at(this->dx, s, n) + t * layer.outputs);
        }

    private:
        bool are_rows() const { return this->x.row == steps * this->x.step; }
    };

    const Index inner_steps_;
};

struct RowsToStepsOptions {
    Index steps = 1;  // of each row

    void read(OptionReader& reader) { reader.size("steps", steps, 0); }
};

// Its inputs are rows that were steps, each of which becomes one step again, and the sequence whose steps they were.
template <class T>
class RowsToStepsLayer final : public Layer<T> {
public:
    using Options = RowsToStepsOptions;

    RowsToStepsLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.steps * context.inputs[0].features, true}), inner_steps_(options.steps) {
        if (context.inputs.size() != 2 || !context.inputs[1].sequence)
            throw std::invalid_argument("inputs: expected rows and the sequence whose steps they were");
        sequence_ = context.inputs[1];
    }

    bool unites_rows() const override { return true; }
    std::size_t input_count() const override { return 2; }
    StepShape input_shape(std::size_t input) const override {
        return input == 0 ? Layer<T>::input_shape(0) : sequence_;
    }
    bool takes_equal_steps() const override { return false; }
    bool differentiates(std::size_t input) const override { return input == 0; }
    Index output_steps_of(std::size_t, const std::vector<Index>& input_steps) const override { return input_steps[1]; }
    // Masks of steps within a row end here; that of the sequence goes on.
    bool gives_mask(const std::vector<bool>& masked) const override { return masked[1]; }
    double work(Index) const override { return 0; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        const Index steps = this->takes_sequence ? extent.steps : 1;
        if (steps != inner_steps_)
            throw std::invalid_argument("steps: expected rows of " + std::to_string(inner_steps_) + " steps, got " +
                                        std::to_string(steps));
        auto workspace = std::make_unique<RowsToStepsWorkspace>(*this, extent.input_steps[1]);
        if (inner_steps_ != 1)
            workspace->y = make_sequence(arena, extent.rows, workspace->steps, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct RowsToStepsWorkspace final : LayerWorkspace<T> {
        const RowsToStepsLayer& layer;
        const Index steps;
        Sequence<T> y{};  // where a row has several steps; one step of each is next to those of its neighbours already
        Mask mask_of_sequence{};

        RowsToStepsWorkspace(const RowsToStepsLayer& layer, Index steps) : layer(layer), steps(steps) {}

        void connect(const Output<T>* inputs, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(inputs, shared);
            mask_of_sequence = inputs[1].mask;
        }
        Sequence<const T> output() const override {
            return y.data ? read_only(y) : Sequence<const T>{this->x.data, steps * this->x.row, this->x.row};
        }
        Mask output_mask() const override { return mask_of_sequence; }
        void forward_rows(Range rows) override {
            for (Index n = rows.begin; y.data && n < rows.end; ++n)
                for (Index s = 0; s < steps; ++s)
                    for (Index t = 0; t < layer.inner_steps_; ++t)
                        std::copy_n(row_at(this->x, t, n * steps + s), layer.features,
                                    row_at(y, s, n) + t * layer.features);
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index s = 0; s < steps; ++s)
                    for (Index t = 0; t < layer.inner_steps_; ++t)
                        std::copy_n(row_at(this->dy, s, n) + t * layer.features, layer.features,
                                    row_at(this->dx, t, n * steps + s));
        }
    };

    const Index inner_steps_;
    StepShape sequence_{};
};

}  // namespace fastlstm
