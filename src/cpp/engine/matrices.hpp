// Products of matrices that lie anywhere: of the steps of a row, of weights among them.
#pragma once

#include "../simd/lanes.hpp"
#include "products.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Rows or columns lie without gaps: one of the steps is 1.
template <class T>
struct Matrix {
    const T* data;
    Index rows, columns, row_step, column_step;

    Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
    Matrix rows_in(Range range) const {
        return {data + range.begin * row_step, range.end - range.begin, columns, row_step, column_step};
    }
};

// The features of a row's steps, from the i-th on: a row of the matrix for each step.
template <class T>
Matrix<T> steps_of(const Sequence<const T>& in, Index n, Index steps, Index i, Index features) {
    return {in.data + n * in.row + i, steps, features, in.step, 1};
}

// Where `count` panels of the columns of a matrix with so many rows start.
template <class T>
struct Panels {
    T* data;
    Index rows, count;

    static constexpr Index size(Index rows, Index columns) { return rows * padded<T>(columns); }
};

// L columns of a matrix whose columns lie without gaps.
template <class T>
void pack_columns(const Matrix<T>& from, Index first, T* to) {
    using S = Simd<T>;
    constexpr Index L = S::lanes;
    const Index columns = least(L, from.columns - first);
    for (Index row = 0; row < from.rows; row += L) {
        const T* at = from.data + first * from.column_step + row;
        typename S::V v[L];
#pragma GCC unroll 16
        for (Index i = 0; i < L; ++i)
            v[i] = i < columns ? load(at + i * from.column_step, from.rows - row) : typename S::V{};
        transpose<S>(v);
        for (Index i = 0; i < least(L, from.rows - row); ++i) store(to + (row + i) * L, v[i]);
    }
}

// Panels of a matrix that a product takes as its second factor.
template <class T>
Panels<T> pack_matrix(const Matrix<T>& from, T* to) {
    constexpr Index L = Simd<T>::lanes;
    const Panels<T> panels{to, from.rows, blocks_of<T>(from.columns)};
    for (Index panel = 0; panel < panels.count; ++panel, to += from.rows * L) {
        if (from.column_step != 1) {
            pack_columns(from, panel * L, to);
            continue;
        }
        for (Index row = 0; row < from.rows; ++row)
            store(to + row * L, load(from.data + row * from.row_step + panel * L, from.columns - panel * L));
    }
    return panels;
}

// to = a b, in rows `to_row` apart that are whole vectors. The sums go over the rows of b from `first` to `end`.
template <class T>
void multiply_matrices(const Matrix<T>& a, const Panels<T>& b, Range terms, T* to, Index to_row) {
    constexpr Index L = Simd<T>::lanes;
    const Index count = terms.end - terms.begin;
    const bool rows_lie_together = a.column_step == 1;
    const Operand<T> factor{a.data + terms.begin * a.column_step,
                            a.row_step,
                            b.data + terms.begin * L,
                            b.rows * L,
                            rows_lie_together ? count : 1,
                            rows_lie_together ? 1 : count,
                            a.column_step};
    multiply<T>(factor, no_operand<T>, {0, a.rows}, {0, b.count}, false, to, to_row, false);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
