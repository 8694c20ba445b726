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
    // If the recurrent product has a separate bias, its tiles include it. They then need the first step even if no h
    // precedes that (slot 0 holds zeros).
    static constexpr bool recurrent_bias = Cell::bias_rows > 1;
    const RecurrentArgs<T>& args;
    Layout<T, Cell> at;
    bool bias;
    Index kernel_tiles, recurrent_tiles;

    explicit RecurrentGradients(const RecurrentArgs<T>& args)
        : args(args),
          at(args),
          bias(args.gradients.bias != nullptr),
          kernel_tiles(GradientTiling<T, 1>(args.features, bias).row_tiles),
          recurrent_tiles(GradientTiling<T, 1>(args.units, bias && recurrent_bias).row_tiles) {}

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
    bool add(Range steps) const { return steps.end < args.steps; }

    GradientTile<T> columns(Index block, Index width) const {
        GradientTile<T> tile{nullptr, width, args.units, {}};
        for (Index& valid : tile.valid) valid = args.units - block * L;
        return tile;
    }

    template <int first, int blocks, int source>
    void run_kernel(Index block, Index i, Range steps) const {
        const Index from = source * args.units + block * L;
        GradientTiling<T, blocks>(args.features, bias)
            .run(i, {args.x, dz<first>(block), args.rows, steps, add(steps)}, args.gradients.kernel + from,
                 columns(block, kernel_gates<Cell>() * args.units), bias ? args.gradients.bias + from : nullptr);
    }

    template <int first, int blocks, int source, int phase>
    void run_recurrent(Index block, Index i, Range steps) const {
        const Index from = source * args.units + block * L, width = recurrent_gates<Cell>() * args.units;
        const bool own_bias = bias && recurrent_bias;
        const Sequence<const T> factor =
            phase == 0 ? Sequence<const T>{args.dropped_h ? args.dropped_h : args.h.data, args.h.row, args.h.step}
                       : Sequence<const T>{args.second_phase_input, at.padded_units, args.rows * at.padded_units};
        const bool later = add(steps);
        if (!args.initial && !own_bias && steps.begin == 0) steps.begin = 1;
        GradientTiling<T, blocks>(args.units, own_bias)
            .run(i, {factor, dz<first>(block), args.rows, steps, later}, args.gradients.recurrent + from,
                 columns(block, width), own_bias ? args.gradients.bias + width + from : nullptr);
    }

    void run_unit_weights(Index block, Range steps) const {
        const Index valid = args.units - block * L;
        typename Simd<T>::V sum[at_least_one(Cell::unit_weights)] = {};
        if (add(steps))
            for (int i = 0; i < Cell::unit_weights; ++i)
                sum[i] = load(args.gradients.unit_weights + i * args.units + block * L, valid);
        for (Index t = steps.end - 1; t >= steps.begin; --t)
            for (Index n = 0; n < args.rows; ++n)
#pragma GCC unroll 4
                for (int i = 0; i < Cell::unit_weights; ++i) {
                    constexpr auto& weights = Cell::peepholes;
                    const T* factor = weights[i].saved
                                          ? at.saved(t, n, block) + weights[i].factor * at.padded_units
                                          : at.states(t, n, block) + (weights[i].factor - 1) * at.padded_units;
                    const T* d = at.gates(t).at(weights[i].gate, block, n);
                    sum[i] = fma(load(d), load(factor), sum[i]);
                }
        for (int i = 0; i < Cell::unit_weights; ++i)
            store(args.gradients.unit_weights + i * args.units + block * L, sum[i], valid);
    }
};

template <class T, class Cell>
Index recurrent_gradient_tiles(const RecurrentArgs<T>& args) {
    return blocks_of<T>(args.units) * RecurrentGradients<T, Cell>(args).tiles_of_block();
}

template <class T, class Cell>
void recurrent_gradients(const RecurrentArgs<T>& args, Range tiles, Range steps) {
    const RecurrentGradients<T, Cell> gradients(args);
    // Steps go in chunks, so that what the tiles of one unit block read again and again stays in the cache.
    const Index chunk = tuning::gradient_chunk_samples / (args.rows > 0 ? args.rows : 1) + 1;
    do {
        const Range part{steps.end - steps.begin > chunk ? steps.end - chunk : steps.begin, steps.end};
        for (Index tile = tiles.begin; tile < tiles.end; ++tile) gradients.run(tile, part);
        steps.end = part.begin;
    } while (steps.end > steps.begin);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
