// Networks in the module: their layers, and what follows from them.
#include "register.hpp"

namespace fastlstm {
namespace {

// A number for the only or first output of a layer, or a pair (layer, output).
std::vector<Value> values_of(const py::sequence& given, const char* name) {
    std::vector<Value> values;
    for (const py::handle& each : given) {
        if (!py::isinstance<py::tuple>(each)) {
            values.push_back({keyword<Index>(name, each)});
            continue;
        }
        const auto [node, output] = keyword<std::pair<Index, Index>>(name, each);
        values.push_back({node, output});
    }
    return values;
}

template <class T>
std::unique_ptr<NetworkHandle<T>> make_network(const py::object& features, const py::object& sequence,
                                               bool input_gradient) {
    std::vector<StepShape> inputs;
    if (!py::isinstance<py::sequence>(features)) {
        inputs.push_back({keyword<Index>("features", features), keyword<bool>("sequence", sequence)});
    } else {
        const auto widths = keyword<std::vector<Index>>("features", features);
        const auto sequences = keyword<std::vector<bool>>("sequence", sequence);
        if (widths.empty() || widths.size() != sequences.size())
            throw py::value_error("sequence: expected as many as features, at least one");
        for (std::size_t k = 0; k < widths.size(); ++k) inputs.push_back({widths[k], sequences[k]});
    }
    for (const StepShape& input : inputs) checked_size("features", input.features);
    return std::make_unique<NetworkHandle<T>>(std::move(inputs), input_gradient);
}

template <class T>
Index add(NetworkHandle<T>& handle, const std::string& layer, const py::sequence& inputs, Index weights_of,
          const py::kwargs& options) {
    KeywordReader reader(
        options, [&](const py::object& object) { return HostFunction(PythonFunction<T>(object, handle.host_errors)); });
    return handle.network.add(layer, reader, values_of(inputs, "inputs"), weights_of);
}

constexpr const char* sharing_name(Sharing sharing) {
    return sharing == Sharing::rows ? "rows" : sharing == Sharing::units ? "units" : "layers";
}

template <class T>
py::tuple sharing(NetworkHandle<T>& handle, Index rows, Index steps) {
    const std::vector<Index> all(handle.graph().input_count(), checked_size("steps", steps));
    const auto lengths = handle.finished().graph.lengths(all);
    const Plan plan = handle.network.prediction_plan(checked_size("rows", rows), *lengths);
    return py::make_tuple(plan.threads, sharing_name(plan.sharing));
}

}  // namespace

template <class T>
NetworkClass<T> register_layers(py::module_& module, const char* name) {
    using Handle = NetworkHandle<T>;
    return NetworkClass<T>(module, name,
                           "Layers, each of which takes outputs of earlier ones, their parameters and an optimizer.")
        .def(py::init(&make_network<T>), py::arg("features"), py::arg("sequence"), py::arg("input_gradient") = false)
        .def("add", &add<T>, py::arg("layer"), py::kw_only(), py::arg("inputs") = py::list(),
             py::arg("weights_of") = Index{-1},
             "Add a layer and return its number; inputs are such numbers or pairs (number, output), -1 for the"
             " network's inputs, or none for the output so far. A layer may use the weights of an earlier one.")
        .def(
            "set_outputs",
            [](Handle& handle, const py::sequence& outputs) {
                handle.network.set_outputs(values_of(outputs, "outputs"));
            },
            py::arg("outputs"), "Choose the outputs, numbers of layers or pairs; the last layer's otherwise.")
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
            "recorded_layers", [](Handle& handle) { return handle.finished().graph.recorded_nodes(); },
            "The layers with records of their steps, one for each record: recurrent ones, both of Bidirectional, and"
            " embeddings, whose vectors are states.")
        .def_property_readonly(
            "masked_output",
            [](Handle& handle) {
                const LayerGraph<T>& graph = handle.finished().graph;
                std::vector<bool> masked;
                for (std::size_t k = 0; k < graph.output_count(); ++k) masked.push_back(graph.masked_output(k, false));
                return masked.size() == 1 ? py::object(py::bool_(masked.front())) : py::object(py::cast(masked));
            },
            "Whether a mask may reach the loss when x has none; with several outputs a list.")
        .def("sharing", &sharing<T>, py::arg("rows"), py::arg("steps"),
             "Return how many threads would predict now, and what they would share: 'rows', 'units' or 'layers'.");
}

template NetworkClass<float> register_layers(py::module_&, const char*);
template NetworkClass<double> register_layers(py::module_&, const char*);

}  // namespace fastlstm
