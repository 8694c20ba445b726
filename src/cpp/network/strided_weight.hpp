// A weight, or its gradient, as a caller has it in memory.
#pragma once

#include <algorithm>
#include <vector>

#include "../kernels.hpp"
#include "../tuning.hpp"

namespace fastlstm {

// Rows and columns of a weight at strides of the caller's, in numbers; the columns may come in blocks (gates) whose
// order is the caller's too: blocks[i] is the position of our block i there.
template <class T>
struct Strided {
    T* data;
    Index rows, columns, row_stride, column_stride;
    std::vector<Index> blocks;
};

// Calls each(theirs, column stride, index in our contiguous weight, count) for chunks of rows, in an order that goes
// through few cache lines at a time whichever stride is large, until it returns false: then so does this.
template <class T, class Each>
bool for_each_chunk(const Strided<T>& weight, const Each& each) {
    constexpr Index side = tuning::copy_block;
    const Index width = weight.columns / static_cast<Index>(weight.blocks.size());
    for (Index b = 0, first = 0; first < weight.columns; ++b, first += width) {
        T* block = weight.data + weight.blocks[static_cast<std::size_t>(b)] * width * weight.column_stride;
        for (Index top = 0; top < weight.rows; top += side)
            for (Index left = 0; left < width; left += side)
                for (Index row = top; row < std::min(weight.rows, top + side); ++row)
                    if (!each(block + row * weight.row_stride + left * weight.column_stride, weight.column_stride,
                              row * weight.columns + first + left, std::min(side, width - left)))
                        return false;
    }
    return true;
}

}  // namespace fastlstm
