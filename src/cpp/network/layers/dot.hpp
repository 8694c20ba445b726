// Products of two inputs' matrices of steps and features, for each row.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct DotOptions {
    bool sums_first_steps = false, sums_second_steps = false;  // of either input: whether sums go over its steps
    Index second_steps = 0;  // of the second input, which are the features of the output unless they are summed over

    void read(OptionReader& reader) {
        reader.flag("sums_first_steps", sums_first_steps);
        reader.flag("sums_second_steps", sums_second_steps);
        if (!sums_second_steps) reader.size("second_steps", second_steps);
    }
};

template <class T>
class DotLayer final : public Layer<T> {
public:
    using Options = DotOptions;

    DotLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.second_steps, true}), options_(options) {
        if (context.inputs.size() != 2)
            throw std::invalid_argument("inputs: dot expects two, got " + std::to_string(context.inputs.size()));
        second_features_ = context.inputs[1].features;
        if (options.sums_second_steps) this->outputs = second_features_;
    }

    std::size_t input_count() const override { return 2; }
    StepShape input_shape(std::size_t input) const override {
        return {input == 0 ? this->features : second_features_, this->takes_sequence};
    }
    bool takes_equal_steps() const override { return false; }
    bool works_step_by_step() const override { return false; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    Index output_steps(Index steps) const override { return options_.sums_first_steps ? this->features : steps; }
    double work(Index steps) const override {
        return 2.0 * static_cast<double>(steps * this->features) * static_cast<double>(this->outputs);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode) const override {
        auto workspace = std::make_unique<DotWorkspace>(*memory.kernels);
        DotArgs<T>& args = workspace->args;
        args.a_steps = extent.steps;
        args.a_features = this->features;
        args.b_steps = extent.input_steps[1];
        args.b_features = second_features_;
        args.sums_a_steps = options_.sums_first_steps;
        args.sums_b_steps = options_.sums_second_steps;
        const Index summed = args.sums_a_steps ? args.a_steps : args.a_features;
        const Index others = args.sums_b_steps ? args.b_steps : args.b_features;
        if (summed != others)
            throw std::invalid_argument("dot: expected axes of the same size, got " + std::to_string(summed) + " and " +
                                        std::to_string(others));
        if (!args.sums_b_steps && args.b_steps != this->outputs)
            throw std::invalid_argument("dot: expected " + std::to_string(this->outputs) +
                                        " steps of the second input, got " + std::to_string(args.b_steps));
        args.y =
            make_sequence(arena, extent.rows, this->output_steps(extent.steps), this->outputs, memory.kernels->lanes);
        args.scratch = arena.take(extent.rows * memory.kernels->dot_scratch(args));
        return workspace;
    }

private:
    struct DotWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        DotArgs<T> args{};

        explicit DotWorkspace(const Kernels<T>& kernels) : kernels(kernels) {}

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            args.a = from[0].values;
            args.b = from[1].values;
        }
        void set_dx(std::size_t input, Sequence<T> to) override { (input == 0 ? args.da : args.db) = to; }

        Sequence<const T> output() const override { return read_only(args.y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { kernels.dot(args, rows); }
        void backward_rows(Range rows) override {
            DotArgs<T> whole = args;
            whole.dy = this->dy;
            kernels.dot_backward(whole, rows);
        }
    };

    DotOptions options_;
    Index second_features_ = 0;
};

}  // namespace fastlstm
