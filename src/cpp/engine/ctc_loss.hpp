// The connectionist temporal classification of a row: minus the logarithm of the probability that its steps spell the
// labels, Graves et al. (2006).
#pragma once

#include "row_losses.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

constexpr double impossible = -__builtin_inf();

FASTLSTM_INLINE double add_logarithms(double a, double b) {
    if (a == impossible) return b;
    if (b == impossible) return a;
    const double high = a > b ? a : b, low = a > b ? b : a;
    return high + __builtin_log1p(__builtin_exp(low - high));
}

// The labels with a blank, class 0, around each: a path is in one of these states at each step, and stays, goes to the
// next one, or leaves out a blank between two different labels.
template <class T>
class CtcStates {
public:
    CtcStates(const LossArgs<T>& args, Index n) : args_(args), n_(n) {
        for (; labels_ < args.steps; ++labels_) {
            const double label = static_cast<double>(*element(args.target, labels_, n, 0));
            if (label == 0) return;
            valid_ = valid_ && label > 0 && label < static_cast<double>(args.outputs);
        }
    }
    bool valid() const { return valid_; }  // whether all labels are classes
    Index count() const { return 2 * labels_ + 1; }
    Index class_of(Index state) const { return state % 2 == 0 ? 0 : label(state / 2); }
    // Whether a path may come from two states before.
    bool skips_to(Index state) const { return state % 2 == 1 && state > 1 && label(state / 2) != label(state / 2 - 1); }

private:
    Index label(Index i) const { return static_cast<Index>(*element(args_.target, i, n_, 0)); }

    const LossArgs<T>& args_;
    Index n_, labels_ = 0;
    bool valid_ = true;
};

// Its outputs are logits of the classes. Labels stand in the targets' steps, one each, and end at the first 0 or with
// the last step. Masked steps are left out. Without a path, the loss is infinite and its gradient zero.
template <class T>
class CtcRow {
public:
    CtcRow(const LossArgs<T>& args, Index n)
        : args_(args),
          n_(n),
          states_(args, n),
          // The steps that count, what is subtracted from their logits, and for each the logarithms of the
          // probabilities of all beginnings of paths; two more for those of all ends.
          memory_(static_cast<double*>(__builtin_malloc(
              static_cast<unsigned long>(2 * args.steps + (args.steps + 2) * states_.count()) * sizeof(double)))),
          steps_(memory_),
          shifts_(memory_ + args.steps),
          paths_(memory_ + 2 * args.steps) {}
    ~CtcRow() { __builtin_free(memory_); }
    CtcRow(const CtcRow&) = delete;
    CtcRow& operator=(const CtcRow&) = delete;

    // Writes the gradient of scale * loss, unless the arguments have none.
    double loss(double scale) {
        if (!memory_ || !states_.valid()) return __builtin_nan("");
        for (Index t = 0; t < args_.steps; ++t)
            if (counts(args_, t, n_)) steps_[counted_++] = static_cast<double>(t);
        if (counted_ == 0) return 0;
        for (Index i = 0; i < counted_; ++i) begin_step(i, scale);
        const Index count = states_.count();
        for (Index i = 0; i < counted_; ++i)
            for (Index s = 0; s < count; ++s) paths(i)[s] = beginnings(i, s) + log_probability(i, s);
        const double* last = paths(counted_ - 1);
        const double all = count > 1 ? add_logarithms(last[count - 1], last[count - 2]) : last[0];
        if (args_.gradient.data) {
            if (all == impossible)
                clear();
            else
                subtract_paths(all, scale);
        }
        return -all;
    }

private:
    Index step(Index i) const { return static_cast<Index>(steps_[i]); }
    const T* logits(Index i) const { return element(args_.prediction, step(i), n_, 0); }
    T* gradient(Index i) const { return element(args_.gradient, step(i), n_, 0); }
    double* paths(Index i) const { return paths_ + i * states_.count(); }
    double log_probability(Index i, Index state) const {
        return static_cast<double>(logits(i)[states_.class_of(state)]) - shifts_[i];
    }

    // The logarithm of the sum of the exponentials; scale * softmax is the part of the gradient that has no paths.
    void begin_step(Index i, double scale) {
        const T* z = logits(i);
        T* d = args_.gradient.data ? gradient(i) : nullptr;
        const T most = largest(z, args_.outputs), sum = sum_of_exponentials(z, most, d, args_.outputs);
        shifts_[i] = static_cast<double>(most) + __builtin_log(static_cast<double>(sum));
        const T by = static_cast<T>(scale) / sum;
        for (Index c = 0; d && c < args_.outputs; ++c) d[c] *= by;
    }

    // Of paths that come to a state at step i, without what they get there.
    double beginnings(Index i, Index s) const {
        if (i == 0) return s < 2 ? 0 : impossible;
        const double* before = paths(i - 1);
        double sum = before[s];
        if (s > 0) sum = add_logarithms(sum, before[s - 1]);
        if (states_.skips_to(s)) sum = add_logarithms(sum, before[s - 2]);
        return sum;
    }

    // Of paths that go on from a state, of which `after` has those from each state of the next step.
    double ends(const double* after, Index s) const {
        double sum = after[s];
        if (s + 1 < states_.count()) sum = add_logarithms(sum, after[s + 1]);
        if (s + 2 < states_.count() && states_.skips_to(s + 2)) sum = add_logarithms(sum, after[s + 2]);
        return sum;
    }

    void subtract_paths(double all, double scale) {
        const Index count = states_.count();
        double *after = paths(args_.steps), *now = after + count;
        for (Index i = counted_ - 1; i >= 0; --i) {
            T* d = gradient(i);
            for (Index s = 0; s < count; ++s) {
                const double rest = i < counted_ - 1 ? ends(after, s) : s + 2 < count ? impossible : 0;
                now[s] = rest + log_probability(i, s);
                d[states_.class_of(s)] -= static_cast<T>(scale * __builtin_exp(paths(i)[s] + rest - all));
            }
            double* const swapped = after;
            after = now;
            now = swapped;
        }
    }

    void clear() {
        for (Index i = 0; i < counted_; ++i)
            for (Index c = 0; c < args_.outputs; ++c) gradient(i)[c] = 0;
    }

    const LossArgs<T>& args_;
    Index n_, counted_ = 0;
    CtcStates<T> states_;
    double *memory_, *steps_, *shifts_, *paths_;
};

struct Ctc {};

template <class T>
void loss_rows(Ctc, const LossArgs<T>& args, Range rows) {
    for (Index n = rows.begin; n < rows.end; ++n) {
        for (Index t = 0; args.gradient.data && t < args.steps; ++t)
            for (Index i = 0; i < padded<T>(args.outputs); ++i) element(args.gradient, t, n, 0)[i] = 0;
        const double by = args.scale * weight_of(args, 0, n);
        const double loss = CtcRow<T>(args, n).loss(by);
        args.row_loss[n] = by != 0 ? by * loss : 0;  // also where the loss is infinite
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
