// Networks as Python sees them: checks, and the native call without the GIL.
#include <pybind11/stl.h>

#include <algorithm>
#include <cmath>
#include <limits>
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

double number(double value, double low, double high, const char* name) {
    if (!(value >= low && value <= high))
        throw py::value_error(std::string(name) + ": expected a number from " + std::string(py::str(py::float_(low))) +
                              " to " + std::string(py::str(py::float_(high))) + ", got " +
                              std::string(py::str(py::float_(value))));
    return value;
}

constexpr double largest_rate = 0.999999, infinity = std::numeric_limits<double>::infinity();

double rate(double value, const char* name) { return number(value, 0, largest_rate, name); }

std::uint64_t bits_of(const py::int_& seed) {
    return py::cast<std::uint64_t>(seed.attr("__and__")(py::int_(0xffffffffffffffffu)));
}

Activation elementwise(const std::string& name, const char* argument) {
    const Activation activation = value_of(activation_names, name, argument);
    if (!is_elementwise(activation))
        throw py::value_error(std::string(argument) + ": expected an elementwise activation, got '" + name + "'");
    return activation;
}

// A recurrent layer's options from keywords; one that is missing has its default.
RecurrentOptions recurrent_options(const py::kwargs& given) {
    RecurrentOptions options;
    bool has_cell = false, has_units = false;
    for (const auto& [key, value] : given) {
        const std::string name = py::str(key);
        const auto flag = [value = value] { return value.template cast<bool>(); };
        const auto text = [value = value] { return value.template cast<std::string>(); };
        const auto real = [value = value] { return value.template cast<double>(); };
        if (name == "cell") {
            options.cell = value_of(cell_names, text(), "cell");
            has_cell = true;
        } else if (name == "units") {
            options.units = size(value.cast<Index>(), "units");
            has_units = true;
        } else if (name == "activation")
            options.activation = elementwise(text(), "activation");
        else if (name == "recurrent_activation")
            options.recurrent_activation = elementwise(text(), "recurrent_activation");
        else if (name == "use_bias")
            options.use_bias = flag();
        else if (name == "return_sequences")
            options.return_sequences = flag();
        else if (name == "go_backwards")
            options.go_backwards = flag();
        else if (name == "stateful")
            options.stateful = flag();
        else if (name == "zero_output_for_mask")
            options.zero_output_for_mask = flag();
        else if (name == "dropout")
            options.dropout = rate(real(), "dropout");
        else if (name == "recurrent_dropout")
            options.recurrent_dropout = rate(real(), "recurrent_dropout");
        else if (name == "zoneout")
            options.zoneout[0] = number(real(), 0, 1, "zoneout");
        else if (name == "zoneout_cell")
            options.zoneout[1] = number(real(), 0, 1, "zoneout_cell");
        else if (name == "clip")
            options.clip = value.is_none() ? 0 : number(real(), std::numeric_limits<float>::min(), infinity, "clip");
        else if (name == "seed")
            options.seed = bits_of(value.cast<py::int_>());
        else
            throw py::type_error("add_recurrent: unexpected keyword '" + name + "'");
    }
    if (!has_cell || !has_units) throw py::type_error("add_recurrent: expected cell and units");
    return options;
}

// A forward pass that waits for its backward pass.
template <class T>
struct Pass {
    std::unique_ptr<Kept<T>> kept;
    py::array_t<T> output, state;
};

// A network, and the checks that its arrays fit it.
template <class T>
class Bindings {
public:
    Bindings(Index features, bool sequence, bool input_gradient)
        : network_(size(features, "features"), sequence, input_gradient), input_gradient_(input_gradient) {}

    void add_recurrent(const py::kwargs& options) { network_.add_recurrent(recurrent_options(options)); }
    void add_bidirectional(const py::dict& forward, const py::dict& backward, const std::string& merge_mode) {
        network_.add_bidirectional(recurrent_options(py::kwargs(forward)), recurrent_options(py::kwargs(backward)),
                                   value_of(merge_names, merge_mode, "merge_mode"));
    }
    void add_dense(Index units, bool use_bias) { network_.add_dense(size(units, "units"), use_bias); }
    void add_activation(const std::string& activation) {
        network_.add_activation(value_of(activation_names, activation, "activation"));
    }
    void add_dropout(double rate, const py::int_& seed, bool per_row, bool per_step, bool per_feature) {
        network_.add_dropout({number(rate, 0, 1, "rate"), bits_of(seed), per_row, per_step, per_feature});
    }
    void add_embedding(Index input_dim, Index output_dim, bool mask_zero) {
        network_.add_embedding(size(input_dim, "input_dim"), size(output_dim, "output_dim"), mask_zero);
    }
    void add_masking(double mask_value) { network_.add_masking(mask_value); }
    void add_layer_normalization(double epsilon, bool center, bool scale) {
        network_.add_layer_normalization(number(epsilon, 0, infinity, "epsilon"), center, scale);
    }
    void add_rescaling(const py::array& scale, const py::array& offset) {
        const Index width = network_.outputs();
        const T *scales = exact<T>(scale, "scale", {width}), *offsets = exact<T>(offset, "offset", {width});
        network_.add_rescaling({scales, scales + width}, {offsets, offsets + width});
    }
    void add_normalization(bool invert) { network_.add_normalization(invert); }
    void add_repeat_vector(Index n) { network_.add_repeat_vector(size(n, "n")); }
    void add_reshape(Index steps, Index features, bool sequence) {
        if (!sequence && steps != 1) throw py::value_error("steps: expected 1 without a sequence");
        network_.add_reshape(steps == 0 ? 0 : size(steps, "steps"), size(features, "features"), sequence);
    }
    void add_activity_regularizer(double l1, double l2) {
        network_.add_activity_regularizer(number(l1, 0, infinity, "l1"), number(l2, 0, infinity, "l2"));
    }

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

    void set_regularizer(std::size_t index, double l1, double l2) {
        network_.set_regularizer(index, number(l1, 0, infinity, "l1"), number(l2, 0, infinity, "l2"));
    }

    // The axes must be neighbours, so that the weights are [outer][reduced][inner].
    void set_constraint(std::size_t index, const std::string& kind, const std::vector<Index>& axes, double minimum,
                        double maximum, double rate) {
        ConstraintPass<T> pass{};
        pass.kind = value_of(constraint_names, kind, "kind");
        pass.minimum = minimum;
        pass.maximum = maximum;
        pass.rate = rate;
        pass.outer = pass.reduced = pass.inner = 1;
        const auto& shape = network_.segments().at(index).weight->shape;
        for (Index axis = 0; axis < static_cast<Index>(shape.size()); ++axis) {
            const bool is_reduced = std::find(axes.begin(), axes.end(), axis) != axes.end();
            const Index extent = shape[static_cast<std::size_t>(axis)];
            const bool after = axis > 0 && std::find(axes.begin(), axes.end(), axis - 1) != axes.end();
            if (is_reduced && pass.reduced > 1 && !after && axis > axes.front())
                throw py::value_error("axes: expected neighbours");
            if (is_reduced)
                pass.reduced *= extent;
            else
                (std::any_of(axes.begin(), axes.end(), [&](Index each) { return each < axis; }) ? pass.inner
                                                                                                : pass.outer) *= extent;
        }
        network_.set_constraint(index, pass);
    }

    Index state_size() { return network_.state_size(); }
    std::vector<Index> state_sizes() { return network_.state_sizes(); }
    bool masked_output() const { return network_.masked_output(); }

    py::object state() {
        const auto [rows, values] = network_.carried_state();
        if (rows < 0) return py::none();
        return py::array_t<T>({rows, network_.state_size()}, values.data());
    }
    void set_state(const py::object& state) {
        if (state.is_none()) return network_.set_carried_state(-1, nullptr);
        const py::array array = state.cast<py::array>();
        const T* values = exact<T>(array, "state", {-1, network_.state_size()});
        network_.set_carried_state(array.shape(0), values);
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

    py::tuple run(const py::array& x, const py::object& state, const py::object& mask, const py::object& draw) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        std::int64_t drawn = 0;
        const Beside<T> given = beside(x, state, mask, draw, drawn);
        py::array_t<T> out(output_shape(rows, steps)), final_state({rows, network_.state_size()});
        T *to = out.mutable_data(), *state_to = final_state.mutable_data();
        {
            const py::gil_scoped_release release;
            network_.run(input, given, rows, steps, to, state_to);
        }
        return py::make_tuple(out, final_state);
    }

    std::unique_ptr<Pass<T>> forward(const py::array& x, const py::object& state, const py::object& mask,
                                     const py::object& draw) {
        const T* input = checked_input(x, "x");
        const Index rows = x.shape(0), steps = steps_of(x);
        std::int64_t drawn = 0;
        const Beside<T> given = beside(x, state, mask, draw, drawn);
        auto pass = std::make_unique<Pass<T>>();
        pass->output = py::array_t<T>(output_shape(rows, steps));
        pass->state = py::array_t<T>({rows, network_.state_size()});
        T *to = pass->output.mutable_data(), *state_to = pass->state.mutable_data();
        {
            const py::gil_scoped_release release;
            pass->kept = network_.forward(input, given, rows, steps, to, state_to);
        }
        return pass;
    }

    py::tuple backward(Pass<T>& pass, const py::array& d_output, const py::object& d_state) {
        const Extent extent = pass.kept->binding->extent;
        const Index rows = extent.rows, steps = extent.steps;
        const T* output_gradient = exact<T>(d_output, "d_output", output_shape(rows, steps));
        const T* state_gradient = nullptr;
        if (!d_state.is_none())
            state_gradient = exact<T>(d_state.cast<py::array>(), "d_state", {rows, network_.state_size()});
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
            network_.backward(*pass.kept, output_gradient, state_gradient, dx_to, d_initial_to);
        }
        return py::make_tuple(dx, d_initial);
    }

    py::array_t<T> forecast(const py::array& history, Index steps) {
        if (network_.stateful()) throw py::value_error("forecast: expected a network that is not stateful");
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

    double evaluate(const py::array& x, const py::array& y, const py::object& mask) {
        const auto [input, target] = checked_samples(x, y);
        const unsigned char* flags = checked_mask(x, mask);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.evaluate(input, target, flags, rows, steps, width);
    }

    double loss_and_gradients(const py::array& x, const py::array& y, const py::object& mask) {
        const auto [input, target] = checked_samples(x, y);
        const unsigned char* flags = checked_mask(x, mask);
        const Index rows = x.shape(0), steps = steps_of(x), width = y.shape(y.ndim() - 1);
        const py::gil_scoped_release release;
        return network_.loss_and_gradients(input, target, flags, rows, steps, width);
    }

    std::pair<Index, double> train(const py::array& x, const py::array& y, const py::array& order, Index batch_size,
                                   Index first_step, double learning_rate, double seconds, double loss_sum,
                                   const py::object& mask) {
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
        const TrainingData<T> from{input,       target,     checked_mask(x, mask), indices, samples,
                                   steps_of(x), batch_size, y.shape(y.ndim() - 1)};
        const py::gil_scoped_release release;
        return network_.train(from, first_step, learning_rate, seconds, loss_sum);
    }

private:
    static py::tuple shape_of(const typename Network<T>::Segment& segment) {
        return py::tuple(py::cast(segment.weight->shape));
    }

    Index steps_of(const py::array& x) const { return network_.takes_sequence() ? x.shape(1) : 1; }

    const T* checked_input(const py::array& x, const char* name) {
        network_.segments();  // nothing can be added from here on
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
        const bool* flags = exact<bool>(mask.cast<py::array>(), "mask", {x.shape(0), x.shape(1)});
        return reinterpret_cast<const unsigned char*>(flags);
    }

    Beside<T> beside(const py::array& x, const py::object& state, const py::object& mask, const py::object& draw,
                     std::int64_t& drawn) {
        Beside<T> given;
        given.mask = checked_mask(x, mask);
        if (!state.is_none())
            given.state = exact<T>(state.cast<py::array>(), "state", {x.shape(0), network_.state_size()});
        if (!draw.is_none()) {
            drawn = draw.cast<std::int64_t>();
            given.draw = &drawn;
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

    std::pair<const T*, const T*> checked_samples(const py::array& x, const py::array& y) {
        if (!network_.has_loss()) throw py::value_error("loss: expected set_loss before");
        const T* input = checked_input(x, "x");
        if (x.shape(0) == 0) throw py::value_error("x: expected at least one sample, got none");
        auto shape = output_shape(x.shape(0), steps_of(x));
        shape.back() = network_.target_features();
        return {input, exact<T>(y, "y", shape)};
    }

    Network<T> network_;
    bool input_gradient_;
};

template <class T>
void register_network(py::module_& module, const char* name, const char* pass_name, const py::object& segment_type) {
    using B = Bindings<T>;
    const auto none = py::none();
    py::class_<Pass<T>>(module, pass_name)
        .def_readonly("output", &Pass<T>::output)
        .def_readonly("state", &Pass<T>::state);
    py::class_<B>(module, name)
        .def(py::init<Index, bool, bool>(), py::arg("features"), py::arg("sequence"), py::arg("input_gradient") = false)
        .def("add_recurrent", &B::add_recurrent)
        .def("add_bidirectional", &B::add_bidirectional, py::kw_only(), py::arg("forward"), py::arg("backward"),
             py::arg("merge_mode"))
        .def("add_dense", &B::add_dense, py::kw_only(), py::arg("units"), py::arg("use_bias"))
        .def("add_activation", &B::add_activation, py::kw_only(), py::arg("activation"))
        .def("add_dropout", &B::add_dropout, py::kw_only(), py::arg("rate"), py::arg("seed"), py::arg("per_row") = true,
             py::arg("per_step") = true, py::arg("per_feature") = true)
        .def("add_embedding", &B::add_embedding, py::kw_only(), py::arg("input_dim"), py::arg("output_dim"),
             py::arg("mask_zero"))
        .def("add_masking", &B::add_masking, py::kw_only(), py::arg("mask_value"))
        .def("add_layer_normalization", &B::add_layer_normalization, py::kw_only(), py::arg("epsilon"),
             py::arg("center"), py::arg("scale"))
        .def("add_rescaling", &B::add_rescaling, py::kw_only(), py::arg("scale"), py::arg("offset"))
        .def("add_normalization", &B::add_normalization, py::kw_only(), py::arg("invert"))
        .def("add_repeat_vector", &B::add_repeat_vector, py::kw_only(), py::arg("n"))
        .def("add_reshape", &B::add_reshape, py::kw_only(), py::arg("steps"), py::arg("features"), py::arg("sequence"))
        .def("add_activity_regularizer", &B::add_activity_regularizer, py::kw_only(), py::arg("l1"), py::arg("l2"))
        .def_property_readonly("segments", [segment_type](B& network) { return network.segments(segment_type); })
        .def("weight", &B::weight, py::arg("segment"))
        .def("set_weight", &B::set_weight, py::arg("segment"), py::arg("value"))
        .def("gradient", &B::gradient, py::arg("segment"))
        .def("set_regularizer", &B::set_regularizer, py::arg("segment"), py::arg("l1"), py::arg("l2"))
        .def("set_constraint", &B::set_constraint, py::arg("segment"), py::arg("kind"), py::arg("axes"),
             py::arg("minimum"), py::arg("maximum"), py::arg("rate"))
        .def("set_loss", &B::set_loss, py::arg("name"))
        .def("set_optimizer", &B::set_optimizer, py::arg("name"), py::arg("hyperparameters"))
        .def_property("iterations", &B::iterations, &B::set_iterations)
        .def_property_readonly("state_size", &B::state_size)
        .def_property_readonly("state_sizes", &B::state_sizes)
        .def_property_readonly("masked_output", &B::masked_output)
        .def_property("state", &B::state, &B::set_state)
        .def("predict", &B::predict, py::arg("x"))
        .def("run", &B::run, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("draw") = none)
        .def("forward", &B::forward, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("draw") = none)
        .def("backward", &B::backward, py::arg("kept"), py::arg("d_output"), py::arg("d_state") = none)
        .def("forecast", &B::forecast, py::arg("history"), py::arg("steps"))
        .def("evaluate", &B::evaluate, py::arg("x"), py::arg("y"), py::arg("mask") = none)
        .def("loss_and_gradients", &B::loss_and_gradients, py::arg("x"), py::arg("y"), py::arg("mask") = none)
        .def("train", &B::train, py::arg("x"), py::arg("y"), py::arg("order"), py::kw_only(), py::arg("batch_size"),
             py::arg("first_step"), py::arg("learning_rate"), py::arg("seconds"), py::arg("loss_sum") = 0.0,
             py::arg("mask") = none);
}

}  // namespace

void register_networks(py::module_& module) {
    const py::object segment =
        py::module_::import("collections").attr("namedtuple")("Segment", "layer name shape trainable");
    module.attr("Segment") = segment;
    register_network<float>(module, "NetworkF32", "PassF32", segment);
    register_network<double>(module, "NetworkF64", "PassF64", segment);
}

}  // namespace fastlstm
