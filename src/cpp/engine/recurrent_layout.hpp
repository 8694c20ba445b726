// Where a recurrent layer's packed weights and a call's buffers hold the values of a product, row, step and
// unit block. All of it follows from the cell's list of products.
#pragma once

#include "../cells/cell.hpp"
#include "products.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class Cell>
constexpr int product_count = static_cast<int>(sizeof Cell::products / sizeof *Cell::products);

template <class Cell>
constexpr int phase_count = Cell::products[product_count<Cell> - 1].phase + 1;

// Calls visit(Number<p>{}) for each product p, in order: its index as a type.
template <int value>
struct Number {
    static constexpr int number = value;
};
template <class Cell, int p = 0, class Visit>
FASTLSTM_INLINE void for_each_product(const Visit& visit) {
    if constexpr (p < product_count<Cell>) {
        visit(Number<p>{});
        for_each_product<Cell, p + 1>(visit);
    }
}

// The blocks of z that a phase's products take from h' (or the second phase's input), or from x: neighbours, so that
// BPTT's products take them as one.
struct Span {
    int first, blocks;
};

template <class Cell>
constexpr Span recurrent_span(int phase) {
    Span span{0, 0};
    for (const Product& product : Cell::products)
        if (product.phase == phase && product.h) {
            if (span.blocks == 0) span.first = product.first;
            span.blocks = product.first + product.blocks - span.first;
        }
    return span;
}

template <class Cell>
constexpr Span kernel_span() {
    Span span{0, 0};
    for (const Product& product : Cell::products)
        if (product.x) {
            if (span.blocks == 0) span.first = product.first;
            span.blocks = product.first + product.blocks - span.first;
        }
    return span;
}

template <class Cell>
constexpr int kernel_gates() {
    int gates = 0;
    for (const Product& product : Cell::products) gates += product.x ? product.blocks : 0;
    return gates;
}

template <class Cell>
constexpr int recurrent_gates() {
    int gates = 0;
    for (const Product& product : Cell::products) gates += product.h ? product.blocks : 0;
    return gates;
}

template <class Cell>
constexpr int widest_product(int phase) {
    int widest = 1;
    for (const Product& product : Cell::products)
        if (product.phase == phase && product.blocks > widest) widest = product.blocks;
    return widest;
}

// For every block of z, the product that computes it.
template <class Cell>
struct Columns {
    int first[Cell::gates], blocks[Cell::gates], phase[Cell::gates];
    constexpr Columns() : first(), blocks(), phase() {
        for (const Product& product : Cell::products)
            for (int c = product.first; c < product.first + product.blocks; ++c) {
                first[c] = product.first;
                blocks[c] = product.blocks;
                phase[c] = product.phase;
            }
    }
};
template <class Cell>
constexpr Columns<Cell> columns_of{};

// Where the pre-activations z of a step lie: for each product in turn and each of its unit blocks, the rows, with the
// product's gate blocks side by side in each. So a panel of the weight gradients reads memory in order.
template <class T, class Cell>
struct Gates {
    static constexpr Index L = Simd<T>::lanes;
    T* data;
    Index rows, blocks;            // numbers of them
    Index first_row, first_block;  // indices of the first ones

    static constexpr Index row(int column) { return columns_of<Cell>.blocks[column] * L; }
    Index panel(int column) const { return rows * row(column); }
    FASTLSTM_INLINE T* at(int column, Index block, Index n) const {
        const int first = columns_of<Cell>.first[column];
        return data + first * L * rows * blocks + (block - first_block) * panel(column) +
               (n - first_row) * row(column) + (column - first) * L;
    }
};

// Where the packed weights lie.
template <class T, class Cell>
struct PackedLayout {
    static constexpr Index L = Simd<T>::lanes;
    Index features, units, blocks, padded_units, unit_weights, kernel_transposed, size;
    Index kernel[product_count<Cell>], recurrent[product_count<Cell>], bias[product_count<Cell>];
    Index recurrent_transposed[phase_count<Cell>];

    PackedLayout(Index features, Index units)
        : features(features), units(units), blocks(blocks_of<T>(units)), padded_units(blocks * L) {
        Index next = 0;
        for (int p = 0; p < product_count<Cell>; ++p) {
            const Product& product = Cell::products[p];
            const Index columns = product.blocks * padded_units;
            kernel[p] = next;
            recurrent[p] = kernel[p] + (product.x ? features * columns : 0);
            bias[p] = recurrent[p] + (product.h ? units * columns : 0);
            next = bias[p] + columns;
        }
        unit_weights = next;
        kernel_transposed = unit_weights + Cell::unit_weights * padded_units;
        next = kernel_transposed + padded<T>(features) * kernel_row();
        for (int phase = 0; phase < phase_count<Cell>; ++phase) {
            recurrent_transposed[phase] = next;
            next += padded_units * recurrent_row(phase);
        }
        size = next;
    }

    // Elements of a row of z that depend on x, or on h in a phase.
    Index kernel_row() const { return kernel_span<Cell>().blocks * padded_units; }
    Index recurrent_row(int phase) const { return recurrent_span<Cell>(phase).blocks * padded_units; }
};

// Where each buffer of a call holds a given row, step and unit block. The state before step t is in slot t, and the one
// after it in slot t + 1.
template <class T, class Cell>
struct Layout {
    static constexpr Index L = Simd<T>::lanes;
    const RecurrentArgs<T>& args;
    PackedLayout<T, Cell> packed;
    Index blocks, padded_units;

    explicit Layout(const RecurrentArgs<T>& args)
        : args(args), packed(args.features, args.units), blocks(packed.blocks), padded_units(packed.padded_units) {}

    Index gates_step() const { return args.rows * padded_units * Cell::gates; }
    Gates<T, Cell> gates(Index t) const {
        return {args.gates + t % args.gate_slots * gates_step(), args.rows, blocks, 0, 0};
    }
    T* second_phase_input(Index t, Index n) const {
        return args.second_phase_input + (t % args.gate_slots * args.rows + n) * padded_units;
    }
    T* saved(Index t, Index n, Index block) const {
        return args.saved + (t * args.rows + n) * padded_units * Cell::saved + block * L;
    }
    T* h(Index slot, Index n) const { return args.h.data + slot % args.h_slots * args.h.step + n * args.h.row; }
    T* dropped_h(Index slot, Index n) const {
        return args.dropped_h ? args.dropped_h + slot % args.h_slots * args.h.step + n * args.h.row : h(slot, n);
    }
    T* states(Index slot, Index n, Index block) const {
        return args.states + (slot % args.state_slots * args.rows + n) * padded_units * (Cell::states - 1) + block * L;
    }
    T* dh(Index n) const { return args.dh + n * padded_units; }
    bool masked(Index t, Index n) const {
        return args.mask.data && !args.mask.data[t * args.mask.step + n * args.mask.row];
    }
    // Before the first step h is zero unless it was given, and its product with it would add zeros.
    bool has_previous(Index t) const { return t > 0 || args.initial; }

    Operand<T> x(Index t, int p) const {
        const Product& product = Cell::products[p];
        return {args.x.data + t * args.x.step, args.x.row, args.packed + packed.kernel[p],
                args.features * product.blocks * L, product.x ? args.features : 0};
    }
    Operand<T> recurrent(Index t, int p) const {
        const Product& product = Cell::products[p];
        const bool first = product.phase == 0;
        return {first ? dropped_h(t, 0) : second_phase_input(t, 0), first ? args.h.row : padded_units,
                args.packed + packed.recurrent[p], args.units * product.blocks * L,
                product.h && has_previous(t) ? args.units : 0};
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
