// The time loop of a recurrent layer and its BPTT, for any cell.
#pragma once

#include "activations.hpp"
#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Where each buffer of a pass keeps a given row, step and unit block.
template <class T, class Cell>
struct Layout {
    static constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass;
    Index blocks, padded_units;

    explicit Layout(const RecurrentPass<T>& pass)
        : pass(pass), blocks(blocks_of<T>(pass.units)), padded_units(blocks * L) {}

    Index gates_row() const { return padded_units * Cell::gates; }
    T* gates(Index t, Index n, Index block) const {
        return pass.gates + (t * pass.rows + n) * gates_row() + block * Cell::gates * L;
    }
    T* kept(Index t, Index n, Index block) const {
        return pass.kept + (t * pass.rows + n) * padded_units * Cell::kept + block * L;
    }
    T* states(Index t, Index n, Index block) const {
        return pass.states + (t % pass.state_slots * pass.rows + n) * padded_units * (Cell::states - 1) + block * L;
    }
    T* d_states(Index n, Index block) const { return pass.dstates + n * padded_units * (Cell::states - 1) + block * L; }
    T* h(Index t, Index n) const { return pass.y.data + t % pass.y_slots * pass.y.step + n * pass.y.row; }
    T* dh(Index n) const { return pass.dh + n * padded_units; }

    Operand<T> x(Index t) const {
        return {pass.x.data + t * pass.x.step, pass.x.row, pass.kernel, pass.features * Cell::gates * L, pass.features};
    }
    // The first step has no previous h: its product would add zeros.
    Operand<T> previous_h(Index t) const {
        return {t > 0 ? h(t - 1, 0) : nullptr, pass.y.row, pass.recurrent, pass.units * Cell::gates * L,
                t > 0 ? pass.units : 0};
    }
};

// A cell that keeps nothing has an array of one that is neither loaded nor stored.
template <class Cell>
constexpr int kept_size = Cell::kept > 0 ? Cell::kept : 1;

// What a cell's equations read and write for one vector of units: `z` are the gate blocks (pre-activations, then what
// their derivatives need, then their gradients), `kept` is the cell's own memory for BPTT.

template <class V, class Cell>
struct ForwardStep {
    using Vector = V;
    V z[Cell::gates], previous[Cell::states], state[Cell::states], kept[kept_size<Cell>];
};

template <class V, class Cell>
struct BackwardStep {
    using Vector = V;
    V z[Cell::gates], previous[Cell::states], d_state[Cell::states], kept[kept_size<Cell>];
};

template <class T, int Count>
FASTLSTM_INLINE void load_all(typename Simd<T>::V (&to)[Count], const T* from, Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) to[i] = load(from + (i - first) * apart);
}

template <class T, int Count>
FASTLSTM_INLINE void store_all(T* to, const typename Simd<T>::V (&from)[Count], Index apart, int first = 0) {
#pragma GCC unroll 8
    for (int i = first; i < Count; ++i) store(to + (i - first) * apart, from[i]);
}

template <class V, int Count>
FASTLSTM_INLINE void zero_all(V (&to)[Count]) {
#pragma GCC unroll 8
    for (int i = 0; i < Count; ++i) to[i] = V{};
}

// The cell's equations over a tile whose pre-activations lie at z, block after block.
template <class T, class Cell, bool Training, class A, class R>
void cell_forward(const Layout<T, Cell>& at, Index t, Range rows, Range blocks, T* z, Index z_row, A activation,
                  R gate) {
    constexpr Index L = Simd<T>::lanes;
    for (Index n = rows.begin; n < rows.end; ++n, z += z_row)
        for (Index block = blocks.begin; block < blocks.end; ++block) {
            T* own = z + (block - blocks.begin) * Cell::gates * L;
            ForwardStep<typename Simd<T>::V, Cell> s;
            load_all<T>(s.z, own, L);
            zero_all(s.previous);
            if (t > 0) {
                s.previous[0] = load(at.h(t - 1, n) + block * L);
                load_all<T>(s.previous, at.states(t - 1, n, block), at.padded_units, 1);
            }
            Cell::forward(s, activation, gate);
            store(at.h(t, n) + block * L, s.state[0]);
            store_all<T>(at.states(t, n, block), s.state, at.padded_units, 1);
            if constexpr (Training) {
                store_all<T>(own, s.z, L);
                if constexpr (Cell::kept > 0) store_all<T>(at.kept(t, n, block), s.kept, at.padded_units);
            }
        }
}

// Calls visit(activation, gate) with the cell's default pair as types, or else with run-time choices.
template <class T, class Cell, class Visit>
FASTLSTM_INLINE void with_activations(const RecurrentPass<T>& pass, const Visit& visit) {
    using S = Simd<T>;
    if (pass.activation == Cell::default_activation && pass.recurrent_activation == Cell::default_recurrent_activation)
        visit(FixedOf<S, Cell::default_activation>{}, FixedOf<S, Cell::default_recurrent_activation>{});
    else
        visit(Chosen<S>{pass.activation}, Chosen<S>{pass.recurrent_activation});
}

template <class T, class Cell, bool Training, class A, class R>
void forward_steps(const RecurrentPass<T>& pass, Range rows, A activation, R gate) {
    constexpr Index L = Simd<T>::lanes;
    constexpr int most_columns = 8, G = Cell::gates;
    T scratch[6 * most_columns * L];
    const Layout<T, Cell> at(pass);
    for (Index t = 0; t < pass.steps; ++t) {
        const Operand<T> x = at.x(t), h = at.previous_h(t);
        for_each_tile<T, G>(rows, at.blocks, [&](Range tile, Index block, Index blocks, ProductTile<T> product) {
            T* z = Training ? at.gates(t, tile.begin, block) : scratch;
            const Index z_row = Training ? at.gates_row() : blocks * G * L;
            product(x.panels_from(block).rows_from(tile.begin), h.panels_from(block).rows_from(tile.begin),
                    {pass.bias + block * G * L, 0, z, z_row});
            cell_forward<T, Cell, Training>(at, t, tile, {block, block + blocks}, z, z_row, activation, gate);
        });
    }
}

template <class T, class Cell>
void recurrent_forward(const RecurrentPass<T>& pass, Range rows) {
    with_activations<T, Cell>(pass, [&](auto activation, auto gate) {
        if (pass.gates)
            forward_steps<T, Cell, true>(pass, rows, activation, gate);
        else
            forward_steps<T, Cell, false>(pass, rows, activation, gate);
    });
}

// Turns a step's kept gates into the gradients of their pre-activations.
template <class T, class Cell, class A, class R>
void cell_backward(const Layout<T, Cell>& at, Index t, Range rows, A activation, R gate) {
    constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass = at.pass;
    const bool last = t + 1 == pass.steps;
    for (Index n = rows.begin; n < rows.end; ++n) {
        const T* dy = t >= pass.dy_begin ? pass.dy.data + t * pass.dy.step + n * pass.dy.row : nullptr;
        for (Index block = 0; block < at.blocks; ++block) {
            BackwardStep<typename Simd<T>::V, Cell> s;
            load_all<T>(s.z, at.gates(t, n, block), L);
            if constexpr (Cell::kept > 0) load_all<T>(s.kept, at.kept(t, n, block), at.padded_units);
            zero_all(s.previous);
            if (t > 0) {
                s.previous[0] = load(at.h(t - 1, n) + block * L);
                load_all<T>(s.previous, at.states(t - 1, n, block), at.padded_units, 1);
            }
            zero_all(s.d_state);
            if (!last) {
                s.d_state[0] = load(at.dh(n) + block * L);
                load_all<T>(s.d_state, at.d_states(n, block), at.padded_units, 1);
            }
            if (dy) s.d_state[0] += load(dy + block * L);
            Cell::backward(s, activation, gate);
            store_all<T>(at.gates(t, n, block), s.z, L);
            store(at.dh(n) + block * L, s.d_state[0]);
            store_all<T>(at.d_states(n, block), s.d_state, at.padded_units, 1);
        }
    }
}

// to = dz W^T, where dz are the gate gradients of step t; added to what is there if `add`.
template <class T, class Cell>
void times_transposed(const Layout<T, Cell>& at, Index t, Range rows, const T* panels, Index width, T* to, Index to_row,
                      bool add) {
    constexpr Index L = Simd<T>::lanes;
    const Operand<T> dz{at.gates(t, 0, 0), at.gates_row(), panels, at.gates_row() * L, at.gates_row()};
    const Operand<T> nothing{nullptr, 0, nullptr, 0, 0};
    for_each_tile<T, 1>(rows, blocks_of<T>(width), [&](Range tile, Index panel, Index, ProductTile<T> product) {
        product(dz.panels_from(panel).rows_from(tile.begin), nothing,
                {add ? to + tile.begin * to_row + panel * L : nullptr, to_row, to + tile.begin * to_row + panel * L,
                 to_row});
    });
}

template <class T, class Cell>
void recurrent_backward(const RecurrentPass<T>& pass, Range rows) {
    const Layout<T, Cell> at(pass);
    with_activations<T, Cell>(pass, [&](auto activation, auto gate) {
        for (Index t = pass.steps - 1; t >= 0; --t) {
            cell_backward<T, Cell>(at, t, rows, activation, gate);
            if (t > 0)
                times_transposed(at, t, rows, pass.recurrent_transposed, pass.units, pass.dh, at.padded_units, true);
            if (pass.dx.data)
                times_transposed(at, t, rows, pass.kernel_transposed, pass.features, pass.dx.data + t * pass.dx.step,
                                 pass.dx.row, false);
        }
    });
}

// The tiles of a layer: those of (kernel, bias), then those of the recurrent kernel, for each unit block.
template <class T, class Cell>
struct RecurrentGradients {
    static constexpr Index L = Simd<T>::lanes;
    const RecurrentPass<T>& pass;
    Layout<T, Cell> at;
    GradientTiling<T, Cell::gates> kernel, recurrent;

    explicit RecurrentGradients(const RecurrentPass<T>& pass)
        : pass(pass), at(pass), kernel(pass.features, pass.d_bias != nullptr), recurrent(pass.units, false) {}

    Index tiles_of_block() const { return kernel.row_tiles + recurrent.row_tiles; }

    void run(Index tile) const {
        const Index block = tile / tiles_of_block(), i = tile % tiles_of_block(), unit = block * L;
        GradientTile<T> columns{nullptr, Cell::gates * pass.units, pass.units, {}};
        for (Index& valid : columns.valid) valid = pass.units - unit;
        const Sequence<const T> dz{at.gates(0, 0, block), at.gates_row(), pass.rows * at.gates_row()};
        if (i < kernel.row_tiles) {
            kernel.run(i, {pass.x, dz, pass.rows, 0, pass.steps}, pass.d_kernel + unit, columns,
                       pass.d_bias ? pass.d_bias + unit : nullptr);
        } else {
            const Sequence<const T> previous_h{pass.y.data - pass.y.step, pass.y.row, pass.y.step};
            recurrent.run(i - kernel.row_tiles, {previous_h, dz, pass.rows, 1, pass.steps}, pass.d_recurrent + unit,
                          columns, nullptr);
        }
    }
};

template <class T, class Cell>
Index recurrent_gradient_tiles(const RecurrentPass<T>& pass) {
    const RecurrentGradients<T, Cell> gradients(pass);
    return gradients.at.blocks * gradients.tiles_of_block();
}

template <class T, class Cell>
void recurrent_gradients(const RecurrentPass<T>& pass, Range tiles) {
    const RecurrentGradients<T, Cell> gradients(pass);
    for (Index tile = tiles.begin; tile < tiles.end; ++tile) gradients.run(tile);
}

template <class T, class Cell>
constexpr CellKernels<T> cell_kernels() {
    return {{Cell::gates, (Cell::states - 1), Cell::kept},
            recurrent_forward<T, Cell>,
            recurrent_backward<T, Cell>,
            recurrent_gradient_tiles<T, Cell>,
            recurrent_gradients<T, Cell>};
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
