// Reshape and Flatten.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct ReshapeOptions {
    Index steps = 1, features = 0;
    bool sequence = false;

    void read(OptionReader& reader) {
        reader.size("steps", steps, 0);
        reader.size("features", features);
        reader.flag("sequence", sequence);
        if (!sequence && steps != 1) throw std::invalid_argument("steps: expected 1 without a sequence");
    }
};

// The same numbers of each row in other steps and features; flattened to one step where the output is no sequence.
template <class T>
class ReshapeLayer final : public Layer<T> {
public:
    using Options = ReshapeOptions;

    ReshapeLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.features, options.sequence}), steps_(options.steps) {}

    Index output_steps(Index) const override { return steps_; }
    bool works_step_by_step() const override { return false; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    double work(Index) const override { return static_cast<double>(steps_ * this->outputs); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        const Index steps = this->takes_sequence ? extent.steps : 1;
        if (steps * this->features != steps_ * this->outputs)
            throw std::invalid_argument("reshape: expected rows of " + std::to_string(steps_ * this->outputs) +
                                        " elements, got " + std::to_string(steps) + " steps of " +
                                        std::to_string(this->features));
        auto workspace = std::make_unique<ReshapeWorkspace>(*this);
        workspace->steps = steps;
        workspace->y = make_sequence(arena, extent.rows, steps_, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct ReshapeWorkspace final : LayerWorkspace<T> {
        const ReshapeLayer& layer;
        Index steps = 0;
        Sequence<T> y{};

        explicit ReshapeWorkspace(const ReshapeLayer& layer) : layer(layer) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { copy(this->x, layer.features, y, layer.outputs, rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) copy(this->dy, layer.outputs, this->dx, layer.features, rows);
        }

    private:
        void copy(Sequence<const T> from, Index from_width, Sequence<T> to, Index to_width, Range rows) const {
            const Index total = steps * layer.features;
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index i = 0; i < total;) {
                    const Index count = std::min(from_width - i % from_width, to_width - i % to_width);
                    const T* first = row_at(from, i / from_width, n) + i % from_width;
                    std::copy(first, first + count, row_at(to, i / to_width, n) + i % to_width);
                    i += count;
                }
        }
    };

    Index steps_;
};

}  // namespace fastlstm
