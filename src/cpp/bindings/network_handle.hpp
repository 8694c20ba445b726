// A network as Python holds it, and the checks that the arrays of a call fit it.
#pragma once

#include <algorithm>
#include <cmath>

#include "../network/inference.hpp"
#include "arrays.hpp"
#include "options.hpp"

namespace fastlstm {

template <class T>
class NetworkHandle {
public:
    Network<T> network;
    const bool input_gradient;

    NetworkHandle(Index features, bool sequence, bool input_gradient)
        : network(checked_size("features", features), sequence, input_gradient), input_gradient(input_gradient) {}

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

    Index steps_of(const py::array& x) const { return takes_sequence() ? x.shape(1) : 1; }

    const T* checked_input(const py::array& x, const char* name) {
        finished();
        const T* input =
            takes_sequence() ? exact<T>(x, name, {-1, -1, features()}) : exact<T>(x, name, {-1, features()});
        if (const Index entries = graph().entries(); entries > 0) check_indices(input, x.size(), entries, name);
        return input;
    }

    static void check_indices(const T* values, Index count, Index entries, const char* name) {
        const T* bad = std::find_if(values, values + count, [&](T value) {
            return !(value >= 0 && value < static_cast<T>(entries) && value == std::floor(value));
        });
        if (bad != values + count)
            throw py::value_error(std::string(name) + ": expected whole numbers from 0 to input_dim - 1 = " +
                                  std::to_string(entries - 1) + ", got " + std::string(py::str(py::float_(*bad))));
    }

    const unsigned char* checked_mask(const py::array& x, const py::object& mask) {
        if (mask.is_none()) return nullptr;
        if (!takes_sequence()) throw py::value_error("mask: expected None for a network without steps");
        const bool* flags = exact<bool>(mask, "mask", {x.shape(0), x.shape(1)});
        return reinterpret_cast<const unsigned char*>(flags);
    }

    CallInputs<T> call_inputs(const py::array& x, const py::object& state, const py::object& mask,
                              const py::object& rng_step, std::int64_t& rng_step_value) {
        CallInputs<T> given;
        given.mask = checked_mask(x, mask);
        if (!state.is_none()) given.state = exact<T>(state, "state", {x.shape(0), state_size()});
        if (!rng_step.is_none()) {
            rng_step_value = static_cast<std::int64_t>(bits_of(rng_step, "rng_step"));
            given.rng_step = &rng_step_value;
        }
        return given;
    }

    std::vector<Index> input_shape(Index rows, Index steps) const {
        if (takes_sequence()) return {rows, steps, features()};
        return {rows, features()};
    }

    std::vector<Index> output_shape(Index rows, Index steps) const {
        const auto [outputs, sequence] = graph().output_shape();
        if (sequence) return {rows, graph().output_steps(steps), outputs};
        return {rows, outputs};
    }

    // (rows,), or (rows, steps) where the output has steps.
    SampleWeights<T> checked_weights(const py::array& x, const py::object& sample_weight) {
        if (sample_weight.is_none()) return {};
        std::vector<Index> shape{x.shape(0)};
        const bool by_step = graph().output_shape().sequence && py::array(sample_weight).ndim() > 1;
        if (by_step) shape.push_back(graph().output_steps(steps_of(x)));
        return {exact<T>(sample_weight, "sample_weight", shape), shape.size() > 1 ? shape[1] : 1};
    }

    // Arrays to write to, of the samples x.
    Outputs<T> checked_outputs(const py::array& x, const py::object& predictions, const py::object& valid) {
        if (predictions.is_none()) {
            if (!valid.is_none()) throw py::value_error("valid: expected None without predictions");
            return {};
        }
        const auto shape = output_shape(x.shape(0), steps_of(x));
        Outputs<T> outputs{writable<T>(predictions, "predictions", shape), nullptr};
        if (!valid.is_none())
            outputs.valid = reinterpret_cast<unsigned char*>(
                writable<bool>(valid, "valid", std::vector<Index>(shape.begin(), shape.end() - 1)));
        return outputs;
    }

    Samples<T> checked_samples(const py::array& x, const py::array& y, const py::object& mask,
                               const py::object& sample_weight) {
        if (!network.loss.is_set()) throw py::value_error("loss: expected set_loss before");
        const T* input = checked_input(x, "x");
        if (x.shape(0) == 0) throw py::value_error("x: expected at least one sample, got none");
        auto shape = output_shape(x.shape(0), steps_of(x));
        shape.back() = network.loss.target_features();
        const T* target = exact<T>(y, "y", shape);
        return {input,
                target,
                checked_mask(x, mask),
                x.shape(0),
                steps_of(x),
                y.shape(y.ndim() - 1),
                checked_weights(x, sample_weight)};
    }

private:
    Index features() const { return graph().input_shape().features; }
    bool takes_sequence() const { return graph().input_shape().sequence; }
};

}  // namespace fastlstm
