// A network's parameters, loss, optimizer and states.
#include <algorithm>
#include <cmath>

#include "register.hpp"

namespace fastlstm {
namespace {

template <class T>
py::list parameters(NetworkHandle<T>& handle, const py::object& parameter_type) {
    py::list list;
    for (const NamedParameter& parameter : handle.finished().parameters.named()) {
        const Weight& weight = *parameter.weight;
        list.append(parameter_type(parameter.layer, weight.name, py::tuple(py::cast(weight.shape)), weight.trainable));
    }
    return list;
}

// A view that keeps the network alive.
template <class T>
py::array weight(const py::object& self, std::size_t parameter) {
    auto& handle = self.cast<NetworkHandle<T>&>();
    const auto& shape = handle.shape_of(parameter);
    const Parameters<T>& parameters = handle.network.parameters;
    py::array view = py::array_t<T>(shape, parameters.values() + parameters.named()[parameter].weight->offset, self);
    view.attr("setflags")(py::arg("write") = false);
    return view;
}

template <class T>
bool weight_equals(NetworkHandle<T>& handle, std::size_t parameter, const py::array& value,
                   const std::vector<Index>& blocks) {
    const auto values = strided<const T>(value, "value", handle.shape_of(parameter), blocks);
    const py::gil_scoped_release release;
    return handle.network.parameters.equals(parameter, values);
}

template <class T>
void set_weight(NetworkHandle<T>& handle, std::size_t parameter, const py::array& value,
                const std::vector<Index>& blocks) {
    const auto values = strided<const T>(value, "value", handle.shape_of(parameter), blocks);
    const py::gil_scoped_release release;
    handle.network.parameters.set(parameter, values);
}

template <class T>
void set_gradient(NetworkHandle<T>& handle, std::size_t parameter, const py::array& value) {
    const auto values = strided<const T>(value, "value", handle.shape_of(parameter), {0});
    const py::gil_scoped_release release;
    handle.network.parameters.set_gradient(parameter, values);
}

template <class T>
void copy_gradient(NetworkHandle<T>& handle, std::size_t parameter, const py::array& out,
                   const std::vector<Index>& blocks) {
    const auto to = strided<T>(out, "out", handle.shape_of(parameter), blocks);
    const py::gil_scoped_release release;
    handle.network.parameters.copy_gradient(parameter, to);
}

template <class T>
py::array_t<T> gradient(NetworkHandle<T>& handle, std::size_t parameter) {
    py::array_t<T> out(handle.shape_of(parameter));
    copy_gradient(handle, parameter, out, {0});
    return out;
}

template <class T>
void set_regularizer(NetworkHandle<T>& handle, std::size_t parameter, double l1, double l2) {
    checked_number("l1", l1, 0, infinity);
    checked_number("l2", l2, 0, infinity);
    handle.shape_of(parameter);
    const py::gil_scoped_release release;
    handle.network.parameters.set_regularizer(parameter, l1, l2);
}

// The axes must be neighbours, so that the weights are [outer][reduced][inner].
template <class T>
void set_constraint(NetworkHandle<T>& handle, std::size_t parameter, const std::string& kind, std::vector<Index> axes,
                    double minimum, double maximum, double rate) {
    const auto& shape = handle.shape_of(parameter);
    const Index rank = static_cast<Index>(shape.size());
    std::sort(axes.begin(), axes.end());
    bool good = !axes.empty() && axes.front() >= 0 && axes.back() < rank;
    for (std::size_t i = 1; good && i < axes.size(); ++i) good = axes[i] == axes[i - 1] + 1;
    if (!good) throw py::value_error("axes: expected neighbours from 0 to " + std::to_string(rank - 1));
    ConstraintArgs<T> args{};
    args.kind = value_of(constraint_names, kind, "kind");
    args.minimum = checked_number("minimum", minimum, 0, infinity);
    args.maximum = checked_number("maximum", maximum, minimum, infinity);
    args.rate = checked_number("rate", rate, 0, 1);
    args.outer = args.reduced = args.inner = 1;
    for (Index axis = 0; axis < rank; ++axis)
        (axis < axes.front()  ? args.outer
         : axis > axes.back() ? args.inner
                              : args.reduced) *= shape[static_cast<std::size_t>(axis)];
    const py::gil_scoped_release release;
    handle.network.parameters.set_constraint(parameter, args);
}

template <class T>
void set_loss(NetworkHandle<T>& handle, const std::string& name, const py::dict& options, Index output) {
    const LossOptions loss = loss_options(name, options);
    const std::size_t of_output = handle.checked_output(output);
    const py::gil_scoped_release release;
    handle.network.set_loss(of_output, loss);
}

template <class T>
void set_loss_weight(NetworkHandle<T>& handle, double weight, Index output) {
    if (!std::isfinite(weight)) throw py::value_error("weight: expected a finite number");
    const std::size_t of_output = handle.checked_output(output);
    const py::gil_scoped_release release;
    handle.network.set_loss_weight(of_output, weight);
}

template <class T>
void set_optimizer(NetworkHandle<T>& handle, const std::string& name,
                   const std::map<std::string, double>& hyperparameters, const std::vector<std::size_t>& without_decay,
                   const std::vector<std::size_t>& by_elements) {
    OptimizerSettings settings = optimizer_settings(name, hyperparameters);
    settings.without_decay = without_decay;
    settings.by_elements = by_elements;
    const py::gil_scoped_release release;
    handle.network.set_optimizer(settings);
}

template <class T>
std::vector<std::string> slots(NetworkHandle<T>& handle) {
    const py::gil_scoped_release release;
    return handle.network.optimizer.slots();
}

template <class T>
py::array_t<T> slot(NetworkHandle<T>& handle, const std::string& name, std::size_t parameter) {
    py::array_t<T> out(handle.shape_of(parameter));
    T* to = out.mutable_data();
    const py::gil_scoped_release release;
    handle.network.optimizer.copy_slot(name, parameter, to);
    return out;
}

template <class T>
void set_slot(NetworkHandle<T>& handle, const std::string& name, std::size_t parameter, const py::array& value) {
    const T* values = exact<T>(value, "value", handle.shape_of(parameter));
    const py::gil_scoped_release release;
    handle.network.optimizer.set_slot(name, parameter, values);
}

// Steps are counted in double precision, too.
constexpr std::int64_t most_iterations = std::int64_t{1} << 53;

template <class T>
void set_iterations(NetworkHandle<T>& handle, std::int64_t iterations) {
    if (iterations < 0 || iterations > most_iterations)
        throw py::value_error("iterations: expected at least 0 and at most 2^53, got " + std::to_string(iterations));
    handle.network.optimizer.iterations = iterations;
}

template <class T>
py::object state(NetworkHandle<T>& handle) {
    std::pair<Index, std::vector<T>> state;
    {
        const py::gil_scoped_release release;
        state = handle.network.stateful.get();
    }
    if (state.first < 0) return py::none();
    return py::array_t<T>({state.first, handle.state_size()}, state.second.data());
}

template <class T>
void set_state(NetworkHandle<T>& handle, const py::object& state) {
    const T* values = state.is_none() ? nullptr : exact<T>(state, "state", {-1, handle.state_size()});
    const Index rows = state.is_none() ? -1 : py::array(state).shape(0);
    Network<T>& network = handle.finished();
    const py::gil_scoped_release release;
    network.stateful.set(rows, values);
}

}  // namespace

template <class T>
void register_parameters(NetworkClass<T>& network, const py::object& parameter_type) {
    using Handle = NetworkHandle<T>;
    const std::vector<Index> all{0};  // columns in one block
    network
        .def_property_readonly(
            "parameters", [parameter_type](Handle& handle) { return parameters<T>(handle, parameter_type); },
            "Layer, name, shape and whether it is trained, of each parameter.")
        .def("weight", &weight<T>, py::arg("parameter"), "Return a read-only view.")
        .def("weight_equals", &weight_equals<T>, py::arg("parameter"), py::arg("value"), py::arg("blocks") = all,
             "Return whether a weight has these values, bit for bit.")
        .def("set_weight", &set_weight<T>, py::arg("parameter"), py::arg("value"), py::arg("blocks") = all,
             "Copy values to a weight, from any strides and any order of gates.")
        .def("gradient", &gradient<T>, py::arg("parameter"), "Return a copy of the gradient of a trained weight.")
        .def("copy_gradient", &copy_gradient<T>, py::arg("parameter"), py::arg("out").noconvert(),
             py::arg("blocks") = all, "Copy it to an array with any strides and any order of gates.")
        .def("set_gradient", &set_gradient<T>, py::arg("parameter"), py::arg("value"),
             "Set the gradient of a trained weight, for apply_gradients.")
        .def("set_regularizer", &set_regularizer<T>, py::arg("parameter"), py::arg("l1"), py::arg("l2"),
             "Add l1 |w| + l2 w^2 to the loss.")
        .def("set_constraint", &set_constraint<T>, py::arg("parameter"), py::arg("kind"), py::arg("axes"),
             py::arg("minimum"), py::arg("maximum"), py::arg("rate"), "Constrain a weight after every update.")
        .def("set_loss", &set_loss<T>, py::arg("name"), py::arg("options") = py::dict(), py::arg("output") = Index{0},
             "Choose the loss of an output.")
        .def("set_loss_weight", &set_loss_weight<T>, py::arg("weight"), py::arg("output") = Index{0},
             "Choose the weight of an output's loss beside others and the penalties.")
        .def_property_readonly(
            "target_features",
            [](Handle& handle) {
                const std::vector<Index> widths = handle.finished().loss.target_widths();
                return widths.size() == 1 ? py::object(py::int_(widths.front())) : py::object(py::cast(widths));
            },
            "Size of the last axis of y; with several outputs a list.")
        .def_property_readonly(
            "loss_depends_on_batch",
            [](Handle& handle) {
                const py::gil_scoped_release release;
                return handle.network.loss_depends_on_batch();
            },
            "Whether the mean of the losses of batches may differ from the loss of all their rows.")
        .def("set_optimizer", &set_optimizer<T>, py::arg("name"), py::arg("hyperparameters"),
             py::arg("without_decay") = std::vector<std::size_t>{}, py::arg("by_elements") = std::vector<std::size_t>{},
             "Choose the optimizer, whose slots and iterations begin anew; Muon leaves parameters by_elements to Adam.")
        .def_property_readonly("slots", &slots<T>, "Names of the optimizer's slots.")
        .def("slot", &slot<T>, py::arg("name"), py::arg("parameter"), "Return a copy of a slot of a trained weight.")
        .def("set_slot", &set_slot<T>, py::arg("name"), py::arg("parameter"), py::arg("value"), "Copy values to it.")
        .def(
            "swap_averages",
            [](Handle& handle) {
                const py::gil_scoped_release release;
                handle.network.optimizer.swap_averages();
            },
            "Exchange trained weights and their moving averages.")
        .def(
            "take_averages",
            [](Handle& handle) {
                const py::gil_scoped_release release;
                handle.network.optimizer.take_averages();
            },
            "Replace trained weights by their moving averages.")
        .def_property(
            "iterations", [](const Handle& handle) { return handle.network.optimizer.iterations.load(); },
            &set_iterations<T>, "Steps of the optimizer so far.")
        .def_property("state", &state<T>, &set_state<T>, "States of stateful layers, (rows, state_size), or None.");
}

template void register_parameters<float>(NetworkClass<float>&, const py::object&);
template void register_parameters<double>(NetworkClass<double>&, const py::object&);

}  // namespace fastlstm
