// A penalty on a layer's outputs.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct ActivityRegularizerOptions {
    double l1 = 0, l2 = 0;

    void read(OptionReader& reader) {
        reader.number("l1", l1, 0, infinity);
        reader.number("l2", l2, 0, infinity);
    }
};

// Passes its input on, and adds l1 |x| + l2 x^2 of it to the loss.
template <class T>
class ActivityRegularizerLayer final : public Layer<T> {
public:
    using Options = ActivityRegularizerOptions;

    ActivityRegularizerLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), l1_(options.l1), l2_(options.l2) {}

    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>&, const Extent& extent,
                                                      Mode) const override {
        return std::make_unique<PenaltyWorkspace>(*this, *memory.kernels, this->output_steps(extent.steps));
    }

private:
    struct PenaltyWorkspace final : LayerWorkspace<T> {
        const ActivityRegularizerLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;

        PenaltyWorkspace(const ActivityRegularizerLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return this->x; }
        void forward_rows(Range rows) override {
            if (this->call->row_penalty) kernels.penalize(args({}, {}, this->call->row_penalty), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.penalize(args(this->dy, this->dx, nullptr), rows);
        }

    private:
        PenaltyArgs<T> args(Sequence<const T> dy, Sequence<T> dx, double* penalty) const {
            return {steps, layer.features, layer.l1_, layer.l2_, this->call->penalty_scale, this->x, dy, dx, penalty};
        }
    };

    double l1_, l2_;
};

}  // namespace fastlstm
