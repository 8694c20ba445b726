// Options of layers and optimizers from Python, checked.
#pragma once

#include <pybind11/stl.h>

#include <limits>
#include <map>
#include <set>
#include <string>

#include "../network/network.hpp"

namespace fastlstm {

namespace py = pybind11;

// The lowest 64 bits of a whole number.
inline std::uint64_t bits_of(const py::handle& value, const char* name) {
    if (!py::isinstance<py::int_>(value))
        throw py::type_error(std::string(name) + ": expected an int, got " + std::string(py::repr(value)));
    return py::cast<std::uint64_t>(value.attr("__and__")(py::int_(0xffffffffffffffffu)));
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

// Keywords as options of a layer.
class KeywordReader final : public OptionReader {
public:
    explicit KeywordReader(const py::dict& given) : given_(given) {}

    void flag(const char* name, bool& value) override { read(name, value); }
    void seed(const char* name, std::uint64_t& value) override {
        if (const auto given = taken(name)) value = bits_of(given, name);
    }
    void numbers(const char* name, std::vector<double>& values) override { read(name, values); }
    void nested(const char* name, const std::function<void(OptionReader&)>& read) override {
        py::dict options;
        this->read(name, options);
        KeywordReader reader(options);
        read(reader);
        reader.require_all_read();
    }
    void require_all_read() const override {
        for (const auto& [key, value] : given_)
            if (taken_.count(py::str(key)) == 0)
                throw py::type_error("add: unexpected keyword '" + std::string(py::str(key)) + "'");
    }

protected:
    void integer(const char* name, Index& value) override { read(name, value); }
    void real(const char* name, double& value) override {
        if (const auto given = taken(name); given && !given.is_none()) value = keyword<double>(name, given);
    }
    void text(const char* name, std::string& value) override { read(name, value); }

private:
    py::object taken(const char* name) {
        taken_.insert(name);
        return given_.contains(name) ? py::object(given_[name]) : py::object();
    }
    template <class V>
    void read(const char* name, V& value) {
        if (const auto given = taken(name)) value = keyword<V>(name, given);
    }

    const py::dict& given_;
    std::set<std::string> taken_;
};

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
            options.label_smoothing = checked_number("label_smoothing", keyword<double>(name, value), 0, 1);
        else if (name == "delta")
            options.delta = checked_number("delta", keyword<double>(name, value), 0, infinity);
        else if (name == "ignore_class") {
            options.ignores_class = !value.is_none();
            if (options.ignores_class) options.ignored_class = keyword<double>(name, value);
        } else if (name == "gamma")
            options.gamma = checked_number("gamma", keyword<double>(name, value), 0, infinity);
        else if (name == "apply_class_balancing")
            options.apply_class_balancing = keyword<bool>(name, value);
        else if (name == "q")
            options.q = checked_number("q", keyword<double>(name, value), 0, 1);
        else if (name == "alpha" && py::isinstance<py::sequence>(value))
            for (const double alpha : keyword<std::vector<double>>(name, value))
                options.own_alphas.push_back(checked_number("alpha", alpha, 0, infinity));
        else if (name == "alpha")
            options.alpha = checked_number("alpha", keyword<double>(name, value), 0, infinity);
        else if (name == "quantiles")
            for (const double quantile : keyword<std::vector<double>>(name, value))
                options.own_quantiles.push_back(checked_number("quantiles", quantile, 0, 1));
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
            if (key == each.name) known = true, settings.*each.value = checked_number(each.name, value, 0, infinity);
        for (const auto& each : optimizer_flags)
            if (key == each.name) known = true, settings.*each.value = value != 0;
        for (const auto& each : optimizer_counts)
            if (key == each.name)
                known = true,
                settings.*each.value = static_cast<std::int64_t>(checked_number(each.name, value, 1, 1e9));
        if (!known) throw py::value_error("hyperparameters: no optimizer takes '" + key + "'");
    }
    return settings;
}

}  // namespace fastlstm
