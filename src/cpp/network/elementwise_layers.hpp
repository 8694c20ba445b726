// Layers without products: activations, dropout, layer normalization, and penalties on what passes.
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

struct DropoutOptions {
    double rate;
    std::uint64_t seed;
    bool per_row, per_step, per_feature;
};

// Srivastava et al. (2014), scaled in training.
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

template <class T>
class LayerNormalizationLayer final : public Layer<T> {
public:
    LayerNormalizationLayer(double epsilon, bool center, bool scale, Index features, bool sequence)
        : Layer<T>(features, features, sequence, sequence), epsilon_(epsilon) {
        if (scale) add("gamma", gamma_);
        if (center) add("beta", beta_);
    }

    double work(Index steps) const override { return 4 * this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                 Mode mode) const override {
        auto run = std::make_unique<LayerNormalizationRun>(*memory.kernels);
        auto& pass = run->pass;
        const Index lanes = memory.kernels->lanes;
        pass.rows = extent.rows;
        pass.steps = this->output_steps(extent.steps);
        pass.features = this->features;
        pass.epsilon = epsilon_;
        pass.gamma = gamma_ < 0 ? nullptr : this->parameter(memory, static_cast<std::size_t>(gamma_));
        pass.beta = beta_ < 0 ? nullptr : this->parameter(memory, static_cast<std::size_t>(beta_));
        pass.y = make_sequence(arena, extent.rows, pass.steps, this->features, lanes);
        pass.normalized = make_sequence(arena, extent.rows, pass.steps, this->features, lanes);
        pass.inverse_deviation = arena.take(extent.rows * pass.steps);
        if (mode == Mode::training) {
            pass.d_gamma = gamma_ < 0 ? nullptr : this->gradient(memory, static_cast<std::size_t>(gamma_));
            pass.d_beta = beta_ < 0 ? nullptr : this->gradient(memory, static_cast<std::size_t>(beta_));
        }
        return run;
    }

private:
    struct LayerNormalizationRun final : PassRun<T, LayerNormalizationPass<T>> {
        using PassRun<T, LayerNormalizationPass<T>>::PassRun;
        void forward_rows(Range rows) override { this->kernels.layer_normalize(this->bound(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.layer_normalize_backward(this->bound(), rows);
        }
        Index gradient_tiles() const override {
            return this->pass.d_gamma || this->pass.d_beta ? blocks_of(this->pass.features, this->kernels.lanes) : 0;
        }
        void gradients(Range tiles) override { this->kernels.layer_normalize_gradients(this->bound(), tiles); }
    };

    void add(const char* name, Index& place) {
        place = static_cast<Index>(this->weights.size());
        this->weights.push_back({name, {this->features}, true});
    }

    double epsilon_;
    Index gamma_ = -1, beta_ = -1;
};

// Passes its input on, and adds l1 |x| + l2 x^2 of it to the loss.
template <class T>
class ActivityRegularizerLayer final : public Layer<T> {
public:
    ActivityRegularizerLayer(double l1, double l2, Index features, bool sequence)
        : Layer<T>(features, features, sequence, sequence), l1_(l1), l2_(l2) {}

    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>&, const Extent& extent, Mode) const override {
        return std::make_unique<PenaltyRun>(*this, *memory.kernels, this->output_steps(extent.steps));
    }

private:
    struct PenaltyRun final : Run<T> {
        const ActivityRegularizerLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;

        PenaltyRun(const ActivityRegularizerLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return this->x; }
        void forward_rows(Range rows) override {
            if (this->call->row_penalty) kernels.penalize(pass({}, {}, this->call->row_penalty), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.penalize(pass(this->dy, this->dx, nullptr), rows);
        }

    private:
        PenaltyPass<T> pass(Sequence<const T> dy, Sequence<T> dx, double* penalty) const {
            return {steps, layer.features, layer.l1_, layer.l2_, this->call->penalty_scale, this->x, dy, dx, penalty};
        }
    };

    double l1_, l2_;
};

}  // namespace fastlstm
