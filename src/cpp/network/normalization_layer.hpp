// Normalization by a given mean and variance of each feature, or its inverse.
#pragma once

#include <algorithm>
#include <cmath>

#include "layer.hpp"

namespace fastlstm {

template <class T>
class NormalizationLayer final : public Layer<T> {
public:
    NormalizationLayer(bool invert, Index features, bool sequence)
        : Layer<T>(features, features, sequence, sequence), invert_(invert) {
        this->weights = {{"mean", {features}, false}, {"variance", {features}, false}};
    }

    double work(Index steps) const override {
        return 2.0 * static_cast<double>(this->output_steps(steps) * this->features);
    }

    Index packed_size(const Kernels<T>& kernels) const override { return 2 * padded(this->features, kernels.lanes); }

    // The smallest deviation is Keras's.
    void pack(const Memory<T>& memory, const Team& team) const override {
        if (team.rank() != 0) return;
        const Index width = padded(this->features, memory.kernels->lanes);
        T *mean = this->packed(memory), *deviation = mean + width;
        std::fill(mean, mean + width, T(0));
        std::fill(deviation, deviation + width, T(1));
        for (Index i = 0; i < this->features; ++i) {
            mean[i] = this->parameter(memory, 0)[i];
            deviation[i] = std::max(std::sqrt(this->parameter(memory, 1)[i]), T(1e-7));
        }
    }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, Index rows, Index steps,
                                 Mode) const override {
        auto run = std::make_unique<NormalizationRun>(*memory.kernels);
        const Index lanes = memory.kernels->lanes;
        const T* mean = this->packed(memory);
        const Index own_steps = this->output_steps(steps);
        run->pass = {own_steps,
                     this->features,
                     invert_,
                     mean,
                     mean + padded(this->features, lanes),
                     {},
                     make_sequence(arena, rows, own_steps, this->features, lanes),
                     {},
                     {}};
        return run;
    }

private:
    struct NormalizationRun final : Run<T> {
        const Kernels<T>& kernels;
        NormalizationPass<T> pass{};

        explicit NormalizationRun(const Kernels<T>& kernels) : kernels(kernels) {}

        Sequence<const T> output() const override { return read_only(pass.y); }
        void forward(Range rows) override { kernels.normalize(bound(), rows); }
        void backward(Range rows) override {
            if (this->dx.data) kernels.normalize_backward(bound(), rows);
        }

    private:
        NormalizationPass<T> bound() const {
            NormalizationPass<T> whole = pass;
            whole.x = this->x;
            whole.dx = this->dx;
            whole.dy = this->dy;
            return whole;
        }
    };

    bool invert_;
};

}  // namespace fastlstm
