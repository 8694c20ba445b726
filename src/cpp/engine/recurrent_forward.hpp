// The time loop of a recurrent layer, for any cell.
#pragma once

#include "recurrent_step.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Masked step: copy the states, zero the saved gates.
template <class T, class Cell, int phase>
void skip_row(const Layout<T, Cell>& at, Index t, Index n, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentArgs<T>& args = at.args;
    for (Index block = blocks.begin; block < blocks.end; ++block) {
        if (args.gates) {
            const typename Simd<T>::V nothing[Cell::gates] = {};
            store_z<T, Cell, phase>(nothing, at.gates(t), {{n, block}});
        }
        if constexpr (phase + 1 < phase_count<Cell>) {
            store(at.second_phase_input(t, n) + block * L, typename Simd<T>::V{});
        } else {
            store(at.h(t + 1, n) + block * L, load(at.h(t, n) + block * L));
            if (args.dropped_h) store(at.dropped_h(t + 1, n) + block * L, load(at.dropped_h(t, n) + block * L));
            for (int s = 0; s < Cell::states - 1; ++s)
                store(at.states(t + 1, n, block) + s * at.padded_units,
                      load(at.states(t, n, block) + s * at.padded_units));
            if (args.training)
                for (int k = 0; k < Cell::saved; ++k)
                    store(at.saved(t, n, block) + k * at.padded_units, typename Simd<T>::V{});
        }
    }
}

// The cell's equations of one phase at one or two positions.
template <class T, class Cell, int phase, int K, class A>
FASTLSTM_INLINE void cell_forward_at(const VectorPosition (&positions)[K], const Layout<T, Cell>& at,
                                     const StepPointers<T, Cell>& pointers, Index t, const Gates<T, Cell>& z,
                                     const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr bool last = phase + 1 == phase_count<Cell>;
    using V = std::conditional_t<K == 1, typename Simd<T>::V, Pair<typename Simd<T>::V>>;
    const RecurrentArgs<T>& args = at.args;
    const Index padded_units = at.padded_units, h_row = args.h.row;
    const auto in_rows = [&](auto* data, Index row) {
        return pointers_of(positions, [&](VectorPosition s) { return data + s.n * row + s.block * L; });
    };
    const auto of_units = [&](const T* data, Index each) {
        return pointers_of(positions, [&](VectorPosition s) { return data + s.block * L * each; });
    };
    ForwardStep<V, Cell> s;
    load_z<T, Cell, phase>(s.z, z, positions);
    s.previous[0] = load(in_rows(pointers.h_before, h_row));
    load_all(s.previous, in_rows(pointers.states_before, padded_units * (Cell::states - 1)), padded_units, 1);
    if constexpr (!last) s.dropped_h = load(in_rows(pointers.dropped_h_before, h_row));
    if constexpr (Cell::unit_weights > 0)
        load_all(s.unit, of_units(args.packed + at.packed.unit_weights, Cell::unit_weights), L);
    Cell::forward(s, activations, Phase<phase>{});
    if constexpr (!last) {
        store(in_rows(at.second_phase_input(t, 0), padded_units), s.second_phase_input);
    } else {
        if (args.zoneout)
#pragma GCC unroll 2
            for (int i = 0; i < Cell::states; ++i) {
                const V share = zoneout_share<V>(args, i, t, positions);
                s.state[i] = fma(share, s.previous[i], fma(-share, s.state[i], s.state[i]));
            }
        store(in_rows(pointers.h_after, h_row), s.state[0]);
        store_all(in_rows(pointers.states_after, padded_units * (Cell::states - 1)), s.state, padded_units, 1);
        if (args.dropped_h)
            store(in_rows(pointers.dropped_h_after, h_row),
                  s.state[0] * load(in_rows(args.recurrent_mask, padded_units)));
        if constexpr (Cell::saved > 0)
            if (args.training) store_all(in_rows(at.saved(t, 0, 0), padded_units * Cell::saved), s.saved, padded_units);
    }
    if (args.gates) store_z<T, Cell, phase>(s.z, z, positions);
}

// Over a tile of rows and unit blocks: two positions at a time where the activations are compiled in. Where they are
// called one by one, two positions would gain nothing.
template <class T, class Cell, int phase, class A>
FASTLSTM_INLINE void cell_forward(const Layout<T, Cell>& at, const StepPointers<T, Cell>& pointers, Index t, Range rows,
                                  Range blocks, const Gates<T, Cell>& z, const A& activations) {
    VectorPosition pending{};
    bool has_pending = false;
    for (Index n = rows.begin; n < rows.end; ++n) {
        if (at.masked(t, n)) {
            skip_row<T, Cell, phase>(at, t, n, blocks);
            continue;
        }
        for (Index block = blocks.begin; block < blocks.end; ++block) {
            if constexpr (!A::compiled_in) {
                cell_forward_at<T, Cell, phase>({{n, block}}, at, pointers, t, z, activations);
            } else {
                if (has_pending)
                    cell_forward_at<T, Cell, phase>({pending, {n, block}}, at, pointers, t, z, activations);
                else
                    pending = {n, block};
                has_pending = !has_pending;
            }
        }
    }
    if (A::compiled_in && has_pending) cell_forward_at<T, Cell, phase>({pending}, at, pointers, t, z, activations);
}

template <class T, class Cell, int phase, class A>
void forward_phase(const Layout<T, Cell>& at, Index t, Range rows, Range blocks, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr int most_rows = tuning::most_tile_rows;
    constexpr int most_panels = tuning::tile_columns_of_few_rows / widest_product<Cell>(phase);
    alignas(64) T scratch[most_rows * most_panels * Cell::gates * L];
    const StepPointers<T, Cell> pointers(at, t);
    Operand<T> x[product_count<Cell>], h[product_count<Cell>];
    for (int p = 0; p < product_count<Cell>; ++p) {
        x[p] = at.args.x_chunk > 0 ? no_operand<T> : at.x(t, p);
        h[p] = at.recurrent(t, p);
    }
    for_each_tile<T, widest_product<Cell>(phase)>(rows, blocks, t % 2, [&](Range tile, Index block, Index panels) {
        const int tile_rows = static_cast<int>(tile.end - tile.begin);
        const Gates<T, Cell> z =
            at.args.gates ? at.gates(t) : Gates<T, Cell>{scratch, tile_rows, panels, tile.begin, block};
        for_each_product<Cell>([&](auto number) {
            constexpr int p = decltype(number)::number;
            constexpr Product product = Cell::products[p];
            if constexpr (product.phase == phase) {
                constexpr Index width = product.blocks * L;
                T* to = z.at(product.first, block, tile.begin);
                const T* bias = at.args.packed + at.packed.bias[p] + block * width;
                product_tile_of<T, product.blocks>(tile_rows, panels)(
                    x[p].from(tile.begin, block), h[p].from(tile.begin, block),
                    product.x && at.args.x_chunk > 0 ? tile_to_add(to, width, z.panel(product.first))
                                                     : Tile<T>{bias, 0, width, to, width, z.panel(product.first)});
            }
        });
        cell_forward<T, Cell, phase>(at, pointers, t, tile, {block, block + panels}, z, activations);
    });
}

// The products with x of a chunk of steps, with either the rows or the steps of a row as the rows of a tile, whichever
// are more.
template <class T, class Cell>
FASTLSTM_OUTLINE void multiply_x_chunk(const Layout<T, Cell>& at, Range steps, Range rows, Range unit_blocks) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentArgs<T>& args = at.args;
    const Index count = steps.end - steps.begin;
    for_each_product<Cell>([&](auto number) {
        constexpr int p = decltype(number)::number, first = Cell::products[p].first, blocks = Cell::products[p].blocks;
        const auto multiply_all = [&](const Operand<T>& x, Range tiled, const Gates<T, Cell>& z, Index n,
                                      Index to_row) {
            for_each_tile<T, blocks>(tiled, unit_blocks, false, [&](Range tile, Index block, Index panels) {
                product_tile_of<T, blocks>(static_cast<int>(tile.end - tile.begin), panels)(
                    x.from(tile.begin, block), no_operand<T>,
                    {args.packed + at.packed.bias[p] + block * blocks * L, 0, blocks * L,
                     z.at(first, block, n) + tile.begin * to_row, to_row, z.panel(first)});
            });
        };
        if constexpr (Cell::products[p].x) {
            Operand<T> x = at.x(steps.begin, p);
            if (count > rows.end - rows.begin) {
                x.a += rows.begin * args.x.row;
                x.row = args.x.step;
                for (Index n = rows.begin; n < rows.end; ++n, x.a += args.x.row)
                    multiply_all(x, {0, count}, at.gates(steps.begin), n, at.gates_step());
            } else {
                for (Index t = steps.begin; t < steps.end; ++t, x.a += args.x.step)
                    multiply_all(x, rows, at.gates(t), 0, Gates<T, Cell>::row(first));
            }
        }
    });
}

template <class T, class Cell, class A>
void forward_steps(const RecurrentArgs<T>& args, Range rows, Range steps, const UnitTeam& unit_team,
                   const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    const Layout<T, Cell> at(args);
    const Range blocks = part_of(at.blocks, unit_team.thread, unit_team.threads);
    if (args.dropped_h && steps.begin == 0) {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index i = blocks.begin * L; i < blocks.end * L; i += L)
                store(at.dropped_h(0, n) + i,
                      load(at.h(0, n) + i) * load(args.recurrent_mask + n * at.padded_units + i));
        barrier(unit_team);
    }
    for (Index t = steps.begin; t < steps.end; ++t) {
        if (args.x_chunk > 0 && (t - steps.begin) % args.x_chunk == 0)
            multiply_x_chunk<T, Cell>(at, {t, least(t + args.x_chunk, steps.end)}, rows, blocks);
        if constexpr (recurrent_gates<Cell>() == 0) {
            cell_forward<T, Cell, 0>(at, StepPointers<T, Cell>(at, t), t, rows, blocks, at.gates(t), activations);
            continue;
        }
        forward_phase<T, Cell, 0>(at, t, rows, blocks, activations);
        barrier(unit_team);
        if constexpr (phase_count<Cell> > 1) {
            forward_phase<T, Cell, 1>(at, t, rows, blocks, activations);
            barrier(unit_team);
        }
    }
}

template <class T, class Cell>
void recurrent_forward(const RecurrentArgs<T>& args, Range rows, Range steps, const UnitTeam& unit_team) {
    with_activations<T, Cell>(
        args, [&](const auto& activations) { forward_steps<T, Cell>(args, rows, steps, unit_team, activations); });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
