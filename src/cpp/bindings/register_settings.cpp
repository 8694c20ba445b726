// What the process runs with: instruction set, threads, and the lists of what there is.
#include <pybind11/stl.h>

#include "../dispatch.hpp"
#include "../parallel.hpp"
#include "names.hpp"
#include "register.hpp"

namespace fastlstm {

namespace {

#if defined(__clang__)
constexpr const char* compiler = "Clang " __clang_version__;
#else
constexpr const char* compiler = "GCC " __VERSION__;
#endif

void set_checked_thread_count(int threads) {
    if (threads < 1 || threads > most_threads)
        throw pybind11::value_error("threads: expected a number from 1 to " + std::to_string(most_threads) + ", got " +
                                    std::to_string(threads));
    set_thread_count(threads);
}

}  // namespace

void register_settings(pybind11::module_& module) {
    select_isa_from_environment();
    thread_count();  // reads FASTLSTM_NUM_THREADS now, so that a wrong value is an error at import
    module.attr("__version__") = FASTLSTM_TEXT(FASTLSTM_VERSION);
    module.attr("compiler") = compiler;
    module.def("isa", [] { return std::string(active_kernels().name); });
    module.def("available_isas", available_isas);
    module.def("set_isa", select_isa, pybind11::arg("name"));
    module.def("get_num_threads", thread_count);
    module.def("set_num_threads", set_checked_thread_count, pybind11::arg("threads"));
    module.def("cells", [] { return list_of(cell_names); });
    module.def("activations", [] { return list_of(activation_names); });
    module.def("elementwise_activations", [] {
        pybind11::list list;
        for (const auto& each : activation_names)
            if (is_elementwise(each.value)) list.append(each.name);
        return list;
    });
}

}  // namespace fastlstm
