// Some of the features of each step.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct FeatureRangeOptions {
    Index begin = 0, count = 0;

    void read(OptionReader& reader) {
        reader.size("begin", begin, 0);
        reader.size("count", count);
    }
};

// The output is the input's own memory.
template <class T>
class FeatureRangeLayer final : public Layer<T> {
public:
    using Options = FeatureRangeOptions;

    FeatureRangeLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.count, context.inputs[0].sequence}), begin_(options.begin) {
        if (options.begin + options.count > this->features)
            throw std::invalid_argument("count: expected at most the " + std::to_string(this->features) +
                                        " features of the input, got " + std::to_string(options.count) + " from " +
                                        std::to_string(options.begin) + " on");
    }

    double work(Index) const override { return 0; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>&, Arena<T>&, const Extent& extent,
                                                      Mode) const override {
        return std::make_unique<FeatureRangeWorkspace>(*this, this->output_steps(extent.steps));
    }

private:
    struct FeatureRangeWorkspace final : LayerWorkspace<T> {
        const FeatureRangeLayer& layer;
        const Index steps;

        FeatureRangeWorkspace(const FeatureRangeLayer& layer, Index steps) : layer(layer), steps(steps) {}

        Sequence<const T> output() const override { return {this->x.data + layer.begin_, this->x.row, this->x.step}; }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            fill_zeros(this->dx, steps, layer.features, rows);
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    std::copy_n(row_at(this->dy, t, n), layer.outputs, row_at(this->dx, t, n) + layer.begin_);
        }
    };

    const Index begin_;
};

}  // namespace fastlstm
