// A network as Python holds it, and the checks that the arrays of a call fit it.
#pragma once

#include <algorithm>
#include <cmath>

#include "../network/inference.hpp"
#include "arrays.hpp"
#include "constructed.hpp"
#include "options.hpp"

namespace fastlstm {

// One object for each input or output of a network: a list or tuple of them, or the only one.
inline std::vector<py::object> parts_of(const py::object& given, const char* name, std::size_t count) {
    if (count == 1) return {given};
    if (!py::isinstance<py::tuple>(given) && !py::isinstance<py::list>(given))
        throw py::type_error(std::string(name) + ": expected a list of " + std::to_string(count) + ", got " +
                             std::string(py::str(py::type::of(given))));
    std::vector<py::object> parts;
    for (const py::handle& part : given) parts.push_back(py::reinterpret_borrow<py::object>(part));
    if (parts.size() != count)
        throw py::value_error(std::string(name) + ": expected " + std::to_string(count) + ", got " +
                              std::to_string(parts.size()));
    return parts;
}

template <class T>
class NetworkHandle {
public:
    const std::shared_ptr<HostErrors> host_errors = std::make_shared<HostErrors>();
    Network<T> network;
    const bool input_gradient;

    NetworkHandle(std::vector<StepShape> inputs, bool input_gradient)
        : network(std::move(inputs), input_gradient), input_gradient(input_gradient) {}

    // The network, to which nothing can be added from here on.
    Network<T>& finished() {
        network.finish();
        return network;
    }
    const LayerGraph<T>& graph() const { return network.graph; }

    const std::vector<Index>& shape_of(std::size_t parameter) {
        const auto& parameters = finished().parameters.named();
        if (parameter >= parameters.size())
            throw py::index_error("parameter: expected one of " + std::to_string(parameters.size()) + ", got " +
                                  std::to_string(parameter));
        return parameters[parameter].weight->shape;
    }
    Index state_size() { return finished().graph.state_size(); }

    // The number of an output, whose loss is to be set.
    std::size_t checked_output(Index output) {
        const std::size_t count = finished().graph.output_count();
        if (output < 0 || output >= static_cast<Index>(count))
            throw py::index_error("output: expected one of " + std::to_string(count) + ", got " +
                                  std::to_string(output));
        return static_cast<std::size_t>(output);
    }

    Inputs<T> checked_inputs(const py::object& x, const char* name, const py::object& mask = py::none()) {
        const LayerGraph<T>& graph = finished().graph;
        Inputs<T> inputs;
        std::vector<Index> steps;
        const std::vector<py::object> arrays = parts_of(x, name, graph.input_count());
        for (std::size_t k = 0; k < arrays.size(); ++k) {
            const auto [features, sequence] = graph.input_shape(k);
            const std::vector<Index> shape =
                sequence ? std::vector<Index>{-1, -1, features} : std::vector<Index>{-1, features};
            const T* values = exact<T>(arrays[k], name, shape);
            const auto array = py::reinterpret_borrow<py::array>(arrays[k]);
            if (k > 0 && array.shape(0) != inputs.rows)
                throw py::value_error(std::string(name) + ": expected as many rows in all inputs, got " +
                                      std::to_string(inputs.rows) + " and " + std::to_string(array.shape(0)));
            if (const Index entries = graph.entries(k); entries > 0) check_indices(values, array.size(), entries, name);
            inputs.rows = array.shape(0);
            steps.push_back(sequence ? array.shape(1) : 1);
            inputs.values.push_back(values);
        }
        inputs.lengths = graph.lengths(steps);
        if (mask.is_none()) return inputs;
        if (graph.input_count() > 1 || !graph.input_shape().sequence)
            throw py::value_error("mask: expected None for a network without steps or with several inputs");
        inputs.mask =
            reinterpret_cast<const unsigned char*>(exact<bool>(mask, "mask", {inputs.rows, inputs.steps().front()}));
        return inputs;
    }

    static void check_indices(const T* values, Index count, Index entries, const char* name) {
        const T* bad = std::find_if(values, values + count, [&](T value) {
            return !(value >= 0 && value < static_cast<T>(entries) && value == std::floor(value));
        });
        if (bad != values + count)
            throw py::value_error(std::string(name) + ": expected whole numbers from 0 to input_dim - 1 = " +
                                  std::to_string(entries - 1) + ", got " + std::string(py::str(py::float_(*bad))));
    }

    CallInputs<T> call_inputs(const Inputs<T>& x, const py::object& state, const py::object& rng_step,
                              std::int64_t& rng_step_value) {
        CallInputs<T> given;
        if (!state.is_none()) given.state = exact<T>(state, "state", {x.rows, state_size()});
        if (!rng_step.is_none()) {
            rng_step_value = static_cast<std::int64_t>(bits_of(rng_step, "rng_step"));
            given.rng_step = &rng_step_value;
        }
        return given;
    }

    std::vector<Index> input_shape(std::size_t k, Index rows, Index steps) const {
        const auto [features, sequence] = graph().input_shape(k);
        if (sequence) return {rows, steps, features};
        return {rows, features};
    }

    // Of each output.
    std::vector<std::vector<Index>> output_shapes(Index rows, const SequenceLengths& lengths) const {
        const std::vector<Index>& output_steps = lengths.outputs;
        std::vector<std::vector<Index>> shapes;
        for (std::size_t k = 0; k < output_steps.size(); ++k) {
            const auto [features, sequence] = graph().output_shape(k);
            shapes.push_back(sequence ? std::vector<Index>{rows, output_steps[k], features}
                                      : std::vector<Index>{rows, features});
        }
        return shapes;
    }

    // New arrays for the outputs, and where they are; with `valid` also for whether they count.
    std::vector<py::array_t<T>> new_outputs(const Inputs<T>& x, OutputArrays<T>& to,
                                            std::vector<py::array_t<bool>>* valid = nullptr) const {
        std::vector<py::array_t<T>> arrays;
        for (const auto& shape : output_shapes(x.rows, *x.lengths)) {
            arrays.emplace_back(shape);
            to.push_back({arrays.back().mutable_data(), nullptr});
            if (!valid) continue;
            valid->emplace_back(std::vector<Index>(shape.begin(), shape.end() - 1));
            bool* flags = valid->back().mutable_data();
            std::fill(flags, flags + valid->back().size(), true);
            to.back().valid = reinterpret_cast<unsigned char*>(flags);
        }
        return arrays;
    }

    // Arrays to write to, of the samples x.
    OutputArrays<T> checked_outputs(const Inputs<T>& x, const py::object& predictions, const py::object& valid) {
        if (predictions.is_none()) {
            if (!valid.is_none()) throw py::value_error("valid: expected None without predictions");
            return {};
        }
        const auto shapes = output_shapes(x.rows, *x.lengths);
        const auto arrays = parts_of(predictions, "predictions", shapes.size());
        std::vector<py::object> flags(shapes.size(), py::none());
        if (!valid.is_none()) flags = parts_of(valid, "valid", shapes.size());
        OutputArrays<T> outputs;
        for (std::size_t k = 0; k < shapes.size(); ++k) {
            const auto& shape = shapes[k];
            outputs.push_back({writable<T>(arrays[k], "predictions", shape), nullptr});
            if (!flags[k].is_none())
                outputs.back().valid = reinterpret_cast<unsigned char*>(
                    writable<bool>(flags[k], "valid", std::vector<Index>(shape.begin(), shape.end() - 1)));
        }
        return outputs;
    }

    // The targets of an output without a loss are ignored.
    Samples<T> checked_samples(const py::object& x, const py::object& y, const py::object& mask,
                               const py::object& sample_weight) {
        if (!finished().loss.is_set()) throw py::value_error("loss: expected set_loss before");
        Samples<T> samples{checked_inputs(x, "x", mask), {}};
        if (samples.inputs.rows == 0) throw py::value_error("x: expected at least one sample, got none");
        auto shapes = output_shapes(samples.inputs.rows, *samples.inputs.lengths);
        const auto targets = parts_of(y, "y", shapes.size());
        std::vector<py::object> weights(shapes.size(), py::none());
        if (!sample_weight.is_none()) weights = parts_of(sample_weight, "sample_weight", shapes.size());
        for (std::size_t k = 0; k < shapes.size(); ++k) {
            const OutputLoss<T>& loss = network.loss.outputs()[k];
            samples.targets.emplace_back();
            if (!loss.is_set()) continue;
            Targets<T>& to = samples.targets.back();
            to.weights = checked_weights(weights[k], shapes[k]);
            to.width = loss.target_width();
            shapes[k].back() = to.width;
            to.y = exact<T>(targets[k], "y", shapes[k]);
        }
        return samples;
    }

private:
    // (rows,), or (rows, steps) where the output has steps.
    static SampleWeights<T> checked_weights(const py::object& weights, const std::vector<Index>& output_shape) {
        if (weights.is_none()) return {};
        std::vector<Index> shape{output_shape.front()};
        if (output_shape.size() > 2 && py::array(weights).ndim() > 1) shape.push_back(output_shape[1]);
        return {exact<T>(weights, "sample_weight", shape), shape.size() > 1 ? shape[1] : 1};
    }
};

}  // namespace fastlstm

template <class T>
struct pybind11::detail::type_caster<fastlstm::NetworkHandle<T>>
    : fastlstm::ConstructedCaster<fastlstm::NetworkHandle<T>> {};
