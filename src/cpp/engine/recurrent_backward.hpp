// BPTT of a recurrent layer, for any cell.
#pragma once

#include "recurrent_forward.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Which lanes of the last unit block are units.
template <class T>
typename Simd<T>::I last_block_lanes(Index units) {
    typename Simd<T>::I lanes;
    for (Index lane = 0; lane < Simd<T>::lanes; ++lane)
        lanes[lane] = lane < units - (blocks_of<T>(units) - 1) * Simd<T>::lanes ? -1 : 0;
    return lanes;
}

// A step that did not count: what reaches its states reaches the previous ones.
template <class T, class Cell>
void skip_row_backward(const Layout<T, Cell>& at, Index t, Index n, const T* dy) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass = at.pass;
    for (Index i = 0; i < at.padded_units; i += L) {
        auto dh = load(at.dh(n) + i);
        if (pass.fed) {
            T* dfed = pass.dfed + n * at.padded_units + i;
            dh = fma(load(dfed), load(pass.fed_mask + n * at.padded_units + i), dh);
            store(dfed, typename Simd<T>::V{});
        }
        if (dy) dh += load(dy + i);
        store(at.dh(n) + i, dh);
    }
    for (Index i = 0; i < at.gates_row(); i += L) store(at.gates(t, n) + i, typename Simd<T>::V{});
}

// Turns what one phase of a step has kept into the gradients of its pre-activations.
template <class T, class Cell, int phase, class A>
void cell_backward(const Layout<T, Cell>& at, Index t, Range rows, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr bool last = phase + 1 == phase_count<Cell>;
    const RecurrentPass<T>& pass = at.pass;
    const typename Simd<T>::I inside = last_block_lanes<T>(pass.units);
    const StepPlaces<T, Cell> places(at, t);
    const bool zoneout = pass.zoneout, fed = pass.fed;
    const Index padded_units = at.padded_units, states_row = padded_units * (Cell::states - 1), h_row = pass.h.row;
    const T* unit_weights = pass.packed + at.packed.unit_weights;
    for (Index n = rows.begin; n < rows.end; ++n) {
        const bool has_dy = last && t >= pass.dy_begin &&
                            (!pass.dy_mask.data || pass.dy_mask.data[t * pass.dy_mask.step + n * pass.dy_mask.row]);
        const T* dy = has_dy ? pass.dy.data + t * pass.dy.step + n * pass.dy.row : nullptr;
        if (at.masked(t, n)) {
            if constexpr (last) skip_row_backward(at, t, n, dy);
            continue;
        }
        T *row = at.gates(t, n), *dh = at.dh(n), *d_states = pass.dstates + n * states_row;
        const T *h_before = places.h_before + n * h_row, *states_before = places.states_before + n * states_row;
        const T* kept = pass.kept + (t * pass.rows + n) * padded_units * Cell::kept;
        const Index first = n * padded_units;
        for (Index block = 0; block < at.blocks; ++block) {
            const Index unit = block * L, place = first + unit, zoned = t * pass.rows * padded_units + place;
            BackwardStep<typename Simd<T>::V, Cell> s;
            load_z<T, Cell, phase_count<Cell>>(s.z, row, block, padded_units);
            if constexpr (Cell::kept > 0) load_all<T>(s.kept, kept + unit, padded_units);
            if constexpr (Cell::unit_weights > 0) load_all<T>(s.unit, unit_weights + unit * Cell::unit_weights, L);
            s.previous[0] = load(h_before + unit);
            load_all<T>(s.previous, states_before + unit, padded_units, 1);
            if constexpr (phase_count<Cell> > 1) s.fed = load(places.fed_before + n * h_row + unit);
            if constexpr (!last) s.d_operand = load(pass.doperand + place);
            s.d_fed = typename Simd<T>::V{};
            s.d_state[0] = load(dh + unit);
            load_all<T>(s.d_state, d_states + unit, padded_units, 1);
            typename Simd<T>::V carried[Cell::states] = {};
            if constexpr (last) {
                if (fed) s.d_state[0] = fma(load(pass.dfed + place), load(pass.fed_mask + place), s.d_state[0]);
                if (dy) s.d_state[0] += load(dy + unit);
                if (zoneout)
#pragma GCC unroll 2
                    for (int i = 0; i < Cell::states; ++i) {
                        carried[i] = zoneout_share(pass, i, zoned) * s.d_state[i];
                        s.d_state[i] -= carried[i];
                    }
            }
            Cell::backward(s, activations, Phase<phase>{});
            if constexpr (last)
                if (zoneout)
#pragma GCC unroll 2
                    for (int i = 0; i < Cell::states; ++i) s.d_state[i] += carried[i];
            if (fed)
                store(pass.dfed + place, s.d_fed);
            else if constexpr (!last)
                s.d_state[0] += s.d_fed;
            // Lanes beyond the last unit may hold anything, which products with zeros would spread if it is not finite.
            if (block + 1 == at.blocks)
                for (auto& z : s.z) z = inside ? z : typename Simd<T>::V{};
            store_z<T, Cell, phase_count<Cell>>(s.z, row, block, padded_units);
            store(dh + unit, s.d_state[0]);
            store_all<T>(d_states + unit, s.d_state, padded_units, 1);
        }
    }
}

// The gradients of step t's pre-activations in a span of blocks, as a factor of products with transposed weights.
template <class T, class Cell>
Operand<T> gradients_in(const Layout<T, Cell>& at, Index t, Span span, const T* panels) {
    const Index k = span.blocks * at.padded_units;
    return {at.gates(t, 0) + span.first * at.padded_units, at.gates_row(), panels, k * Simd<T>::lanes, k};
}

template <class T, class Cell, int phase, class A>
void backward_phase(const Layout<T, Cell>& at, Index t, Range rows, const A& activations) {
    const RecurrentPass<T>& pass = at.pass;
    cell_backward<T, Cell, phase>(at, t, rows, activations);
    constexpr Span span = recurrent_span<Cell>(phase);
    if constexpr (span.blocks > 0) {
        if (phase == 0 && t == 0 && !pass.wants_d_initial) return;
        const auto dz = gradients_in(at, t, span, pass.packed + at.packed.recurrent_transposed[phase]);
        T* to = phase > 0 ? pass.doperand : pass.fed ? pass.dfed : pass.dh;
        multiply(dz, rows, at.blocks, to, at.padded_units, phase == 0);
    }
}

template <class T, class Cell>
void recurrent_backward(const RecurrentPass<T>& pass, Range rows) {
    const Layout<T, Cell> at(pass);
    with_activations<T, Cell>(pass, [&](const auto& activations) {
        for (Index t = pass.steps - 1; t >= 0; --t) {
            if constexpr (phase_count<Cell> > 1) backward_phase<T, Cell, 1>(at, t, rows, activations);
            backward_phase<T, Cell, 0>(at, t, rows, activations);
            if (pass.dx.data)
                multiply(gradients_in(at, t, kernel_span<Cell>(), pass.packed + at.packed.kernel_transposed), rows,
                         blocks_of<T>(pass.features), pass.dx.data + t * pass.dx.step, pass.dx.row, false);
        }
    });
    if (pass.fed && pass.wants_d_initial)
        for (Index i = rows.begin * at.padded_units; i < rows.end * at.padded_units; i += Simd<T>::lanes)
            store(pass.dh + i, fma(load(pass.dfed + i), load(pass.fed_mask + i), load(pass.dh + i)));
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
