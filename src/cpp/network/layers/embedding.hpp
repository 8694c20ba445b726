// Embedding: rows of a table, chosen by the input.
#pragma once

#include "option_reader.hpp"
#include "own_mask.hpp"

namespace fastlstm {

struct EmbeddingOptions {
    Index input_dim = 0, output_dim = 0;
    bool mask_zero = false;

    void read(OptionReader& reader) {
        reader.size("input_dim", input_dim);
        reader.size("output_dim", output_dim);
        reader.flag("mask_zero", mask_zero);
    }
};

template <class T>
class EmbeddingLayer final : public Layer<T> {
public:
    using Options = EmbeddingOptions;

    EmbeddingLayer(const Options& options, const LayerContext<T>&)
        : Layer<T>({1, true}, {options.output_dim, true}), entries_(options.input_dim), mask_zero_(options.mask_zero) {
        this->weights = {{"embeddings", {entries_, this->outputs}, true}};
    }

    Index entries() const override { return entries_; }
    bool gives_mask(const std::vector<bool>&) const override { return mask_zero_; }
    double work(Index steps) const override { return this->elementwise_work(steps); }
    std::vector<StepRecordShape> step_record_shapes() const override { return {{this->outputs, 1, 0}}; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<EmbeddingWorkspace>(*memory.kernels, extent);
        auto& args = workspace->args;
        args.rows = extent.rows;
        args.steps = extent.steps;
        args.entries = entries_;
        args.features = this->outputs;
        args.table = this->parameter(memory, 0);
        args.y = make_sequence(arena, extent.rows, extent.steps, this->outputs, memory.kernels->lanes);
        if (mask_zero_) args.valid = workspace->own.flags;
        if (mode == Mode::training) args.d_table = this->gradient(memory, 0);
        return workspace;
    }

private:
    struct EmbeddingWorkspace final : LayerWorkspace<T>, StepRecord<T> {
        const Kernels<T>& kernels;
        EmbeddingArgs<T> args{};
        OwnMask own;

        EmbeddingWorkspace(const Kernels<T>& kernels, const Extent& extent)
            : kernels(kernels), own(extent.rows, extent.steps) {}

        Sequence<const T> output() const override { return read_only(args.y); }
        Mask output_mask() const override { return read_only(args.valid); }
        void forward_rows(Range rows) override { kernels.embed(args_of_call(), rows); }
        void backward_rows(Range) override {}
        Index gradient_tiles() const override { return args.d_table ? blocks_of(args.features, kernels.lanes) : 0; }
        void gradients(Range tiles) override { kernels.embed_gradients(args_of_call(), tiles); }

        // The vector of a step takes the place of a state.
        std::vector<StepRecord<T>*> step_records() override { return {this}; }
        StepRecordShape record_shape() const override { return {args.features, 1, 0}; }
        Index record_rows() const override { return args.rows; }
        Index record_steps() const override { return args.steps; }
        void copy_states(T* to) const override { copy_rows(output(), args.rows, args.steps, args.features, to); }
        void copy_gates(T*) const override {}
        void copy_valid(bool* to) const override { copy_mask(output_mask(), args.rows, args.steps, to); }
        void keep_state_gradients(bool) override {}  // nothing overwrites dy
        void copy_state_gradients(T* to) const override {
            copy_rows(this->dy, args.rows, args.steps, args.features, to);
        }

    private:
        EmbeddingArgs<T> args_of_call() const {
            EmbeddingArgs<T> whole = args;
            whole.x = this->x;
            whole.dy = this->dy;
            return whole;
        }
    };

    Index entries_;
    bool mask_zero_;
};

}  // namespace fastlstm
