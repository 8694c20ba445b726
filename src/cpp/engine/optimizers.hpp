// Optimizer steps over the flat buffers, in Keras's forms: Adam's epsilon is added to the uncorrected square root,
// RMSprop's stands inside it, and SGD's velocity holds the learning rate.
#pragma once

#include "simd.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
struct Rates {
    using V = typename Simd<T>::V;
    // 1 - beta is taken in double: from a float 0.999 it would be wrong in the fifth digit.
    V rate, momentum, to_first, to_second, to_square, epsilon;
    explicit Rates(const UpdatePass<T>& pass)
        : rate(broadcast(T(pass.rate))),
          momentum(broadcast(T(pass.momentum))),
          to_first(broadcast(T(1 - pass.beta_1))),
          to_second(broadcast(T(1 - pass.beta_2))),
          to_square(broadcast(T(1 - pass.rho))),
          epsilon(broadcast(T(pass.epsilon))) {}
};

// Moves a running average by the given share towards a value.
template <class V>
FASTLSTM_INLINE V moved(V average, V value, V share) {
    return fma(value - average, share, average);
}

// Each rule turns one vector of gradients g into a change of the parameters w, with up to three slots.

struct Sgd {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdatePass<T>& pass, const Rates<T>& by, V w, V g, V (&slot)[3]) {
        const V change = by.rate * g;
        if (pass.momentum == 0) return w - change;
        slot[0] = fma(by.momentum, slot[0], -change);
        return pass.nesterov ? w + fma(by.momentum, slot[0], -change) : w + slot[0];
    }
};

// Kingma and Ba (2015); AMSGrad: Reddi et al. (2018). `rate` carries the bias corrections.
struct Adam {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdatePass<T>& pass, const Rates<T>& by, V w, V g, V (&slot)[3]) {
        slot[0] = moved(slot[0], g, by.to_first);
        slot[1] = moved(slot[1], g * g, by.to_second);
        V second = slot[1];
        if (pass.amsgrad) second = slot[2] = slot[2] > second ? slot[2] : second;
        return w - by.rate * slot[0] / (sqrt(second) + by.epsilon);
    }
};

// Tieleman and Hinton (2012). Slots: mean square, mean (if centered), velocity (with momentum).
struct RmsProp {
    template <class T, class V>
    static FASTLSTM_INLINE V step(const UpdatePass<T>& pass, const Rates<T>& by, V w, V g, V (&slot)[3]) {
        slot[0] = moved(slot[0], g * g, by.to_square);
        V variance = slot[0];
        if (pass.centered) {
            slot[1] = moved(slot[1], g, by.to_square);
            variance = larger(V{}, variance - slot[1] * slot[1]);  // rounding may make the difference negative
        }
        const V change = by.rate * g / sqrt(variance + by.epsilon);
        if (pass.momentum == 0) return w - change;
        slot[2] = fma(by.momentum, slot[2], change);
        return w - slot[2];
    }
};

template <class Rule, class T>
void update_range(const UpdatePass<T>& pass, Range range) {
    constexpr Index L = Simd<T>::lanes;
    const Rates<T> by(pass);
    for (Index i = range.begin; i < range.end; i += L) {
        const Index count = range.end - i;
        typename Simd<T>::V slot[3];
        for (int s = 0; s < 3; ++s) slot[s] = pass.slots[s] ? load(pass.slots[s] + i, count) : typename Simd<T>::V{};
        const auto w = load(pass.parameters + i, count), g = load(pass.gradients + i, count);
        store(pass.parameters + i, Rule::step(pass, by, w, g, slot), count);
        for (int s = 0; s < 3; ++s)
            if (pass.slots[s]) store(pass.slots[s] + i, slot[s], count);
    }
}

template <class T>
void update(const UpdatePass<T>& pass, Range range) {
    switch (pass.rule) {
        case Update::sgd: return update_range<Sgd>(pass, range);
        case Update::adam: return update_range<Adam>(pass, range);
        case Update::rmsprop: return update_range<RmsProp>(pass, range);
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
