// Weight gradients: dW[k][column] += sum over steps (last first) and rows of a[k] * dz[column], with tiles of the
// result in registers. The sum's order is fixed, so tiles can go to any thread.
#pragma once

#include "products.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Where a tile of the result goes: C vectors in each of its rows, `column_step` apart, the c-th with valid[c] lanes.
template <class T>
struct GradientTile {
    T* to;
    Index to_row, column_step;
    Index valid[4];  // of each vector
};

// The samples: inputs a and the gradients dz of their products, for a range of steps; and whether to add to the sums of
// later steps.
template <class T>
struct Samples {
    Sequence<const T> a;
    Sequence<const T> dz;
    Index rows;
    Range steps;
    bool add;
};

// K rows of the weights; with Bias one more sum, of dz alone.
template <class T, int K, int C, bool Bias>
void gradient_tile(const Samples<T>& samples, const GradientTile<T>& tile, T* bias) {
    using V = typename Simd<T>::V;
    constexpr int L = Simd<T>::lanes;
    V sum[K + Bias][C];
#pragma GCC unroll 8
    for (int k = 0; k < K + Bias; ++k) {
        const T* from = k < K ? tile.to + k * tile.to_row : bias;
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) sum[k][c] = samples.add ? load(from + c * tile.column_step, tile.valid[c]) : V{};
    }
    for (Index t = samples.steps.end - 1; t >= samples.steps.begin; --t) {
        const T* a = samples.a.data + t * samples.a.step;
        const T* dz = samples.dz.data + t * samples.dz.step;
        for (Index n = 0; n < samples.rows; ++n, a += samples.a.row, dz += samples.dz.row) {
            V d[C];
#pragma GCC unroll 4
            for (int c = 0; c < C; ++c) d[c] = load(dz + c * L);
#pragma GCC unroll 8
            for (int k = 0; k < K; ++k) {
                const V value = broadcast(a[k]);
#pragma GCC unroll 4
                for (int c = 0; c < C; ++c) sum[k][c] = fma(value, d[c], sum[k][c]);
            }
            if constexpr (Bias)
#pragma GCC unroll 4
                for (int c = 0; c < C; ++c) sum[K][c] += d[c];
        }
    }
#pragma GCC unroll 8
    for (int k = 0; k < K + Bias; ++k) {
        T* to = k < K ? tile.to + k * tile.to_row : bias;
#pragma GCC unroll 4
        for (int c = 0; c < C; ++c) store(to + c * tile.column_step, sum[k][c], tile.valid[c]);
    }
}

template <class T>
using GradientKernel = void (*)(const Samples<T>&, const GradientTile<T>&, T*);

// Rows of a gradient tile, the bias among them, whatever its columns.
constexpr Index gradient_columns = tuning::tile_columns, gradient_rows = max_tile_rows(gradient_columns);

template <class T, int C, bool Bias>
GradientKernel<T> gradient_tile_of(Index k) {
    constexpr int most = static_cast<int>(gradient_rows) - Bias;
    switch (k) {
        case 1: return gradient_tile<T, 1, C, Bias>;
        case 2: return gradient_tile<T, static_cast<int>(least(2, most)), C, Bias>;
        case 3: return gradient_tile<T, static_cast<int>(least(3, most)), C, Bias>;
        case 4: return gradient_tile<T, static_cast<int>(least(4, most)), C, Bias>;
        case 5: return gradient_tile<T, static_cast<int>(least(5, most)), C, Bias>;
        default: return gradient_tile<T, static_cast<int>(least(6, most)), C, Bias>;
    }
}

// One weight matrix's tiles: groups of columns that are C vectors each, by row tiles of nearly equal height. The bias,
// if any, belongs to the first row tile.
template <class T, int C>
struct GradientTiling {
    static_assert(C <= gradient_columns);
    Index k, row_tiles;
    bool bias;

    GradientTiling(Index k, bool bias) : k(k), row_tiles((k + bias + gradient_rows - 1) / gradient_rows), bias(bias) {}

    Range rows_of(Index i) const {
        const Range part = part_of(k + bias, i, row_tiles);
        return {i == 0 ? 0 : part.begin - bias, part.end - bias};
    }

    // `to` and `bias_to` point at the group's first column.
    void run(Index i, const Samples<T>& samples, T* to, const GradientTile<T>& columns, T* bias_to) const {
        const Range rows = rows_of(i);
        Samples<T> from = samples;
        from.a.data += rows.begin;
        GradientTile<T> tile = columns;
        tile.to = to + rows.begin * tile.to_row;
        const Index count = rows.end - rows.begin;
        if (bias && i == 0)
            gradient_tile_of<T, C, true>(count)(from, tile, bias_to);
        else
            gradient_tile_of<T, C, false>(count)(from, tile, nullptr);
    }
};

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
