// Noise in training: added, multiplied, or in place of a part of the input.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct NoiseOptions {
    Noise kind = Noise::count;
    double deviation = 0, rate = 0;
    std::uint64_t seed = 0;
    bool per_row = true, per_step = true, per_feature = true;

    void read(OptionReader& reader) {
        reader.choice("kind", kind, noise_names);
        reader.number("deviation", deviation, 0, infinity);
        reader.number("rate", rate, 0, 1);
        reader.seed("seed", seed);
        reader.flag("per_row", per_row);
        reader.flag("per_step", per_step);
        reader.flag("per_feature", per_feature);
    }
};

template <class T>
class NoiseLayer final : public Layer<T> {
public:
    using Options = NoiseOptions;

    NoiseLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {}

    double work(Index steps) const override { return tuning::normal_numbers_factor * this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<NoiseWorkspace>(*this, *memory.kernels, this->output_steps(extent.steps));
        workspace->y = make_sequence(arena, extent.rows, workspace->steps, this->features, memory.kernels->lanes);
        return workspace;
    }

private:
    struct NoiseWorkspace final : LayerWorkspace<T> {
        const NoiseLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        Sequence<T> y{};

        NoiseWorkspace(const NoiseLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return this->call->training ? read_only(y) : this->x; }
        void forward_rows(Range rows) override {
            if (this->call->training) kernels.add_noise(args(false, this->x, y), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.add_noise(args(true, this->dy, this->dx), rows);
        }

    private:
        // Without noise outside of training.
        NoiseArgs<T> args(bool backward, Sequence<const T> from, Sequence<T> to) const {
            const NoiseOptions& options = layer.options_;
            NoiseArgs<T> args{};
            args.kind = options.kind;
            args.steps = steps;
            args.features = layer.features;
            args.first_row = this->call->first_row;
            args.deviation = this->call->training ? options.deviation : 0;
            args.rate = this->call->training ? options.rate : 0;
            args.key = rng_key(options.seed, this->call->rng_step, layer.number, 0);
            args.backward = backward;
            args.x = from;
            args.y = to;
            args.per_row = options.per_row;
            args.per_step = options.per_step;
            args.per_feature = options.per_feature;
            return args;
        }
    };

    NoiseOptions options_;
};

}  // namespace fastlstm
