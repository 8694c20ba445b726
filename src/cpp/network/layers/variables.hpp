// Weights that belong to no layer of the core: function layers use them.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct VariablesOptions {
    std::vector<std::vector<Index>> weights;

    void read(OptionReader& reader) { reader.shapes("weights", weights); }
};

// It computes nothing, and nothing takes its output. Its input only says how many rows there are.
template <class T>
class VariablesLayer final : public Layer<T> {
public:
    using Options = VariablesOptions;

    VariablesLayer(const Options& options, const LayerContext<T>& context) : Layer<T>(context.inputs[0], {1, false}) {
        for (std::size_t i = 0; i < options.weights.size(); ++i)
            this->weights.push_back({"weight_" + std::to_string(i), options.weights[i], true});
    }

    bool has_effect() const override { return true; }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool differentiates(std::size_t) const override { return false; }
    double work(Index) const override { return 0; }
    std::vector<Index> weight_groups() const override { return std::vector<Index>(this->weights.size(), 1); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>&, const Extent&,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<VariablesWorkspace>();
        for (std::size_t i = 0; mode == Mode::training && i < this->weights.size(); ++i)
            if (T* gradient = this->gradient(memory, i)) workspace->own.push_back({gradient, this->weights[i].size()});
        return workspace;
    }

private:
    struct VariablesWorkspace final : LayerWorkspace<T> {
        std::vector<std::pair<T*, Index>> own;  // gradients of this use of the weights, which is none

        Sequence<const T> output() const override { return {}; }
        Mask output_mask() const override { return {}; }
        void backward(Range, const Team& unit_team) override {
            if (unit_team.rank() > 0) return;
            for (const auto& [gradient, count] : own) std::fill_n(gradient, count, T{0});
        }
    };
};

}  // namespace fastlstm
