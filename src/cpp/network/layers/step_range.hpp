// Steps added or dropped at the ends of a sequence.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct StepRangeOptions {
    Index before = 0, after = 0;  // steps of zeros; dropped steps if negative

    void read(OptionReader& reader) {
        reader.size("before", before, -most);
        reader.size("after", after, -most);
    }

private:
    static constexpr Index most = Index{1} << 24;
};

template <class T>
class StepRangeLayer final : public Layer<T> {
public:
    using Options = StepRangeOptions;

    StepRangeLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, true}), options_(options) {}

    bool works_step_by_step() const override { return false; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    Index output_steps(Index steps) const override {
        return std::max<Index>(0, options_.before + steps + options_.after);
    }
    double work(Index steps) const override { return static_cast<double>(output_steps(steps) * this->outputs); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<StepRangeWorkspace>(*this, extent.steps);
        workspace->y =
            make_sequence(arena, extent.rows, output_steps(extent.steps), this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct StepRangeWorkspace final : LayerWorkspace<T> {
        const StepRangeLayer& layer;
        const Index steps;
        Sequence<T> y{};

        StepRangeWorkspace(const StepRangeLayer& layer, Index steps) : layer(layer), steps(steps) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            shift(this->x, steps, layer.options_.before, y, layer.output_steps(steps), rows);
        }
        void backward_rows(Range rows) override {
            if (this->dx.data)
                shift(this->dy, layer.output_steps(steps), -layer.options_.before, this->dx, steps, rows);
        }

    private:
        // to[t] = from[t - by], or zeros where there is no such step.
        void shift(Sequence<const T> from, Index from_steps, Index by, Sequence<T> to, Index to_steps,
                   Range rows) const {
            for (Index t = 0; t < to_steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    if (t - by >= 0 && t - by < from_steps)
                        std::copy_n(row_at(from, t - by, n), layer.features, row_at(to, t, n));
                    else
                        std::fill_n(row_at(to, t, n), layer.features, T{0});
        }
    };

    StepRangeOptions options_;
};

}  // namespace fastlstm
