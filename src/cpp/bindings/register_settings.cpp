// What the process runs with: instruction set, threads, and the lists of what there is.
#include <pybind11/stl.h>

#include <chrono>
#include <numeric>

#include "../dispatch.hpp"
#include "../network/names.hpp"
#include "../threads/teams.hpp"
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

template <class E, std::size_t Count>
pybind11::list list_of(const Named<E> (&names)[Count]) {
    pybind11::list list;
    for (const Named<E>& each : names) list.append(each.name);
    return list;
}

// Floating-point operations a second that all threads together reach with float32 multiply-adds.
double multiply_add_rate(double seconds) {
    if (!(seconds > 0 && seconds < 60))
        throw pybind11::value_error("seconds: expected more than 0 and less than 60, got " + std::to_string(seconds));
    const pybind11::gil_scoped_release release;
    const Kernels<float>& kernels = *active_kernels().f32;
    std::vector<double> rates(most_threads);
    run_team(thread_count(), [&](const Team& team) {
        using Clock = std::chrono::steady_clock;
        constexpr Index rounds = 10000;
        float sink[16] = {0.5f, 1.0f};
        kernels.multiply_adds(rounds, sink);
        team.barrier();
        const auto start = Clock::now();
        std::chrono::duration<double> spent{0};
        double operations = 0;
        while (spent.count() < seconds) {
            kernels.multiply_adds(rounds, sink);
            operations += static_cast<double>(rounds * kernels.operations_of_round);
            spent = Clock::now() - start;
        }
        rates[static_cast<std::size_t>(team.rank())] = operations / spent.count();
    });
    return std::accumulate(rates.begin(), rates.end(), 0.0);
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
    module.def(
        "borrow_threads", [](const std::string& library) { return borrow_threads(library.c_str()); },
        pybind11::arg("library"));
    module.def("multiply_add_rate", multiply_add_rate, pybind11::arg("seconds"));
    module.def("cells", [] { return list_of(cell_names); });
    module.def("activations", [] { return list_of(activation_names); });
    module.def("losses", [] { return list_of(loss_names); });
    module.def("elementwise_activations", [] {
        pybind11::list list;
        for (const auto& each : activation_names)
            if (is_elementwise(each.value)) list.append(each.name);
        return list;
    });
}

}  // namespace fastlstm
