// Ranges, and where the rows and steps of arrays lie.
#pragma once

#include "names.hpp"

namespace fastlstm {

struct Range {
    Index begin, end;
};

// The functions below are static: each file that is compiled has its own.

// The i-th of `count` nearly equal parts of [0, total).
static constexpr Range part_of(Index total, Index i, Index count) {
    return {total * i / count, total * (i + 1) / count};
}

// Vectors of `lanes` that hold `count` elements, and the elements that those hold.
static constexpr Index blocks_of(Index count, Index lanes) { return (count + lanes - 1) / lanes; }
static constexpr Index padded(Index count, Index lanes) { return blocks_of(count, lanes) * lanes; }

// A sequence's rows where they lie: row n of step t starts at data + n * row + t * step, its features side by side.
template <class T>
struct Sequence {
    T* data;
    Index row, step;
};

// The steps of an input of which each step of an output is made: `taps` of them, `dilation` apart, from `before` steps
// before t * stride on. Those that the input does not have are left out.
struct Windows {
    Index taps, stride, dilation, before;

    constexpr Index first(Index t) const { return t * stride - before; }
    // The taps of step t that lie in an input of so many steps.
    constexpr Range taps_in(Index t, Index steps) const {
        const Index missing = first(t) < 0 ? (-first(t) + dilation - 1) / dilation : 0;
        const Index end = first(t) < steps ? (steps - first(t) + dilation - 1) / dilation : 0;
        const Index last = end < taps ? end : taps;
        return {missing < last ? missing : last, last};
    }
};

// True where a step of a row counts; data is null where all do.
using Mask = Sequence<const unsigned char>;

}  // namespace fastlstm
