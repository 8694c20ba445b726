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
void skip_row_backward(const Layout<T, Cell>& at, Index t, Index n, Range blocks, const T* dy) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass = at.pass;
    for (Index block = blocks.begin; block < blocks.end; ++block) {
        const Index i = block * L;
        auto dh = load(at.dh(n) + i);
        if (pass.fed) {
            T* dfed = pass.dfed + n * at.padded_units + i;
            dh = fma(load(dfed), load(pass.fed_mask + n * at.padded_units + i), dh);
            store(dfed, typename Simd<T>::V{});
        }
        if (dy) dh += load(dy + i);
        store(at.dh(n) + i, dh);
        const typename Simd<T>::V nothing[Cell::gates] = {};
        store_z<T, Cell, phase_count<Cell>>(nothing, at.gates(t), {{n, block}});
    }
}

// Turns what one phase of a step has kept into the gradients of its pre-activations.
template <class T, class Cell, int phase, class A>
void cell_backward(const Layout<T, Cell>& at, Index t, Range rows, Range blocks, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr bool last = phase + 1 == phase_count<Cell>;
    const RecurrentPass<T>& pass = at.pass;
    const typename Simd<T>::I inside = last_block_lanes<T>(pass.units);
    const StepPlaces<T, Cell> places(at, t);
    const bool zoneout = pass.zoneout, fed = pass.fed;
    const Index padded_units = at.padded_units, states_row = padded_units * (Cell::states - 1), h_row = pass.h.row;
    const T* unit_weights = pass.packed + at.packed.unit_weights;
    const Gates<T, Cell> z = at.gates(t);
    for (Index n = rows.begin; n < rows.end; ++n) {
        const bool has_dy = last && t >= pass.dy_begin &&
                            (!pass.dy_mask.data || pass.dy_mask.data[t * pass.dy_mask.step + n * pass.dy_mask.row]);
        const T* dy = has_dy ? pass.dy.data + t * pass.dy.step + n * pass.dy.row : nullptr;
        if (at.masked(t, n)) {
            if constexpr (last) skip_row_backward(at, t, n, blocks, dy);
            continue;
        }
        T *dh = at.dh(n), *d_states = pass.dstates + n * states_row;
        const T *h_before = places.h_before + n * h_row, *states_before = places.states_before + n * states_row;
        const T* kept = pass.kept + (t * pass.rows + n) * padded_units * Cell::kept;
        const Index first = n * padded_units;
        for (Index block = blocks.begin; block < blocks.end; ++block) {
            const Site site[] = {{n, block}};
            const Index unit = block * L, place = first + unit;
            BackwardStep<typename Simd<T>::V, Cell> s;
            load_z<T, Cell, phase_count<Cell>>(s.z, z, site);
            if constexpr (Cell::kept > 0) load_all(s.kept, kept + unit, padded_units);
            if constexpr (Cell::unit_weights > 0) load_all(s.unit, unit_weights + unit * Cell::unit_weights, L);
            s.previous[0] = load(h_before + unit);
            load_all(s.previous, states_before + unit, padded_units, 1);
            if constexpr (phase_count<Cell> > 1) s.fed = load(places.fed_before + n * h_row + unit);
            if constexpr (!last) s.d_operand = load(pass.doperand + place);
            s.d_fed = typename Simd<T>::V{};
            s.d_state[0] = load(dh + unit);
            load_all(s.d_state, d_states + unit, padded_units, 1);
            typename Simd<T>::V carried[Cell::states] = {};
            if constexpr (last) {
                if (fed) s.d_state[0] = fma(load(pass.dfed + place), load(pass.fed_mask + place), s.d_state[0]);
                if (dy) s.d_state[0] += load(dy + unit);
                if (zoneout)
#pragma GCC unroll 2
                    for (int i = 0; i < Cell::states; ++i) {
                        carried[i] = zoneout_share<typename Simd<T>::V>(pass, i, t, site) * s.d_state[i];
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
                for (auto& d : s.z) d = inside ? d : typename Simd<T>::V{};
            store_z<T, Cell, phase>(s.z, z, site);
            store(dh + unit, s.d_state[0]);
            store_all(d_states + unit, s.d_state, padded_units, 1);
        }
    }
}

// to = dz W^T on rows, for a range of panels: the gradients of step t's pre-activations that a product of `wanted`
// made, against the transposed weights, whose panels hold those products one after another.
template <class T, class Cell, class Wanted>
void multiply_gradients(const Layout<T, Cell>& at, Index t, Range rows, const T* panels, Range panel_range,
                        const Wanted& wanted, T* to, Index to_row, bool add) {
    constexpr Index L = Simd<T>::lanes;
    const Gates<T, Cell> dz = at.gates(t);
    Operand<T> factors[] = {no_operand<T>, no_operand<T>};
    Index count = 0, blocks = 0;
    for (const Product& product : Cell::products)
        if (wanted(product)) {
            const Index k = product.blocks * L;
            factors[count++] = {dz.at(product.first, 0, 0), k, panels + blocks * at.padded_units * L, 0, k, at.blocks,
                                dz.panel(product.first)};
            blocks += product.blocks;
        }
    for (Operand<T>& factor : factors) factor.panel_step = blocks * at.padded_units * L;
    multiply(factors[0], factors[1], rows, panel_range, t % 2, to, to_row, add);
}

template <class T, class Cell, int phase, class A>
void backward_phase(const Layout<T, Cell>& at, Index t, Range rows, const Crew& crew, const A& activations) {
    const RecurrentPass<T>& pass = at.pass;
    const Range blocks = part_of(at.blocks, crew.member, crew.members);
    cell_backward<T, Cell, phase>(at, t, rows, blocks, activations);
    meet(crew);
    if constexpr (recurrent_span<Cell>(phase).blocks > 0) {
        if (phase == 0 && t == 0 && !pass.wants_d_initial) return;
        T* to = phase > 0 ? pass.doperand : pass.fed ? pass.dfed : pass.dh;
        multiply_gradients(
            at, t, rows, pass.packed + at.packed.recurrent_transposed[phase], blocks,
            [](const Product& product) { return product.h && product.phase == phase; }, to, at.padded_units,
            phase == 0);
    }
}

template <class T, class Cell>
void recurrent_backward(const RecurrentPass<T>& pass, Range rows, Range steps, const Crew& crew) {
    constexpr Index L = Simd<T>::lanes;
    const Layout<T, Cell> at(pass);
    const Range features = part_of(blocks_of<T>(pass.features), crew.member, crew.members);
    with_activations<T, Cell>(pass, [&](const auto& activations) {
        for (Index t = steps.end - 1; t >= steps.begin; --t) {
            if constexpr (phase_count<Cell> > 1) backward_phase<T, Cell, 1>(at, t, rows, crew, activations);
            backward_phase<T, Cell, 0>(at, t, rows, crew, activations);
            if (pass.dx.data)
                multiply_gradients(
                    at, t, rows, pass.packed + at.packed.kernel_transposed, features,
                    [](const Product& product) { return product.x; }, pass.dx.data + t * pass.dx.step, pass.dx.row,
                    false);
        }
    });
    const Range blocks = part_of(at.blocks, crew.member, crew.members);
    if (pass.fed && pass.wants_d_initial && steps.begin == 0)
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index i = n * at.padded_units + blocks.begin * L; i < n * at.padded_units + blocks.end * L; i += L)
                store(pass.dh + i, fma(load(pass.dfed + i), load(pass.fed_mask + i), load(pass.dh + i)));
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
