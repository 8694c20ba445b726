// Networks in the module.
#include "network_bindings.hpp"
#include "register.hpp"

namespace fastlstm {
namespace {

template <class T>
void register_network(py::module_& module, const char* name, const char* result_name, const py::object& segment_type) {
    using B = Bindings<T>;
    const auto none = py::none();
    const std::vector<Index> all{0};  // columns in one block
    py::class_<ForwardResult<T>>(module, result_name)
        .def_readonly("output", &ForwardResult<T>::output)
        .def_property_readonly("penalty", [](const ForwardResult<T>& result) { return result.saved->penalty; })
        .def_readonly("state", &ForwardResult<T>::state);
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
        .def("set_trainable", &B::set_trainable, py::arg("flags"))
        .def_property_readonly("segments", [segment_type](B& network) { return network.segments(segment_type); })
        .def("weight", &B::weight, py::arg("segment"))
        .def("weight_equals", &B::weight_equals, py::arg("segment"), py::arg("value"), py::arg("blocks") = all)
        .def("set_weight", &B::set_weight, py::arg("segment"), py::arg("value"), py::arg("blocks") = all)
        .def("gradient", &B::gradient, py::arg("segment"))
        .def("copy_gradient", &B::copy_gradient, py::arg("segment"), py::arg("out").noconvert(),
             py::arg("blocks") = all)
        .def("set_regularizer", &B::set_regularizer, py::arg("segment"), py::arg("l1"), py::arg("l2"))
        .def("set_constraint", &B::set_constraint, py::arg("segment"), py::arg("kind"), py::arg("axes"),
             py::arg("minimum"), py::arg("maximum"), py::arg("rate"))
        .def("set_loss", &B::set_loss, py::arg("name"), py::arg("options") = py::dict())
        .def("set_loss_weight", &B::set_loss_weight, py::arg("weight"))
        .def_property_readonly("target_features", &B::target_features)
        .def_property_readonly("loss_depends_on_batch", &B::loss_depends_on_batch)
        .def("set_optimizer", &B::set_optimizer, py::arg("name"), py::arg("hyperparameters"),
             py::arg("without_decay") = std::vector<std::size_t>{})
        .def_property_readonly("slots", &B::slots)
        .def("slot", &B::slot, py::arg("name"), py::arg("segment"))
        .def("set_slot", &B::set_slot, py::arg("name"), py::arg("segment"), py::arg("value"))
        .def("swap_averages", &B::swap_averages)
        .def("take_averages", &B::take_averages)
        .def_property("iterations", &B::iterations, &B::set_iterations)
        .def_property_readonly("isa", [](B& network) { return std::string(network.network().isa()); })
        .def_property_readonly("state_size", &B::state_size)
        .def_property_readonly("state_sizes", &B::state_sizes)
        .def_property_readonly("masked_output", &B::masked_output)
        .def_property("state", &B::state, &B::set_state)
        .def("sharing", &B::sharing, py::arg("rows"), py::arg("steps"))
        .def("predict", &B::predict, py::arg("x"))
        .def("predict_and_penalize", &B::predict_and_penalize, py::arg("x"))
        .def("run", &B::run, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("draw") = none)
        .def("forward", &B::forward, py::arg("x"), py::kw_only(), py::arg("state") = none, py::arg("mask") = none,
             py::arg("draw") = none, py::arg("penalize") = false)
        .def("backward", &B::backward, py::arg("kept"), py::arg("d_output"), py::arg("d_state") = none)
        .def("forecast", &B::forecast, py::arg("history"), py::arg("steps"), py::arg("known") = none)
        .def("apply_gradients", &B::apply_gradients, py::arg("learning_rate"))
        .def("evaluate", &B::evaluate, py::arg("x"), py::arg("y"), py::arg("mask") = none,
             py::arg("sample_weight") = none, py::kw_only(), py::arg("predictions") = none, py::arg("valid") = none)
        .def("loss_and_gradients", &B::loss_and_gradients, py::arg("x"), py::arg("y"), py::arg("mask") = none,
             py::arg("sample_weight") = none)
        .def("train", &B::train, py::arg("x"), py::arg("y"), py::arg("order"), py::kw_only(), py::arg("batch_size"),
             py::arg("first_step"), py::arg("learning_rate"), py::arg("seconds"), py::arg("loss_sum") = 0.0,
             py::arg("mask") = none, py::arg("sample_weight") = none, py::arg("predictions") = none,
             py::arg("valid") = none);
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
