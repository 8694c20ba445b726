// Update functions over the flat buffers, in Keras's forms: Adam's epsilon is added to the uncorrected square root,
// RMSprop's is inside the root, and SGD's velocity includes the learning rate. Also what all optimizers share:
// clipping, weight decay, accumulation of gradients, averages of the parameters.
#pragma once

#include "../simd/vectors.hpp"
#include "../tuning.hpp"
#include "activation_kernels.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
struct Rates {
    using V = typename Simd<T>::V;
    // 1 - beta is computed in double: in float, for 0.999, its fifth digit would be wrong.
    V rate, gradient_rate, second_rate, momentum, beta_1, beta_2, to_first, to_second, to_square, epsilon;
    explicit Rates(const UpdateArgs<T>& args)
        : rate(broadcast(T(args.rate))),
          gradient_rate(broadcast(T(args.gradient_rate))),
          second_rate(broadcast(T(args.second_rate))),
          momentum(broadcast(T(args.momentum))),
          beta_1(broadcast(T(args.beta_1))),
          beta_2(broadcast(T(args.beta_2))),
          to_first(broadcast(T(1 - args.beta_1))),
          to_second(broadcast(T(1 - args.beta_2))),
          to_square(broadcast(T(1 - args.rho))),
          epsilon(broadcast(T(args.epsilon))) {}
};

// Moves a running average by the given share towards a value.
template <class V>
FASTLSTM_INLINE V moved(V average, V value, V share) {
    return fma(value - average, share, average);
}

// Each update function takes one vector of gradients g and parameters w, and up to three slots (named in
// lists/optimizers.hpp), and returns the new parameters.

struct Sgd {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        const V change = by.rate * g;
        if (args.momentum == 0) return w - change;
        slot[0] = fma(by.momentum, slot[0], -change);
        return args.nesterov ? w + fma(by.momentum, slot[0], -change) : w + slot[0];
    }
};

// Kingma and Ba (2015); AMSGrad: Reddi et al. (2018). `rate` carries the bias corrections.
struct Adam {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g, by.to_first);
        slot[1] = moved(slot[1], g * g, by.to_second);
        V second = slot[1];
        if (args.amsgrad) second = slot[2] = slot[2] > second ? slot[2] : second;
        return w - by.rate * slot[0] / (sqrt(second) + by.epsilon);
    }
};

// Dozat (2016). The three rates carry the bias corrections and the momentum of this step and the next.
struct Nadam {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g, by.to_first);
        slot[1] = moved(slot[1], g * g, by.to_second);
        return w - fma(by.rate, slot[0], by.gradient_rate * g) / (sqrt(slot[1] * by.second_rate) + by.epsilon);
    }
};

// Kingma and Ba (2015), section 7.1: the largest gradient, decaying, in place of the root of the mean square.
struct Adamax {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g, by.to_first);
        slot[1] = larger(by.beta_2 * slot[1], g < V{} ? -g : g);
        return w - by.rate * slot[0] / (slot[1] + by.epsilon);
    }
};

// Tieleman and Hinton (2012). Slots: mean square, velocity (with momentum), mean (if centered).
struct RmsProp {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g * g, by.to_square);
        V variance = slot[0];
        if (args.centered) {
            slot[2] = moved(slot[2], g, by.to_square);
            variance = larger(V{}, variance - slot[2] * slot[2]);  // rounding may make the difference negative
        }
        const V change = by.rate * g / sqrt(variance + by.epsilon);
        if (args.momentum == 0) return w - change;
        slot[1] = fma(by.momentum, slot[1], change);
        return w - slot[1];
    }
};

// Duchi et al. (2011).
struct Adagrad {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = fma(g, g, slot[0]);
        return w - by.rate * g / sqrt(slot[0] + by.epsilon);
    }
};

// Zeiler (2012). Slots: mean squares of gradients and of changes.
struct Adadelta {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g * g, by.to_square);
        const V change = sqrt(slot[1] + by.epsilon) * g / sqrt(slot[0] + by.epsilon);
        slot[1] = moved(slot[1], change * change, by.to_square);
        return w - by.rate * change;
    }
};

// Chen et al. (2023). The sign of zero is zero, and that of NaN is NaN. Rounding can change a sign, so 1 - beta is
// rounded as in Keras.
struct Lion {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        const V one = broadcast(T(1)), zero = {};
        const V toward = fma(by.beta_1, slot[0], (one - by.beta_1) * g);
        const V sign = toward > zero ? one : toward < zero ? -one : toward;
        slot[0] = fma(by.beta_2, slot[0], (one - by.beta_2) * g);
        return w - by.rate * sign;
    }
};

// x^power of each element.
template <class T, class V>
FASTLSTM_INLINE V raised(V x, T power) {
    if (power == T(0.5)) return sqrt(x);
    for (Index i = 0; i < Simd<T>::lanes; ++i) x[i] = power_of(x[i], power);
    return x;
}

// McMahan et al. (2013), "follow the regularized leader": weights whose sum of gradients is small stay exactly zero.
struct Ftrl {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        if (args.rate == 0) return w;
        const V sum = fma(g, g, slot[0]), l1 = broadcast(T(args.l1)), shrinkage = broadcast(T(2 * args.shrinkage));
        const V before = raised<T>(slot[0], T(args.power)), after = raised<T>(sum, T(args.power));
        slot[1] += fma(shrinkage, w, g) - (after - before) / by.rate * w;
        slot[0] = sum;
        const V clipped = smaller(l1, larger(-l1, slot[1]));
        return (clipped - slot[1]) / (after / by.rate + broadcast(T(2 * args.l2)));
    }
};

// Defazio et al. (2024). The first slot is where gradients lead, and the parameters, at which they are taken, are
// between that and its average. `gradient_rate` is the share of this step in the average.
struct ScheduleFreeAdam {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V w, V g, V (&slot)[most_slots]) {
        slot[1] = moved(slot[1], g * g, by.to_second);
        const V average = (w - by.to_first * slot[0]) / by.beta_1;
        slot[0] -= by.rate * g / (sqrt(slot[1] * by.second_rate) + by.epsilon);
        const V moved_average = moved(average, slot[0], by.gradient_rate);
        return fma(by.beta_1, moved_average, by.to_first * slot[0]);
    }
};

// These return what gradients become: the rest of the update needs the whole parameter.

// You et al. (2020): Adam's step, whose length is then made that of the parameter.
struct Lamb {
    static constexpr bool begins = true;
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>&, const Rates<T>& by, V, V g, V (&slot)[most_slots]) {
        slot[0] = moved(slot[0], g, by.to_first);
        slot[1] = moved(slot[1], g * g, by.to_second);
        return slot[0] * by.gradient_rate / (sqrt(slot[1] * by.second_rate) + by.epsilon);
    }
};

// Shazeer and Stern (2018). The gradients of matrices are divided later, by what is known of their squares.
struct Adafactor {
    static constexpr bool begins = true;
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V, V g, V (&slot)[most_slots]) {
        if (args.factored) return g;
        slot[2] = fma(by.beta_2, slot[2], by.to_second * fma(g, g, by.epsilon));
        return g / sqrt(slot[2]);
    }
};

// Jordan et al. (2024): the sum of gradients, whose singular values are then made nearly equal.
struct Muon {
    static constexpr bool begins = true;
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdateArgs<T>& args, const Rates<T>& by, V, V g, V (&slot)[most_slots]) {
        slot[0] = fma(by.momentum, slot[0], g);
        return args.nesterov ? fma(by.momentum, slot[0], g) : slot[0];
    }
};

template <class UpdateFunction, class = void>
constexpr bool only_begins = false;
template <class UpdateFunction>
constexpr bool only_begins<UpdateFunction, decltype(void(UpdateFunction::begins))> = UpdateFunction::begins;

template <class UpdateFunction, class T>
void update_range(const UpdateArgs<T>& args, Range range) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    const Rates<T> by(args);
    const bool scales = args.scale != 1, clips = args.clip_value > 0, decays = args.decay != 0;
    const V scale = broadcast(T(args.scale)), bound = broadcast(T(args.clip_value)), decay = broadcast(T(args.decay));
    for (Index i = range.begin; i < range.end; i += L) {
        const Index count = range.end - i;
        V slot[most_slots];
        for (int s = 0; s < most_slots; ++s) slot[s] = args.slots[s] ? load(args.slots[s] + i, count) : V{};
        V w = load(args.parameters + i, count), g = load(args.gradients + i, count);
        if (scales) g *= scale;
        if (clips) g = smaller(bound, larger(-bound, g));
        if (args.first && args.kind == Optimizer::schedule_free_adamw) slot[0] = w;
        if (decays) w -= w * decay;
        const V result = UpdateFunction::step(args, by, w, g, slot);
        if constexpr (only_begins<UpdateFunction>) {
            if (decays) store(args.parameters + i, w, count);
            store(args.gradients + i, result, count);
        } else
            store(args.parameters + i, result, count);
        for (int s = 0; s < most_slots; ++s)
            if (args.slots[s]) store(args.slots[s] + i, slot[s], count);
    }
}

template <class T>
void update(const UpdateArgs<T>& args, Range range) {
    switch (args.kind) {
#define FASTLSTM_OPTIMIZER(name, Function, ...) \
    case Optimizer::name: return update_range<Function>(args, range);
        FASTLSTM_OPTIMIZERS(FASTLSTM_OPTIMIZER)
#undef FASTLSTM_OPTIMIZER
        case Optimizer::count: return;
    }
}

template <class T>
void accumulate(T* gradients, T* sums, double mean_of, Range range) {
    using V = typename Simd<T>::V;
    const V divisor = broadcast(T(mean_of));
    for (Index i = range.begin; i < range.end; i += Simd<T>::lanes) {
        const Index count = range.end - i;
        const V sum = load(sums + i, count) + load(gradients + i, count);
        store(sums + i, mean_of != 0 ? V{} : sum, count);
        if (mean_of != 0) store(gradients + i, sum / divisor, count);
    }
}

template <class T>
void average(T* averages, T* parameters, double momentum, bool overwrite, Range range) {
    using V = typename Simd<T>::V;
    const V share = broadcast(T(1 - momentum));
    for (Index i = range.begin; i < range.end; i += Simd<T>::lanes) {
        const Index count = range.end - i;
        const V next = moved(load(averages + i, count), load(parameters + i, count), share);
        store(averages + i, next, count);
        if (overwrite) store(parameters + i, next, count);
    }
}

// In double, so that no square of a float overflows, and as several sums, which the compiler makes vectors of.
template <class T>
double sum_squares(const T* values, Index count) {
    constexpr Index side_by_side = tuning::square_sums;
    double sums[side_by_side] = {};
    Index i = 0;
    for (; i + side_by_side <= count; i += side_by_side)
        for (Index j = 0; j < side_by_side; ++j) {
            const double x = static_cast<double>(values[i + j]);
            sums[j] += x * x;
        }
    double sum = 0;
    for (; i < count; ++i) sum += static_cast<double>(values[i]) * static_cast<double>(values[i]);
    for (const double part : sums) sum += part;
    return sum;
}

template <class T>
void add_scaled(T* to, const T* from, double by, Range range) {
    const auto factor = broadcast(T(by));
    for (Index i = range.begin; i < range.end; i += Simd<T>::lanes) {
        const Index count = range.end - i;
        store(to + i, fma(factor, load(from + i, count), load(to + i, count)), count);
    }
}

template <class T>
void sum_copies(T* gradients, Index copies, Index step, Range range) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = range.begin; i < range.end; i += L) {
        const Index count = range.end - i;
        auto sum = load(gradients + i, count);
        for (Index copy = 1; copy < copies; ++copy) sum += load(gradients + copy * step + i, count);
        store(gradients + i, sum, count);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
