// Two recurrent layers over the same input, one from each end, and their outputs merged (Schuster and Paliwal 1997).
#pragma once

#include "recurrent.hpp"

namespace fastlstm {

enum class Merge { sum, mul, ave, concat };

template <class T>
class BidirectionalLayer final : public Layer<T> {
public:
    using Inner = std::unique_ptr<RecurrentLayer<T>>;

    BidirectionalLayer(Inner forward, Inner backward, Merge merge)
        : Layer<T>(forward->features, forward->outputs + (merge == Merge::concat ? backward->outputs : 0), true,
                   forward->gives_sequence),
          layers_{std::move(forward), std::move(backward)},
          merge_(merge) {
        for (int i = 0; i < 2; ++i) {
            for (Weight weight : layers_[i]->weights) {
                weight.name = (i == 0 ? "forward_" : "backward_") + weight.name;
                this->weights.push_back(weight);
            }
            this->state_size += layers_[i]->state_size;
        }
    }

    bool stateful() const override { return layers_[0]->stateful(); }
    bool works_step_by_step() const override { return false; }
    double work(Index steps) const override { return layers_[0]->work(steps) + layers_[1]->work(steps); }
    CrewTerms crew_terms(const Kernels<T>& kernels) const override {
        const CrewTerms a = layers_[0]->crew_terms(kernels), b = layers_[1]->crew_terms(kernels);
        return {std::min(a.most_members, b.most_members), std::min(a.work_of_step, b.work_of_step),
                std::max(a.weight_bytes, b.weight_bytes)};
    }
    std::vector<Index> weight_groups() const override {
        return {static_cast<Index>(layers_[0]->weights.size()), static_cast<Index>(layers_[1]->weights.size())};
    }
    Index packed_size(const Kernels<T>& kernels) const override {
        return layers_[0]->packed_size(kernels) + layers_[1]->packed_size(kernels);
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

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                 Mode mode) const override {
        auto run = std::make_unique<BidirectionalRun>(*this, extent.steps);
        const Index lanes = memory.kernels->lanes, steps = this->output_steps(extent.steps);
        for (int i = 0; i < 2; ++i) {
            run->runs[i] = layers_[i]->bind(memory, arena, extent, mode);
            if (mode == Mode::inference) continue;
            run->d_outputs[i] = make_sequence(arena, extent.rows, steps, layers_[i]->outputs, lanes);
            run->runs[i]->dy = read_only(run->d_outputs[i]);
        }
        if (mode == Mode::training && this->gives_dx)
            run->second_dx = make_sequence(arena, extent.rows, extent.steps, this->features, lanes);
        run->y = make_sequence(arena, extent.rows, steps, this->outputs, lanes);
        return run;
    }

private:
    struct BidirectionalRun final : Run<T> {
        const BidirectionalLayer& layer;
        const Index steps;
        std::unique_ptr<Run<T>> runs[2];
        Sequence<T> y{}, d_outputs[2]{}, second_dx{};

        BidirectionalRun(const BidirectionalLayer& layer, Index steps) : layer(layer), steps(steps) {}

        void connect(Sequence<const T> from, Mask valid, const Call<T>& shared) override {
            Run<T>::connect(from, valid, shared);
            for (auto& run : runs) run->connect(from, valid, shared);
            runs[0]->dx = this->dx;
            runs[1]->dx = second_dx;
        }
        Sequence<const T> output() const override { return {y.data, y.row, layer.gives_sequence ? y.step : 0}; }
        Mask output_mask() const override { return layer.gives_sequence ? this->mask : Mask{}; }

        void forward(Range all, const Team& crew) override {
            for (auto& run : runs) run->forward(all, crew);
            crew.barrier();
            const Range rows = crew.share(all);
            for_each_pair(rows, [&](const T* a, const T* b, Index t, Index n) {
                T* to = place(y, t, n);
                const Index count = layer.layers_[0]->outputs;
                switch (layer.merge_) {
                    case Merge::sum:
                        for (Index i = 0; i < count; ++i) to[i] = a[i] + b[i];
                        break;
                    case Merge::mul:
                        for (Index i = 0; i < count; ++i) to[i] = a[i] * b[i];
                        break;
                    case Merge::ave:
                        for (Index i = 0; i < count; ++i) to[i] = (a[i] + b[i]) / 2;
                        break;
                    case Merge::concat:
                        std::copy(a, a + count, to);
                        std::copy(b, b + layer.layers_[1]->outputs, to + count);
                }
            });
        }

        void backward(Range all, const Team& crew) override {
            const Range rows = crew.share(all);
            for_each_pair(rows, [&](const T* a, const T* b, Index t, Index n) {
                const T* d = place(this->dy, t, n);
                const Index count = layer.layers_[0]->outputs;
                T* da = place(d_outputs[0], t, n);
                T* db = place(d_outputs[1], layer.gives_sequence ? steps - 1 - t : t, n);
                switch (layer.merge_) {
                    case Merge::sum:
                        for (Index i = 0; i < count; ++i) da[i] = db[i] = d[i];
                        break;
                    case Merge::mul:
                        for (Index i = 0; i < count; ++i) {
                            da[i] = d[i] * b[i];
                            db[i] = d[i] * a[i];
                        }
                        break;
                    case Merge::ave:
                        for (Index i = 0; i < count; ++i) da[i] = db[i] = d[i] / 2;
                        break;
                    case Merge::concat:
                        std::copy(d, d + count, da);
                        std::copy(d + count, d + count + layer.layers_[1]->outputs, db);
                }
            });
            crew.barrier();
            for (auto& run : runs) run->backward(all, crew);
            if (!this->dx.data) return;
            crew.barrier();
            for (Index t = 0; t < steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) {
                    T* to = place(this->dx, t, n);
                    const T* from = place(second_dx, t, n);
                    for (Index i = 0; i < layer.features; ++i) to[i] += from[i];
                }
        }

        Index gradient_tiles() const override { return runs[0]->gradient_tiles() + runs[1]->gradient_tiles(); }
        void gradients(Range tiles) override {
            const Index first = runs[0]->gradient_tiles(), second = runs[1]->gradient_tiles();
            runs[0]->gradients({std::min(tiles.begin, first), std::min(tiles.end, first)});
            runs[1]->gradients(
                {std::clamp(tiles.begin - first, Index{0}, second), std::clamp(tiles.end - first, Index{0}, second)});
        }

    private:
        template <class Visit>
        void for_each_pair(Range rows, const Visit& visit) const {
            const Index count = layer.output_steps(steps);
            const Sequence<const T> a = runs[0]->output();
            Sequence<const T> b = runs[1]->output();
            // Both give out steps in the order in which they work; merged is what belongs to the same step.
            if (layer.gives_sequence) b = reversed(b, count);
            for (Index t = 0; t < count; ++t)
                for (Index n = rows.begin; n < rows.end; ++n) visit(place(a, t, n), place(b, t, n), t, n);
        }
    };

    Inner layers_[2];
    Merge merge_;
};

}  // namespace fastlstm
