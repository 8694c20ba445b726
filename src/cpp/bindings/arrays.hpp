// Arrays at the border: exact dtype, C order, rank and shape, or an error that names the argument.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <vector>

#include "../kernels.hpp"

namespace fastlstm {

namespace py = pybind11;

template <class T>
using Array = py::array_t<T, py::array::c_style>;

inline std::string shape_text(const py::array& array) { return py::str(array.attr("shape")); }

template <class T>
const T* exact(const py::array& array, const char* name) {
    if (!py::isinstance<Array<T>>(array) || !(array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_))
        throw py::type_error(std::string(name) + ": expected an aligned, C-contiguous array of " +
                             std::string(py::str(py::dtype::of<T>())) + ", got " + std::string(py::str(array.dtype())) +
                             " of shape " + shape_text(array));
    return static_cast<const T*>(array.data());
}

// As exact, with the given shape; -1 stands for any extent.
template <class T>
const T* exact(const py::array& array, const char* name, const std::vector<Index>& shape) {
    const T* data = exact<T>(array, name);
    bool fits = array.ndim() == static_cast<Index>(shape.size());
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] < 0 || array.shape(static_cast<Index>(i)) == shape[i];
    if (fits) return data;
    std::string expected;
    for (const Index extent : shape)
        expected += (expected.empty() ? "" : ", ") + (extent < 0 ? std::string("*") : std::to_string(extent));
    throw py::value_error(std::string(name) + ": expected shape (" + expected + "), got " + shape_text(array));
}

// An object that must be an array already: a list would become one that nobody keeps.
template <class T>
const T* exact(const py::object& object, const char* name, const std::vector<Index>& shape) {
    if (!py::isinstance<py::array>(object))
        throw py::type_error(std::string(name) + ": expected an array, got " +
                             std::string(py::str(py::type::of(object))));
    return exact<T>(py::reinterpret_borrow<py::array>(object), name, shape);
}

// As exact, for an array that is written to.
template <class T>
T* writable(const py::object& object, const char* name, const std::vector<Index>& shape) {
    const T* data = exact<T>(object, name, shape);
    if (!py::reinterpret_borrow<py::array>(object).writeable())
        throw py::value_error(std::string(name) + ": expected an array that can be written to");
    return const_cast<T*>(data);
}

}  // namespace fastlstm
