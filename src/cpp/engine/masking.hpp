// Masks made by comparing the input with a value, and the masked output of recurrent layers.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void mask_steps(const MaskingArgs<T>& args, Range rows) {
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T* x = element(args.x, t, n, 0);
            bool valid = false;
            for (Index i = 0; i < args.features && !valid; ++i) valid = x[i] != args.mask_value;
            *element(args.valid, t, n, 0) = valid;
            copy_valid(valid, x, element(args.y, t, n, 0), args.features);
        }
}

template <class T>
void mask_steps_backward(const MaskingArgs<T>& args, Range rows) {
    for (Index t = 0; t < args.steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n)
            copy_valid(*element(args.valid, t, n, 0) != 0, element(args.dy, t, n, 0), element(args.dx, t, n, 0),
                       args.features);
}

template <class T>
void mask_output(const OutputMaskArgs<T>& args, Range rows) {
    const Index width = padded<T>(args.units);
    const auto put = [&](Index t, Index n, bool valid) {
        *element(args.valid, t, n, 0) = valid;
        copy_valid(valid, element(args.h, t, n, 0), element(args.y, t, n, 0), width);
    };
    for (Index n = rows.begin; n < rows.end; ++n) {
        bool seen = args.begins_valid;  // whether a step so far was valid
        for (Index t = 0; t < args.steps; ++t) {
            const bool valid = *element(args.mask, t, n, 0) != 0;
            seen = seen || valid;
            if (args.sequence) put(t, n, args.only_valid ? valid : seen);
        }
        if (!args.sequence) put(0, n, seen);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
