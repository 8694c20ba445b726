// What the time loop and BPTT share: reading and writing the values of a step, and the choice of activations.
#pragma once

#include <type_traits>

#include "activations.hpp"
#include "recurrent_layout.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Vectors of units of some rows: one, or two that go together.
struct VectorPosition {
    Index n, block;
};

template <class At>
FASTLSTM_INLINE auto pointers_of(const VectorPosition (&positions)[1], const At& at) {
    return at(positions[0]);
}
template <class At>
FASTLSTM_INLINE auto pointers_of(const VectorPosition (&positions)[2], const At& at) {
    const auto low = at(positions[0]), high = at(positions[1]);
    return PointerPair<std::remove_pointer_t<decltype(at(positions[0]))>>{low, high};
}

template <class V, int Count, class Pointer>
FASTLSTM_INLINE void load_all(V (&to)[Count], Pointer from, Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) to[i] = load(from + (i - first) * apart);
}

template <class V, int Count, class Pointer>
FASTLSTM_INLINE void store_all(Pointer to, const V (&from)[Count], Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) store(to + (i - first) * apart, from[i]);
}

template <class T, class Cell, int phase, class V, int K>
FASTLSTM_INLINE void load_z(V (&z)[Cell::gates], const Gates<T, Cell>& from, const VectorPosition (&positions)[K]) {
#pragma GCC unroll 8
    for (int c = 0; c < Cell::gates; ++c)
        if (columns_of<Cell>.phase[c] <= phase)
            z[c] = load(pointers_of(positions, [&](VectorPosition s) { return from.at(c, s.block, s.n); }));
}

template <class T, class Cell, int phase, class V, int K>
FASTLSTM_INLINE void store_z(const V (&z)[Cell::gates], const Gates<T, Cell>& to,
                             const VectorPosition (&positions)[K]) {
#pragma GCC unroll 8
    for (int c = 0; c < Cell::gates; ++c)
        if (columns_of<Cell>.phase[c] <= phase)
            store(pointers_of(positions, [&](VectorPosition s) { return to.at(c, s.block, s.n); }), z[c]);
}

// The share of a previous state that zoneout keeps: its rate, or a random 0 or 1.
template <class V, class T, int K>
FASTLSTM_INLINE V zoneout_share(const RecurrentArgs<T>& args, int state, Index t,
                                const VectorPosition (&positions)[K]) {
    if (!args.zoneout_mask[state]) return broadcast(static_cast<T>(args.zoneout_rate[state]));
    const Index row = padded<T>(args.units);
    return load(pointers_of(positions, [&](VectorPosition s) {
        return args.zoneout_mask[state] + (t * args.rows + s.n) * row + s.block * Simd<T>::lanes;
    }));
}

// Where a step reads and writes states. Computed once a step: finding a slot takes a division, which costs as much as
// a vector of units.
template <class T, class Cell>
struct StepPointers {
    const T *h_before, *states_before, *dropped_h_before;
    T *h_after, *states_after, *dropped_h_after;

    StepPointers(const Layout<T, Cell>& at, Index t)
        : h_before(at.h(t, 0)),
          states_before(at.states(t, 0, 0)),
          dropped_h_before(at.dropped_h(t, 0)),
          h_after(at.h(t + 1, 0)),
          states_after(at.states(t + 1, 0, 0)),
          dropped_h_after(at.args.dropped_h ? at.dropped_h(t + 1, 0) : nullptr) {}
};

FASTLSTM_INLINE void barrier(const UnitTeam& unit_team) {
    if (unit_team.threads > 1) unit_team.barrier(unit_team.team);
}

// Calls visit(activations) with the cell's default pair as types, or else with run-time choices.
template <class T, class Cell, class Visit>
FASTLSTM_INLINE void with_activations(const RecurrentArgs<T>& args, const Visit& visit) {
    using S = Simd<T>;
    using Candidate = FixedActivation<Cell::default_activation>;
    using Gate = FixedActivation<Cell::default_recurrent_activation>;
    if (args.activation == Cell::default_activation &&
        args.recurrent_activation == Cell::default_recurrent_activation && args.clip <= 0)
        visit(Activations<Candidate, Gate>{});
    else
        visit(Activations<ChosenActivation<S>, ChosenActivation<S>>{
            {args.activation, args.clip}, {args.activation, 0}, {args.recurrent_activation, args.clip}});
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
