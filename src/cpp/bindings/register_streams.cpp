// Streams: a step is one native call, with no Python in it for an array of exactly the right kind.
#include "../network/stream.hpp"
#include "network_handle.hpp"
#include "register.hpp"

namespace fastlstm {

template <class T>
class StreamBindings {
public:
    // `convert` gives an array of exactly T for whatever else is accepted as x.
    StreamBindings(const py::object& network, py::object convert)
        : owner_(network),
          network_(network.cast<NetworkHandle<T>&>()),
          stream_(network_.network),
          convert_(std::move(convert)),
          converts_all_(network_.graph().entries(0) > 0) {}

    py::object step(const py::object& x, const py::object& out) {
        if (!converts_all_ && fits(x)) return run(py::reinterpret_borrow<py::array>(x), out);
        const py::object converted = convert_(x);
        if (!fits(converted)) throw py::type_error("convert: expected an array of the stream's dtype and features");
        return run(py::reinterpret_borrow<py::array>(converted), out);
    }

    py::object state() {
        const auto [rows, values] = stream_.state();
        if (rows == 0) return py::none();
        py::array_t<T> array({rows, network_.state_size()});
        std::copy(values.begin(), values.end(), array.mutable_data());
        return std::move(array);
    }
    void set_state(const py::array& state) {
        const T* values = exact<T>(state, "state", {-1, network_.state_size()});
        if (state.shape(0) == 0) throw py::value_error("state: expected at least one row, got none");
        stream_.set_state(state.shape(0), values);
    }
    void reset() { stream_.reset(); }

private:
    bool fits(const py::object& x) const {
        if (!py::isinstance<Array<T>>(x)) return false;
        const auto array = py::reinterpret_borrow<py::array>(x);
        const Index rank = array.ndim();
        return (rank == 1 || rank == 2) && array.shape(rank - 1) == network_.graph().input_shape().features &&
               (array.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_);
    }

    py::object run(const py::array& x, const py::object& out) {
        const bool single = x.ndim() == 1;
        const Index rows = single ? 1 : x.shape(0), outputs = network_.graph().output_shape().features;
        std::vector<Index> shape{rows, outputs};
        if (single) shape.erase(shape.begin());
        py::object result = out.is_none() ? py::object(py::array_t<T>(shape)) : out;
        exact<T>(result, "out", shape);
        T* to = static_cast<T*>(py::reinterpret_borrow<py::array>(result).mutable_data());
        const T* from = static_cast<const T*>(x.data());
        const py::gil_scoped_release release;
        stream_.step(from, rows, to);
        return result;
    }

    py::object owner_;
    NetworkHandle<T>& network_;
    Stream<T> stream_;
    py::object convert_;
    const bool converts_all_;
};

}  // namespace fastlstm

template <class T>
struct pybind11::detail::type_caster<fastlstm::StreamBindings<T>>
    : fastlstm::ConstructedCaster<fastlstm::StreamBindings<T>> {};

namespace fastlstm {
namespace {

template <class T>
void register_stream(py::module_& module, const char* name) {
    using S = StreamBindings<T>;
    py::class_<S>(module, name, "A network run one step at a time, which keeps its states between steps.")
        .def(py::init<const py::object&, py::object>(), py::arg("network"), py::arg("convert"))
        .def("step", &S::step, py::arg("x"), py::arg("out") = py::none(),
             "Run the next step of one or several sequences and return the outputs.")
        .def_property("state", &S::state, &S::set_state, "The states that the next step begins with, or None.")
        .def("reset", &S::reset, "Forget the states, so that the next step may have any number of rows.");
}

}  // namespace

void register_streams(py::module_& module) {
    register_stream<float>(module, "StreamF32");
    register_stream<double>(module, "StreamF64");
}

}  // namespace fastlstm
