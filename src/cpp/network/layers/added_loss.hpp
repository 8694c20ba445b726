// Numbers that are added to the loss.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct AddedLossOptions {
    void read(OptionReader&) {}
};

// Adds the mean of its input over the rows to the loss. Nothing takes its output.
template <class T>
class AddedLossLayer final : public Layer<T> {
public:
    using Options = AddedLossOptions;

    AddedLossLayer(const Options&, const LayerContext<T>& context) : Layer<T>(context.inputs[0], {1, false}) {
        if (context.inputs[0].features != 1 || context.inputs[0].sequence)
            throw std::invalid_argument("added_loss: expected one number for each row");
    }

    bool has_effect() const override { return true; }
    double work(Index) const override { return 1; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>&, Arena<T>&, const Extent&, Mode) const override {
        return std::make_unique<AddedLossWorkspace>();
    }

private:
    struct AddedLossWorkspace final : LayerWorkspace<T> {
        Sequence<const T> output() const override { return {}; }
        void forward_rows(Range rows) override {
            double* penalty = this->call->row_penalty;
            for (Index n = rows.begin; penalty && n < rows.end; ++n)
                penalty[n] += static_cast<double>(*row_at(this->x, 0, n));
        }
        void backward_rows(Range rows) override {
            for (Index n = rows.begin; this->dx.data && n < rows.end; ++n)
                *row_at(this->dx, 0, n) = static_cast<T>(this->call->penalty_scale);
        }
    };
};

}  // namespace fastlstm
