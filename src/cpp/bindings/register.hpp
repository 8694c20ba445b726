#pragma once

#include <pybind11/pybind11.h>

namespace fastlstm {

void register_settings(pybind11::module_& module);
void register_networks(pybind11::module_& module);
void register_streams(pybind11::module_& module);

}  // namespace fastlstm
