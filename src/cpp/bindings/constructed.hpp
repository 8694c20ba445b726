// Objects of the core that Python has made without __init__ are refused: pybind11 would take memory that was never set.
#pragma once

#include <pybind11/pybind11.h>

namespace fastlstm {

template <class C>
struct ConstructedCaster : pybind11::detail::type_caster_base<C> {
    bool load(pybind11::handle source, bool convert) {
        if (!pybind11::detail::type_caster_base<C>::load(source, convert)) return false;
        if (source.is_none()) return true;
        auto* instance = reinterpret_cast<pybind11::detail::instance*>(source.ptr());
        if (instance->simple_layout) return instance->simple_holder_constructed || refuse();
        for (const auto& each : pybind11::detail::values_and_holders(instance))
            if (!each.holder_constructed()) refuse();
        return true;
    }

private:
    [[noreturn]] static bool refuse() {
        throw pybind11::type_error("self: expected an object whose __init__ has been called");
    }
};

}  // namespace fastlstm
