// One step of a sequence, from its beginning or its end.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct StepOptions {
    Index step = -1;  // the last one is -1

    void read(OptionReader& reader) { reader.size("step", step, -most); }

private:
    static constexpr Index most = Index{1} << 24;
};

template <class T>
class StepLayer final : public Layer<T> {
public:
    using Options = StepOptions;

    StepLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, false}), step_(options.step) {}

    bool works_step_by_step() const override { return false; }
    double work(Index) const override { return 0; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>&, Arena<T>&, const Extent& extent,
                                                      Mode) const override {
        const Index step = step_ < 0 ? step_ + extent.steps : step_;
        if (step < 0 || step >= extent.steps)
            throw std::invalid_argument("step: expected one of " + std::to_string(extent.steps) + ", got " +
                                        std::to_string(step_));
        return std::make_unique<StepWorkspace>(this->features, extent.steps, step);
    }

private:
    // The output is the input's own memory.
    struct StepWorkspace final : LayerWorkspace<T> {
        const Index features, steps, step;

        StepWorkspace(Index features, Index steps, Index step) : features(features), steps(steps), step(step) {}

        Sequence<const T> output() const override { return {this->x.data + step * this->x.step, this->x.row, 0}; }
        Mask output_mask() const override { return {}; }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            fill_zeros(this->dx, steps, features, rows);
            for (Index n = rows.begin; n < rows.end; ++n)
                std::copy_n(row_at(this->dy, 0, n), features, row_at(this->dx, step, n));
        }
    };

    const Index step_;
};

}  // namespace fastlstm
