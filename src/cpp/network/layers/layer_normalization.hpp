// Layer normalization over the features of each row and step.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct LayerNormalizationOptions {
    double epsilon = 1e-3;
    bool center = true, scale = true, keeps_mean = false;
    std::vector<std::vector<Index>> weight_shapes;  // of gamma and beta, if it is not that of the features

    void read(OptionReader& reader) {
        reader.number("epsilon", epsilon, 0, infinity);
        reader.flag("keeps_mean", keeps_mean);
        reader.shapes("weight_shapes", weight_shapes);
        reader.flag("center", center);
        reader.flag("scale", scale);
    }
};

template <class T>
class LayerNormalizationLayer final : public Layer<T> {
public:
    using Options = LayerNormalizationOptions;

    LayerNormalizationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]),
          epsilon_(options.epsilon),
          keeps_mean_(options.keeps_mean),
          shape_(weight_shape(options.weight_shapes, this->features)) {
        if (options.scale) add("gamma", gamma_);
        if (options.center) add("beta", beta_);
    }

    double work(Index steps) const override {
        return tuning::layer_normalization_factor * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<LayerNormalizationWorkspace>(*memory.kernels);
        auto& args = workspace->args;
        const Index lanes = memory.kernels->lanes;
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.epsilon = epsilon_;
        args.keeps_mean = keeps_mean_;
        args.gamma = gamma_ < 0 ? nullptr : this->parameter(memory, static_cast<std::size_t>(gamma_));
        args.beta = beta_ < 0 ? nullptr : this->parameter(memory, static_cast<std::size_t>(beta_));
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, lanes);
        args.saved_normalized = make_sequence(arena, extent.rows, args.steps, this->features, lanes);
        args.saved_inverse_deviation = arena.take(extent.rows * args.steps);
        if (mode == Mode::training) {
            args.d_gamma = gamma_ < 0 ? nullptr : this->gradient(memory, static_cast<std::size_t>(gamma_));
            args.d_beta = beta_ < 0 ? nullptr : this->gradient(memory, static_cast<std::size_t>(beta_));
        }
        return workspace;
    }

private:
    struct LayerNormalizationWorkspace final : KernelWorkspace<T, LayerNormalizationArgs<T>> {
        using KernelWorkspace<T, LayerNormalizationArgs<T>>::KernelWorkspace;
        void forward_rows(Range rows) override { this->kernels.layer_normalize(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.layer_normalize_backward(this->args_of_call(), rows);
        }
        Index gradient_tiles() const override {
            return this->args.d_gamma || this->args.d_beta ? blocks_of(this->args.features, this->kernels.lanes) : 0;
        }
        void gradients(Range tiles) override { this->kernels.layer_normalize_gradients(this->args_of_call(), tiles); }
    };

    void add(const char* name, Index& index) {
        index = static_cast<Index>(this->weights.size());
        this->weights.push_back({name, shape_, true});
    }

    double epsilon_;
    bool keeps_mean_;
    std::vector<Index> shape_;
    Index gamma_ = -1, beta_ = -1;
};

}  // namespace fastlstm
