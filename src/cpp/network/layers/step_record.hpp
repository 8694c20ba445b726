// What can be seen of the steps of a recurrent layer or an embedding.
#pragma once

#include "../../kernels.hpp"

namespace fastlstm {

// Vectors of units that a step has: states, and gates.
struct StepRecordShape {
    Index units, states, gates;
};

// A part of a layer's workspace in training. Copies have shape (rows, steps, states or gates, units), with the steps in
// the order of time.
template <class T>
struct StepRecord {
    virtual ~StepRecord() = default;
    virtual StepRecordShape record_shape() const = 0;
    virtual Index record_rows() const = 0;
    virtual Index record_steps() const = 0;
    // After a forward pass, and before its backward pass: the states after each step, and the values of the gates.
    virtual void copy_states(T* to) const = 0;
    virtual void copy_gates(T* to) const = 0;
    // Of each step of each row, whether it is valid, and not masked.
    virtual void copy_valid(bool* to) const = 0;
    // Before a backward pass: whether it keeps the gradients of the states after each step. After it: these.
    virtual void keep_state_gradients(bool keep) = 0;
    virtual void copy_state_gradients(T* to) const = 0;
};

}  // namespace fastlstm
