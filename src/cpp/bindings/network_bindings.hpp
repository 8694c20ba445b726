// Networks as Python sees them: checks, and the native call without the GIL.
#pragma once

#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "names.hpp"
#include "network_arguments.hpp"

namespace fastlstm {

// The result of a forward pass, saved for its backward pass. Keeps its network alive.
template <class T>
struct ForwardResult {
    py::object network;
    std::unique_ptr<SavedForward<T>> saved;
    py::array_t<T> output, state;
};

// What Python holds as an instance without having called __init__ has no value.
template <class T>
ForwardResult<T>& constructed_result(const py::object& saved) {
    if (!py::isinstance<ForwardResult<T>>(saved) ||
        !reinterpret_cast<py::detail::instance*>(saved.ptr())->get_value_and_holder().holder_constructed())
        throw py::type_error("kept: expected what forward returned, got " + std::string(py::str(py::type::of(saved))));
    return saved.cast<ForwardResult<T>&>();
}

template <class T>
class Bindings : NetworkArguments<T> {
public:
    Bindings(Index features, bool sequence, bool input_gradient)
        : NetworkArguments<T>(features, sequence, input_gradient), input_gradient_(input_gradient) {}

    void add_recurrent(const py::kwargs& options) { network_.add(recurrent_options(options)); }
    void add_bidirectional(const py::dict& forward, const py::dict& backward, const std::string& merge_mode) {
        network_.add(BidirectionalOptions{recurrent_options(py::kwargs(forward)),
                                          recurrent_options(py::kwargs(backward)),
                                          value_of(merge_names, merge_mode, "merge_mode")});
    }
    void add_dense(Index units, bool use_bias) { network_.add(DenseOptions{size(units, "units"), use_bias}); }
    void add_activation(const std::string& activation) {
        network_.add(ActivationOptions{value_of(activation_names, activation, "activation")});
    }
    void add_dropout(double rate, const py::object& seed, bool per_row, bool per_step, bool per_feature) {
        network_.add(DropoutOptions{number(rate, 0, 1, "rate"), bits_of(seed, "seed"), per_row, per_step, per_feature});
    }
    void add_embedding(Index input_dim, Index output_dim, bool mask_zero) {
        network_.add(EmbeddingOptions{size(input_dim, "input_dim"), size(output_dim, "output_dim"), mask_zero});
    }
    void add_masking(double mask_value) { network_.add(MaskingOptions{mask_value}); }
    void add_layer_normalization(double epsilon, bool center, bool scale) {
        network_.add(LayerNormalizationOptions{number(epsilon, 0, infinity, "epsilon"), center, scale});
    }
    void add_rescaling(const py::array& scale, const py::array& offset) {
        const Index width = network_.outputs();
        const T *scales = exact<T>(scale, "scale", {width}), *offsets = exact<T>(offset, "offset", {width});
        network_.add(RescalingOptions{{scales, scales + width}, {offsets, offsets + width}});
    }
    void add_normalization(bool invert) { network_.add(NormalizationOptions{invert}); }
    void add_repeat_vector(Index n) { network_.add(RepeatVectorOptions{size(n, "n")}); }
    void add_reshape(Index steps, Index features, bool sequence) {
        if (!sequence && steps != 1) throw py::value_error("steps: expected 1 without a sequence");
        network_.add(ReshapeOptions{steps == 0 ? 0 : size(steps, "steps"), size(features, "features"), sequence});
    }
    void add_activity_regularizer(double l1, double l2) {
        network_.add(ActivityRegularizerOptions{number(l1, 0, infinity, "l1"), number(l2, 0, infinity, "l2")});
    }

    void set_trainable(const std::vector<bool>& flags) { network_.set_trainable(flags); }

    Network<T>& network() { return network_; }

    py::list segments(const py::object& segment_type) {
        py::list list;
        for (const auto& parameter : network_.named_parameters())
            list.append(segment_type(parameter.layer, parameter.weight->name, shape_tuple(parameter),
                                     parameter.weight->trainable));
        return list;
    }

    // A view that keeps the network alive.
    static py::array weight(const py::object& self, std::size_t index) {
        auto& network = self.cast<Bindings&>().network_;
        const auto& shape = self.cast<Bindings&>().shape_of(index);
        py::array view = py::array_t<T>(shape, network.weight(index), self);
        view.attr("setflags")(py::arg("write") = false);
        return view;
    }
    // Weights and gradients in a caller's layout: any strides, gates in an order of its own.
    bool weight_equals(std::size_t index, const py::array& value, const std::vector<Index>& blocks) {
        const auto values = strided<const T>(value, "value", shape_of(index), blocks);
        const py::gil_scoped_release release;
        return network_.weight_equals(index, values);
    }
    void set_weight(std::size_t index, const py::array& value, const std::vector<Index>& blocks) {
        const auto values = strided<const T>(value, "value", shape_of(index), blocks);
        const py::gil_scoped_release release;
        network_.set_weight(index, values);
    }
    void copy_gradient(std::size_t index, const py::array& out, const std::vector<Index>& blocks) {
        const auto to = strided<T>(out, "out", shape_of(index), blocks);
        const py::gil_scoped_release release;
        network_.copy_gradient(index, to);
    }
    py::array_t<T> gradient(std::size_t index) {
        py::array_t<T> out(shape_of(index));
        copy_gradient(index, out, {0});
        return out;
    }

    void set_regularizer(std::size_t index, double l1, double l2) {
        number(l1, 0, infinity, "l1");
        number(l2, 0, infinity, "l2");
        shape_of(index);
        const py::gil_scoped_release release;
        network_.set_regularizer(index, l1, l2);
    }

    // The axes must be neighbours, so that the weights are [outer][reduced][inner].
    void set_constraint(std::size_t index, const std::string& kind, std::vector<Index> axes, double minimum,
                        double maximum, double rate) {
        const auto& shape = shape_of(index);
        const Index rank = static_cast<Index>(shape.size());
        std::sort(axes.begin(), axes.end());
        bool good = !axes.empty() && axes.front() >= 0 && axes.back() < rank;
        for (std::size_t i = 1; good && i < axes.size(); ++i) good = axes[i] == axes[i - 1] + 1;
        if (!good) throw py::value_error("axes: expected neighbours from 0 to " + std::to_string(rank - 1));
        ConstraintArgs<T> args{};
        args.kind = value_of(constraint_names, kind, "kind");
        args.minimum = number(minimum, 0, infinity, "minimum");
        args.maximum = number(maximum, minimum, infinity, "maximum");
        args.rate = number(rate, 0, 1, "rate");
        args.outer = args.reduced = args.inner = 1;
        for (Index axis = 0; axis < rank; ++axis)
            (axis < axes.front()  ? args.outer
             : axis > axes.back() ? args.inner
                                  : args.reduced) *= shape[static_cast<std::size_t>(axis)];
        const py::gil_scoped_release release;
        network_.set_constraint(index, args);
    }

    Index state_size() { return network_.state_size(); }
    std::vector<Index> state_sizes() { return network_.state_sizes(); }
    bool masked_output() const { return network_.masked_output(); }

    py::object state() {
        std::pair<Index, std::vector<T>> stateful;
        {
            const py::gil_scoped_release release;
            stateful = network_.stateful_state();
        }
        if (stateful.first < 0) return py::none();
        return py::array_t<T>({stateful.first, network_.state_size()}, stateful.second.data());
    }
    void set_state(const py::object& state) {
        const T* values = state.is_none() ? nullptr : exact<T>(state, "state", {-1, network_.state_size()});
        const Index rows = state.is_none() ? -1 : py::array(state).shape(0);
        const py::gil_scoped_release release;
        network_.set_stateful_state(rows, values);
    }

    void set_loss(const std::string& name, const py::dict& options) {
        const LossOptions loss = loss_options(name, options);
        const py::gil_scoped_release release;
        network_.set_loss(loss);
    }
    Index target_features() const { return network_.target_features(); }
    bool loss_depends_on_batch() {
        const py::gil_scoped_release release;
        return network_.loss_depends_on_batch();
    }

    void set_loss_weight(double weight) {
        if (!std::isfinite(weight)) throw py::value_error("weight: expected a finite number");
        const py::gil_scoped_release release;
        network_.set_loss_weight(weight);
    }

    void set_optimizer(const std::string& name, const std::map<std::string, double>& hyperparameters,
                       const std::vector<std::size_t>& without_decay) {
        OptimizerSettings settings = optimizer_settings(name, hyperparameters);
        settings.without_decay = without_decay;
        const py::gil_scoped_release release;
        network_.set_optimizer(settings);
    }

    std::vector<std::string> slots() {
        const py::gil_scoped_release release;
        return network_.slots();
    }
    py::array_t<T> slot(const std::string& name, std::size_t index) {
        py::array_t<T> out(shape_of(index));
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.copy_slot(name, index, to);
        return out;
    }
    void set_slot(const std::string& name, std::size_t index, const py::array& value) {
        const T* values = exact<T>(value, "value", shape_of(index));
        const py::gil_scoped_release release;
        network_.set_slot(name, index, values);
    }
    void swap_averages() {
        const py::gil_scoped_release release;
        network_.swap_averages();
    }
    void take_averages() {
        const py::gil_scoped_release release;
        network_.take_averages();
    }

    std::int64_t iterations() const { return network_.iterations; }
    void set_iterations(std::int64_t iterations) {
        if (iterations < 0) throw py::value_error("iterations: expected at least 0, got " + std::to_string(iterations));
        network_.iterations = iterations;
    }

    py::tuple sharing(Index rows, Index steps) {
        const Plan plan = network_.prediction_plan(size(rows, "rows"), size(steps, "steps"));
        return py::make_tuple(plan.threads, name_of(sharing_names, plan.sharing));
    }
    py::array_t<T> predict(const py::array& x) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        py::array_t<T> out(output_shape(rows, steps));
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.predict(input, rows, steps, to);
        return out;
    }
    // The outputs, and what all regularizers add to the loss.
    py::tuple predict_and_penalize(const py::array& x) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        py::array_t<T> out(output_shape(rows, steps));
        T* to = out.mutable_data();
        double penalty = 0;
        {
            const py::gil_scoped_release release;
            network_.predict(input, rows, steps, to, &penalty);
        }
        return py::make_tuple(out, penalty);
    }

    py::tuple run(const py::array& x, const py::object& state, const py::object& mask, const py::object& rng_step) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        std::int64_t rng_step_value = 0;
        const CallInputs<T> given = call_inputs(x, state, mask, rng_step, rng_step_value);
        py::array_t<T> out(output_shape(rows, steps)), final_state({rows, network_.state_size()});
        T *to = out.mutable_data(), *state_to = final_state.mutable_data();
        {
            const py::gil_scoped_release release;
            network_.run(input, given, rows, steps, to, state_to);
        }
        return py::make_tuple(out, final_state);
    }

    static std::unique_ptr<ForwardResult<T>> forward(const py::object& self, const py::array& x,
                                                     const py::object& state, const py::object& mask,
                                                     const py::object& rng_step, bool penalize) {
        auto result = self.cast<Bindings&>().forward_result(x, state, mask, rng_step, penalize);
        result->network = self;
        return result;
    }

    std::unique_ptr<ForwardResult<T>> forward_result(const py::array& x, const py::object& state,
                                                     const py::object& mask, const py::object& rng_step,
                                                     bool penalize) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        std::int64_t rng_step_value = 0;
        CallInputs<T> given = call_inputs(x, state, mask, rng_step, rng_step_value);
        given.penalized = penalize;
        auto result = std::make_unique<ForwardResult<T>>();
        result->output = py::array_t<T>(output_shape(rows, steps));
        result->state = py::array_t<T>({rows, network_.state_size()});
        T *to = result->output.mutable_data(), *state_to = result->state.mutable_data();
        {
            const py::gil_scoped_release release;
            result->saved = network_.forward(input, given, rows, steps, to, state_to);
        }
        return result;
    }

    py::tuple backward(const py::object& saved, const py::array& d_output, const py::object& d_state) {
        ForwardResult<T>& result = constructed_result<T>(saved);
        const Extent extent = result.saved->extent;
        const Index rows = extent.rows, steps = extent.steps;
        const T* output_gradient = exact<T>(d_output, "d_output", output_shape(rows, steps));
        const T* state_gradient = nullptr;
        if (!d_state.is_none()) state_gradient = exact<T>(d_state, "d_state", {rows, network_.state_size()});
        py::array_t<T> d_initial({rows, network_.state_size()});
        py::object dx = py::none();
        T *dx_to = nullptr, *d_initial_to = d_initial.mutable_data();
        if (input_gradient_) {
            py::array_t<T> array(input_shape(rows, steps));
            dx_to = array.mutable_data();
            dx = array;
        }
        {
            const py::gil_scoped_release release;
            network_.backward(*result.saved, output_gradient, state_gradient, dx_to, d_initial_to);
        }
        return py::make_tuple(dx, d_initial);
    }

    py::array_t<T> forecast(const py::array& history, Index steps, const py::object& known) {
        if (network_.stateful()) throw py::value_error("forecast: expected a network that is not stateful");
        const Index outputs = network_.outputs(), covariates = network_.features() - outputs;
        if (network_.gives_sequence() || !network_.takes_sequence() || covariates < 0)
            throw py::value_error("forecast: expected a network from sequences (N, T, D) to (N, D) or less");
        if (steps < 0) throw py::value_error("steps: expected at least 0, got " + std::to_string(steps));
        const T* input = exact<T>(history, "history", {-1, -1, network_.features()});
        if (const Index entries = network_.entries(); entries > 0)
            check_indices(input, history.size(), entries, "history");
        const Index rows = history.shape(0), window = history.shape(1);
        const T* covariate_values = nullptr;
        if (covariates > 0)
            covariate_values = exact<T>(known, "known", {rows, steps, covariates});
        else if (!known.is_none())
            throw py::value_error("known: expected None for a network whose outputs are all of its features");
        py::array_t<T> out({rows, steps, outputs});
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.forecast(input, covariate_values, rows, window, steps, to);
        return out;
    }

    double apply_gradients(double learning_rate) {
        if (!network_.has_optimizer()) throw py::value_error("apply_gradients: expected set_optimizer before");
        const py::gil_scoped_release release;
        return network_.apply_gradients(learning_rate);
    }

    double evaluate(const py::array& x, const py::array& y, const py::object& mask, const py::object& sample_weight,
                    const py::object& predictions, const py::object& valid) {
        const auto [input, target] = checked_samples(x, y);
        const unsigned char* flags = checked_mask(x, mask);
        const SampleWeights<T> weights = checked_weights(x, sample_weight);
        const Outputs<T> outputs = checked_outputs(x, predictions, valid);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.evaluate(input, target, flags, rows, steps, width, weights, outputs);
    }

    double loss_and_gradients(const py::array& x, const py::array& y, const py::object& mask,
                              const py::object& sample_weight) {
        const auto [input, target] = checked_samples(x, y);
        const unsigned char* flags = checked_mask(x, mask);
        const SampleWeights<T> weights = checked_weights(x, sample_weight);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.loss_and_gradients(input, target, flags, rows, steps, width, weights);
    }

    std::pair<Index, double> train(const py::array& x, const py::array& y, const py::array& order, Index batch_size,
                                   Index first_step, const py::object& learning_rate, double seconds, double loss_sum,
                                   const py::object& mask, const py::object& sample_weight,
                                   const py::object& predictions, const py::object& valid) {
        if (!network_.has_optimizer()) throw py::value_error("train: expected set_optimizer before");
        const auto [input, target] = checked_samples(x, y);
        const Index samples = x.shape(0);
        const std::int64_t* indices = exact<std::int64_t>(order, "order", {samples});
        if (batch_size < 1) throw py::value_error("batch_size: expected at least 1, got " + std::to_string(batch_size));
        batch_size = std::min(batch_size, samples);
        const Index steps = (samples + batch_size - 1) / batch_size;
        if (first_step < 0 || first_step >= steps)
            throw py::value_error("first_step: expected one of " + std::to_string(steps) + " steps, got " +
                                  std::to_string(first_step));
        const TrainingData<T> from{input,
                                   target,
                                   checked_mask(x, mask),
                                   indices,
                                   samples,
                                   steps_of(x),
                                   batch_size,
                                   y.shape(y.ndim() - 1),
                                   checked_weights(x, sample_weight),
                                   checked_outputs(x, predictions, valid)};
        double rate = 0;
        const LearningRates rates = learning_rates(learning_rate, rate);
        const py::gil_scoped_release release;
        return network_.train(from, first_step, rates, seconds, loss_sum);
    }

private:
    using Arguments = NetworkArguments<T>;
    using Arguments::call_inputs;
    using Arguments::check_indices;
    using Arguments::checked_input;
    using Arguments::checked_mask;
    using Arguments::checked_outputs;
    using Arguments::checked_samples;
    using Arguments::checked_weights;
    using Arguments::input_shape;
    using Arguments::learning_rates;
    using Arguments::network_;
    using Arguments::output_shape;
    using Arguments::shape_of;
    using Arguments::steps_of;

    static py::tuple shape_tuple(const typename Network<T>::NamedParameter& parameter) {
        return py::tuple(py::cast(parameter.weight->shape));
    }

    bool input_gradient_;
};

}  // namespace fastlstm
