// The weight gradients of a recurrent layer: tiles of each product's kernel and recurrent kernel, and of the diagonal
// weights, for each unit block.
#pragma once

#include "recurrent_layout.hpp"
#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T, class Cell>
struct RecurrentGradients {
    static constexpr Index L = Simd<T>::lanes;
    // Where the recurrent product has a bias of its own, its tiles hold it, which needs the first step also when there
    // is no h before it (the slot before it holds zeros).
    static constexpr bool recurrent_bias = Cell::bias_rows > 1;
    const RecurrentPass<T>& pass;
    Layout<T, Cell> at;
    bool bias;
    Index kernel_tiles, recurrent_tiles;

    explicit RecurrentGradients(const RecurrentPass<T>& pass)
        : pass(pass),
          at(pass),
          bias(pass.gradients.bias != nullptr),
          kernel_tiles(GradientTiling<T, 1>(pass.features, bias).row_tiles),
          recurrent_tiles(GradientTiling<T, 1>(pass.units, bias && recurrent_bias).row_tiles) {}

    Index tiles_of_block() const {
        Index tiles = Cell::unit_weights > 0;
        for (const Product& product : Cell::products)
            tiles += (product.x ? kernel_tiles : 0) + (product.h ? recurrent_tiles : 0);
        return tiles;
    }

    // For a range of steps, after all later ones.
    void run(Index tile, Range steps) const {
        const Index block = tile / tiles_of_block();
        Index i = tile % tiles_of_block();
        for_each_product<Cell>([&](auto number) {
            constexpr int p = decltype(number)::number;
            constexpr Product product = Cell::products[p];
            if constexpr (product.x) {
                if (i >= 0 && i < kernel_tiles)
                    run_kernel<product.first, product.blocks, product.source>(block, i, steps);
                i -= kernel_tiles;
            }
            if constexpr (product.h) {
                if (i >= 0 && i < recurrent_tiles)
                    run_recurrent<product.first, product.blocks, product.source, product.phase>(block, i, steps);
                i -= recurrent_tiles;
            }
        });
        if constexpr (Cell::unit_weights > 0)
            if (i == 0) run_unit_weights(block, steps);
    }

private:
    template <int first>
    Sequence<const T> dz(Index block) const {
        return {at.gates(0).at(first, block, 0), Gates<T, Cell>::row(first), at.gates_step()};
    }
    bool add(Range steps) const { return steps.end < pass.steps; }

    GradientTile<T> columns(Index block, Index width) const {
        GradientTile<T> tile{nullptr, width, pass.units, {}};
        for (Index& valid : tile.valid) valid = pass.units - block * L;
        return tile;
    }

    template <int first, int blocks, int source>
    void run_kernel(Index block, Index i, Range steps) const {
        const Index from = source * pass.units + block * L;
        GradientTiling<T, blocks>(pass.features, bias)
            .run(i, {pass.x, dz<first>(block), pass.rows, steps, add(steps)}, pass.gradients.kernel + from,
                 columns(block, kernel_gates<Cell>() * pass.units), bias ? pass.gradients.bias + from : nullptr);
    }

    template <int first, int blocks, int source, int phase>
    void run_recurrent(Index block, Index i, Range steps) const {
        const Index from = source * pass.units + block * L, width = recurrent_gates<Cell>() * pass.units;
        const bool own_bias = bias && recurrent_bias;
        const Sequence<const T> factor =
            phase == 0 ? Sequence<const T>{pass.fed ? pass.fed : pass.h.data, pass.h.row, pass.h.step}
                       : Sequence<const T>{pass.operand, at.padded_units, pass.rows * at.padded_units};
        const bool later = add(steps);
        if (!pass.initial && !own_bias && steps.begin == 0) steps.begin = 1;
        GradientTiling<T, blocks>(pass.units, own_bias)
            .run(i, {factor, dz<first>(block), pass.rows, steps, later}, pass.gradients.recurrent + from,
                 columns(block, width), own_bias ? pass.gradients.bias + width + from : nullptr);
    }

    void run_unit_weights(Index block, Range steps) const {
        const Index valid = pass.units - block * L;
        typename Simd<T>::V sum[at_least_one(Cell::unit_weights)] = {};
        if (add(steps))
            for (int i = 0; i < Cell::unit_weights; ++i)
                sum[i] = load(pass.gradients.unit_weights + i * pass.units + block * L, valid);
        for (Index t = steps.end - 1; t >= steps.begin; --t)
            for (Index n = 0; n < pass.rows; ++n)
#pragma GCC unroll 4
                for (int i = 0; i < Cell::unit_weights; ++i) {
                    constexpr auto& weights = Cell::peepholes;
                    const T* factor = weights[i].kept
                                          ? at.kept(t, n, block) + weights[i].factor * at.padded_units
                                          : at.states(t, n, block) + (weights[i].factor - 1) * at.padded_units;
                    const T* d = at.gates(t).at(weights[i].gate, block, n);
                    sum[i] = fma(load(d), load(factor), sum[i]);
                }
        for (int i = 0; i < Cell::unit_weights; ++i)
            store(pass.gradients.unit_weights + i * pass.units + block * L, sum[i], valid);
    }
};

constexpr Index chunk_samples = 768;

template <class T, class Cell>
Index recurrent_gradient_tiles(const RecurrentPass<T>& pass) {
    return blocks_of<T>(pass.units) * RecurrentGradients<T, Cell>(pass).tiles_of_block();
}

template <class T, class Cell>
void recurrent_gradients(const RecurrentPass<T>& pass, Range tiles) {
    const RecurrentGradients<T, Cell> gradients(pass);
    // Steps go in chunks, so that what the tiles of one unit block read again and again stays in the cache.
    const Index chunk = chunk_samples / (pass.rows > 0 ? pass.rows : 1) + 1;
    Index end = pass.steps;
    do {
        const Range steps{end > chunk ? end - chunk : 0, end};
        for (Index tile = tiles.begin; tile < tiles.end; ++tile) gradients.run(tile, steps);
        end = steps.begin;
    } while (end > 0);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
