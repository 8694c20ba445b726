// Dropout (Srivastava et al. 2014), scaled in training.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct DropoutOptions {
    double rate = 0;
    std::uint64_t seed = 0;
    bool per_row = true, per_step = true, per_feature = true;

    void read(OptionReader& reader) {
        reader.number("rate", rate, 0, 1);
        reader.seed("seed", seed);
        reader.flag("per_row", per_row);
        reader.flag("per_step", per_step);
        reader.flag("per_feature", per_feature);
    }
};

template <class T>
class DropoutLayer final : public Layer<T> {
public:
    using Options = DropoutOptions;

    DropoutLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {}

    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<DropoutWorkspace>(*this, *memory.kernels, this->output_steps(extent.steps));
        workspace->y = make_sequence(arena, extent.rows, workspace->steps, this->features, memory.kernels->lanes);
        return workspace;
    }

private:
    struct DropoutWorkspace final : LayerWorkspace<T> {
        const DropoutLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        Sequence<T> y{};

        DropoutWorkspace(const DropoutLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return active() ? read_only(y) : this->x; }
        void forward_rows(Range rows) override {
            if (active()) kernels.dropout(args(this->x, y), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.dropout(args(this->dy, this->dx), rows);
        }

    private:
        bool active() const { return this->call->training && layer.options_.rate > 0; }

        DropoutArgs<T> args(Sequence<const T> from, Sequence<T> to) const {
            const DropoutOptions& options = layer.options_;
            DropoutArgs<T> dropout = dropout_args(*this->call, active() ? options.rate : 0, from, to);
            dropout.steps = steps;
            dropout.features = layer.features;
            dropout.key = rng_key(options.seed, this->call->rng_step, layer.number, 0);
            dropout.per_row = options.per_row;
            dropout.per_step = options.per_step;
            dropout.per_feature = options.per_feature;
            return dropout;
        }
    };

    DropoutOptions options_;
};

}  // namespace fastlstm
