// Masking: a mask made by comparing the input with a value.
#pragma once

#include <algorithm>

#include "option_reader.hpp"
#include "own_mask.hpp"

namespace fastlstm {

struct MaskingOptions {
    double mask_value = 0;

    void read(OptionReader& reader) { reader.number("mask_value", mask_value, -infinity, infinity); }
};

// Steps of which every feature is the mask value do not count, and become zero. A mask from before is replaced, as in
// Keras.
template <class T>
class MaskingLayer final : public Layer<T> {
public:
    using Options = MaskingOptions;

    MaskingLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, true}),
          mask_value_(static_cast<T>(options.mask_value)) {}

    bool gives_mask(bool) const override { return true; }
    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<MaskingWorkspace>(*this, extent);
        workspace->y = make_sequence(arena, extent.rows, extent.steps, this->features, memory.kernels->lanes);
        return workspace;
    }

private:
    struct MaskingWorkspace final : LayerWorkspace<T> {
        const MaskingLayer& layer;
        const Index steps;
        OwnMask own;
        Sequence<T> y{};

        MaskingWorkspace(const MaskingLayer& layer, const Extent& extent)
            : layer(layer), steps(extent.steps), own(extent.rows, extent.steps) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return own.view(); }
        void forward_rows(Range rows) override {
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) {
                    const T* x = row_at(this->x, t, n);
                    const bool valid = std::any_of(x, x + layer.features, [&](T v) { return v != layer.mask_value_; });
                    *row_at(own.flags, t, n) = valid;
                    keep(valid, x, row_at(y, t, n));
                }
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    keep(*row_at(own.flags, t, n), row_at(this->dy, t, n), row_at(this->dx, t, n));
        }

    private:
        void keep(bool valid, const T* from, T* to) const {
            if (valid)
                std::copy(from, from + layer.features, to);
            else
                std::fill(to, to + layer.features, T(0));
        }
    };

    T mask_value_;
};

}  // namespace fastlstm
