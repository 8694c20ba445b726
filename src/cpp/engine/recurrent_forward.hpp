// The time loop of a recurrent layer, for any cell.
#pragma once

#include <type_traits>

#include "activations.hpp"
#include "recurrent_layout.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Vectors of units of some rows: one, or two that go together.
struct Site {
    Index n, block;
};

template <class At>
FASTLSTM_INLINE auto places_of(const Site (&sites)[1], const At& at) {
    return at(sites[0]);
}
template <class At>
FASTLSTM_INLINE auto places_of(const Site (&sites)[2], const At& at) {
    const auto low = at(sites[0]), high = at(sites[1]);
    return PairOfPlaces<std::remove_pointer_t<decltype(at(sites[0]))>>{low, high};
}

template <class V, int Count, class Place>
FASTLSTM_INLINE void load_all(V (&to)[Count], Place from, Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) to[i] = load(from + (i - first) * apart);
}

template <class V, int Count, class Place>
FASTLSTM_INLINE void store_all(Place to, const V (&from)[Count], Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) store(to + (i - first) * apart, from[i]);
}

template <class T, class Cell, int phase, class V, int K>
FASTLSTM_INLINE void load_z(V (&z)[Cell::gates], const Gates<T, Cell>& from, const Site (&sites)[K]) {
#pragma GCC unroll 8
    for (int c = 0; c < Cell::gates; ++c)
        if (columns_of<Cell>.phase[c] <= phase)
            z[c] = load(places_of(sites, [&](Site s) { return from.at(c, s.block, s.n); }));
}

template <class T, class Cell, int phase, class V, int K>
FASTLSTM_INLINE void store_z(const V (&z)[Cell::gates], const Gates<T, Cell>& to, const Site (&sites)[K]) {
#pragma GCC unroll 8
    for (int c = 0; c < Cell::gates; ++c)
        if (columns_of<Cell>.phase[c] <= phase)
            store(places_of(sites, [&](Site s) { return to.at(c, s.block, s.n); }), z[c]);
}

// What zoneout keeps of a previous state: a share, or what was drawn.
template <class V, class T, int K>
FASTLSTM_INLINE V zoneout_share(const RecurrentPass<T>& pass, int state, Index t, const Site (&sites)[K]) {
    if (!pass.zoneout_drawn[state]) return broadcast(static_cast<T>(pass.zoneout_rate[state]));
    const Index row = padded<T>(pass.units);
    return load(places_of(sites, [&](Site s) {
        return pass.zoneout_drawn[state] + (t * pass.rows + s.n) * row + s.block * Simd<T>::lanes;
    }));
}

// A step that does not count: states stay, and BPTT will find nothing to pass on.
template <class T, class Cell, int phase>
void skip_row(const Layout<T, Cell>& at, Index t, Index n, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass = at.pass;
    for (Index block = blocks.begin; block < blocks.end; ++block) {
        if (pass.gates) {
            const typename Simd<T>::V nothing[Cell::gates] = {};
            store_z<T, Cell, phase>(nothing, at.gates(t), {{n, block}});
        }
        if constexpr (phase + 1 < phase_count<Cell>) {
            store(at.operand(t, n) + block * L, typename Simd<T>::V{});
        } else {
            store(at.h(t + 1, n) + block * L, load(at.h(t, n) + block * L));
            if (pass.fed) store(at.fed(t + 1, n) + block * L, load(at.fed(t, n) + block * L));
            for (int s = 0; s < Cell::states - 1; ++s)
                store(at.states(t + 1, n, block) + s * at.padded_units,
                      load(at.states(t, n, block) + s * at.padded_units));
            if (pass.training)
                for (int k = 0; k < Cell::kept; ++k)
                    store(at.kept(t, n, block) + k * at.padded_units, typename Simd<T>::V{});
        }
    }
}

// Where a step reads and writes states, found once: slots alternate, and a remainder costs as much as a vector of
// units.
template <class T, class Cell>
struct StepPlaces {
    const T *h_before, *states_before, *fed_before;
    T *h_after, *states_after, *fed_after;

    StepPlaces(const Layout<T, Cell>& at, Index t)
        : h_before(at.h(t, 0)),
          states_before(at.states(t, 0, 0)),
          fed_before(at.fed(t, 0)),
          h_after(at.h(t + 1, 0)),
          states_after(at.states(t + 1, 0, 0)),
          fed_after(at.pass.fed ? at.fed(t + 1, 0) : nullptr) {}
};

// The cell's equations of one phase at one or two sites.
template <class T, class Cell, int phase, int K, class A>
FASTLSTM_INLINE void cell_forward_at(const Site (&sites)[K], const Layout<T, Cell>& at,
                                     const StepPlaces<T, Cell>& places, Index t, const Gates<T, Cell>& z,
                                     const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr bool last = phase + 1 == phase_count<Cell>;
    using V = std::conditional_t<K == 1, typename Simd<T>::V, Pair<typename Simd<T>::V>>;
    const RecurrentPass<T>& pass = at.pass;
    const Index padded_units = at.padded_units, h_row = pass.h.row;
    const auto in_rows = [&](auto* data, Index row) {
        return places_of(sites, [&](Site s) { return data + s.n * row + s.block * L; });
    };
    const auto of_units = [&](const T* data, Index each) {
        return places_of(sites, [&](Site s) { return data + s.block * L * each; });
    };
    ForwardStep<V, Cell> s;
    load_z<T, Cell, phase>(s.z, z, sites);
    s.previous[0] = load(in_rows(places.h_before, h_row));
    load_all(s.previous, in_rows(places.states_before, padded_units * (Cell::states - 1)), padded_units, 1);
    if constexpr (!last) s.fed = load(in_rows(places.fed_before, h_row));
    if constexpr (Cell::unit_weights > 0)
        load_all(s.unit, of_units(pass.packed + at.packed.unit_weights, Cell::unit_weights), L);
    Cell::forward(s, activations, Phase<phase>{});
    if constexpr (!last) {
        store(in_rows(at.operand(t, 0), padded_units), s.operand);
    } else {
        if (pass.zoneout)
#pragma GCC unroll 2
            for (int i = 0; i < Cell::states; ++i) {
                const V share = zoneout_share<V>(pass, i, t, sites);
                s.state[i] = fma(share, s.previous[i], fma(-share, s.state[i], s.state[i]));
            }
        store(in_rows(places.h_after, h_row), s.state[0]);
        store_all(in_rows(places.states_after, padded_units * (Cell::states - 1)), s.state, padded_units, 1);
        if (pass.fed) store(in_rows(places.fed_after, h_row), s.state[0] * load(in_rows(pass.fed_mask, padded_units)));
        if constexpr (Cell::kept > 0)
            if (pass.training) store_all(in_rows(at.kept(t, 0, 0), padded_units * Cell::kept), s.kept, padded_units);
    }
    if (pass.gates) store_z<T, Cell, phase>(s.z, z, sites);
}

// Over a tile of rows and unit blocks, two sites at a time.
template <class T, class Cell, int phase, class A>
FASTLSTM_INLINE void cell_forward(const Layout<T, Cell>& at, const StepPlaces<T, Cell>& places, Index t, Range rows,
                                  Range blocks, const Gates<T, Cell>& z, const A& activations) {
    Site waiting{};
    bool waits = false;
    for (Index n = rows.begin; n < rows.end; ++n) {
        if (at.masked(t, n)) {
            skip_row<T, Cell, phase>(at, t, n, blocks);
            continue;
        }
        for (Index block = blocks.begin; block < blocks.end; ++block) {
            if (waits)
                cell_forward_at<T, Cell, phase>({waiting, {n, block}}, at, places, t, z, activations);
            else
                waiting = {n, block};
            waits = !waits;
        }
    }
    if (waits) cell_forward_at<T, Cell, phase>({waiting}, at, places, t, z, activations);
}

template <class T, class Cell, int phase, class A>
void forward_phase(const Layout<T, Cell>& at, Index t, Range rows, Range blocks, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    constexpr int most_rows = 6, most_panels = 8 / widest_product<Cell>(phase);
    alignas(64) T scratch[most_rows * most_panels * Cell::gates * L];
    const StepPlaces<T, Cell> places(at, t);
    Operand<T> x[product_count<Cell>], h[product_count<Cell>];
    for (int p = 0; p < product_count<Cell>; ++p) {
        x[p] = at.pass.x_chunk > 0 ? no_operand<T> : at.x(t, p);
        h[p] = at.recurrent(t, p);
    }
    for_each_tile<T, widest_product<Cell>(phase)>(rows, blocks, t % 2, [&](Range tile, Index block, Index panels) {
        const int tile_rows = static_cast<int>(tile.end - tile.begin);
        const Gates<T, Cell> z =
            at.pass.gates ? at.gates(t) : Gates<T, Cell>{scratch, tile_rows, panels, tile.begin, block};
        for_each_product<Cell>([&](auto number) {
            constexpr int p = decltype(number)::number;
            constexpr Product product = Cell::products[p];
            if constexpr (product.phase == phase) {
                constexpr Index width = product.blocks * L;
                T* to = z.at(product.first, block, tile.begin);
                const T* bias = at.pass.packed + at.packed.bias[p] + block * width;
                product_tile_of<T, product.blocks>(tile_rows, panels)(
                    x[p].from(tile.begin, block), h[p].from(tile.begin, block),
                    product.x && at.pass.x_chunk > 0 ? tile_to_add(to, width, z.panel(product.first))
                                                     : Tile<T>{bias, 0, width, to, width, z.panel(product.first)});
            }
        });
        cell_forward<T, Cell, phase>(at, places, t, tile, {block, block + panels}, z, activations);
    });
}

// The products with x of a chunk of steps, with either the rows or the steps of a row as the rows of a tile, whichever
// are more.
template <class T, class Cell>
void feed_chunk(const Layout<T, Cell>& at, Range steps, Range rows, Range unit_blocks) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass = at.pass;
    const Index count = steps.end - steps.begin;
    for_each_product<Cell>([&](auto number) {
        constexpr int p = decltype(number)::number, first = Cell::products[p].first, blocks = Cell::products[p].blocks;
        const auto multiply_all = [&](const Operand<T>& x, Range tiled, const Gates<T, Cell>& z, Index n,
                                      Index to_row) {
            for_each_tile<T, blocks>(tiled, unit_blocks, false, [&](Range tile, Index block, Index panels) {
                product_tile_of<T, blocks>(static_cast<int>(tile.end - tile.begin), panels)(
                    x.from(tile.begin, block), no_operand<T>,
                    {pass.packed + at.packed.bias[p] + block * blocks * L, 0, blocks * L,
                     z.at(first, block, n) + tile.begin * to_row, to_row, z.panel(first)});
            });
        };
        if constexpr (Cell::products[p].x) {
            Operand<T> x = at.x(steps.begin, p);
            if (count > rows.end - rows.begin) {
                x.a += rows.begin * pass.x.row;
                x.row = pass.x.step;
                for (Index n = rows.begin; n < rows.end; ++n, x.a += pass.x.row)
                    multiply_all(x, {0, count}, at.gates(steps.begin), n, at.gates_step());
            } else {
                for (Index t = steps.begin; t < steps.end; ++t, x.a += pass.x.step)
                    multiply_all(x, rows, at.gates(t), 0, Gates<T, Cell>::row(first));
            }
        }
    });
}

FASTLSTM_INLINE void meet(const Crew& crew) {
    if (crew.members > 1) crew.meet(crew.team);
}

template <class T, class Cell, class A>
void forward_steps(const RecurrentPass<T>& pass, Range rows, Range steps, const Crew& crew, const A& activations) {
    constexpr Index L = Simd<T>::lanes;
    const Layout<T, Cell> at(pass);
    const Range blocks = part_of(at.blocks, crew.member, crew.members);
    if (pass.fed && steps.begin == 0) {
        for (Index n = rows.begin; n < rows.end; ++n)
            for (Index i = blocks.begin * L; i < blocks.end * L; i += L)
                store(at.fed(0, n) + i, load(at.h(0, n) + i) * load(pass.fed_mask + n * at.padded_units + i));
        meet(crew);
    }
    for (Index t = steps.begin; t < steps.end; ++t) {
        if (pass.x_chunk > 0 && (t - steps.begin) % pass.x_chunk == 0)
            feed_chunk<T, Cell>(at, {t, least(t + pass.x_chunk, steps.end)}, rows, blocks);
        if constexpr (recurrent_gates<Cell>() == 0) {
            cell_forward<T, Cell, 0>(at, StepPlaces<T, Cell>(at, t), t, rows, blocks, at.gates(t), activations);
            continue;
        }
        forward_phase<T, Cell, 0>(at, t, rows, blocks, activations);
        meet(crew);
        if constexpr (phase_count<Cell> > 1) {
            forward_phase<T, Cell, 1>(at, t, rows, blocks, activations);
            meet(crew);
        }
    }
}

// Calls visit(activations) with the cell's default pair as types, or else with run-time choices.
template <class T, class Cell, class Visit>
FASTLSTM_INLINE void with_activations(const RecurrentPass<T>& pass, const Visit& visit) {
    using S = Simd<T>;
    using Candidate = Fixed<Cell::default_activation>;
    using Gate = Fixed<Cell::default_recurrent_activation>;
    if (pass.activation == Cell::default_activation &&
        pass.recurrent_activation == Cell::default_recurrent_activation && pass.clip <= 0)
        visit(Activations<Candidate, Gate>{});
    else
        visit(Activations<Chosen<S>, Chosen<S>>{
            {pass.activation, pass.clip}, {pass.activation, 0}, {pass.recurrent_activation, pass.clip}});
}

template <class T, class Cell>
void recurrent_forward(const RecurrentPass<T>& pass, Range rows, Range steps, const Crew& crew) {
    with_activations<T, Cell>(
        pass, [&](const auto& activations) { forward_steps<T, Cell>(pass, rows, steps, crew, activations); });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
