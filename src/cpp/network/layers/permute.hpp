// Steps become features, and features steps.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct PermuteOptions {
    Index steps = 0;  // of the input, which are the features of the output

    void read(OptionReader& reader) { reader.size("steps", steps); }
};

template <class T>
class PermuteLayer final : public Layer<T> {
public:
    using Options = PermuteOptions;

    PermuteLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {options.steps, true}) {}

    bool works_step_by_step() const override { return false; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    Index output_steps(Index) const override { return this->features; }
    double work(Index) const override { return static_cast<double>(this->features * this->outputs); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        if (extent.steps != this->outputs)
            throw std::invalid_argument("permute: expected " + std::to_string(this->outputs) + " steps, got " +
                                        std::to_string(extent.steps));
        auto workspace = std::make_unique<PermuteWorkspace>(*this);
        workspace->y = make_sequence(arena, extent.rows, this->features, this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct PermuteWorkspace final : LayerWorkspace<T> {
        const PermuteLayer& layer;
        Sequence<T> y{};

        explicit PermuteWorkspace(const PermuteLayer& layer) : layer(layer) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { transpose(this->x, layer.outputs, layer.features, y, rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) transpose(this->dy, layer.features, layer.outputs, this->dx, rows);
        }

    private:
        static void transpose(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows) {
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index t = 0; t < steps; ++t)
                    for (Index i = 0; i < features; ++i) row_at(to, i, n)[t] = row_at(from, t, n)[i];
        }
    };
};

}  // namespace fastlstm
