// Constraints of weights, as in Keras: of each weight, or of the norm of each group of weights.
#pragma once

#include "../simd/vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// For each name in lists/constraints.hpp: value(w), the weight that w becomes, or norm(args, norm), the norm that a
// group with a given norm gets.
template <Constraint>
struct ConstraintFunction;

struct OfWeights {
    static constexpr bool constrains_norm = false;
};
struct OfNorm {
    static constexpr bool constrains_norm = true;
};

template <>
struct ConstraintFunction<Constraint::non_neg> : OfWeights {
    template <class V>
    static FASTLSTM_INLINE V value(V w) {
        return w < V{} ? V{} : w;
    }
};

template <>
struct ConstraintFunction<Constraint::unit_norm> : OfNorm {
    template <class T, class V>
    static FASTLSTM_INLINE V norm(const ConstraintArgs<T>&, V) {
        return broadcast(T(1));
    }
};

// `rate` of the way to the nearest norm within the bounds.
template <>
struct ConstraintFunction<Constraint::min_max_norm> : OfNorm {
    template <class T, class V>
    static FASTLSTM_INLINE V norm(const ConstraintArgs<T>& args, V norm) {
        const V low = broadcast(static_cast<T>(args.minimum)), high = broadcast(static_cast<T>(args.maximum));
        const V bounded = smaller(high, larger(low, norm));
        return fma(broadcast(static_cast<T>(args.rate)), bounded - norm, norm);
    }
};

// The same with a minimum of 0 and a rate of 1, which are in the arguments.
template <>
struct ConstraintFunction<Constraint::max_norm> : ConstraintFunction<Constraint::min_max_norm> {};

// `groups` counts groups of `inner` neighbours side by side: [outer][inner].
template <class Function, class T>
void constrain_groups(const ConstraintArgs<T>& args, Range groups) {
    using V = typename Simd<T>::V;
    for (Index group = groups.begin; group < groups.end;) {
        const Index outer = group / args.inner, inner = group % args.inner;
        const Index count = least(Simd<T>::lanes, least(args.inner - inner, groups.end - group));
        T* first = args.weights + outer * args.reduced * args.inner + inner;
        const auto for_each_weight = [&](const auto& visit) {
            for (Index i = 0; i < args.reduced; ++i) visit(first + i * args.inner);
        };
        if constexpr (Function::constrains_norm) {
            V squares = {};
            for_each_weight([&](const T* w) { squares = fma(load(w, count), load(w, count), squares); });
            const V norm = sqrt(squares), factor = Function::norm(args, norm) / (norm + broadcast(T(1e-7)));
            for_each_weight([&](T* w) { store(w, load(w, count) * factor, count); });
        } else {
            for_each_weight([&](T* w) { store(w, Function::value(load(w, count)), count); });
        }
        group += count;
    }
}

template <class T>
void constrain(const ConstraintArgs<T>& args, Range groups) {
    switch (args.kind) {
#define FASTLSTM_CONSTRAINT(name) \
    case Constraint::name: return constrain_groups<ConstraintFunction<Constraint::name>>(args, groups);
        FASTLSTM_CONSTRAINTS(FASTLSTM_CONSTRAINT)
#undef FASTLSTM_CONSTRAINT
        case Constraint::count: return;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
