// A layer that the caller computes. Its function is called with whole arrays: in training with all rows of the batch.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct FunctionOptions {
    HostFunction function;
    Index features = 0;
    bool sequence = false;
    bool passes_mask = false;                             // of the first input, whose steps are those of the output
    Index steps = 0;                                      // of the output; 0: as many as the first input has
    std::vector<std::vector<Index>> weights, weights_of;  // shapes, and the earlier layer and the number of each

    void read(OptionReader& reader) {
        reader.function("function", function);
        reader.size("features", features);
        reader.flag("sequence", sequence);
        reader.flag("passes_mask", passes_mask);
        reader.size("steps", steps, 0);
        reader.shapes("weights", weights);
        reader.shapes("shared_weights", weights_of);
        if (!weights_of.empty() && weights_of.size() != weights.size())
            throw std::invalid_argument("shared_weights: expected a layer and a number for each of the weights");
        for (const std::vector<Index>& source : weights_of)
            if (source.size() != 2 || source[1] < 0)
                throw std::invalid_argument("shared_weights: expected a layer and a number for each of the weights");
        if (!function) throw std::invalid_argument("function: expected one, got none");
    }
};

template <class T>
class FunctionLayer final : public Layer<T> {
public:
    using Options = FunctionOptions;

    FunctionLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.features, options.sequence}),
          options_(options),
          inputs_(context.inputs) {
        for (std::size_t i = 0; i < options.weights.size(); ++i) {
            this->weights.push_back({"weight_" + std::to_string(i), options.weights[i], true});
            if (options.weights_of.empty()) continue;
            this->weights.back().of_node = options.weights_of[i][0];
            this->weights.back().of_weight = static_cast<std::size_t>(options.weights_of[i][1]);
        }
    }

    std::size_t input_count() const override { return inputs_.size(); }
    StepShape input_shape(std::size_t input) const override { return inputs_[input]; }
    bool takes_equal_steps() const override { return false; }
    Index output_steps(Index steps) const override {
        return !options_.sequence ? 1 : options_.steps > 0 ? options_.steps : steps;
    }
    bool gives_mask(const std::vector<bool>& masked) const override {
        return options_.passes_mask && options_.sequence && masked.front();
    }
    bool couples_rows() const override { return true; }
    bool works_step_by_step() const override { return false; }
    double work(Index steps) const override { return this->elementwise_work(steps); }
    std::vector<Index> weight_groups() const override { return std::vector<Index>(this->weights.size(), 1); }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<FunctionWorkspace>(*this, extent, output_steps(extent.steps));
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            workspace->copies.push_back(arena.take(extent.rows * extent.input_steps[i] * inputs_[i].features));
        workspace->y = arena.take(extent.rows * workspace->steps * this->outputs);
        if (mode == Mode::training) {
            workspace->d_y = arena.take(extent.rows * workspace->steps * this->outputs);
            for (std::size_t i = 0; i < inputs_.size(); ++i)
                workspace->d_copies.push_back(arena.take(extent.rows * extent.input_steps[i] * inputs_[i].features));
        }
        for (std::size_t i = 0; i < this->weights.size(); ++i) {
            workspace->weights.push_back({this->parameter(memory, i), this->weights[i].shape});
            workspace->d_weights.push_back(
                {mode == Mode::training ? this->gradient(memory, i) : nullptr, this->weights[i].shape});
        }
        return workspace;
    }

private:
    struct FunctionWorkspace final : LayerWorkspace<T> {
        const FunctionLayer& layer;
        const Index rows, steps;
        const std::vector<Index> input_steps;
        std::vector<Sequence<const T>> inputs;
        std::vector<Sequence<T>> d_inputs;
        // What the function sees: rows one after the other.
        std::vector<T*> copies, d_copies;
        T *y = nullptr, *d_y = nullptr;
        std::vector<HostArray> weights, d_weights;

        FunctionWorkspace(const FunctionLayer& layer, const Extent& extent, Index steps)
            : layer(layer),
              rows(extent.rows),
              steps(steps),
              input_steps(extent.input_steps),
              inputs(input_steps.size()),
              d_inputs(input_steps.size()) {}

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = from[i].values;
        }
        void set_dx(std::size_t input, Sequence<T> to) override { d_inputs[input] = to; }
        Sequence<const T> output() const override { return {y, steps * layer.outputs, layer.outputs}; }
        Mask output_mask() const override {
            return layer.options_.passes_mask && layer.gives_sequence ? this->mask : Mask{};
        }

        void forward_batch(const Team& team) override {
            team.barrier();
            if (team.rank() == 0) compute({0, rows});
            team.barrier();
        }
        void forward(Range own, const Team& unit_team) override {
            if (!this->call->training && unit_team.rank() == 0) compute(own);
        }
        void backward_batch(const Team& team) override {
            team.barrier();
            if (team.rank() == 0) differentiate();
            team.barrier();
        }

    private:
        std::vector<HostArray> arrays(const std::vector<T*>& data, Range own) const {
            std::vector<HostArray> found;
            for (std::size_t i = 0; i < data.size(); ++i) {
                const auto [features, sequence] = layer.inputs_[i];
                T* first = data[i] ? data[i] + own.begin * input_steps[i] * features : nullptr;
                std::vector<Index> shape{own.end - own.begin, features};
                if (sequence) shape.insert(shape.begin() + 1, input_steps[i]);
                found.push_back({first, std::move(shape)});
            }
            return found;
        }
        HostArray output_array(T* data, Range own) const {
            std::vector<Index> shape{own.end - own.begin, layer.outputs};
            if (layer.gives_sequence) shape.insert(shape.begin() + 1, steps);
            return {data + own.begin * steps * layer.outputs, std::move(shape)};
        }
        void compute(Range own) {
            for (std::size_t i = 0; i < inputs.size(); ++i) {
                const Index features = layer.inputs_[i].features;
                copy_rows<T>({inputs[i].data + own.begin * inputs[i].row, inputs[i].row, inputs[i].step},
                             own.end - own.begin, input_steps[i], features,
                             copies[i] + own.begin * input_steps[i] * features);
            }
            layer.options_.function(
                {false, this->call->training, arrays(copies, own), weights, output_array(y, own), {}, {}});
        }
        void differentiate() {
            copy_rows<T>(this->dy, rows, steps, layer.outputs, d_y);
            std::vector<T*> wanted(d_copies);
            for (std::size_t i = 0; i < wanted.size(); ++i)
                if (!d_inputs[i].data) wanted[i] = nullptr;
            const Range all{0, rows};
            layer.options_.function({true, this->call->training, arrays(copies, all), weights, output_array(d_y, all),
                                     arrays(wanted, all), d_weights});
            for (std::size_t i = 0; i < wanted.size(); ++i) {
                const Index features = layer.inputs_[i].features;
                const T* from = wanted[i];
                for (Index n = 0; from && n < rows; ++n)
                    for (Index t = 0; t < input_steps[i]; ++t, from += features)
                        std::copy_n(from, features, row_at(d_inputs[i], t, n));
            }
        }
    };

    FunctionOptions options_;
    std::vector<StepShape> inputs_;
};

}  // namespace fastlstm
