// Functions of Python that the core calls from any of its threads.
#pragma once

#include <pybind11/numpy.h>

#include <cstring>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string>

#include "../network/host_function.hpp"

namespace fastlstm {

namespace py = pybind11;

// The first error of the functions during a call of a network, to be raised after it.
class HostErrors {
public:
    bool any() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return first_ != nullptr;
    }
    void keep(std::exception_ptr error) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (!first_) first_ = std::move(error);
    }
    void raise() {
        std::exception_ptr error;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            std::swap(error, first_);
        }
        if (error) std::rethrow_exception(error);
    }

private:
    std::mutex mutex_;
    std::exception_ptr first_;
};

// An object with `forward(inputs, weights, training)`, which returns an array, and `backward(inputs, weights, training,
// d_output, wanted)`, which returns a list of arrays, the gradients of the inputs and weights that are wanted. Arrays
// are copies, so that they may be kept.
template <class T>
class PythonFunction {
public:
    PythonFunction(py::object object, std::shared_ptr<HostErrors> errors)
        : object_(std::make_shared<py::object>(std::move(object))), errors_(std::move(errors)) {}

    void operator()(const HostCall& call) const {
        const py::gil_scoped_acquire acquire;
        try {
            if (!errors_->any()) return call.backward ? backward(call) : forward(call);
        } catch (...) {
            errors_->keep(std::current_exception());
        }
        if (!call.backward) fill_nan(call.output);
        for (const auto* arrays : {&call.d_inputs, &call.d_weights})
            for (const HostArray& array : *arrays)
                if (array.data) fill_nan(array);
    }

private:
    void forward(const HostCall& call) const {
        write(object_->attr("forward")(copies(call.inputs), copies(call.weights), call.training), call.output);
    }
    void backward(const HostCall& call) const {
        py::list wanted;
        std::vector<const HostArray*> targets;
        for (const auto* arrays : {&call.d_inputs, &call.d_weights})
            for (const HostArray& array : *arrays) {
                wanted.append(array.data != nullptr);
                if (array.data) targets.push_back(&array);
            }
        const py::list found = object_->attr("backward")(copies(call.inputs), copies(call.weights), call.training,
                                                         copy(call.output), wanted);
        if (found.size() != targets.size())
            throw py::value_error("backward: expected " + std::to_string(targets.size()) + " gradients, got " +
                                  std::to_string(found.size()));
        for (std::size_t i = 0; i < targets.size(); ++i) write(found[i], *targets[i]);
    }
    static py::array_t<T> copy(const HostArray& array) {
        py::array_t<T> made(array.shape);
        std::memcpy(made.mutable_data(), array.data, static_cast<std::size_t>(made.nbytes()));
        return made;
    }
    static py::list copies(const std::vector<HostArray>& arrays) {
        py::list made;
        for (const HostArray& array : arrays) made.append(copy(array));
        return made;
    }
    static void write(const py::object& found, const HostArray& to) {
        const T* values = exact<T>(found, "function", to.shape);
        std::memcpy(to.data, values, static_cast<std::size_t>(py::array(found).nbytes()));
    }
    static void fill_nan(const HostArray& array) {
        Index count = 1;
        for (const Index extent : array.shape) count *= extent;
        std::fill_n(static_cast<T*>(array.data), count, std::numeric_limits<T>::quiet_NaN());
    }

    std::shared_ptr<py::object> object_;  // shared, since copying an object needs the GIL
    std::shared_ptr<HostErrors> errors_;
};

}  // namespace fastlstm
