// Losses of rows: the sum over a row's steps of what each says, and the gradient of it. A rule has, for the outputs p
// of one row and step: row(settings, p, target, count, scale, d), which returns the loss and writes the gradient of
// scale * loss to d, unless that is null.
#pragma once

#include "../lists/losses.hpp"
#include "row_losses.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class Rule, class T>
void loss_rows(const LossPass<T>& pass, Range rows) {
    for (Index n = rows.begin; n < rows.end; ++n) {
        double sum = 0;
        for (Index t = 0; t < pass.steps; ++t) {
            T* d = pass.gradient.data ? element(pass.gradient, t, n, 0) : nullptr;
            const bool good = counts(pass, t, n);
            if (good) {
                const double weight = weight_of(pass, t, n);
                sum += weight * Rule::row(pass.settings, element(pass.prediction, t, n, 0),
                                          element(pass.target, t, n, 0), pass.outputs, pass.scale * weight, d);
            }
            for (Index i = good ? pass.outputs : 0; d && i < padded<T>(pass.outputs); ++i) d[i] = 0;
        }
        pass.row_loss[n] = sum * pass.scale;
    }
}

template <class T>
void loss(const LossPass<T>& pass, Range rows) {
    switch (pass.settings.kind) {
#define FASTLSTM_LOSS(name, Rule, width) \
    case Loss::name: return loss_rows<Rule>(pass, rows);
        FASTLSTM_LOSSES(FASTLSTM_LOSS)
#undef FASTLSTM_LOSS
        case Loss::count: return;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
