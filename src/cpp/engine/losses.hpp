// Losses of rows: the sum over a row's steps, and its gradient. A loss function has, for the outputs p
// of one row and step: row(settings, p, target, count, scale, d), which returns the loss and writes the gradient of
// scale * loss to d, unless that is null. One of whole rows (`is_of_sequences`) has a loss_rows instead.
#pragma once

#include "../lists/losses.hpp"
#include "ctc_loss.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class LossFunction, class T>
void loss_rows(LossFunction, const LossArgs<T>& args, Range rows) {
    for (Index n = rows.begin; n < rows.end; ++n) {
        double sum = 0;
        for (Index t = 0; t < args.steps; ++t) {
            T* d = args.gradient.data ? element(args.gradient, t, n, 0) : nullptr;
            const bool good = counts(args, t, n);
            if (good) {
                const double weight = weight_of(args, t, n);
                sum += weight * LossFunction::row(args.settings, element(args.prediction, t, n, 0),
                                                  element(args.target, t, n, 0), args.outputs, args.scale * weight, d);
            }
            for (Index i = good ? args.outputs : 0; d && i < padded<T>(args.outputs); ++i) d[i] = 0;
        }
        args.row_loss[n] = sum * args.row_scale;
    }
}

template <class T>
void loss(const LossArgs<T>& args, Range rows) {
    switch (args.settings.kind) {
#define FASTLSTM_LOSS(name, LossFunction, width) \
    case Loss::name: return loss_rows(LossFunction{}, args, rows);
        FASTLSTM_LOSSES(FASTLSTM_LOSS)
#undef FASTLSTM_LOSS
        case Loss::count: return;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
