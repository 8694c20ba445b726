// The product tile: R rows of A against panels of packed weights, accumulated in registers, for any cell.
//
// Every output is init + sum over k of a[k] * w[k], k ascending, whatever R and P: a row's result is the same bits
// in any tile, batch or thread.
#pragma once

#include "../simd/vectors.hpp"
#include "../tuning.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// One factor of a product: rows of `a` against panels [k][G][V] that start `panel_step` apart. The elements of a row
// lie in runs of `k`, each `run_step` after the one before.
template <class T>
struct Operand {
    const T* a;
    Index row;
    const T* panel;
    Index panel_step;
    Index k;
    Index runs = 1, run_step = 0;

    // From row n and panel p on.
    Operand from(Index n, Index p) const {
        return {a + n * row, row, panel + p * panel_step, panel_step, k, runs, run_step};
    }
};

template <class T>
struct Tile {
    const T* init;  // where the sums start: a bias (init_row 0), partial sums, or null for zero
    Index init_row, init_panel;
    T* out;  // [R][G][V] of the first panel, the others `out_panel` apart
    Index out_row, out_panel;
};

// Adds to the sums that are already there.
template <class T>
constexpr Tile<T> tile_to_add(T* out, Index row, Index panel) {
    return {out, row, panel, out, row, panel};
}

// Rows of a tile by the registers it takes: C accumulators per row, plus C weights and a broadcast.
constexpr int max_tile_rows(int columns) {
    const int rows = (vector_registers - columns - (vector_registers > 16 ? 2 : 0)) / columns;
    return rows < 1 ? 1 : rows > tuning::most_tile_rows ? tuning::most_tile_rows : rows;
}

template <class T, int R, int P, int G>
FASTLSTM_INLINE void accumulate(typename Simd<T>::V (&sum)[R][P * G], const Operand<T>& by) {
    using V = typename Simd<T>::V;
    constexpr int L = Simd<T>::lanes;
    const T* w = by.panel;
    const T* run = by.a;
    for (Index i = 0; i < by.runs; ++i, run += by.run_step) {
        const T* a = run;
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
}

template <class T, int R, int P, int G>
void product_tile(const Operand<T>& first, const Operand<T>& second, const Tile<T>& tile) {
    using V = typename Simd<T>::V;
    constexpr int L = Simd<T>::lanes;
    V sum[R][P * G];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int c = 0; c < P * G; ++c)
            sum[r][c] = tile.init ? load(tile.init + r * tile.init_row + (c / G) * tile.init_panel + (c % G) * L) : V{};
    accumulate<T, R, P, G>(sum, first);
    accumulate<T, R, P, G>(sum, second);
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 8
        for (int c = 0; c < P * G; ++c)
            store(tile.out + r * tile.out_row + (c / G) * tile.out_panel + (c % G) * L, sum[r][c]);
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
// height, and panels the outer loop, so that a panel stays in the first cache for all rows. One or two rows leave
// registers for more panels side by side, which keeps enough sums in flight to hide a multiply-add's latency.
// Callers go backwards every other time, and so find the weights that were used last still in the cache.
template <class T, int G, class Visit>
FASTLSTM_INLINE void for_each_tile(Range rows, Range panel_range, bool backwards, const Visit& visit) {
    const Index count = rows.end - rows.begin, panel_count = panel_range.end - panel_range.begin;
    const int columns = count <= max_tile_rows(tuning::tile_columns_of_few_rows) ? tuning::tile_columns_of_few_rows
                                                                                 : tuning::tile_columns;
    static_assert(G <= 4, "a tile has at most four gate blocks side by side");
    Index panels = columns / G;  // for three blocks one of four columns stays empty, so that panels halve evenly
    const Index most_rows = max_tile_rows(static_cast<int>(panels) * G);
    const Index row_tiles = (count + most_rows - 1) / most_rows;
    for (Index done = 0; done < panel_count; done += panels) {
        while (panels > panel_count - done) panels /= 2;
        const Index panel = backwards ? panel_range.end - done - panels : panel_range.begin + done;
        for (Index i = 0; i < row_tiles; ++i) {
            const Range part = part_of(count, i, row_tiles);
            visit(Range{rows.begin + part.begin, rows.begin + part.end}, panel, panels);
        }
    }
}

// Independent multiply-adds, and nothing else.
template <class T>
void multiply_adds(Index rounds, T* sink) {
    typename Simd<T>::V sum[tuning::benchmark_sums];
    const auto factor = broadcast(sink[0]), term = broadcast(sink[1]);
#pragma GCC unroll 16
    for (int i = 0; i < tuning::benchmark_sums; ++i) sum[i] = broadcast(sink[i]);
    for (Index i = 0; i < rounds; ++i)
#pragma GCC unroll 16
        for (auto& each : sum) each = fma(each, factor, term);
    auto total = sum[0];
#pragma GCC unroll 16
    for (int i = 1; i < tuning::benchmark_sums; ++i) total += sum[i];
    sink[0] = total[0];
}

template <class T>
constexpr Operand<T> no_operand{nullptr, 0, nullptr, 0, 0};

// to = a W + b W' on rows, for panels of one block each; added to `to` if `add`.
template <class T>
void multiply(const Operand<T>& a, const Operand<T>& b, Range rows, Range panel_range, bool backwards, T* to,
              Index to_row, bool add) {
    constexpr Index L = Simd<T>::lanes;
    for_each_tile<T, 1>(rows, panel_range, backwards, [&](Range tile, Index panel, Index panels) {
        T* at = to + tile.begin * to_row + panel * L;
        product_tile_of<T, 1>(static_cast<int>(tile.end - tile.begin), panels)(
            a.from(tile.begin, panel), b.from(tile.begin, panel),
            add ? tile_to_add(at, to_row, L) : Tile<T>{nullptr, 0, 0, at, to_row, L});
    });
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
