#include "register.hpp"

PYBIND11_MODULE(_core, module) {
    fastlstm::register_settings(module);
    fastlstm::register_networks(module);
    fastlstm::register_streams(module);
}
