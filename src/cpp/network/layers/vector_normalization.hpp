// Normalization of the size of each step's vector of features.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct VectorNormalizationOptions {
    bool unit = false;  // whether to length 1, or to a mean square of 1
    double epsilon = 1e-6;
    bool scale = false;

    void read(OptionReader& reader) {
        reader.flag("unit", unit);
        reader.number("epsilon", epsilon, 0, infinity);
        reader.flag("scale", scale);
    }
};

template <class T>
class VectorNormalizationLayer final : public Layer<T> {
public:
    using Options = VectorNormalizationOptions;

    VectorNormalizationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {
        if (options.scale) this->weights = {{"scale", {this->features}, true}};
    }

    // Keras passes the mask on to the next layer in one of them.
    bool gives_mask(const std::vector<bool>& masked) const override {
        return options_.unit && Layer<T>::gives_mask(masked);
    }
    double work(Index steps) const override {
        return tuning::layer_normalization_factor * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<VectorNormalizationWorkspace>(*memory.kernels);
        auto& args = workspace->args;
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.unit = options_.unit;
        args.epsilon = options_.epsilon;
        args.gamma = options_.scale ? this->parameter(memory, 0) : nullptr;
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, memory.kernels->lanes);
        args.saved_inverse_size = arena.take(extent.rows * args.steps);
        if (mode == Mode::training && options_.scale) args.d_gamma = this->gradient(memory, 0);
        return workspace;
    }

private:
    struct VectorNormalizationWorkspace final : KernelWorkspace<T, VectorNormalizationArgs<T>> {
        using KernelWorkspace<T, VectorNormalizationArgs<T>>::KernelWorkspace;

        Mask output_mask() const override { return this->args.unit ? this->mask : Mask{}; }
        void forward_rows(Range rows) override { this->kernels.normalize_vectors(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.normalize_vectors_backward(this->args_of_call(), rows);
        }
        Index gradient_tiles() const override {
            return this->args.d_gamma ? blocks_of(this->args.features, this->kernels.lanes) : 0;
        }
        void gradients(Range tiles) override {
            this->kernels.vector_normalization_gradients(this->args_of_call(), tiles);
        }
    };

    VectorNormalizationOptions options_;
};

}  // namespace fastlstm
