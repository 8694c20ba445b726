// Two recurrent layers over the same input, one from each end, and their outputs merged (Schuster and Paliwal 1997).
#pragma once

#include "recurrent.hpp"

namespace fastlstm {

struct BidirectionalOptions {
    RecurrentOptions forward, backward;
    Merge merge_mode = Merge::count;

    void read(OptionReader& reader) {
        reader.nested("forward", [this](OptionReader& nested) { forward.read(nested); });
        reader.nested("backward", [this](OptionReader& nested) { backward.read(nested); });
        reader.choice("merge_mode", merge_mode, merge_names);
        if (merge_mode != Merge::concat && forward.units != backward.units)
            throw std::invalid_argument("merge_mode: expected 'concat' for layers of different widths");
        if (forward.return_sequences != backward.return_sequences || forward.return_state != backward.return_state ||
            forward.stateful != backward.stateful)
            throw std::invalid_argument("backward: expected return_sequences, return_state and stateful as in forward");
        if (forward.go_backwards == backward.go_backwards)
            throw std::invalid_argument("backward: expected go_backwards to be the opposite of forward's");
    }
};

// Its inputs are a sequence and, optionally, the initial states of both; its outputs are the merged ones and, if
// wanted, the final states of both.
template <class T>
class BidirectionalLayer final : public Layer<T> {
public:
    using Options = BidirectionalOptions;
    using Inner = std::unique_ptr<RecurrentLayer<T>>;

    BidirectionalLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true},
                   {options.forward.units + (options.merge_mode == Merge::concat ? options.backward.units : 0),
                    options.forward.return_sequences}),
          layers_{make_inner(options.forward, context, 0), make_inner(options.backward, context, 1)},
          merge_(options.merge_mode) {
        if (context.inputs.size() > 1 && context.inputs.size() != input_count())
            throw std::invalid_argument("inputs: expected the initial states of both layers");
        for (int i = 0; i < 2; ++i) {
            for (Weight weight : layers_[i]->weights) {
                weight.name = (i == 0 ? "forward_" : "backward_") + weight.name;
                this->weights.push_back(weight);
            }
            this->state_size += layers_[i]->state_size;
        }
    }

    std::size_t input_count() const override { return layers_[0]->input_count() + layers_[1]->input_count() - 1; }
    StepShape input_shape(std::size_t input) const override {
        const auto [inner, place] = of_inner(input, layers_[0]->input_count());
        return layers_[inner]->input_shape(place);
    }
    bool takes_equal_steps() const override { return false; }
    std::size_t output_count() const override { return layers_[0]->output_count() + layers_[1]->output_count() - 1; }
    StepShape output_shape(std::size_t output) const override {
        if (output == 0) return Layer<T>::output_shape(0);
        const auto [inner, place] = of_inner(output, layers_[0]->output_count());
        return layers_[inner]->output_shape(place);
    }
    Index output_steps_of(std::size_t output, const std::vector<Index>& input_steps) const override {
        return output == 0 ? this->output_steps(input_steps.front()) : 1;
    }
    bool stateful() const override { return layers_[0]->stateful(); }
    bool works_step_by_step() const override { return false; }
    bool couples_rows_of_group() const override {
        return layers_[0]->couples_rows_of_group() || layers_[1]->couples_rows_of_group();
    }
    double work(Index steps) const override { return layers_[0]->work(steps) + layers_[1]->work(steps); }
    UnitParallelism unit_parallelism(const Kernels<T>& kernels) const override {
        const UnitParallelism a = layers_[0]->unit_parallelism(kernels), b = layers_[1]->unit_parallelism(kernels);
        return {std::min(a.most_threads, b.most_threads), std::min(a.work_of_step, b.work_of_step),
                std::max(a.weight_bytes, b.weight_bytes)};
    }
    std::vector<Index> weight_groups() const override {
        return {static_cast<Index>(layers_[0]->weights.size()), static_cast<Index>(layers_[1]->weights.size())};
    }
    Index packed_size(const Kernels<T>& kernels) const override {
        return layers_[0]->packed_size(kernels) + layers_[1]->packed_size(kernels);
    }

    std::vector<StepRecordShape> step_record_shapes() const override {
        return {layers_[0]->step_record_shapes().front(), layers_[1]->step_record_shapes().front()};
    }

    void planned(const Kernels<T>& kernels) override {
        auto weight = this->weights.begin();
        Index packed = this->packed_offset, state = this->state_offset;
        for (int i = 0; i < 2; ++i) {
            RecurrentLayer<T>& inner = *layers_[i];
            for (Weight& own : inner.weights) {
                own.offset = weight->offset;
                own.trainable = (weight++)->trainable;
            }
            inner.packed_offset = packed;
            inner.state_offset = state;
            inner.gives_dx = this->gives_dx;
            inner.number = 2 * this->number + static_cast<std::uint64_t>(i) + (std::uint64_t{1} << 32);
            packed += inner.packed_size(kernels);
            state += inner.state_size;
        }
    }

    void pack(const Memory<T>& memory, const Team& team) const override {
        for (const Inner& inner : layers_) inner->pack(memory, team);
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<BidirectionalWorkspace>(*this, *memory.kernels, extent.steps);
        const Index lanes = memory.kernels->lanes, steps = this->output_steps(extent.steps);
        for (int i = 0; i < 2; ++i) {
            const Extent inner{extent.rows, std::vector<Index>(layers_[i]->input_count(), extent.steps),
                               std::vector<bool>(layers_[i]->input_count(), extent.masked)};
            workspace->workspaces[i] = layers_[i]->make_workspace(memory, arena, inner, mode);
            if (mode == Mode::inference) continue;
            workspace->d_outputs[i] = make_sequence(arena, extent.rows, steps, layers_[i]->outputs, lanes);
            workspace->workspaces[i]->dy = read_only(workspace->d_outputs[i]);
        }
        if (mode == Mode::training && this->gives_dx)
            workspace->second_dx = make_sequence(arena, extent.rows, extent.steps, this->features, lanes);
        workspace->y = make_sequence(arena, extent.rows, steps, this->outputs, lanes);
        return workspace;
    }

private:
    // Which of the two layers an input or output other than the first belongs to, and which of that one's it is, by how
    // many the forward layer has.
    static std::pair<std::size_t, std::size_t> of_inner(std::size_t place, std::size_t of_forward) {
        if (place < of_forward) return {0, place};
        return {1, place - of_forward + 1};
    }
    static Inner make_inner(const RecurrentOptions& options, const LayerContext<T>& context, std::size_t inner) {
        const std::size_t states = (context.inputs.size() - 1) / 2;
        std::vector<StepShape> inputs{context.inputs[0]};
        for (std::size_t i = 0; i < states; ++i) inputs.push_back(context.inputs[1 + inner * states + i]);
        return std::make_unique<RecurrentLayer<T>>(options, LayerContext<T>{inputs, context.kernels});
    }

    struct BidirectionalWorkspace final : LayerWorkspace<T> {
        const BidirectionalLayer& layer;
        const Kernels<T>& kernels;
        const Index steps;
        std::unique_ptr<LayerWorkspace<T>> workspaces[2];
        Sequence<T> y{}, d_outputs[2]{}, second_dx{};

        BidirectionalWorkspace(const BidirectionalLayer& layer, const Kernels<T>& kernels, Index steps)
            : layer(layer), kernels(kernels), steps(steps) {}

        void connect(const Output<T>* inputs, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(inputs, shared);
            const std::size_t first = layer.layers_[0]->input_count();
            workspaces[0]->connect(inputs, shared);
            std::vector<Output<T>> of_backward{inputs[0]};
            of_backward.insert(of_backward.end(), inputs + first, inputs + layer.input_count());
            workspaces[1]->connect(of_backward.data(), shared);
            workspaces[0]->dx = this->dx;
            workspaces[1]->dx = second_dx;
        }
        void set_dx(std::size_t input, Sequence<T> to) override {
            const auto [inner, place] = of_inner(input, layer.layers_[0]->input_count());
            if (input == 0)
                this->dx = to;
            else
                workspaces[inner]->set_dx(place, to);
        }
        void set_dy(std::size_t output, Sequence<const T> from) override {
            const auto [inner, place] = of_inner(output, layer.layers_[0]->output_count());
            if (output == 0)
                this->dy = from;
            else
                workspaces[inner]->set_dy(place, from);
        }
        Sequence<const T> further_output(std::size_t output) const override {
            const auto [inner, place] = of_inner(output, layer.layers_[0]->output_count());
            return workspaces[inner]->further_output(place);
        }
        Sequence<const T> output() const override { return {y.data, y.row, layer.gives_sequence ? y.step : 0}; }
        Mask output_mask() const override { return layer.gives_sequence ? this->mask : Mask{}; }

        void forward(Range all, const Team& unit_team) override {
            for (auto& workspace : workspaces) workspace->forward(all, unit_team);
            unit_team.barrier();
            MergeInput<T> inputs[2];
            kernels.merge(merge_args(inputs), unit_team.share(all));
        }

        void backward(Range all, const Team& unit_team) override {
            const Range rows = unit_team.share(all);
            MergeInput<T> inputs[2];
            kernels.merge_backward(merge_args(inputs), rows);
            unit_team.barrier();
            for (auto& workspace : workspaces) workspace->backward(all, unit_team);
            if (!this->dx.data) return;
            unit_team.barrier();
            kernels.add(read_only(second_dx), steps, layer.features, this->dx, rows);
        }

        std::vector<StepRecord<T>*> step_records() override {
            return {workspaces[0]->step_records().front(), workspaces[1]->step_records().front()};
        }
        Index gradient_tiles() const override {
            return workspaces[0]->gradient_tiles() + workspaces[1]->gradient_tiles();
        }
        void gradients(Range tiles) override {
            const Index first = workspaces[0]->gradient_tiles(), second = workspaces[1]->gradient_tiles();
            workspaces[0]->gradients({std::min(tiles.begin, first), std::min(tiles.end, first)});
            workspaces[1]->gradients(
                {std::clamp(tiles.begin - first, Index{0}, second), std::clamp(tiles.end - first, Index{0}, second)});
        }

    private:
        MergeArgs<T> merge_args(MergeInput<T> (&inputs)[2]) const {
            const Index count = layer.output_steps(steps);
            for (int i = 0; i < 2; ++i) inputs[i] = {layer.layers_[i]->outputs, workspaces[i]->output(), d_outputs[i]};
            // The backward layer's outputs are in the order in which it works: last step first.
            if (layer.gives_sequence) {
                inputs[1].x = reversed(inputs[1].x, count);
                inputs[1].dx = reversed(inputs[1].dx, count);
            }
            return {layer.merge_, count, 2, inputs, y, this->dy};
        }
    };

    Inner layers_[2];
    Merge merge_;
};

}  // namespace fastlstm
