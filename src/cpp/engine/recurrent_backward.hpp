// BPTT of a recurrent layer, for any cell.
#pragma once

#include "recurrent_step.hpp"

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

// Where the gradients of a step's states go if the caller wants to see them.
template <class T, class Cell>
T* state_gradients_at(const Layout<T, Cell>& at, Index t, Index n, Index block) {
    return at.args.state_gradients + (t * at.args.rows + n) * at.padded_units * Cell::states + block * Simd<T>::lanes;
}

// Masked step: the gradients of its states pass unchanged to the previous states.
template <class T, class Cell>
void skip_row_backward(const Layout<T, Cell>& at, Index t, Index n, Range blocks, const T* dy) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentArgs<T>& args = at.args;
    for (Index block = blocks.begin; block < blocks.end; ++block) {
        const Index i = block * L;
        auto dh = load(at.dh(n) + i);
        if (args.dropped_h) {
            T* d_dropped_h = args.d_dropped_h + n * at.padded_units + i;
            dh = fma(load(d_dropped_h), load(args.recurrent_mask + n * at.padded_units + i), dh);
            store(d_dropped_h, typename Simd<T>::V{});
        }
        if (dy) dh += load(dy + i);
        store(at.dh(n) + i, dh);
        if (args.state_gradients) {
            T* to = state_gradients_at(at, t, n, block);
            store(to, dh);
            for (int s = 1; s < Cell::states; ++s)
                store(to + s * at.padded_units,
                      load(args.d_states + (n * (Cell::states - 1) + s - 1) * at.padded_units + i));
        }
        const typename Simd<T>::V nothing[Cell::gates] = {};
        store_z<T, Cell, phase_count<Cell>>(nothing, at.gates(t), {{n, block}});
    }
}

// Turns the saved values of one phase of a step into the gradients of its pre-activations.
template <class T, class Cell, int phase, class A>
void cell_backward(const Layout<T, Cell>& at, Index t, Range rows, Range blocks, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr bool last = phase + 1 == phase_count<Cell>;
    const RecurrentArgs<T>& args = at.args;
    const typename Simd<T>::I inside = last_block_lanes<T>(args.units);
    const StepPointers<T, Cell> pointers(at, t);
    const bool zoneout = args.zoneout, dropped_h = args.dropped_h;
    const Index padded_units = at.padded_units, states_row = padded_units * (Cell::states - 1), h_row = args.h.row;
    const T* unit_weights = args.packed + at.packed.unit_weights;
    const Gates<T, Cell> z = at.gates(t);
    for (Index n = rows.begin; n < rows.end; ++n) {
        const bool has_dy = last && t >= args.dy_begin &&
                            (!args.dy_mask.data || args.dy_mask.data[t * args.dy_mask.step + n * args.dy_mask.row]);
        const T* dy = has_dy ? args.dy.data + t * args.dy.step + n * args.dy.row : nullptr;
        if (at.masked(t, n)) {
            if constexpr (last) skip_row_backward(at, t, n, blocks, dy);
            continue;
        }
        T *dh = at.dh(n), *d_states = args.d_states + n * states_row;
        const T *h_before = pointers.h_before + n * h_row, *states_before = pointers.states_before + n * states_row;
        const T* saved = args.saved + (t * args.rows + n) * padded_units * Cell::saved;
        const Index first = n * padded_units;
        for (Index block = blocks.begin; block < blocks.end; ++block) {
            const VectorPosition position[] = {{n, block}};
            const Index unit = block * L, offset = first + unit;
            BackwardStep<typename Simd<T>::V, Cell> s;
            load_z<T, Cell, phase_count<Cell>>(s.z, z, position);
            if constexpr (Cell::saved > 0) load_all(s.saved, saved + unit, padded_units);
            if constexpr (Cell::unit_weights > 0) load_all(s.unit, unit_weights + unit * Cell::unit_weights, L);
            s.previous[0] = load(h_before + unit);
            load_all(s.previous, states_before + unit, padded_units, 1);
            if constexpr (phase_count<Cell> > 1) s.dropped_h = load(pointers.dropped_h_before + n * h_row + unit);
            if constexpr (!last) s.d_second_phase_input = load(args.d_second_phase_input + offset);
            s.d_dropped_h = typename Simd<T>::V{};
            s.d_state[0] = load(dh + unit);
            load_all(s.d_state, d_states + unit, padded_units, 1);
            typename Simd<T>::V d_zoneout[Cell::states] = {};
            if constexpr (last) {
                if (dropped_h)
                    s.d_state[0] =
                        fma(load(args.d_dropped_h + offset), load(args.recurrent_mask + offset), s.d_state[0]);
                if (dy) s.d_state[0] += load(dy + unit);
                if (args.state_gradients) store_all(state_gradients_at(at, t, n, block), s.d_state, padded_units);
                if (zoneout)
#pragma GCC unroll 2
                    for (int i = 0; i < Cell::states; ++i) {
                        d_zoneout[i] = zoneout_share<typename Simd<T>::V>(args, i, t, position) * s.d_state[i];
                        s.d_state[i] -= d_zoneout[i];
                    }
            }
            Cell::backward(s, activations, Phase<phase>{});
            // Under zoneout h is made of the new c, not of what zoneout leaves of it.
            if constexpr (last && Cell::states > 1)
                if (args.state_gradients && !zoneout)
                    store(state_gradients_at(at, t, n, block) + padded_units, s.d_whole_cell);
            if constexpr (last)
                if (zoneout)
#pragma GCC unroll 2
                    for (int i = 0; i < Cell::states; ++i) s.d_state[i] += d_zoneout[i];
            if (dropped_h)
                store(args.d_dropped_h + offset, s.d_dropped_h);
            else if constexpr (!last)
                s.d_state[0] += s.d_dropped_h;
            // Lanes beyond the last unit may hold anything: not even a product with zero removes what is not finite.
            if (block + 1 == at.blocks)
                for (auto& d : s.z) d = inside ? d : typename Simd<T>::V{};
            store_z<T, Cell, phase>(s.z, z, position);
            store(dh + unit, s.d_state[0]);
            store_all(d_states + unit, s.d_state, padded_units, 1);
        }
    }
}

// to = dz W^T on rows, for a range of panels: the gradients of step t's pre-activations from the products that are
// `wanted`, times the transposed weights, whose panels hold those products one after another.
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
void backward_phase(const Layout<T, Cell>& at, Index t, Range rows, const UnitTeam& unit_team, const A& activations) {
    const RecurrentArgs<T>& args = at.args;
    const Range blocks = part_of(at.blocks, unit_team.thread, unit_team.threads);
    cell_backward<T, Cell, phase>(at, t, rows, blocks, activations);
    barrier(unit_team);
    if constexpr (recurrent_span<Cell>(phase).blocks > 0) {
        if (phase == 0 && t == 0 && !args.wants_d_initial) return;
        T* to = phase > 0 ? args.d_second_phase_input : args.dropped_h ? args.d_dropped_h : args.dh;
        multiply_gradients(
            at, t, rows, args.packed + at.packed.recurrent_transposed[phase], blocks,
            [](const Product& product) { return product.h && product.phase == phase; }, to, at.padded_units,
            phase == 0);
    }
}

template <class T, class Cell>
void recurrent_backward(const RecurrentArgs<T>& args, Range rows, Range steps, const UnitTeam& unit_team) {
    constexpr Index L = Simd<T>::lanes;
    const Layout<T, Cell> at(args);
    const Range features = part_of(blocks_of<T>(args.features), unit_team.thread, unit_team.threads);
    with_activations<T, Cell>(args, [&](const auto& activations) {
        for (Index t = steps.end - 1; t >= steps.begin; --t) {
            if constexpr (phase_count<Cell> > 1) backward_phase<T, Cell, 1>(at, t, rows, unit_team, activations);
            backward_phase<T, Cell, 0>(at, t, rows, unit_team, activations);
            if (args.dx.data)
                multiply_gradients(
                    at, t, rows, args.packed + at.packed.kernel_transposed, features,
                    [](const Product& product) { return product.x; }, args.dx.data + t * args.dx.step, args.dx.row,
                    false);
        }
    });
    const Range blocks = part_of(at.blocks, unit_team.thread, unit_team.threads);
    if (args.dropped_h && args.wants_d_initial && steps.begin == 0)
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index i = n * at.padded_units + blocks.begin * L; i < n * at.padded_units + blocks.end * L; i += L)
                store(args.dh + i, fma(load(args.d_dropped_h + i), load(args.recurrent_mask + i), load(args.dh + i)));
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
