// Networks in the module: their layers, and what follows from them.
#include "register.hpp"

namespace fastlstm {
namespace {

template <class T>
Index add(NetworkHandle<T>& handle, const std::string& layer, const std::vector<Index>& inputs,
          const py::kwargs& options) {
    KeywordReader reader(options);
    return handle.network.add(layer, reader, inputs);
}

constexpr const char* sharing_name(Sharing sharing) {
    return sharing == Sharing::rows ? "rows" : sharing == Sharing::units ? "units" : "layers";
}

template <class T>
py::tuple sharing(NetworkHandle<T>& handle, Index rows, Index steps) {
    const Plan plan = handle.network.prediction_plan(checked_size("rows", rows), checked_size("steps", steps));
    return py::make_tuple(plan.threads, sharing_name(plan.sharing));
}

}  // namespace

template <class T>
NetworkClass<T> register_layers(py::module_& module, const char* name) {
    using Handle = NetworkHandle<T>;
    return NetworkClass<T>(module, name,
                           "Layers, each of which takes outputs of earlier ones, their parameters and an optimizer.")
        .def(py::init<Index, bool, bool>(), py::arg("features"), py::arg("sequence"), py::arg("input_gradient") = false)
        .def("add", &add<T>, py::arg("layer"), py::kw_only(), py::arg("inputs") = std::vector<Index>{},
             "Add a layer and return its number; inputs are such numbers, -1 for the network's input, or none for the"
             " output so far.")
        .def(
            "set_trainable",
            [](Handle& handle, const std::vector<bool>& flags) { handle.network.set_trainable(flags); },
            py::arg("flags"), "Choose which weights, in the order of the parameters, training changes.")
        .def_property_readonly(
            "isa", [](const Handle& handle) { return std::string(handle.network.isa()); },
            "The instruction set whose kernels it uses.")
        .def_property_readonly("state_size", &Handle::state_size, "Values of one row's states in all layers.")
        .def_property_readonly(
            "state_sizes", [](const Handle& handle) { return handle.graph().state_sizes(); }, "The same by layer.")
        .def_property_readonly(
            "masked_output", [](const Handle& handle) { return handle.graph().masked_output(false); },
            "Whether a mask may reach the loss when x has none.")
        .def("sharing", &sharing<T>, py::arg("rows"), py::arg("steps"),
             "Return how many threads would predict now, and what they would share: 'rows', 'units' or 'layers'.");
}

template NetworkClass<float> register_layers(py::module_&, const char*);
template NetworkClass<double> register_layers(py::module_&, const char*);

}  // namespace fastlstm
