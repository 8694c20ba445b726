// What follows from the numbers of steps of a network's inputs.
#pragma once

#include <memory>
#include <vector>

#include "../kernels.hpp"

namespace fastlstm {

// Values are the network's inputs, then the outputs of one node after the other.
struct SequenceLengths {
    std::vector<Index> inputs, outputs;  // steps of the network's inputs and outputs
    std::vector<Index> values;           // steps of all values
    std::vector<Index> parts;            // how many rows of each value belong to one row of the network
    Index most_parts = 1;
    double forward_work = 0;  // floating-point operations of one row
};

// Shared by what is sized by them, since a call with one row takes only microseconds.
using SharedLengths = std::shared_ptr<const SequenceLengths>;

}  // namespace fastlstm
