// The mask of a sequence as numbers.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct MaskValuesOptions {
    void read(OptionReader&) {}
};

// One feature: one at the steps that count, zero at others. All count where there is no mask.
template <class T>
class MaskValuesLayer final : public Layer<T> {
public:
    using Options = MaskValuesOptions;

    MaskValuesLayer(const Options&, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {1, true}) {}

    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool differentiates(std::size_t) const override { return false; }
    double work(Index steps) const override { return static_cast<double>(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>&, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        return std::make_unique<MaskValuesWorkspace>(arena.take(extent.rows * extent.steps), extent.steps);
    }

private:
    struct MaskValuesWorkspace final : LayerWorkspace<T> {
        T* y;
        const Index steps;

        MaskValuesWorkspace(T* y, Index steps) : y(y), steps(steps) {}

        Sequence<const T> output() const override { return {y, steps, 1}; }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index t = 0; t < steps; ++t)
                    y[n * steps + t] = !this->mask.data || *row_at(this->mask, t, n) != 0 ? T{1} : T{0};
        }
    };
};

}  // namespace fastlstm
