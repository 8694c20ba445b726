// Rectifiers: ReLU with parameters, ELU, and PReLU, whose slopes are weights.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct RectifierOptions {
    bool exponential = false;
    double slope = 0, most = infinity, threshold = 0;
    bool learns_slopes = false, per_step = true, per_feature = true;  // per: false where they share a slope
    Index steps = 1;                                                  // of the slopes, with one for each step

    void read(OptionReader& reader) {
        reader.flag("exponential", exponential);
        reader.number("slope", slope, -infinity, infinity);
        reader.number("most", most, 0, infinity);
        reader.number("threshold", threshold, 0, infinity);
        reader.flag("learns_slopes", learns_slopes);
        reader.flag("per_step", per_step);
        reader.flag("per_feature", per_feature);
        reader.size("steps", steps, 0);
    }
};

template <class T>
class RectifierLayer final : public Layer<T> {
public:
    using Options = RectifierOptions;

    RectifierLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {
        if (!options.learns_slopes) return;
        const Index slopes = options.per_feature ? this->features : 1;
        if (this->takes_sequence)
            this->weights = {{"alpha", {options.per_step ? options.steps : 1, slopes}, true}};
        else
            this->weights = {{"alpha", {slopes}, true}};
    }

    bool works_step_by_step() const override { return !options_.learns_slopes || !options_.per_step; }
    double work(Index steps) const override {
        return (options_.exponential ? tuning::activation_layer_factor : 1) * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<RectifierWorkspace>(*memory.kernels);
        RectifierArgs<T>& args = workspace->args;
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.exponential = options_.exponential;
        args.slope = options_.slope;
        args.most = options_.most;
        args.threshold = options_.threshold;
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, memory.kernels->lanes);
        if (!options_.learns_slopes) return workspace;
        if (this->takes_sequence && options_.per_step && extent.steps != options_.steps)
            throw std::invalid_argument("slopes: expected " + std::to_string(options_.steps) + " steps, got " +
                                        std::to_string(extent.steps));
        args.slopes = this->parameter(memory, 0);
        args.feature_slope = options_.per_feature ? 1 : 0;
        args.step_slope = this->takes_sequence && options_.per_step ? this->weights[0].shape.back() : 0;
        if (mode == Mode::training) args.d_slopes = this->gradient(memory, 0);
        return workspace;
    }

private:
    struct RectifierWorkspace final : KernelWorkspace<T, RectifierArgs<T>> {
        using KernelWorkspace<T, RectifierArgs<T>>::KernelWorkspace;

        void forward_rows(Range rows) override { this->kernels.rectify(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.rectify_backward(this->args_of_call(), rows);
        }
        Index gradient_tiles() const override {
            if (!this->args.d_slopes) return 0;
            return this->args.feature_slope ? blocks_of(this->args.features, this->kernels.lanes) : 1;
        }
        void gradients(Range tiles) override { this->kernels.rectifier_gradients(this->args_of_call(), tiles); }
    };

    RectifierOptions options_;
};

}  // namespace fastlstm
