// Norms of vectors, for the analysis of gradients.
#include <cmath>

#include "register.hpp"

namespace fastlstm {

namespace {

// Squares are summed in double precision, in which those of small gradients in single precision do not underflow. In
// independent sums, whose order is fixed.
template <class T>
double norm(const T* vector, Index count) {
    constexpr Index sums = 8;
    double squares[sums] = {};
    Index i = 0;
    for (; i + sums <= count; i += sums)
        for (Index k = 0; k < sums; ++k) squares[k] += static_cast<double>(vector[i + k]) * vector[i + k];
    for (; i < count; ++i) squares[0] += static_cast<double>(vector[i]) * vector[i];
    double sum = 0;
    for (const double each : squares) sum += each;
    return std::sqrt(sum);
}

template <class T>
py::array_t<double> norms(const py::array_t<T, py::array::c_style>& vectors) {
    if (vectors.ndim() == 0) throw py::value_error("vectors: expected at least one axis, got none");
    const std::vector<py::ssize_t> shape(vectors.shape(), vectors.shape() + vectors.ndim() - 1);
    py::array_t<double> found(shape);
    const Index count = vectors.shape(vectors.ndim() - 1);
    const T* from = vectors.data();
    double* to = found.mutable_data();
    const py::gil_scoped_release release;
    for (Index i = 0; i < found.size(); ++i) to[i] = norm(from + i * count, count);
    return found;
}

}  // namespace

void register_norms(py::module_& module) {
    const char* text = "Return the norms of vectors, the last axis of an array, in float64.";
    module.def("norms", &norms<float>, py::arg("vectors").noconvert(), text);
    module.def("norms", &norms<double>, py::arg("vectors").noconvert(), text);
}

}  // namespace fastlstm
