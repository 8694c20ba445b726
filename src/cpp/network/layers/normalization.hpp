// Normalization by a given mean and variance of each feature, its inverse, and rescaling by given numbers.
#pragma once

#include <algorithm>

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

template <class T>
struct NormalizationWorkspace final : KernelWorkspace<T, NormalizationArgs<T>> {
    using KernelWorkspace<T, NormalizationArgs<T>>::KernelWorkspace;

    void forward_rows(Range rows) override { this->kernels.normalize(this->args_of_call(), rows); }
    void backward_rows(Range rows) override {
        if (this->dx.data) this->kernels.normalize_backward(this->args_of_call(), rows);
    }
};

struct NormalizationOptions {
    bool invert = false;
    std::vector<std::vector<Index>> weight_shapes;  // of mean and variance, if it is not that of the features

    void read(OptionReader& reader) {
        reader.flag("invert", invert);
        reader.shapes("weight_shapes", weight_shapes);
    }
};

template <class T>
class NormalizationLayer final : public Layer<T> {
public:
    using Options = NormalizationOptions;

    NormalizationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), invert_(options.invert) {
        const std::vector<Index> shape = weight_shape(options.weight_shapes, this->features, true);
        is_one_ = shape.empty();
        this->weights = {{"mean", shape, false}, {"variance", shape, false}};
    }

    double work(Index steps) const override { return this->elementwise_work(steps); }

    Index packed_size(const Kernels<T>& kernels) const override { return 2 * padded(this->features, kernels.lanes); }

    void pack(const Memory<T>& memory, const Team& team) const override {
        if (team.rank() != 0) return;
        const Index width = padded(this->features, memory.kernels->lanes);
        T *mean = this->packed(memory), *deviation = mean + width;
        std::fill(mean, mean + width, T(0));
        std::fill(deviation, deviation + width, T(1));
        if (is_one_) {
            std::fill_n(mean, this->features, *this->parameter(memory, 0));
            memory.kernels->deviations(this->parameter(memory, 1), 1, deviation);
            std::fill_n(deviation + 1, this->features - 1, deviation[0]);
            return;
        }
        std::copy_n(this->parameter(memory, 0), this->features, mean);
        memory.kernels->deviations(this->parameter(memory, 1), this->features, deviation);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<NormalizationWorkspace<T>>(*memory.kernels);
        const Index lanes = memory.kernels->lanes, steps = this->output_steps(extent.steps);
        const T* mean = this->packed(memory);
        workspace->args = {steps,
                           this->features,
                           invert_,
                           mean,
                           mean + padded(this->features, lanes),
                           {},
                           make_sequence(arena, extent.rows, steps, this->features, lanes),
                           {},
                           {}};
        return workspace;
    }

private:
    bool invert_;
    bool is_one_ = false;  // one mean and variance for all features
};

// One number for each feature.
struct RescalingOptions {
    std::vector<double> scale, offset;

    void read(OptionReader& reader) {
        reader.numbers("scale", scale);
        reader.numbers("offset", offset);
    }
};

// y = x scale + offset with given numbers: the way back of a normalization.
template <class T>
class RescalingLayer final : public Layer<T> {
public:
    using Options = RescalingOptions;

    RescalingLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]),
          scale_(options.scale.begin(), options.scale.end()),
          offset_(options.offset.begin(), options.offset.end()) {
        const auto require = [this](const char* name, const std::vector<T>& values) {
            if (static_cast<Index>(values.size()) != this->features)
                throw std::invalid_argument(std::string(name) + ": expected " + std::to_string(this->features) +
                                            " numbers, got " + std::to_string(values.size()));
        };
        require("scale", scale_);
        require("offset", offset_);
    }

    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<NormalizationWorkspace<T>>(*memory.kernels);
        const Index lanes = memory.kernels->lanes, steps = this->output_steps(extent.steps);
        const Index width = padded(this->features, lanes);
        T *offset = arena.take(width), *scale = arena.take(width);
        std::copy(offset_.begin(), offset_.end(), offset);
        std::copy(scale_.begin(), scale_.end(), scale);
        workspace->args = {steps,
                           this->features,
                           true,
                           offset,
                           scale,
                           {},
                           make_sequence(arena, extent.rows, steps, this->features, lanes),
                           {},
                           {}};
        return workspace;
    }

private:
    std::vector<T> scale_, offset_;
};

}  // namespace fastlstm
