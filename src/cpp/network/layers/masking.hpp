// Masking: a mask made by comparing the input with a value.
#pragma once

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

    bool gives_mask(const std::vector<bool>&) const override { return true; }
    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<MaskingWorkspace>(*memory.kernels, extent);
        MaskingArgs<T>& args = workspace->args;
        args.steps = extent.steps;
        args.features = this->features;
        args.mask_value = mask_value_;
        args.y = make_sequence(arena, extent.rows, extent.steps, this->features, memory.kernels->lanes);
        args.valid = workspace->own.flags;
        return workspace;
    }

private:
    struct MaskingWorkspace final : KernelWorkspace<T, MaskingArgs<T>> {
        OwnMask own;

        MaskingWorkspace(const Kernels<T>& kernels, const Extent& extent)
            : KernelWorkspace<T, MaskingArgs<T>>(kernels), own(extent.rows, extent.steps) {}

        Mask output_mask() const override { return own.view(); }
        void forward_rows(Range rows) override { this->kernels.mask_steps(this->args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.mask_steps_backward(this->args_of_call(), rows);
        }
    };

    T mask_value_;
};

}  // namespace fastlstm
