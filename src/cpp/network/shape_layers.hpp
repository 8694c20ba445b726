// Layers that change an array's shape or choose its steps: reshape (flatten among it), masking, embedding.
#pragma once

#include <algorithm>
#include <stdexcept>

#include "layer.hpp"

namespace fastlstm {

// The same numbers of each row in other steps and features; flattened to one step where the output is no sequence.
template <class T>
class ReshapeLayer final : public Layer<T> {
public:
    ReshapeLayer(Index steps, Index to_features, bool to_sequence, Index features, bool sequence)
        : Layer<T>(features, to_features, sequence, to_sequence), steps_(steps) {}

    Index output_steps(Index) const override { return steps_; }
    bool works_step_by_step() const override { return false; }
    bool gives_mask(bool) const override { return false; }
    double work(Index) const override { return static_cast<double>(steps_ * this->outputs); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent, Mode) const override {
        const Index steps = this->takes_sequence ? extent.steps : 1;
        if (steps * this->features != steps_ * this->outputs)
            throw std::invalid_argument("reshape: expected rows of " + std::to_string(steps_ * this->outputs) +
                                        " elements, got " + std::to_string(steps) + " steps of " +
                                        std::to_string(this->features));
        auto run = std::make_unique<ReshapeRun>(*this);
        run->steps = steps;
        run->y = make_sequence(arena, extent.rows, steps_, this->outputs, memory.kernels->lanes);
        return run;
    }

private:
    struct ReshapeRun final : Run<T> {
        const ReshapeLayer& layer;
        Index steps = 0;
        Sequence<T> y{};

        explicit ReshapeRun(const ReshapeLayer& layer) : layer(layer) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override { copy(this->x, layer.features, y, layer.outputs, rows); }
        void backward_rows(Range rows) override {
            if (this->dx.data) copy(this->dy, layer.outputs, this->dx, layer.features, rows);
        }

    private:
        void copy(Sequence<const T> from, Index from_width, Sequence<T> to, Index to_width, Range rows) const {
            const Index total = steps * layer.features;
            for (Index n = rows.begin; n < rows.end; ++n)
                for (Index i = 0; i < total;) {
                    const Index count = std::min(from_width - i % from_width, to_width - i % to_width);
                    const T* first = place(from, i / from_width, n) + i % from_width;
                    std::copy(first, first + count, place(to, i / to_width, n) + i % to_width);
                    i += count;
                }
        }
    };

    Index steps_;
};

// A mask that a layer makes from its input, [T][N].
struct OwnMask {
    Arena<unsigned char> arena;
    Sequence<unsigned char> flags{};

    OwnMask(Index rows, Index steps) { flags = {arena.take(rows * steps), 1, rows}; }
    Mask view() const { return {flags.data, flags.row, flags.step}; }
};

// Steps of which every feature is the mask value do not count, and become zero. A mask from before is replaced, as in
// Keras.
template <class T>
class MaskingLayer final : public Layer<T> {
public:
    MaskingLayer(double mask_value, Index features)
        : Layer<T>(features, features, true, true), mask_value_(static_cast<T>(mask_value)) {}

    bool gives_mask(bool) const override { return true; }
    double work(Index steps) const override { return this->elementwise_work(steps); }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent, Mode) const override {
        auto run = std::make_unique<MaskingRun>(*this, extent);
        run->y = make_sequence(arena, extent.rows, extent.steps, this->features, memory.kernels->lanes);
        return run;
    }

private:
    struct MaskingRun final : Run<T> {
        const MaskingLayer& layer;
        const Index steps;
        OwnMask own;
        Sequence<T> y{};

        MaskingRun(const MaskingLayer& layer, const Extent& extent)
            : layer(layer), steps(extent.steps), own(extent.rows, extent.steps) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return own.view(); }
        void forward_rows(Range rows) override {
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) {
                    const T* x = place(this->x, t, n);
                    const bool valid = std::any_of(x, x + layer.features, [&](T v) { return v != layer.mask_value_; });
                    *place(own.flags, t, n) = valid;
                    keep(valid, x, place(y, t, n));
                }
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    keep(*place(own.flags, t, n), place(this->dy, t, n), place(this->dx, t, n));
        }

    private:
        void keep(bool valid, const T* from, T* to) const {
            if (valid)
                std::copy(from, from + layer.features, to);
            else
                std::fill(to, to + layer.features, T(0));
        }
    };

    T mask_value_;
};

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
