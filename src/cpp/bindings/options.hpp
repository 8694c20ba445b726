// Options of layers and optimizers from Python, checked.
#pragma once

#include <pybind11/stl.h>

#include <limits>
#include <map>
#include <string>

#include "../network/network.hpp"
#include "names.hpp"

namespace fastlstm {

namespace py = pybind11;

// A size of a layer: small enough that no product of a few of them overflows.
inline Index size(Index value, const char* name) {
    constexpr Index most = Index{1} << 24;
    if (value < 1 || value > most)
        throw py::value_error(std::string(name) + ": expected 1 to " + std::to_string(most) + ", got " +
                              std::to_string(value));
    return value;
}

constexpr double infinity = std::numeric_limits<double>::infinity();

inline double number(double value, double low, double high, const char* name) {
    if (!(value >= low && value <= high))
        throw py::value_error(std::string(name) + ": expected a number from " + std::string(py::str(py::float_(low))) +
                              " to " + std::string(py::str(py::float_(high))) + ", got " +
                              std::string(py::str(py::float_(value))));
    return value;
}

// A share of units that is dropped; the others are divided by what remains.
inline double rate(double value, const char* name) {
    constexpr double most = 0.999999;
    return number(value, 0, most, name);
}

// The lowest 64 bits of a whole number.
inline std::uint64_t bits_of(const py::handle& value, const char* name) {
    if (!py::isinstance<py::int_>(value))
        throw py::type_error(std::string(name) + ": expected an int, got " + std::string(py::repr(value)));
    return py::cast<std::uint64_t>(value.attr("__and__")(py::int_(0xffffffffffffffffu)));
}

inline Activation elementwise(const std::string& name, const char* argument) {
    const Activation activation = value_of(activation_names, name, argument);
    if (!is_elementwise(activation))
        throw py::value_error(std::string(argument) + ": expected an elementwise activation, got '" + name + "'");
    return activation;
}

// The value of a keyword, or a TypeError that names it.
template <class T>
T keyword(const std::string& name, const py::handle& value) {
    try {
        return value.cast<T>();
    } catch (const py::cast_error&) {
        throw py::type_error(name + ": unexpected type, got " + std::string(py::repr(value)));
    }
}

// A recurrent layer's options from keywords; one that is missing has its default.
inline RecurrentOptions recurrent_options(const py::kwargs& given) {
    RecurrentOptions options;
    bool has_cell = false, has_units = false;
    for (const auto& [key, entry] : given) {
        const std::string name = py::str(key);
        const py::handle value = entry;
        const auto flag = [&] { return keyword<bool>(name, value); };
        const auto text = [&] { return keyword<std::string>(name, value); };
        const auto real = [&] { return keyword<double>(name, value); };
        if (name == "cell") {
            options.cell = value_of(cell_names, text(), "cell");
            has_cell = true;
        } else if (name == "units") {
            options.units = size(keyword<Index>(name, value), "units");
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
            options.seed = bits_of(value, "seed");
        else
            throw py::type_error("add_recurrent: unexpected keyword '" + name + "'");
    }
    if (!has_cell || !has_units) throw py::type_error("add_recurrent: expected cell and units");
    return options;
}

// A loss's settings from a dict; one that is missing has its default.
inline LossOptions loss_options(const std::string& loss, const py::dict& given) {
    LossOptions options;
    options.kind = value_of(loss_names, loss, "loss");
    for (const auto& [key, value] : given) {
        const std::string name = py::str(key);
        if (name == "reduction")
            options.reduction = value_of(reduction_names, keyword<std::string>(name, value), "reduction");
        else if (name == "from_logits")
            options.from_logits = keyword<bool>(name, value);
        else if (name == "label_smoothing")
            options.label_smoothing = number(keyword<double>(name, value), 0, 1, "label_smoothing");
        else if (name == "delta")
            options.delta = number(keyword<double>(name, value), 0, infinity, "delta");
        else if (name == "ignore_class") {
            options.ignores_class = !value.is_none();
            if (options.ignores_class) options.ignored_class = keyword<double>(name, value);
        } else if (name == "quantiles")
            for (const double quantile : keyword<std::vector<double>>(name, value))
                options.own_quantiles.push_back(number(quantile, 0, 1, "quantiles"));
        else
            throw py::value_error("options: no loss takes '" + name + "'");
    }
    return options;
}

constexpr Named<double OptimizerSettings::*> optimizer_numbers[] = {
    {"momentum", &OptimizerSettings::momentum},
    {"beta_1", &OptimizerSettings::beta_1},
    {"beta_2", &OptimizerSettings::beta_2},
    {"epsilon", &OptimizerSettings::epsilon},
    {"rho", &OptimizerSettings::rho},
    {"initial_accumulator_value", &OptimizerSettings::initial_accumulator_value},
    {"weight_decay", &OptimizerSettings::weight_decay},
    {"clipvalue", &OptimizerSettings::clipvalue},
    {"clipnorm", &OptimizerSettings::clipnorm},
    {"global_clipnorm", &OptimizerSettings::global_clipnorm},
    {"ema_momentum", &OptimizerSettings::ema_momentum}};
constexpr Named<bool OptimizerSettings::*> optimizer_flags[] = {{"nesterov", &OptimizerSettings::nesterov},
                                                                {"amsgrad", &OptimizerSettings::amsgrad},
                                                                {"centered", &OptimizerSettings::centered},
                                                                {"use_ema", &OptimizerSettings::use_ema}};
constexpr Named<std::int64_t OptimizerSettings::*> optimizer_counts[] = {
    {"ema_overwrite_frequency", &OptimizerSettings::ema_overwrite_frequency},
    {"gradient_accumulation_steps", &OptimizerSettings::gradient_accumulation_steps}};

inline OptimizerSettings optimizer_settings(const std::string& name,
                                            const std::map<std::string, double>& hyperparameters) {
    OptimizerSettings settings;
    settings.kind = value_of(optimizer_names, name, "optimizer");
    for (const auto& [key, value] : hyperparameters) {
        bool known = false;
        for (const auto& each : optimizer_numbers)
            if (key == each.name) known = true, settings.*each.value = number(value, 0, infinity, each.name);
        for (const auto& each : optimizer_flags)
            if (key == each.name) known = true, settings.*each.value = value != 0;
        for (const auto& each : optimizer_counts)
            if (key == each.name)
                known = true, settings.*each.value = static_cast<std::int64_t>(number(value, 1, 1e9, each.name));
        if (!known) throw py::value_error("hyperparameters: no optimizer takes '" + key + "'");
    }
    return settings;
}

}  // namespace fastlstm
