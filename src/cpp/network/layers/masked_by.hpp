// The first input, with a mask that the second one says.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"
#include "own_mask.hpp"

namespace fastlstm {

struct MaskedByOptions {
    void read(OptionReader&) {}
};

// The second input has one feature: zero at the steps that do not count. A mask from before is replaced.
template <class T>
class MaskedByLayer final : public Layer<T> {
public:
    using Options = MaskedByOptions;

    MaskedByLayer(const Options&, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, true}) {}

    std::size_t input_count() const override { return 2; }
    StepShape input_shape(std::size_t input) const override { return {input == 0 ? this->features : 1, true}; }
    bool gives_mask(const std::vector<bool>&) const override { return true; }
    double work(Index steps) const override { return static_cast<double>(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>&, const Extent& extent,
                                                      Mode) const override {
        return std::make_unique<MaskedByWorkspace>(*memory.kernels, extent, this->features);
    }

private:
    struct MaskedByWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        const Index steps, features;
        OwnMask own;
        Sequence<const T> flags{};
        Sequence<T> d_flags{};

        MaskedByWorkspace(const Kernels<T>& kernels, const Extent& extent, Index features)
            : kernels(kernels), steps(extent.steps), features(features), own(extent.rows, extent.steps) {}

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            flags = from[1].values;
        }
        void set_dx(std::size_t input, Sequence<T> to) override { (input == 0 ? this->dx : d_flags) = to; }

        Sequence<const T> output() const override { return this->x; }
        Mask output_mask() const override { return own.view(); }
        void forward_rows(Range rows) override {
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) *row_at(own.flags, t, n) = *row_at(flags, t, n) != 0;
        }
        void backward_rows(Range rows) override {
            if (d_flags.data) fill_zeros(d_flags, steps, 1, rows);
            const MergeInput<T> input{features, this->x, this->dx, {}};
            kernels.merge_backward({Merge::sum, steps, 1, &input, {}, this->dy}, rows);
        }
    };
};

}  // namespace fastlstm
