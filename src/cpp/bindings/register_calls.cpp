// What a network computes: each call checks its arrays, and leaves the GIL to others while it works.
#include <algorithm>

#include "../network/autodiff.hpp"
#include "../network/training.hpp"
#include "register.hpp"

namespace fastlstm {

// A forward pass with its outputs, which keeps its network alive.
template <class T>
struct ForwardResult {
    py::object network;
    std::unique_ptr<SavedForward<T>> saved;
    py::object output;
    py::object valid = py::none();
    py::array_t<T> state;
};

}  // namespace fastlstm

template <class T>
struct pybind11::detail::type_caster<fastlstm::ForwardResult<T>>
    : fastlstm::ConstructedCaster<fastlstm::ForwardResult<T>> {};

namespace fastlstm {
namespace {

// What belongs to the outputs of a network as an array, or as a list where there are several.
template <class E>
py::object only_or_list(const std::vector<py::array_t<E>>& arrays) {
    if (arrays.size() == 1) return arrays.front();
    return py::cast(arrays);
}

py::object only_or_list(const std::vector<double>& losses) {
    if (losses.size() == 1) return py::float_(losses.front());
    return py::cast(losses);
}

template <class T>
ForwardResult<T>& checked_result(const py::object& saved) {
    if (!py::isinstance<ForwardResult<T>>(saved))
        throw py::type_error("saved: expected what forward returned, got " + std::string(py::str(py::type::of(saved))));
    return saved.cast<ForwardResult<T>&>();
}

// A number, which is kept in `rate`, or an array.
LearningRates learning_rates(const py::object& given, double& rate) {
    if (!py::isinstance<py::array>(given)) {
        rate = keyword<double>("learning_rate", given);
        return {&rate, 0};
    }
    const double* values = exact<double>(given, "learning_rate", {-1});
    const Index count = py::array(given).shape(0);
    if (count == 0) throw py::value_error("learning_rate: expected at least one, got none");
    return {values, count};
}

// Calls work() without the GIL, and raises what a function of Python has raised meanwhile.
template <class T, class Work>
void work_without_gil(NetworkHandle<T>& handle, const Work& work) {
    {
        const py::gil_scoped_release release;
        work();
    }
    handle.host_errors->raise();
}

template <class T>
py::object predict(NetworkHandle<T>& handle, const py::object& x) {
    const Inputs<T> inputs = handle.checked_inputs(x, "x");
    OutputArrays<T> to;
    const auto out = handle.new_outputs(inputs, to);
    work_without_gil(handle, [&] { Inference<T>(handle.network).predict(inputs, to); });
    return only_or_list(out);
}

template <class T>
py::tuple predict_and_penalize(NetworkHandle<T>& handle, const py::object& x) {
    const Inputs<T> inputs = handle.checked_inputs(x, "x");
    OutputArrays<T> to;
    std::vector<py::array_t<bool>> valid;
    const auto out = handle.new_outputs(inputs, to, &valid);
    double penalty = 0;
    work_without_gil(handle, [&] { Inference<T>(handle.network).predict(inputs, to, &penalty); });
    return py::make_tuple(only_or_list(out), penalty, only_or_list(valid));
}

template <class T>
py::tuple run(NetworkHandle<T>& handle, const py::object& x, const py::object& state, const py::object& mask,
              const py::object& rng_step) {
    const Inputs<T> inputs = handle.checked_inputs(x, "x", mask);
    std::int64_t rng_step_value = 0;
    const CallInputs<T> given = handle.call_inputs(inputs, state, rng_step, rng_step_value);
    OutputArrays<T> to;
    const auto out = handle.new_outputs(inputs, to);
    py::array_t<T> final_state({inputs.rows, handle.state_size()});
    T* state_to = final_state.mutable_data();
    work_without_gil(handle, [&] { Inference<T>(handle.network).run(inputs, given, to, state_to); });
    return py::make_tuple(only_or_list(out), final_state);
}

template <class T>
std::unique_ptr<ForwardResult<T>> forward(const py::object& self, const py::object& x, const py::object& state,
                                          const py::object& mask, const py::object& rng_step, bool penalize) {
    auto& handle = self.cast<NetworkHandle<T>&>();
    const Inputs<T> inputs = handle.checked_inputs(x, "x", mask);
    std::int64_t rng_step_value = 0;
    CallInputs<T> given = handle.call_inputs(inputs, state, rng_step, rng_step_value);
    given.penalized = penalize;
    auto result = std::make_unique<ForwardResult<T>>();
    result->network = self;
    OutputArrays<T> to;
    std::vector<py::array_t<bool>> valid;
    result->output = only_or_list(handle.new_outputs(inputs, to, &valid));
    result->valid = only_or_list(valid);
    result->state = py::array_t<T>({inputs.rows, handle.state_size()});
    T* state_to = result->state.mutable_data();
    work_without_gil(handle, [&] { result->saved = Autodiff<T>(handle.network).forward(inputs, given, to, state_to); });
    return result;
}

// New arrays for the gradients of the states of each record of steps, and where they are.
template <class T>
std::vector<py::array_t<T>> new_state_gradients(const NetworkHandle<T>& handle, const NetworkExtent& extent,
                                                std::vector<T*>& to) {
    std::vector<py::array_t<T>> arrays;
    for (const auto& shape : handle.graph().state_record_shapes(extent.rows, *extent.lengths)) {
        arrays.emplace_back(shape);
        to.push_back(arrays.back().mutable_data());
    }
    return arrays;
}

// What `backward` returns, and with `states` the gradients of the states of each record of steps.
template <class T>
py::tuple gradients_of(NetworkHandle<T>& handle, const py::object& saved, const py::object& d_output,
                       const py::object& d_state, bool states) {
    ForwardResult<T>& result = checked_result<T>(saved);
    if (result.saved->network != &handle.network)
        throw py::value_error("saved: expected a forward pass of this network");
    const NetworkExtent& extent = result.saved->extent;
    const Index rows = extent.rows;
    handle.finished();
    const auto shapes = handle.output_shapes(rows, *extent.lengths);
    const auto arrays = parts_of(d_output, "d_output", shapes.size());
    std::vector<const T*> output_gradients;
    for (std::size_t k = 0; k < shapes.size(); ++k)
        output_gradients.push_back(exact<T>(arrays[k], "d_output", shapes[k]));
    const T* state_gradient = nullptr;
    if (!d_state.is_none()) state_gradient = exact<T>(d_state, "d_state", {rows, handle.state_size()});
    py::array_t<T> d_initial({rows, handle.state_size()});
    std::vector<py::array_t<T>> dx;
    std::vector<T*> dx_to;
    for (std::size_t k = 0; handle.input_gradient && k < extent.steps().size(); ++k) {
        dx.emplace_back(handle.input_shape(k, rows, extent.steps()[k]));
        dx_to.push_back(dx.back().mutable_data());
    }
    T* d_initial_to = d_initial.mutable_data();
    std::vector<T*> state_gradients_to;
    std::vector<py::array_t<T>> state_gradients;
    if (states) state_gradients = new_state_gradients(handle, extent, state_gradients_to);
    work_without_gil(handle, [&] {
        Autodiff<T>(handle.network)
            .backward(*result.saved, output_gradients, state_gradient, dx_to, d_initial_to, state_gradients_to);
    });
    const py::object of_inputs = dx.empty() ? py::none() : only_or_list(dx);
    if (states) return py::make_tuple(of_inputs, d_initial, state_gradients);
    return py::make_tuple(of_inputs, d_initial);
}

template <class T>
py::tuple backward(NetworkHandle<T>& handle, const py::object& saved, const py::object& d_output,
                   const py::object& d_state) {
    return gradients_of(handle, saved, d_output, d_state, false);
}

template <class T>
py::tuple state_gradients(NetworkHandle<T>& handle, const py::object& saved, const py::object& d_output,
                          const py::object& d_state) {
    return gradients_of(handle, saved, d_output, d_state, true);
}

// The number of a record of a forward pass, and the shape of what it keeps; the pass may be none of this network's.
template <class T>
std::pair<std::size_t, std::vector<Index>> checked_record(const ForwardResult<T>& result, Index record, Recorded what) {
    if (!result.saved->batch) throw py::value_error("saved: expected a forward pass before its backward pass");
    const StepRecords<T> records(*result.saved->batch);
    if (record < 0 || record >= static_cast<Index>(records.count()))
        throw py::index_error("record: expected one of " + std::to_string(records.count()) + ", got " +
                              std::to_string(record));
    const auto number = static_cast<std::size_t>(record);
    return {number, records.shape(number, what)};
}

// Of a forward pass that waits for its backward pass: states or gates of every step, by the number of the record.
template <class T>
py::array_t<T> recorded_steps(const ForwardResult<T>& result, Index record, Recorded what) {
    const auto [number, shape] = checked_record(result, record, what);
    auto& handle = result.network.template cast<NetworkHandle<T>&>();
    py::array_t<T> array(shape);
    T* to = array.mutable_data();
    const std::size_t of_record = number;
    work_without_gil(handle, [&] { Autodiff<T>(handle.network).copy_steps(*result.saved, of_record, what, to); });
    return array;
}

template <class T>
py::array_t<bool> valid_steps(const ForwardResult<T>& result, Index record) {
    const auto [number, shape] = checked_record(result, record, Recorded::states);
    auto& handle = result.network.template cast<NetworkHandle<T>&>();
    py::array_t<bool> array({shape[0], shape[1]});
    bool* to = array.mutable_data();
    const std::size_t of_record = number;
    work_without_gil(handle, [&] { Autodiff<T>(handle.network).copy_valid(*result.saved, of_record, to); });
    return array;
}

template <class T>
py::array_t<T> forecast(NetworkHandle<T>& handle, const py::array& history, Index steps, const py::object& known) {
    const LayerGraph<T>& graph = handle.finished().graph;
    if (graph.input_count() != 1 || graph.output_count() != 1)
        throw py::value_error("forecast: expected a network with one input and one output");
    if (graph.stateful()) throw py::value_error("forecast: expected a network that is not stateful");
    const auto [features, takes_sequence] = graph.input_shape();
    const auto [outputs, gives_sequence] = graph.output_shape();
    const Index covariates = features - outputs;
    if (gives_sequence || !takes_sequence || covariates < 0)
        throw py::value_error("forecast: expected a network from sequences (N, T, D) to (N, D) or less");
    if (steps < 0) throw py::value_error("steps: expected at least 0, got " + std::to_string(steps));
    const Inputs<T> inputs = handle.checked_inputs(history, "history");
    const Index rows = inputs.rows, window = inputs.steps().front();
    const T* covariate_values = nullptr;
    if (covariates > 0)
        covariate_values = exact<T>(known, "known", {rows, steps, covariates});
    else if (!known.is_none())
        throw py::value_error("known: expected None for a network whose outputs are all of its features");
    py::array_t<T> out({rows, steps, outputs});
    T* to = out.mutable_data();
    work_without_gil(handle, [&] {
        Inference<T>(handle.network).forecast(inputs.values.front(), covariate_values, rows, window, steps, to);
    });
    return out;
}

template <class T>
double apply_gradients(NetworkHandle<T>& handle, double learning_rate) {
    if (!handle.network.optimizer.is_set()) throw py::value_error("apply_gradients: expected set_optimizer before");
    const py::gil_scoped_release release;
    return Training<T>(handle.network).apply_gradients(learning_rate);
}

template <class T>
py::object evaluate(NetworkHandle<T>& handle, const py::object& x, const py::object& y, const py::object& mask,
                    const py::object& sample_weight, const py::object& predictions, const py::object& valid) {
    const Samples<T> samples = handle.checked_samples(x, y, mask, sample_weight);
    const OutputArrays<T> outputs = handle.checked_outputs(samples.inputs, predictions, valid);
    std::vector<double> losses;
    work_without_gil(handle, [&] { losses = Inference<T>(handle.network).evaluate(samples, outputs); });
    return only_or_list(losses);
}

template <class T>
py::object loss_and_gradients(NetworkHandle<T>& handle, const py::object& x, const py::object& y,
                              const py::object& mask, const py::object& sample_weight) {
    const Samples<T> samples = handle.checked_samples(x, y, mask, sample_weight);
    std::vector<double> losses;
    work_without_gil(handle, [&] { losses = Training<T>(handle.network).loss_and_gradients(samples); });
    return only_or_list(losses);
}

template <class T>
py::tuple loss_and_state_gradients(NetworkHandle<T>& handle, const py::object& x, const py::object& y,
                                   const py::object& sample_weight) {
    const Samples<T> samples = handle.checked_samples(x, y, py::none(), sample_weight);
    std::vector<T*> to;
    const auto state_gradients = new_state_gradients(handle, samples.inputs.extent(samples.inputs.rows), to);
    std::vector<double> losses;
    work_without_gil(handle, [&] { losses = Training<T>(handle.network).loss_and_gradients(samples, to); });
    return py::make_tuple(only_or_list(losses), state_gradients);
}

// Sums of losses to go on from: a number for all, of which there is one without several outputs.
std::vector<double> loss_sums(const py::object& given, std::size_t count) {
    if (!py::isinstance<py::list>(given)) return std::vector<double>(count, keyword<double>("loss_sum", given));
    const auto sums = keyword<std::vector<double>>("loss_sum", given);
    if (sums.size() != count)
        throw py::value_error("loss_sum: expected " + std::to_string(count) + ", got " + std::to_string(sums.size()));
    return sums;
}

template <class T>
py::tuple train(NetworkHandle<T>& handle, const py::object& x, const py::object& y, const py::array& order,
                Index batch_size, Index first_step, const py::object& learning_rate, double seconds,
                const py::object& loss_sum, const py::object& mask, const py::object& sample_weight,
                const py::object& predictions, const py::object& valid) {
    if (!handle.network.optimizer.is_set()) throw py::value_error("train: expected set_optimizer before");
    // Numbers first: __float__ may be anyone's code, which must not change arrays whose pointers have been taken.
    double rate = 0;
    const LearningRates rates = learning_rates(learning_rate, rate);
    const std::size_t outputs = handle.finished().graph.output_count();
    std::vector<double> sums = loss_sums(loss_sum, outputs > 1 ? outputs + 1 : 1);
    const Samples<T> samples = handle.checked_samples(x, y, mask, sample_weight);
    const Index rows = samples.inputs.rows;
    const std::int64_t* indices = exact<std::int64_t>(order, "order", {rows});
    if (batch_size < 1) throw py::value_error("batch_size: expected at least 1, got " + std::to_string(batch_size));
    batch_size = std::min(batch_size, rows);
    const Index steps = (rows + batch_size - 1) / batch_size;
    if (first_step < 0 || first_step >= steps)
        throw py::value_error("first_step: expected one of " + std::to_string(steps) + " steps, got " +
                              std::to_string(first_step));
    const TrainingData<T> data{samples, indices, batch_size,
                               handle.checked_outputs(samples.inputs, predictions, valid)};
    Index next = 0;
    work_without_gil(handle, [&] { next = Training<T>(handle.network).train(data, first_step, rates, seconds, sums); });
    return py::make_tuple(next, only_or_list(sums));
}

}  // namespace

template <class T>
void register_calls(py::module_& module, NetworkClass<T>& network, const char* saved_forward_name) {
    const auto none = py::none();
    py::class_<ForwardResult<T>>(module, saved_forward_name, "A forward pass, saved for one backward pass.")
        .def_readonly("output", &ForwardResult<T>::output, "The outputs.")
        .def_readonly("valid", &ForwardResult<T>::valid, "Whether masks let the outputs count.")
        .def_property_readonly(
            "penalty", [](const ForwardResult<T>& result) { return result.saved->penalty; },
            "What activity regularizers add to the loss, if asked for.")
        .def_readonly("state", &ForwardResult<T>::state, "The final states, (rows, state_size).")
        .def(
            "states_of_steps",
            [](const ForwardResult<T>& result, Index record) {
                return recorded_steps(result, record, Recorded::states);
            },
            py::arg("record"), "Return the states after each step of a record, (rows, steps, states, units).")
        .def(
            "gates_of_steps",
            [](const ForwardResult<T>& result, Index record) {
                return recorded_steps(result, record, Recorded::gates);
            },
            py::arg("record"), "Return the gates of each step of a record, (rows, steps, gates, units).")
        .def("valid_steps", &valid_steps<T>, py::arg("record"),
             "Return whether each step of a record is valid, and not masked, (rows, steps).");
    network.def("predict", &predict<T>, py::arg("x"), "Return the outputs.")
        .def("predict_and_penalize", &predict_and_penalize<T>, py::arg("x"),
             "Return the outputs, what all regularizers add to the loss, and whether masks let the outputs count.")
        .def("run", &run<T>, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("rng_step") = none,
             "Return outputs and final states, given initial states; an rng_step selects dropout's random numbers.")
        .def("forward", &forward<T>, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("rng_step") = none, py::arg("penalize") = false, "As run, saved for a backward pass.")
        .def("backward", &backward<T>, py::arg("saved"), py::arg("d_output"), py::arg("d_state") = none,
             "Compute all gradients, and return those of x (None unless wanted) and of the initial states.")
        .def("state_gradients", &state_gradients<T>, py::arg("saved"), py::arg("d_output"), py::arg("d_state") = none,
             "As backward; return also the gradients of the states after each step, (rows, steps, states, units), of"
             " each record.")
        .def("forecast", &forecast<T>, py::arg("history"), py::arg("steps"), py::arg("known") = none,
             "Return predictions, each of which is the next step's newest input, with known covariates beside it.")
        .def("apply_gradients", &apply_gradients<T>, py::arg("learning_rate"),
             "Let the optimizer use the gradients of backward, and return the penalty of the weights.")
        .def("evaluate", &evaluate<T>, py::arg("x"), py::arg("y"), py::arg("mask") = none,
             py::arg("sample_weight") = none, py::kw_only(), py::arg("predictions") = none, py::arg("valid") = none,
             "Return the loss, and write predictions and whether they count to arrays. With several outputs, return a"
             " list: the loss in all, then that of each.")
        .def("loss_and_gradients", &loss_and_gradients<T>, py::arg("x"), py::arg("y"), py::arg("mask") = none,
             py::arg("sample_weight") = none, "Return the loss, and compute all gradients.")
        .def("loss_and_state_gradients", &loss_and_state_gradients<T>, py::arg("x"), py::arg("y"),
             py::arg("sample_weight") = none, "Return the loss, and what state_gradients does.")
        .def("train", &train<T>, py::arg("x"), py::arg("y"), py::arg("order"), py::kw_only(), py::arg("batch_size"),
             py::arg("first_step"), py::arg("learning_rate"), py::arg("seconds"), py::arg("loss_sum") = 0.0,
             py::arg("mask") = none, py::arg("sample_weight") = none, py::arg("predictions") = none,
             py::arg("valid") = none,
             "Run train steps for about so many seconds; return the next step and the sum of the losses, with several"
             " outputs a list as evaluate does.");
}

template void register_calls<float>(py::module_&, NetworkClass<float>&, const char*);
template void register_calls<double>(py::module_&, NetworkClass<double>&, const char*);

}  // namespace fastlstm
