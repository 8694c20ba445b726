// Embedding: rows of a table, chosen by the input.
#pragma once

#include "own_mask.hpp"

namespace fastlstm {

template <class T>
class EmbeddingLayer final : public Layer<T> {
public:
    EmbeddingLayer(Index entries, Index outputs, bool mask_zero)
        : Layer<T>(1, outputs, true, true), entries_(entries), mask_zero_(mask_zero) {
        this->weights = {{"embeddings", {entries, outputs}, true}};
    }

    Index entries() const override { return entries_; }
    bool gives_mask(bool) const override { return mask_zero_; }
    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                 Mode mode) const override {
        auto run = std::make_unique<EmbeddingRun>(*memory.kernels, mask_zero_, extent);
        auto& pass = run->pass;
        pass.rows = extent.rows;
        pass.steps = extent.steps;
        pass.entries = entries_;
        pass.features = this->outputs;
        pass.table = this->parameter(memory, 0);
        pass.y = make_sequence(arena, extent.rows, extent.steps, this->outputs, memory.kernels->lanes);
        if (mode == Mode::training) pass.d_table = this->gradient(memory, 0);
        return run;
    }

private:
    struct EmbeddingRun final : Run<T> {
        const Kernels<T>& kernels;
        const bool mask_zero;
        EmbeddingPass<T> pass{};
        OwnMask own;

        EmbeddingRun(const Kernels<T>& kernels, bool mask_zero, const Extent& extent)
            : kernels(kernels), mask_zero(mask_zero), own(extent.rows, extent.steps) {}

        Sequence<const T> output() const override { return read_only(pass.y); }
        Mask output_mask() const override { return mask_zero ? own.view() : Mask{}; }
        void forward_rows(Range rows) override {
            for (Index t = 0; t < pass.steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) *place(own.flags, t, n) = *place(this->x, t, n) != T(0);
            kernels.embed(bound(), rows);
        }
        void backward_rows(Range) override {}
        Index gradient_tiles() const override { return pass.d_table ? blocks_of(pass.features, kernels.lanes) : 0; }
        void gradients(Range tiles) override { kernels.embed_gradients(bound(), tiles); }

    private:
        EmbeddingPass<T> bound() const {
            EmbeddingPass<T> whole = pass;
            whole.x = this->x;
            whole.dy = this->dy;
            return whole;
        }
    };

    Index entries_;
    bool mask_zero_;
};

}  // namespace fastlstm
