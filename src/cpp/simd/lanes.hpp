// What is done among the lanes of a vector: folding them into one number, and transposing a square of numbers.
#pragma once

#include "vectors.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <int... lane>
struct LaneList {};

// The lanes 0 to Count - 1.
template <int Count, int... lane>
struct LanesFrom : LanesFrom<Count - 1, Count - 1, lane...> {};
template <int... lane>
struct LanesFrom<0, lane...> {
    using List = LaneList<lane...>;
};
template <class S>
using AllLanes = typename LanesFrom<S::lanes>::List;

template <class S, int... lane>
FASTLSTM_INLINE typename S::I numbered(LaneList<lane...>) {
    return typename S::I{lane...};
}

// 0, 1, 2, ...
template <class S>
FASTLSTM_INLINE typename S::I lane_numbers() {
    return numbered<S>(AllLanes<S>{});
}

// Lanes of a, numbered from 0, and of b, which follow them.
#if defined(__clang__)
#define FASTLSTM_LANES(S, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define FASTLSTM_LANES(S, a, b, ...) __builtin_shuffle(a, b, typename S::I{__VA_ARGS__})
#endif

template <class S, int Distance, int... lane>
FASTLSTM_INLINE typename S::V partners(typename S::V v, LaneList<lane...>) {
    return FASTLSTM_LANES(S, v, v, (lane ^ Distance)...);
}

// Blocks of `Distance` lanes: those of a with an even number and, shifted into the places between them, those of b.
template <class S, int Distance, int... lane>
FASTLSTM_INLINE typename S::V even_blocks(typename S::V a, typename S::V b, LaneList<lane...>) {
    return FASTLSTM_LANES(S, a, b, (lane & Distance ? S::lanes + lane - Distance : lane)...);
}

template <class S, int Distance, int... lane>
FASTLSTM_INLINE typename S::V odd_blocks(typename S::V a, typename S::V b, LaneList<lane...>) {
    return FASTLSTM_LANES(S, a, b, (lane & Distance ? S::lanes + lane : lane + Distance)...);
}
#undef FASTLSTM_LANES

// Each lane with the one `Distance` away, then the next smaller distance.
template <class S, int Distance = S::lanes / 2>
FASTLSTM_INLINE typename S::T sum_of_lanes(typename S::V v) {
    if constexpr (Distance == 0)
        return v[0];
    else
        return sum_of_lanes<S, Distance / 2>(v + partners<S, Distance>(v, AllLanes<S>{}));
}

template <class S, int Distance = S::lanes / 2>
FASTLSTM_INLINE typename S::T largest_lane(typename S::V v) {
    if constexpr (Distance == 0)
        return v[0];
    else
        return largest_lane<S, Distance / 2>(larger(v, partners<S, Distance>(v, AllLanes<S>{})));
}

// Lane j of vector i becomes lane i of vector j.
template <class S, int Distance = 1>
FASTLSTM_INLINE void transpose(typename S::V (&v)[S::lanes]) {
    if constexpr (Distance < S::lanes) {
#pragma GCC unroll 16
        for (int i = 0; i < S::lanes; ++i)
            if (!(i & Distance)) {
                const auto a = v[i], b = v[i + Distance];
                v[i] = even_blocks<S, Distance>(a, b, AllLanes<S>{});
                v[i + Distance] = odd_blocks<S, Distance>(a, b, AllLanes<S>{});
            }
        transpose<S, Distance * 2>(v);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
