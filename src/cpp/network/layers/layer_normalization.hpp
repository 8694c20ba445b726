// Layer normalization over the features of each row and step.
#pragma once

#include "layer.hpp"

namespace fastlstm {

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

}  // namespace fastlstm
