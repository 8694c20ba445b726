// Several inputs made one: their sum, difference, product, mean, largest or smallest, or side by side.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"
#include "own_mask.hpp"

namespace fastlstm {

struct MergeOptions {
    Merge mode = Merge::count;

    void read(OptionReader& reader) { reader.choice("mode", mode, merge_names); }
};

template <class T>
class MergeLayer final : public Layer<T> {
public:
    using Options = MergeOptions;

    MergeLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), mode_(options.mode) {
        for (const StepShape& input : context.inputs) widths_.push_back(input.features);
        if (mode_ == Merge::sub && widths_.size() != 2)
            throw std::invalid_argument("inputs: a difference is of two, got " + std::to_string(widths_.size()));
        if (mode_ != Merge::concat) return;
        this->outputs = 0;
        for (const Index width : widths_) this->outputs += width;
    }

    std::size_t input_count() const override { return widths_.size(); }
    StepShape input_shape(std::size_t input) const override {
        return {mode_ == Merge::concat ? widths_[input] : this->features, this->takes_sequence};
    }
    bool gives_mask(const std::vector<bool>& masked) const override {
        return this->gives_sequence && std::all_of(masked.begin(), masked.end(), [](bool one) { return one; });
    }
    double work(Index steps) const override {
        return static_cast<double>(widths_.size()) * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        const Index steps = this->output_steps(extent.steps);
        auto workspace = std::make_unique<MergeWorkspace>(*this, *memory.kernels, extent.rows, steps);
        workspace->y = make_sequence(arena, extent.rows, steps, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct MergeWorkspace final : LayerWorkspace<T> {
        const MergeLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        std::vector<MergeInput<T>> inputs;
        std::vector<Mask> masks;
        OwnMask own;
        Sequence<T> y{};

        MergeWorkspace(const MergeLayer& layer, const Kernels<T>& kernels, Index rows, Index steps)
            : layer(layer), kernels(kernels), steps(steps), masks(layer.widths_.size()), own(rows, steps) {
            for (const Index width : layer.widths_) inputs.push_back({width, {}, {}});
        }

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                inputs[i].x = from[i].values;
                inputs[i].mask = masks[i] = from[i].mask;
            }
        }
        void set_dx(std::size_t input, Sequence<T> to) override { inputs[input].dx = to; }

        Sequence<const T> output() const override { return read_only(y); }
        // As in Keras, a step is valid if it is in any input, and all are where an input has no mask.
        Mask output_mask() const override { return masked() ? own.view() : Mask{}; }
        void forward_rows(Range rows) override {
            kernels.merge(args(), rows);
            if (masked()) kernels.unite_masks(masks.data(), count(), steps, own.flags, rows);
        }
        void backward_rows(Range rows) override { kernels.merge_backward(args(), rows); }

    private:
        Index count() const { return static_cast<Index>(inputs.size()); }
        bool masked() const {
            return std::all_of(masks.begin(), masks.end(), [](const Mask& mask) { return mask.data != nullptr; });
        }
        MergeArgs<T> args() const { return {layer.mode_, steps, count(), inputs.data(), y, this->dy}; }
    };

    Merge mode_;
    std::vector<Index> widths_;  // of the inputs
};

}  // namespace fastlstm
