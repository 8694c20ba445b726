// Each step of a sequence several times.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct UpSamplingOptions {
    Index size = 0;

    void read(OptionReader& reader) { reader.size("size", size); }
};

template <class T>
class UpSamplingLayer final : public Layer<T> {
public:
    using Options = UpSamplingOptions;

    UpSamplingLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, true}), size_(options.size) {}

    bool works_step_by_step() const override { return false; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    Index output_steps(Index steps) const override { return steps * size_; }
    double work(Index steps) const override { return static_cast<double>(output_steps(steps) * this->outputs); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<UpSamplingWorkspace>(*this, *memory.kernels, extent.steps);
        workspace->y =
            make_sequence(arena, extent.rows, output_steps(extent.steps), this->outputs, memory.kernels->lanes);
        return workspace;
    }

private:
    struct UpSamplingWorkspace final : LayerWorkspace<T> {
        const UpSamplingLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        Sequence<T> y{};

        UpSamplingWorkspace(const UpSamplingLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            for (Index t = 0; t < steps * layer.size_; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    std::copy_n(row_at(this->x, t / layer.size_, n), layer.features, row_at(y, t, n));
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for (Index t = 0; t < steps; ++t)
                kernels.sum_steps({row_at(this->dy, t * layer.size_, 0), this->dy.row, this->dy.step}, layer.size_,
                                  layer.features, {row_at(this->dx, t, 0), this->dx.row, this->dx.step}, rows);
        }
    };

    Index size_;
};

}  // namespace fastlstm
