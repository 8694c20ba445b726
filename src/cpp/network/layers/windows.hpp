// Windows of steps, as convolutions and poolings have them.
#pragma once

#include <algorithm>

#include "option_reader.hpp"

namespace fastlstm {

// Where windows may leave the input: nowhere; at both ends, so that each stride gives a step; or at its beginning.
enum class Padding { valid, same, causal, count };

constexpr Named<Padding> padding_names[] = {
    {"valid", Padding::valid}, {"same", Padding::same}, {"causal", Padding::causal}};

struct WindowOptions {
    Index size = 0, stride = 1, dilation = 1;
    Padding padding = Padding::valid;

    void read(OptionReader& reader) {
        reader.size("size", size);
        reader.size("stride", stride);
        reader.size("dilation", dilation);
        reader.choice("padding", padding, padding_names);
    }

    Index output_steps(Index steps) const {
        const Index room = padding == Padding::valid ? steps - reach() + 1 : steps;
        return std::max<Index>(0, (room + stride - 1) / stride);
    }
    // In an input of so many steps.
    Windows windows(Index steps) const {
        Index before = 0;
        if (padding == Padding::causal) before = reach() - 1;
        if (padding == Padding::same)
            before = std::max<Index>(0, (output_steps(steps) - 1) * stride + reach() - steps) / 2;
        return {size, stride, dilation, before};
    }
    // Whether a step of the output is made of the same step of the input alone.
    bool is_one_step() const { return size == 1 && stride == 1; }

private:
    Index reach() const { return (size - 1) * dilation + 1; }  // from the first to the last step of a window
};

}  // namespace fastlstm
