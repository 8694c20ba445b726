#pragma once

#include <pybind11/pybind11.h>

#include <string>

#include "network_handle.hpp"

namespace fastlstm {

template <class T>
using NetworkClass = py::class_<NetworkHandle<T>>;

void register_norms(py::module_& module);
void register_settings(py::module_& module);
void register_streams(py::module_& module);

// What a network's class offers, in three parts.
template <class T>
NetworkClass<T> register_layers(py::module_& module, const char* name);
template <class T>
void register_parameters(NetworkClass<T>& network, const py::object& parameter_type);
template <class T>
void register_calls(py::module_& module, NetworkClass<T>& network, const char* saved_forward_name);

}  // namespace fastlstm
