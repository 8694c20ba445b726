// The product tile: R rows of A against panels of packed weights, accumulated in registers. It knows no cell.
//
// Every output is init + sum over k of a[k] * w[k], k ascending, whatever R and P: a row's result is the same bits
// in any tile, batch or thread.
#pragma once

#include "simd.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// One factor of a product: rows of `a` against panels [k][G][V] that start `panel_step` apart.
template <class T>
struct Operand {
    const T* a;
    Index row;
    const T* panel;
    Index panel_step;
    Index k;

    Operand panels_from(Index panel_index) const { return {a, row, panel + panel_index * panel_step, panel_step, k}; }
    Operand rows_from(Index first) const { return {a + first * row, row, panel, panel_step, k}; }
};

template <class T>
struct Tile {
    const T* init;  // where the sums start: a bias (init_row 0), partial sums, or null for zero
    Index init_row;
    T* out;  // [R][P][G][V]
    Index out_row;
};

// Rows of a tile by the registers it takes: C accumulators a row, C weights and a broadcast beside them.
constexpr int max_tile_rows(int columns) {
    const int rows = (vector_registers - columns - (vector_registers > 16 ? 2 : 0)) / columns;
    return rows < 1 ? 1 : rows > 6 ? 6 : rows;
}

template <class T, int R, int P, int G>
FASTLSTM_INLINE void accumulate(typename Simd<T>::V (&sum)[R][P * G], const Operand<T>& by) {
    using V = typename Simd<T>::V;
    constexpr int L = Simd<T>::lanes;
    const T* w = by.panel;
    const T* a = by.a;
    for (Index k = 0; k < by.k; ++k, ++a, w += G * L) {
        V weight[P * G];
#pragma GCC unroll 8
        for (int c = 0; c < P * G; ++c) weight[c] = load(w + (c / G) * by.panel_step + (c % G) * L);
#pragma GCC unroll 8
        for (int r = 0; r < R; ++r) {
            const V value = broadcast(a[r * by.row]);
#pragma GCC unroll 8
            for (int c = 0; c < P * G; ++c) sum[r][c] = fma(value, weight[c], sum[r][c]);
        }
    }
}

template <class T, int R, int P, int G>
void product_tile(const Operand<T>& first, const Operand<T>& second, const Tile<T>& tile) {
    using V = typename Simd<T>::V;
    constexpr int L = Simd<T>::lanes;
    V sum[R][P * G];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int c = 0; c < P * G; ++c) sum[r][c] = tile.init ? load(tile.init + r * tile.init_row + c * L) : V{};
    accumulate<T, R, P, G>(sum, first);
    accumulate<T, R, P, G>(sum, second);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int c = 0; c < P * G; ++c) store(tile.out + r * tile.out_row + c * L, sum[r][c]);
}

template <class T>
using ProductTile = void (*)(const Operand<T>&, const Operand<T>&, const Tile<T>&);

template <class T, int P, int G>
ProductTile<T> product_tile_of(int rows) {
    constexpr int most = max_tile_rows(P * G);
    switch (rows) {
        case 1: return product_tile<T, 1, P, G>;
        case 2: return product_tile<T, static_cast<int>(least(2, most)), P, G>;
        case 3: return product_tile<T, static_cast<int>(least(3, most)), P, G>;
        case 4: return product_tile<T, static_cast<int>(least(4, most)), P, G>;
        case 5: return product_tile<T, static_cast<int>(least(5, most)), P, G>;
        default: return product_tile<T, static_cast<int>(least(6, most)), P, G>;
    }
}

template <class T, int G>
ProductTile<T> product_tile_of(int rows, Index panels) {
    if constexpr (G == 1)
        if (panels == 8) return product_tile_of<T, 8, G>(rows);
    if constexpr (G <= 2)
        if (panels == 4) return product_tile_of<T, 4, G>(rows);
    return panels == 2 ? product_tile_of<T, 2, G>(rows) : product_tile_of<T, 1, G>(rows);
}

// Cuts rows by panels into tiles and calls visit(rows, panel, panels) for each. Row tiles are of nearly equal
// height, and panels the outer loop, so that a panel stays in the first cache for all rows. A row or two leave
// registers for more panels side by side, which keeps enough sums in flight to hide a multiply-add's latency.
template <class T, int G, class Visit>
FASTLSTM_INLINE void for_each_tile(Range rows, Index panel_count, const Visit& visit) {
    const Index count = rows.end - rows.begin;
    const int columns = count <= max_tile_rows(8) ? 8 : 4;
    static_assert(G <= 4, "a tile has at most four gate blocks side by side");
    Index panels = columns / G;  // for three blocks one of four columns stays empty, so that panels halve evenly
    const Index most_rows = max_tile_rows(static_cast<int>(panels) * G);
    const Index row_tiles = (count + most_rows - 1) / most_rows;
    for (Index panel = 0; panel < panel_count; panel += panels) {
        while (panels > panel_count - panel) panels /= 2;
        for (Index i = 0; i < row_tiles; ++i) {
            const Range part = part_of(count, i, row_tiles);
            visit(Range{rows.begin + part.begin, rows.begin + part.end}, panel, panels);
        }
    }
}

// to = a W on rows, for panels of one block each; added to what is there if `add`.
template <class T>
void multiply(const Operand<T>& by, Range rows, Index panel_count, T* to, Index to_row, bool add) {
    constexpr Index L = Simd<T>::lanes;
    const Operand<T> nothing{nullptr, 0, nullptr, 0, 0};
    for_each_tile<T, 1>(rows, panel_count, [&](Range tile, Index panel, Index panels) {
        T* at = to + tile.begin * to_row + panel * L;
        product_tile_of<T, 1>(static_cast<int>(tile.end - tile.begin), panels)(
            by.panels_from(panel).rows_from(tile.begin), nothing, {add ? at : nullptr, to_row, at, to_row});
    });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
