// Options of layers and optimizers from Python, checked.
#pragma once

#include <pybind11/stl.h>

#include <limits>
#include <map>
#include <set>
#include <string>

#include "../network/network.hpp"
#include "arrays.hpp"
#include "host_function.hpp"

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
    using MakeFunction = std::function<HostFunction(const py::object&)>;

    // `make_function` makes a function of the core of an object that has been given as one.
    explicit KeywordReader(const py::dict& given, MakeFunction make_function = {})
        : given_(given), make_function_(std::move(make_function)) {}

    void flag(const char* name, bool& value) override { read(name, value); }
    void seed(const char* name, std::uint64_t& value) override {
        if (const auto given = taken(name)) value = bits_of(given, name);
    }
    void numbers(const char* name, std::vector<double>& values) override { read(name, values); }
    void shapes(const char* name, std::vector<std::vector<Index>>& values) override { read(name, values); }
    void function(const char* name, HostFunction& value) override {
        if (const auto given = taken(name); given && make_function_) value = make_function_(given);
    }
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
    MakeFunction make_function_;
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

// Of these, some may be negative.
constexpr Named<double OptimizerSettings::*> signed_optimizer_numbers[] = {
    {"learning_rate_power", &OptimizerSettings::learning_rate_power},
    {"beta_2_decay", &OptimizerSettings::beta_2_decay}};
constexpr Named<double WholeSettings::*> whole_numbers[] = {
    {"epsilon_2", &WholeSettings::epsilon_2}, {"clip_threshold", &WholeSettings::clip_threshold},
    {"muon_a", &WholeSettings::muon_a},       {"muon_b", &WholeSettings::muon_b},
    {"muon_c", &WholeSettings::muon_c},       {"rms_rate", &WholeSettings::rms_rate}};
constexpr Named<double OptimizerSettings::*> optimizer_numbers[] = {
    {"momentum", &OptimizerSettings::momentum},
    {"beta_1", &OptimizerSettings::beta_1},
    {"beta_2", &OptimizerSettings::beta_2},
    {"adam_beta_1", &OptimizerSettings::beta_1},
    {"adam_beta_2", &OptimizerSettings::beta_2},
    {"adam_lr_ratio", &OptimizerSettings::adam_lr_ratio},
    {"adam_weight_decay", &OptimizerSettings::adam_weight_decay},
    {"epsilon", &OptimizerSettings::epsilon},
    {"epsilon_1", &OptimizerSettings::epsilon},
    {"beta", &OptimizerSettings::beta},
    {"l1_regularization_strength", &OptimizerSettings::l1_regularization_strength},
    {"l2_regularization_strength", &OptimizerSettings::l2_regularization_strength},
    {"l2_shrinkage_regularization_strength", &OptimizerSettings::l2_shrinkage_regularization_strength},
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
        for (const auto& each : signed_optimizer_numbers)
            if (key == each.name)
                known = true, settings.*each.value = checked_number(each.name, value, -infinity, infinity);
        for (const auto& each : whole_numbers)
            if (key == each.name)
                known = true, settings.whole.*each.value = checked_number(each.name, value, -infinity, infinity);
        if (key == "ns_steps")
            known = true,
            settings.whole.ns_steps = static_cast<std::int64_t>(checked_number("ns_steps", value, 0, 1e3));
        if (key == "warmup_steps")
            known = true,
            settings.warmup_steps = static_cast<std::int64_t>(checked_number("warmup_steps", value, 0, 1e15));
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
