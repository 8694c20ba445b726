// Pooling of windows of steps, or of all steps.
#pragma once

#include "layer.hpp"
#include "windows.hpp"

namespace fastlstm {

struct PoolingOptions {
    Pooling kind = Pooling::count;
    bool all_steps = false;  // whether one window has all steps
    bool sequence = true;    // whether the output has steps, though there be one
    WindowOptions window;

    void read(OptionReader& reader) {
        reader.choice("kind", kind, pooling_names);
        reader.flag("all_steps", all_steps);
        reader.flag("sequence", sequence);
        if (!all_steps) window.read(reader);
        if (!all_steps && !sequence) throw std::invalid_argument("sequence: expected true unless all steps are pooled");
    }
};

template <class T>
class PoolingLayer final : public Layer<T> {
public:
    using Options = PoolingOptions;

    PoolingLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, options.sequence}),
          options_(options) {}

    Index output_steps(Index steps) const override {
        return options_.all_steps ? 1 : options_.window.output_steps(steps);
    }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool works_step_by_step() const override { return !options_.all_steps && options_.window.is_one_step(); }
    double work(Index steps) const override {
        return static_cast<double>(options_.all_steps ? steps : options_.window.size) * this->elementwise_work(steps);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<PoolingWorkspace>(*memory.kernels, options_.all_steps);
        PoolingArgs<T>& args = workspace->args;
        args.kind = options_.kind;
        args.steps = extent.steps;
        args.output_steps = output_steps(extent.steps);
        args.features = this->features;
        args.windows = options_.all_steps ? Windows{extent.steps, 1, 1, 0} : options_.window.windows(extent.steps);
        args.y = make_sequence(arena, extent.rows, args.output_steps, this->features, memory.kernels->lanes);
        return workspace;
    }

private:
    struct PoolingWorkspace final : KernelWorkspace<T, PoolingArgs<T>> {
        const bool all_steps;

        PoolingWorkspace(const Kernels<T>& kernels, bool all_steps)
            : KernelWorkspace<T, PoolingArgs<T>>(kernels), all_steps(all_steps) {}

        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { this->kernels.pool(args_of_call(), rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.pool_backward(args_of_call(), rows);
        }

    private:
        // As in Keras, only the average of all steps looks at masks.
        PoolingArgs<T> args_of_call() const {
            auto whole = KernelWorkspace<T, PoolingArgs<T>>::args_of_call();
            if (all_steps) whole.mask = this->mask;
            return whole;
        }
    };

    PoolingOptions options_;
};

}  // namespace fastlstm
