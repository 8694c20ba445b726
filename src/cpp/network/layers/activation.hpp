// An activation of each output, or of each row of outputs.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct ActivationOptions {
    Activation activation = Activation::count;

    void read(OptionReader& reader) { reader.choice("activation", activation, activation_names); }
};

template <class T>
class ActivationLayer final : public Layer<T> {
public:
    using Options = ActivationOptions;

    ActivationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), activation_(options.activation) {
        if (activation_ != Activation::glu) return;
        if (this->features % 2 != 0)
            throw std::invalid_argument("activation: glu expects an even number of features, got " +
                                        std::to_string(this->features));
        this->outputs = this->features / 2;
    }

    double work(Index steps) const override { return tuning::activation_layer_factor * this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<ActivationWorkspace>(*memory.kernels);
        workspace->args.steps = this->output_steps(extent.steps);
        workspace->args.features = this->features;
        workspace->args.activation = activation_;
        workspace->args.y =
            make_sequence(arena, extent.rows, workspace->args.steps, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct ActivationWorkspace final : KernelWorkspace<T, ActivationArgs<T>> {
        using KernelWorkspace<T, ActivationArgs<T>>::KernelWorkspace;
        void forward_rows(Range rows) override { this->kernels.activate(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.activate_backward(this->args_of_call(), rows);
        }
    };

    Activation activation_;
};

}  // namespace fastlstm
