// Products of two matrices for each row: of the features of its steps.
#pragma once

#include "elementwise.hpp"
#include "matrices.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Rows of a result that are in scratch at once.
constexpr Index dot_rows = 4 * tuning::most_tile_rows;

constexpr Index larger_of(Index a, Index b) { return a < b ? b : a; }

template <class T>
Index dot_scratch(const DotArgs<T>& args) {
    const Index terms = args.sums_a_steps ? args.a_steps : args.a_features;
    const Index rows = args.sums_a_steps ? args.a_features : args.a_steps;
    const Index columns = args.sums_b_steps ? args.b_features : args.b_steps;
    const Index extents[] = {terms, rows, columns};
    Index panels = 0, widest = 0;
    for (const Index k : extents)
        for (const Index width : extents) panels = larger_of(panels, Panels<T>::size(k, width));
    for (const Index width : extents) widest = larger_of(widest, padded<T>(width));
    return panels + dot_rows * widest;
}

// to = a b, where `to` has the rows of a as its steps.
template <class T>
void multiply_to_steps(const Matrix<T>& a, const Matrix<T>& b, const Sequence<T>& to, Index n, T* scratch) {
    const Panels<T> panels = pack_matrix(b, scratch);
    T* result = scratch + Panels<T>::size(b.rows, b.columns);
    const Index row = padded<T>(b.columns);
    for (Index first = 0; first < a.rows; first += dot_rows) {
        const Range tile{first, least(first + dot_rows, a.rows)};
        multiply_matrices(a.rows_in(tile), panels, {0, b.rows}, result, row);
        for (Index t = tile.begin; t < tile.end; ++t)
            for (Index i = 0; i < b.columns; i += Simd<T>::lanes)
                store(element(to, t, n, i), load(result + (t - first) * row + i), b.columns - i);
    }
}

// The factors of a row, as their product takes them.
template <class T>
struct DotFactors {
    Matrix<T> a, b;

    DotFactors(const DotArgs<T>& args, Index n)
        : a(steps_of(args.a, n, args.a_steps, 0, args.a_features)),
          b(steps_of(args.b, n, args.b_steps, 0, args.b_features)) {
        if (args.sums_a_steps) a = a.transposed();
        if (!args.sums_b_steps) b = b.transposed();
    }
};

template <class T>
void dot(const DotArgs<T>& args, Range rows) {
    if (rows.begin >= rows.end) return;
    T* scratch = args.scratch + rows.begin * dot_scratch(args);
    for (Index n = rows.begin; n < rows.end; ++n) {
        const DotFactors<T> factors(args, n);
        multiply_to_steps(factors.a, factors.b, args.y, n, scratch);
    }
}

// da = dy b' and db = a' dy, or these transposed.
template <class T>
void dot_backward(const DotArgs<T>& args, Range rows) {
    if (rows.begin >= rows.end) return;
    T* scratch = args.scratch + rows.begin * dot_scratch(args);
    for (Index n = rows.begin; n < rows.end; ++n) {
        const DotFactors<T> factors(args, n);
        const Matrix<T> dy = steps_of(args.dy, n, factors.a.rows, 0, factors.b.columns);
        if (args.da.data && args.sums_a_steps)
            multiply_to_steps(factors.b, dy.transposed(), args.da, n, scratch);
        else if (args.da.data)
            multiply_to_steps(dy, factors.b.transposed(), args.da, n, scratch);
        if (args.db.data && args.sums_b_steps)
            multiply_to_steps(factors.a.transposed(), dy, args.db, n, scratch);
        else if (args.db.data)
            multiply_to_steps(dy.transposed(), factors.a, args.db, n, scratch);
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
