// RepeatVector: the same features at each of n steps. The forward pass moves no data.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct RepeatVectorOptions {
    Index n = 0;

    void read(OptionReader& reader) { reader.size("n", n); }
};

template <class T>
class RepeatVectorLayer final : public Layer<T> {
public:
    using Options = RepeatVectorOptions;

    RepeatVectorLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, false}, {context.inputs[0].features, true}), n_(options.n) {}

    bool works_step_by_step() const override { return false; }
    Index output_steps(Index) const override { return n_; }
    double work(Index) const override { return 0; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>&, const Extent&,
                                                      Mode) const override {
        return std::make_unique<RepeatWorkspace>(*memory.kernels, n_, this->features);
    }

private:
    struct RepeatWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        const Index n, features;

        RepeatWorkspace(const Kernels<T>& kernels, Index n, Index features)
            : kernels(kernels), n(n), features(features) {}

        Sequence<const T> output() const override { return {this->x.data, this->x.row, 0}; }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range) override {}
        void backward_rows(Range rows) override {
            if (this->dx.data) kernels.sum_steps(this->dy, n, features, this->dx, rows);
        }
    };

    Index n_;
};

}  // namespace fastlstm
