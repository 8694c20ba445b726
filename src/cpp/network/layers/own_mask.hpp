// A mask made by a layer.
#pragma once

#include "layer.hpp"

namespace fastlstm {

// A mask that a layer makes from its input, [T][N].
struct OwnMask {
    Arena<unsigned char> arena;
    Sequence<unsigned char> flags{};

    OwnMask(Index rows, Index steps) { flags = {arena.take(rows * steps), 1, rows}; }
    Mask view() const { return {flags.data, flags.row, flags.step}; }
};

}  // namespace fastlstm
