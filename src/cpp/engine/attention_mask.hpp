// What masks leave of attention.
#pragma once

#include "../simd/lanes.hpp"
#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// What one row's masks leave of the value steps, for each of its query steps.
template <class T>
class RowMask {
public:
    static constexpr T none = static_cast<T>(-__builtin_inf());

    RowMask(const AttentionArgs<T>& args, Index n, T* added) : args_(args), n_(n), added_(added) {
        lowered_ = args.all_masked == AllMasked::by_scores ? T(-1e9) : none;
        first_ = args.value_steps;
        for (Index s = args.value_steps; s < padded<T>(args.value_steps); ++s) added[s] = none;
        for (Index s = args.value_steps - 1; s >= 0; --s) {
            const bool valid = is_valid(args.key_mask, s) && is_valid(args.value_mask, s);
            added[s] = valid ? T(0) : lowered_;
            if (valid) first_ = s;
        }
    }

    // Whether all value steps are masked for query step t.
    bool is_empty(Index t) const {
        const bool masked = args_.all_masked != AllMasked::by_scores && !is_valid(args_.query_mask, t);
        return masked || first_ > last(t) || (args_.pair_mask.data && pairs_are_masked(t));
    }
    bool zeros_output(Index t) const { return args_.zeros_masked && !is_valid(args_.query_mask, t); }
    // The last value step that query step t sees.
    Index last(Index t) const { return args_.causal ? least(t, args_.value_steps - 1) : args_.value_steps - 1; }
    // Whether there may be weights at all value steps, since all of those that a query step sees are masked.
    bool sees_all(Range tile) const {
        if (args_.all_masked == AllMasked::none) return false;
        for (Index t = tile.begin; t < tile.end; ++t)
            if (is_empty(t)) return true;
        return false;
    }
    // The value steps that have weights in a tile of query steps.
    Index seen(Range tile) const { return args_.causal && sees_all(tile) ? args_.value_steps : last(tile.end - 1) + 1; }
    // What is added to the scores of a vector of value steps.
    FASTLSTM_INLINE typename Simd<T>::V added(Index t, Index s) const {
        using S = Simd<T>;
        auto added = load(added_ + s);
        if (args_.pair_mask.data) {
            const auto sees = load(element(args_.pair_mask, t, n_, s), args_.value_steps - s);
            added = choose(sees == broadcast(T(0)), smaller(broadcast(lowered_), added), added);
        }
        if (s + S::lanes - 1 <= last(t)) return added;
        const typename S::I limit = typename S::I{} + static_cast<decltype(typename S::I{}[0] + 0)>(last(t) - s);
        return choose(lane_numbers<S>() > limit, smaller(broadcast(lowered_), added), added);
    }

private:
    bool pairs_are_masked(Index t) const {
        const T* sees = element(args_.pair_mask, t, n_, 0);
        for (Index s = first_; s <= last(t); ++s)
            if (sees[s] != 0 && added_[s] == 0) return false;
        return true;
    }
    bool is_valid(const Mask& mask, Index t) const { return !mask.data || *element(mask, t, n_, 0); }

    const AttentionArgs<T>& args_;
    Index n_, first_;
    T* added_;  // [padded S]
    T lowered_;
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
