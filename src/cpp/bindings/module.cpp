#include "register.hpp"

namespace fastlstm {
namespace {

template <class T>
void register_network(py::module_& module, const py::object& parameter_type, const std::string& suffix) {
    auto network = register_layers<T>(module, ("Network" + suffix).c_str());
    register_parameters<T>(network, parameter_type);
    register_calls<T>(module, network, ("SavedForward" + suffix).c_str());
}

}  // namespace
}  // namespace fastlstm

PYBIND11_MODULE(_core, module) {
    using namespace fastlstm;
    register_settings(module);
    register_norms(module);
    const py::object parameter =
        py::module_::import("collections").attr("namedtuple")("Parameter", "layer name shape trainable");
    module.attr("Parameter") = parameter;
    register_network<float>(module, parameter, "F32");
    register_network<double>(module, parameter, "F64");
    register_streams(module);
}
