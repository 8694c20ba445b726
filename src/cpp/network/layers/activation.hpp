// An activation of each output, or of each row of outputs.
#pragma once

#include "layer.hpp"

namespace fastlstm {

template <class T>
class ActivationLayer final : public Layer<T> {
public:
    ActivationLayer(Activation activation, Index features, bool sequence)
        : Layer<T>(features, activation == Activation::glu ? features / 2 : features, sequence, sequence),
          activation_(activation) {}

    double work(Index steps) const override { return 8 * this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent, Mode) const override {
        auto run = std::make_unique<ActivationRun>(*memory.kernels);
        run->pass.steps = this->output_steps(extent.steps);
        run->pass.features = this->features;
        run->pass.activation = activation_;
        run->pass.y = make_sequence(arena, extent.rows, run->pass.steps, this->outputs, memory.kernels->lanes);
        return run;
    }

private:
    struct ActivationRun final : PassRun<T, ActivationPass<T>> {
        using PassRun<T, ActivationPass<T>>::PassRun;
        void forward_rows(Range rows) override { this->kernels.activate(this->bound(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.activate_backward(this->bound(), rows);
        }
    };

    Activation activation_;
};

}  // namespace fastlstm
