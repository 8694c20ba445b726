// Arrays at the border: exact dtype, C order, rank and shape, or an error that names the argument.
#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <type_traits>
#include <vector>

#include "../network/strided_weight.hpp"

namespace fastlstm {

namespace py = pybind11;

template <class T>
using Array = py::array_t<T, py::array::c_style>;

inline std::string shape_text(const py::array& array) { return py::str(array.attr("shape")); }

// -1 stands for any extent.
inline void require_shape(const py::array& array, const char* name, const std::vector<Index>& shape) {
    bool fits = array.ndim() == static_cast<Index>(shape.size());
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] < 0 || array.shape(static_cast<Index>(i)) == shape[i];
    if (fits) return;
    std::string expected;
    for (const Index extent : shape)
        expected += (expected.empty() ? "" : ", ") + (extent < 0 ? std::string("*") : std::to_string(extent));
    throw py::value_error(std::string(name) + ": expected shape (" + expected + "), got " + shape_text(array));
}

// `Kind` is the array_t that it must be, `kind` how that is called.
template <class Kind>
void require_kind(const py::array& array, const char* name, const char* kind) {
    if (!py::isinstance<Kind>(array) || !(array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_))
        throw py::type_error(std::string(name) + ": expected an " + kind + " array of " +
                             std::string(py::str(py::dtype::of<typename Kind::value_type>())) + ", got " +
                             std::string(py::str(array.dtype())) + " of shape " + shape_text(array));
}

inline void require_writable(const py::array& array, const char* name) {
    if (!array.writeable()) throw py::value_error(std::string(name) + ": expected an array that can be written to");
}

template <class T>
const T* exact(const py::array& array, const char* name) {
    require_kind<Array<T>>(array, name, "aligned, C-contiguous");
    return static_cast<const T*>(array.data());
}

// As exact, with the given shape.
template <class T>
const T* exact(const py::array& array, const char* name, const std::vector<Index>& shape) {
    const T* data = exact<T>(array, name);
    require_shape(array, name, shape);
    return data;
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
    require_writable(py::reinterpret_borrow<py::array>(object), name);
    return const_cast<T*>(data);
}

// A weight of the given shape in an array with any strides, but with rows at equal distances if it has more than two
// axes; its columns are in as many blocks as `blocks` has places.
template <class T>
Strided<T> strided(const py::array& array, const char* name, const std::vector<Index>& shape,
                   std::vector<Index> blocks) {
    require_kind<py::array_t<std::remove_const_t<T>>>(array, name, "aligned");
    require_shape(array, name, shape);
    if (!std::is_const_v<T>) require_writable(array, name);
    const Index rank = array.ndim(), size = static_cast<Index>(sizeof(T)), columns = rank > 0 ? shape.back() : 1;
    std::vector<bool> seen(blocks.size());
    bool places = !blocks.empty() && columns % static_cast<Index>(blocks.size()) == 0;
    for (const Index block : blocks) {
        places =
            places && block >= 0 && block < static_cast<Index>(seen.size()) && !seen[static_cast<std::size_t>(block)];
        if (places) seen[static_cast<std::size_t>(block)] = true;
    }
    if (!places)
        throw py::value_error("blocks: expected each place once, of blocks that divide " + std::to_string(columns) +
                              " columns");
    Index rows = 1, row_stride = 0;  // in bytes
    for (Index axis = rank - 2; axis >= 0; --axis) {
        if (array.shape(axis) == 1) continue;
        if (rows == 1) row_stride = array.strides(axis);
        if (array.strides(axis) != rows * row_stride)
            throw py::value_error(std::string(name) + ": expected rows at equal distances, got other strides");
        rows *= array.shape(axis);
    }
    return {const_cast<T*>(static_cast<const T*>(array.data())),
            rows,
            columns,
            row_stride / size,
            rank > 0 ? array.strides(rank - 1) / size : 1,
            std::move(blocks)};
}

}  // namespace fastlstm
