// Networks as Python sees them: checks, and the native call without the GIL.
#include <pybind11/stl.h>

#include <map>

#include "../network/network.hpp"
#include "arrays.hpp"
#include "names.hpp"
#include "register.hpp"

namespace fastlstm {
namespace {

// A size of a layer: small enough that no product of a few of them overflows.
Index size(Index value, const char* name) {
    constexpr Index most = Index{1} << 24;
    if (value < 1 || value > most)
        throw py::value_error(std::string(name) + ": expected 1 to " + std::to_string(most) + ", got " +
                              std::to_string(value));
    return value;
}

// A network, and the checks that its arrays fit it.
template <class T>
class Bindings {
public:
    Bindings(Index features, bool sequence) : network_(size(features, "features"), sequence) {}

    void add_recurrent(const std::string& cell, Index units, const std::string& activation,
                       const std::string& recurrent_activation, bool use_bias, bool return_sequences) {
        network_.add_recurrent({value_of(cell_names, cell, "cell"), size(units, "units"),
                                elementwise(activation, "activation"),
                                elementwise(recurrent_activation, "recurrent_activation"), use_bias, return_sequences});
    }
    void add_dense(Index units, const std::string& activation, bool use_bias) {
        network_.add_dense(size(units, "units"), value_of(activation_names, activation, "activation"), use_bias);
    }
    void add_repeat_vector(Index n) { network_.add_repeat_vector(size(n, "n")); }
    void add_normalization(bool invert) { network_.add_normalization(invert); }

    py::list segments(const py::object& segment_type) {
        py::list list;
        for (const auto& segment : network_.segments())
            list.append(
                segment_type(segment.layer, segment.weight->name, shape_of(segment), segment.weight->trainable));
        return list;
    }

    // A view that keeps the network alive.
    static py::array weight(const py::object& self, std::size_t index) {
        auto& network = self.cast<Bindings&>().network_;
        py::array view = py::array_t<T>(network.segments().at(index).weight->shape, network.weight(index), self);
        view.attr("setflags")(py::arg("write") = false);
        return view;
    }
    void set_weight(std::size_t index, const py::array& value) {
        const T* values = exact<T>(value, "value", network_.segments().at(index).weight->shape);
        const py::gil_scoped_release release;
        network_.set_weight(index, values);
    }
    py::array gradient(std::size_t index) {
        py::array_t<T> out(network_.segments().at(index).weight->shape);
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.copy_gradient(index, to);
        return out;
    }

    void set_loss(const std::string& name) { network_.set_loss(value_of(loss_names, name, "loss")); }

    void set_optimizer(const std::string& name, const std::map<std::string, double>& hyperparameters) {
        OptimizerSettings settings;
        settings.rule = value_of(update_names, name, "optimizer");
        for (const auto& [key, value] : hyperparameters) {
            if (key == "momentum")
                settings.momentum = value;
            else if (key == "beta_1")
                settings.beta_1 = value;
            else if (key == "beta_2")
                settings.beta_2 = value;
            else if (key == "epsilon")
                settings.epsilon = value;
            else if (key == "rho")
                settings.rho = value;
            else if (key == "nesterov")
                settings.nesterov = value != 0;
            else if (key == "amsgrad")
                settings.amsgrad = value != 0;
            else if (key == "centered")
                settings.centered = value != 0;
            else
                throw py::value_error("hyperparameters: no optimizer takes '" + key + "'");
        }
        network_.set_optimizer(settings);
    }

    std::int64_t iterations() const { return network_.iterations; }
    void set_iterations(std::int64_t iterations) { network_.iterations = iterations; }

    py::array_t<T> predict(const py::array& x) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        py::array_t<T> out(output_shape(rows, steps));
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.predict(input, rows, steps, to);
        return out;
    }

    py::array_t<T> forecast(const py::array& history, Index steps) {
        if (network_.gives_sequence() || !network_.takes_sequence() || network_.outputs() != network_.features())
            throw py::value_error("forecast: expected a network from sequences (N, T, D) to (N, D)");
        if (steps < 0) throw py::value_error("steps: expected at least 0, got " + std::to_string(steps));
        const T* input = exact<T>(history, "history", {-1, -1, network_.features()});
        const Index rows = history.shape(0), window = history.shape(1);
        py::array_t<T> out({rows, steps, network_.features()});
        T* to = out.mutable_data();
        const py::gil_scoped_release release;
        network_.forecast(input, rows, window, steps, to);
        return out;
    }

    double evaluate(const py::array& x, const py::array& y) {
        const auto [input, target] = checked_samples(x, y);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.evaluate(input, target, rows, steps, width);
    }

    double loss_and_gradients(const py::array& x, const py::array& y) {
        const auto [input, target] = checked_samples(x, y);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.loss_and_gradients(input, target, rows, steps, width);
    }

    std::pair<Index, double> train(const py::array& x, const py::array& y, const py::array& order, Index batch_size,
                                   Index first_step, double learning_rate, double seconds, double loss_sum) {
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
        const TrainingData<T> from{input, target, indices, samples, steps_of(x), batch_size, y.shape(y.ndim() - 1)};
        const py::gil_scoped_release release;
        return network_.train(from, first_step, learning_rate, seconds, loss_sum);
    }

private:
    static Activation elementwise(const std::string& name, const char* argument) {
        const Activation activation = value_of(activation_names, name, argument);
        if (activation == Activation::softmax)
            throw py::value_error(std::string(argument) + ": expected an elementwise activation, got 'softmax'");
        return activation;
    }

    static py::tuple shape_of(const typename Network<T>::Segment& segment) {
        return py::tuple(py::cast(segment.weight->shape));
    }

    Index steps_of(const py::array& x) const { return network_.takes_sequence() ? x.shape(1) : 1; }

    const T* checked_input(const py::array& x, const char* name) {
        network_.segments();  // nothing can be added from here on
        return network_.takes_sequence() ? exact<T>(x, name, {-1, -1, network_.features()})
                                         : exact<T>(x, name, {-1, network_.features()});
    }

    std::vector<Index> output_shape(Index rows, Index steps) const {
        if (network_.gives_sequence()) return {rows, network_.output_steps(steps), network_.outputs()};
        return {rows, network_.outputs()};
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

template <class T>
void register_network(py::module_& module, const char* name, const py::object& segment_type) {
    using B = Bindings<T>;
    py::class_<B>(module, name)
        .def(py::init<Index, bool>(), py::arg("features"), py::arg("sequence"))
        .def("add_recurrent", &B::add_recurrent, py::kw_only(), py::arg("cell"), py::arg("units"),
             py::arg("activation"), py::arg("recurrent_activation"), py::arg("use_bias"), py::arg("return_sequences"))
        .def("add_dense", &B::add_dense, py::kw_only(), py::arg("units"), py::arg("activation"), py::arg("use_bias"))
        .def("add_repeat_vector", &B::add_repeat_vector, py::kw_only(), py::arg("n"))
        .def("add_normalization", &B::add_normalization, py::kw_only(), py::arg("invert"))
        .def_property_readonly("segments", [segment_type](B& network) { return network.segments(segment_type); })
        .def("weight", &B::weight, py::arg("segment"))
        .def("set_weight", &B::set_weight, py::arg("segment"), py::arg("value"))
        .def("gradient", &B::gradient, py::arg("segment"))
        .def("set_loss", &B::set_loss, py::arg("name"))
        .def("set_optimizer", &B::set_optimizer, py::arg("name"), py::arg("hyperparameters"))
        .def_property("iterations", &B::iterations, &B::set_iterations)
        .def("predict", &B::predict, py::arg("x"))
        .def("forecast", &B::forecast, py::arg("history"), py::arg("steps"))
        .def("evaluate", &B::evaluate, py::arg("x"), py::arg("y"))
        .def("loss_and_gradients", &B::loss_and_gradients, py::arg("x"), py::arg("y"))
        .def("train", &B::train, py::arg("x"), py::arg("y"), py::arg("order"), py::kw_only(), py::arg("batch_size"),
             py::arg("first_step"), py::arg("learning_rate"), py::arg("seconds"), py::arg("loss_sum") = 0.0);
}

}  // namespace

void register_networks(py::module_& module) {
    const py::object segment =
        py::module_::import("collections").attr("namedtuple")("Segment", "layer name shape trainable");
    module.attr("Segment") = segment;
    register_network<float>(module, "NetworkF32", segment);
    register_network<double>(module, "NetworkF64", segment);
}

}  // namespace fastlstm
