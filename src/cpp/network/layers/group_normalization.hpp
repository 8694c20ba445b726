// Group normalization over all steps and the features of a group.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct GroupNormalizationOptions {
    Index groups = 1;
    double epsilon = 1e-3;
    bool center = true, scale = true;

    void read(OptionReader& reader) {
        reader.size("groups", groups);
        reader.number("epsilon", epsilon, 0, infinity);
        reader.flag("center", center);
        reader.flag("scale", scale);
    }
};

template <class T>
class GroupNormalizationLayer final : public Layer<T> {
public:
    using Options = GroupNormalizationOptions;

    GroupNormalizationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {
        if (this->features % options.groups != 0)
            throw std::invalid_argument("groups: expected a divisor of " + std::to_string(this->features) +
                                        " features, got " + std::to_string(options.groups));
        if (options.scale) this->weights.push_back({"gamma", {this->features}, true});
        if (options.center) this->weights.push_back({"beta", {this->features}, true});
    }

    bool works_step_by_step() const override { return false; }
    double work(Index steps) const override {
        return tuning::layer_normalization_factor * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<GroupNormalizationWorkspace>(*memory.kernels);
        auto& args = workspace->args;
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.groups = options_.groups;
        args.epsilon = options_.epsilon;
        const std::size_t beta = options_.scale ? 1 : 0;
        args.gamma = options_.scale ? this->parameter(memory, 0) : nullptr;
        args.beta = options_.center ? this->parameter(memory, beta) : nullptr;
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, memory.kernels->lanes);
        args.saved_mean = arena.take(extent.rows * options_.groups);
        args.saved_inverse_deviation = arena.take(extent.rows * options_.groups);
        if (mode == Mode::training) {
            args.d_gamma = options_.scale ? this->gradient(memory, 0) : nullptr;
            args.d_beta = options_.center ? this->gradient(memory, beta) : nullptr;
        }
        return workspace;
    }

private:
    struct GroupNormalizationWorkspace final : KernelWorkspace<T, GroupNormalizationArgs<T>> {
        using KernelWorkspace<T, GroupNormalizationArgs<T>>::KernelWorkspace;

        void forward_rows(Range rows) override { this->kernels.normalize_groups(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.normalize_groups_backward(this->args_of_call(), rows);
        }
        Index gradient_tiles() const override {
            return this->args.d_gamma || this->args.d_beta ? blocks_of(this->args.features, this->kernels.lanes) : 0;
        }
        void gradients(Range tiles) override {
            this->kernels.group_normalization_gradients(this->args_of_call(), tiles);
        }
    };

    GroupNormalizationOptions options_;
};

}  // namespace fastlstm
