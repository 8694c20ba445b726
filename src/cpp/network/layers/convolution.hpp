// Convolution over the steps of a sequence, of all features or of groups of them.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "windows.hpp"

namespace fastlstm {

struct ConvolutionOptions {
    Index filters = 0, groups = 1;
    bool use_bias = true;
    WindowOptions window;

    void read(OptionReader& reader) {
        reader.size("filters", filters);
        reader.size("groups", groups);
        reader.flag("use_bias", use_bias);
        window.read(reader);
    }
};

template <class T>
class ConvolutionLayer final : public Layer<T> {
public:
    using Options = ConvolutionOptions;

    ConvolutionLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {options.filters, true}), options_(options) {
        for (const Index divided : {this->features, options.filters})
            if (divided % options.groups != 0)
                throw std::invalid_argument("groups: expected a divisor of features and filters, got " +
                                            std::to_string(options.groups) + " for " + std::to_string(divided));
        this->weights = {{"kernel", {options.window.size, features_of_group(), options.filters}, true}};
        if (options.use_bias) this->weights.push_back({"bias", {options.filters}, true});
    }

    Index output_steps(Index steps) const override { return options_.window.output_steps(steps); }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool works_step_by_step() const override { return options_.window.is_one_step(); }
    double work(Index steps) const override {
        return static_cast<double>(output_steps(steps) * this->outputs) *
               (2.0 * static_cast<double>(options_.window.size * features_of_group()) +
                tuning::operations_per_dense_output);
    }

    Index packed_size(const Kernels<T>& kernels) const override {
        return options_.groups * Packed(*this, kernels.lanes).size;
    }
    void pack(const Memory<T>& memory, const Team& team) const override {
        const Kernels<T>& kernels = *memory.kernels;
        const Packed at(*this, kernels.lanes);
        const Range blocks = team.share(at.unit_blocks), feature_blocks = team.share(at.feature_blocks);
        const ConvolutionArgs<T> args = group_args(0);
        for (Index group = 0; group < options_.groups; ++group) {
            T* to = this->packed(memory) + group * at.size;
            const T* kernel = this->parameter(memory, 0) + group * args.units;
            kernels.pack(kernel, args.windows.taps * args.features, args.width, args.units, to + at.kernel, blocks);
            if (options_.use_bias)
                kernels.pack(this->parameter(memory, 1) + group * args.units, 1, args.width, args.units, to + at.bias,
                             blocks);
            if (this->gives_dx) kernels.pack_taps_transposed(args, kernel, to + at.kernel_transposed, feature_blocks);
        }
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<ConvolutionWorkspace>(*memory.kernels);
        const Packed at(*this, memory.kernels->lanes);
        const Index steps = output_steps(extent.steps), lanes = memory.kernels->lanes;
        const bool training = mode == Mode::training, grouped = options_.groups > 1;
        workspace->y = make_sequence(arena, extent.rows, steps, this->outputs, lanes);
        for (Index group = 0; group < options_.groups; ++group) {
            const T* packed = this->packed(memory) + group * at.size;
            ConvolutionArgs<T> args = group_args(extent.steps);
            args.rows = extent.rows;
            args.kernel = packed + at.kernel;
            args.bias = packed + at.bias;
            args.kernel_transposed = packed + at.kernel_transposed;
            args.y = grouped ? make_sequence(arena, extent.rows, steps, args.units, lanes) : workspace->y;
            if (training && this->weights[0].trainable) args.d_kernel = this->gradient(memory, 0) + group * args.units;
            if (training && options_.use_bias && this->weights[1].trainable)
                args.d_bias = this->gradient(memory, 1) + group * args.units;
            workspace->groups.push_back(args);
            if (!grouped) continue;
            Sequence<T> dy{}, dx{};
            if (training) dy = make_sequence(arena, extent.rows, steps, args.units, lanes);
            if (training && this->gives_dx) dx = make_sequence(arena, extent.rows, extent.steps, args.features, lanes);
            workspace->outputs.push_back({args.units, read_only(args.y), dy});
            workspace->inputs.push_back({args.features, read_only(dx), dx});
        }
        return workspace;
    }

private:
    struct Packed {
        Index unit_blocks, feature_blocks, kernel, bias, kernel_transposed, size;  // of one group
        Packed(const ConvolutionLayer& layer, Index lanes) {
            const Index taps = layer.options_.window.size, units = layer.options_.filters / layer.options_.groups;
            const Index features = layer.features_of_group();
            unit_blocks = blocks_of(units, lanes);
            feature_blocks = blocks_of(features, lanes);
            kernel = 0;
            bias = kernel + taps * features * unit_blocks * lanes;
            kernel_transposed = bias + unit_blocks * lanes;
            size = kernel_transposed + feature_blocks * lanes * taps * units;
        }
    };

    // Several groups have outputs and gradients of their own, which are merged side by side.
    struct ConvolutionWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        std::vector<ConvolutionArgs<T>> groups;
        std::vector<MergeInput<T>> outputs, inputs;
        Sequence<T> y{};

        explicit ConvolutionWorkspace(const Kernels<T>& kernels) : kernels(kernels) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            for (std::size_t i = 0; i < groups.size(); ++i) kernels.convolve(args_of_call(i), rows);
            if (!outputs.empty()) kernels.merge(merged(groups[0].output_steps, outputs, y), rows);
        }
        void backward_rows(Range rows) override {
            if (!outputs.empty()) kernels.merge_backward(merged(groups[0].output_steps, outputs, {}), rows);
            if (!this->dx.data) return;
            for (std::size_t i = 0; i < groups.size(); ++i) kernels.convolve_backward(args_of_call(i), rows);
            if (!inputs.empty()) kernels.merge(merged(groups[0].steps, inputs, this->dx), rows);
        }
        Index gradient_tiles() const override {
            return kernels.convolution_gradient_tiles(args_of_call(0)) * static_cast<Index>(groups.size());
        }
        void gradients(Range tiles) override {
            Index first = 0;
            for (std::size_t i = 0; i < groups.size(); ++i) {
                const ConvolutionArgs<T> args = args_of_call(i);
                const Index count = kernels.convolution_gradient_tiles(args);
                kernels.convolution_gradients(args, {std::clamp(tiles.begin - first, Index{0}, count),
                                                     std::clamp(tiles.end - first, Index{0}, count)});
                first += count;
            }
        }

    private:
        ConvolutionArgs<T> args_of_call(std::size_t group) const {
            ConvolutionArgs<T> args = groups[group];
            args.x = this->x;
            args.x.data += static_cast<Index>(group) * args.features;
            args.dx = inputs.empty() ? this->dx : inputs[group].dx;
            args.dy = outputs.empty() ? this->dy : read_only(outputs[group].dx);
            return args;
        }
        MergeArgs<T> merged(Index steps, const std::vector<MergeInput<T>>& parts, Sequence<T> to) const {
            return {Merge::concat, steps, static_cast<Index>(parts.size()), parts.data(), to, this->dy};
        }
    };

    Index features_of_group() const { return this->features / options_.groups; }
    // What all groups have in common.
    ConvolutionArgs<T> group_args(Index steps) const {
        ConvolutionArgs<T> args{};
        args.steps = steps;
        args.output_steps = output_steps(steps);
        args.features = features_of_group();
        args.units = options_.filters / options_.groups;
        args.width = options_.filters;
        args.windows = options_.window.windows(steps);
        return args;
    }

    ConvolutionOptions options_;
};

}  // namespace fastlstm
