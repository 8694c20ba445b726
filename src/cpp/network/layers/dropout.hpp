// Dropout (Srivastava et al. 2014), scaled in training.
#pragma once

#include "layer.hpp"

namespace fastlstm {

struct DropoutOptions {
    double rate;
    std::uint64_t seed;
    bool per_row, per_step, per_feature;
};

template <class T>
class DropoutLayer final : public Layer<T> {
public:
    DropoutLayer(const DropoutOptions& options, Index features, bool sequence)
        : Layer<T>(features, features, sequence, sequence), options_(options) {}

    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent, Mode) const override {
        auto run = std::make_unique<DropoutRun>(*this, *memory.kernels, this->output_steps(extent.steps));
        run->y = make_sequence(arena, extent.rows, run->steps, this->features, memory.kernels->lanes);
        return run;
    }

private:
    struct DropoutRun final : Run<T> {
        const DropoutLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        Sequence<T> y{};

        DropoutRun(const DropoutLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return draws() ? read_only(y) : this->x; }
        void forward_rows(Range rows) override {
            if (draws()) kernels.dropout(pass(this->x, y), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.dropout(pass(this->dy, this->dx), rows);
        }

    private:
        bool draws() const { return this->call->draws && layer.options_.rate > 0; }

        DropoutPass<T> pass(Sequence<const T> from, Sequence<T> to) const {
            const DropoutOptions& options = layer.options_;
            DropoutPass<T> dropout = dropout_pass(*this->call, draws() ? options.rate : 0, from, to);
            dropout.steps = steps;
            dropout.features = layer.features;
            dropout.key = draw_key(options.seed, this->call->draw, layer.number, 0);
            dropout.per_row = options.per_row;
            dropout.per_step = options.per_step;
            dropout.per_feature = options.per_feature;
            return dropout;
        }
    };

    DropoutOptions options_;
};

}  // namespace fastlstm
