// A network, and the checks that the arrays of a call fit it.
#pragma once

#include <algorithm>
#include <cmath>

#include "../network/network.hpp"
#include "arrays.hpp"
#include "options.hpp"

namespace fastlstm {

template <class T>
class NetworkArguments {
protected:
    NetworkArguments(Index features, bool sequence, bool input_gradient)
        : network_(size(features, "features"), sequence, input_gradient) {}

    const std::vector<Index>& shape_of(std::size_t index) {
        const auto& parameters = network_.named_parameters();
        if (index >= parameters.size())
            throw py::index_error("segment: expected one of " + std::to_string(parameters.size()) + ", got " +
                                  std::to_string(index));
        return parameters[index].weight->shape;
    }

    // A number, which is kept in `rate`, or an array.
    static LearningRates learning_rates(const py::object& given, double& rate) {
        if (!py::isinstance<py::array>(given)) {
            rate = keyword<double>("learning_rate", given);
            return {&rate, 0};
        }
        const double* values = exact<double>(given, "learning_rate", {-1});
        const Index count = py::array(given).shape(0);
        if (count == 0) throw py::value_error("learning_rate: expected at least one, got none");
        return {values, count};
    }

    Index steps_of(const py::array& x) const { return network_.takes_sequence() ? x.shape(1) : 1; }

    const T* checked_input(const py::array& x, const char* name) {
        network_.named_parameters();  // nothing can be added from here on
        const T* input = network_.takes_sequence() ? exact<T>(x, name, {-1, -1, network_.features()})
                                                   : exact<T>(x, name, {-1, network_.features()});
        if (const Index entries = network_.entries(); entries > 0) check_indices(input, x.size(), entries, name);
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
        if (!network_.takes_sequence()) throw py::value_error("mask: expected None for a network without steps");
        const bool* flags = exact<bool>(mask, "mask", {x.shape(0), x.shape(1)});
        return reinterpret_cast<const unsigned char*>(flags);
    }

    CallInputs<T> call_inputs(const py::array& x, const py::object& state, const py::object& mask,
                              const py::object& rng_step, std::int64_t& rng_step_value) {
        CallInputs<T> given;
        given.mask = checked_mask(x, mask);
        if (!state.is_none()) given.state = exact<T>(state, "state", {x.shape(0), network_.state_size()});
        if (!rng_step.is_none()) {
            rng_step_value = static_cast<std::int64_t>(bits_of(rng_step, "draw"));
            given.rng_step = &rng_step_value;
        }
        return given;
    }

    std::vector<Index> input_shape(Index rows, Index steps) const {
        if (network_.takes_sequence()) return {rows, steps, network_.features()};
        return {rows, network_.features()};
    }

    std::vector<Index> output_shape(Index rows, Index steps) const {
        if (network_.gives_sequence()) return {rows, network_.output_steps(steps), network_.outputs()};
        return {rows, network_.outputs()};
    }

    // (rows,), or (rows, steps) where the output has steps.
    SampleWeights<T> checked_weights(const py::array& x, const py::object& sample_weight) {
        if (sample_weight.is_none()) return {};
        std::vector<Index> shape{x.shape(0)};
        const bool by_step = network_.gives_sequence() && py::array(sample_weight).ndim() > 1;
        if (by_step) shape.push_back(network_.output_steps(steps_of(x)));
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

    std::pair<const T*, const T*> checked_samples(const py::array& x, const py::array& y) {
        if (!network_.has_loss()) throw py::value_error("loss: expected set_loss before");
        const T* input = checked_input(x, "x");
        if (x.shape(0) == 0) throw py::value_error("x: expected at least one sample, got none");
        auto shape = output_shape(x.shape(0), steps_of(x));
        shape.back() = network_.target_features();
        return {input, exact<T>(y, "y", shape)};
    }

    Network<T> network_;
};

}  // namespace fastlstm
