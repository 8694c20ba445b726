// Convolution over the steps of a sequence, of each feature by itself.
#pragma once

#include "layer.hpp"
#include "windows.hpp"

namespace fastlstm {

struct DepthwiseConvolutionOptions {
    Index multiplier = 1;  // outputs of each feature
    bool use_bias = true;
    WindowOptions window;

    void read(OptionReader& reader) {
        reader.size("multiplier", multiplier);
        reader.flag("use_bias", use_bias);
        window.read(reader);
    }
};

template <class T>
class DepthwiseConvolutionLayer final : public Layer<T> {
public:
    using Options = DepthwiseConvolutionOptions;

    DepthwiseConvolutionLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features * options.multiplier, true}),
          options_(options) {
        this->weights = {{"kernel", {options.window.size, this->features, options.multiplier}, true}};
        if (options.use_bias) this->weights.push_back({"bias", {this->outputs}, true});
    }

    Index output_steps(Index steps) const override { return options_.window.output_steps(steps); }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool works_step_by_step() const override { return options_.window.is_one_step(); }
    double work(Index steps) const override {
        return static_cast<double>(options_.window.size) * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<DepthwiseConvolutionWorkspace>(*memory.kernels);
        DepthwiseConvolutionArgs<T>& args = workspace->args;
        args.rows = extent.rows;
        args.steps = extent.steps;
        args.output_steps = output_steps(extent.steps);
        args.features = this->features;
        args.multiplier = options_.multiplier;
        args.windows = options_.window.windows(extent.steps);
        args.kernel = this->parameter(memory, 0);
        args.bias = options_.use_bias ? this->parameter(memory, 1) : nullptr;
        args.y = make_sequence(arena, extent.rows, args.output_steps, this->outputs, memory.kernels->lanes);
        if (mode == Mode::training) {
            args.d_kernel = this->gradient(memory, 0);
            args.d_bias = options_.use_bias ? this->gradient(memory, 1) : nullptr;
        }
        return workspace;
    }

private:
    struct DepthwiseConvolutionWorkspace final : KernelWorkspace<T, DepthwiseConvolutionArgs<T>> {
        using KernelWorkspace<T, DepthwiseConvolutionArgs<T>>::KernelWorkspace;

        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { this->kernels.convolve_depthwise(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.convolve_depthwise_backward(this->args_of_call(), rows);
        }
        Index gradient_tiles() const override {
            return this->args.d_kernel || this->args.d_bias
                       ? blocks_of(this->args.features * this->args.multiplier, this->kernels.lanes)
                       : 0;
        }
        void gradients(Range tiles) override { this->kernels.depthwise_gradients(this->args_of_call(), tiles); }
    };

    DepthwiseConvolutionOptions options_;
};

}  // namespace fastlstm
