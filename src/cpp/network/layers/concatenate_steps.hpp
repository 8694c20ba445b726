// Several inputs one after the other in time.
#pragma once

#include <algorithm>
#include <numeric>

#include "layer.hpp"
#include "option_reader.hpp"
#include "own_mask.hpp"

namespace fastlstm {

struct ConcatenateStepsOptions {
    void read(OptionReader&) {}
};

template <class T>
class ConcatenateStepsLayer final : public Layer<T> {
public:
    using Options = ConcatenateStepsOptions;

    ConcatenateStepsLayer(const Options&, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {context.inputs[0].features, true}),
          count_(context.inputs.size()) {}

    std::size_t input_count() const override { return count_; }
    StepShape input_shape(std::size_t) const override { return {this->features, true}; }
    bool takes_equal_steps() const override { return false; }
    Index output_steps_of(std::size_t, const std::vector<Index>& input_steps) const override {
        return std::accumulate(input_steps.begin(), input_steps.end(), Index{0});
    }
    // All steps of an input without a mask are valid.
    bool gives_mask(const std::vector<bool>& masked) const override {
        return std::any_of(masked.begin(), masked.end(), [](bool one) { return one; });
    }
    bool works_step_by_step() const override { return false; }
    double work(Index steps) const override { return static_cast<double>(count_) * this->elementwise_work(steps); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        const Index steps = output_steps_of(0, extent.input_steps);
        auto workspace = std::make_unique<ConcatenateStepsWorkspace>(*memory.kernels, extent, steps);
        for (const Index each : extent.input_steps) workspace->steps.push_back(each);
        workspace->inputs.resize(count_, {this->features, {}, {}, {}});
        workspace->y = make_sequence(arena, extent.rows, steps, this->features, memory.kernels->lanes);
        return workspace;
    }

private:
    struct ConcatenateStepsWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        std::vector<Index> steps;  // of each input
        std::vector<MergeInput<T>> inputs;
        OwnMask own;
        Sequence<T> y{};

        ConcatenateStepsWorkspace(const Kernels<T>& kernels, const Extent& extent, Index steps)
            : kernels(kernels), own(extent.rows, steps) {}

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                inputs[i].x = from[i].values;
                inputs[i].mask = from[i].mask;
            }
        }
        void set_dx(std::size_t input, Sequence<T> to) override { inputs[input].dx = to; }

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return masked() ? own.view() : Mask{}; }
        void forward_rows(Range rows) override {
            for_each_input([&](const MergeArgs<T>& args, const Mask& mask, Sequence<unsigned char> valid) {
                kernels.merge(args, rows);
                if (masked()) kernels.unite_masks(&mask, 1, args.steps, valid, rows);
            });
        }
        void backward_rows(Range rows) override {
            for_each_input([&](const MergeArgs<T>& args, const Mask&, Sequence<unsigned char>) {
                kernels.merge_backward(args, rows);
            });
        }

    private:
        bool masked() const {
            return std::any_of(inputs.begin(), inputs.end(),
                               [](const MergeInput<T>& input) { return input.mask.data != nullptr; });
        }
        // Each is copied to its steps of the output as the sum of one.
        template <class Visit>
        void for_each_input(const Visit& visit) const {
            Index first = 0;
            for (std::size_t i = 0; i < inputs.size(); first += steps[i++]) {
                MergeArgs<T> args{Merge::sum, steps[i], 1, &inputs[i], y, this->dy};
                args.y.data += first * y.step;
                if (args.dy.data) args.dy.data += first * args.dy.step;
                Sequence<unsigned char> valid = own.flags;
                valid.data += first * valid.step;
                visit(args, inputs[i].mask, valid);
            }
        }
    };

    std::size_t count_;
};

}  // namespace fastlstm
