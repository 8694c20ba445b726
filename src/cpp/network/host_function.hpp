// Functions that the caller of the core computes, such as those of a layer that is written in Python.
#pragma once

#include <functional>
#include <vector>

#include "../kernels.hpp"

namespace fastlstm {

// An array of the network's dtype in C order.
struct HostArray {
    void* data;  // null where it is not wanted
    std::vector<Index> shape;
};

// One call for some rows. What is computed is written to `output`, or to the gradients if `backward`.
struct HostCall {
    bool backward, training;
    std::vector<HostArray> inputs, weights;
    HostArray output;  // in a backward call its gradient, which is given
    std::vector<HostArray> d_inputs, d_weights;
};

// Throws nothing: a call that fails writes no numbers, but NaN.
using HostFunction = std::function<void(const HostCall&)>;

}  // namespace fastlstm
