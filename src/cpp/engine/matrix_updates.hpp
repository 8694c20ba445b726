// What optimizers of matrices compute: averages of rows and columns, products, transposition. Each element is one sum
// in one order, whoever computes it.
#pragma once

#include "optimizers.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void row_averages(const FactorArgs<T>& args, Range rows) {
    const T keep = static_cast<T>(args.beta), share = static_cast<T>(1 - args.beta);
    const double columns = static_cast<double>(args.columns);
    for (Index row = rows.begin; row < rows.end; ++row) {
        const double mean = sum_squares(args.gradients + row * args.columns, args.columns) / columns + args.epsilon;
        args.row[row] = keep * args.row[row] + share * static_cast<T>(mean);
    }
}

template <class T>
void column_averages(const FactorArgs<T>& args, Range columns) {
    using V = typename Simd<T>::V;
    const V keep = broadcast(T(args.beta)), share = broadcast(T((1 - args.beta) / static_cast<double>(args.rows)));
    const V epsilon = broadcast(T(args.epsilon));
    for (Index matrix = 0; matrix < args.matrices; ++matrix)
        for (Index i = columns.begin; i < columns.end; i += Simd<T>::lanes) {
            const Index count = columns.end - i;
            V sum = {};
            for (Index row = 0; row < args.rows; ++row) {
                const V g = load(args.gradients + (matrix * args.rows + row) * args.columns + i, count);
                sum += fma(g, g, epsilon);
            }
            T* average = args.column + matrix * args.columns + i;
            store(average, fma(keep, load(average, count), share * sum), count);
        }
}

template <class T>
void factored_steps(const FactorArgs<T>& args, Range rows) {
    using V = typename Simd<T>::V;
    Index matrix = -1;
    double mean = 0;
    for (Index row = rows.begin; row < rows.end; ++row) {
        if (row / args.rows != matrix) {
            matrix = row / args.rows;
            mean = 0;
            for (Index i = 0; i < args.rows; ++i) mean += static_cast<double>(args.row[matrix * args.rows + i]);
            mean /= static_cast<double>(args.rows);
        }
        const V share = broadcast(static_cast<T>(static_cast<double>(args.row[row]) / mean));
        for (Index i = 0; i < args.columns; i += Simd<T>::lanes) {
            const Index count = args.columns - i, at = row * args.columns + i;
            const V square = share * load(args.column + matrix * args.columns + i, count);
            store(args.squares + at, square, count);
            store(args.gradients + at, load(args.gradients + at, count) / sqrt(square), count);
        }
    }
}

// So many rows of a at a time share what is loaded of b.
template <int Rows, class T>
FASTLSTM_INLINE void product_rows(const MatrixProductArgs<T>& args, Index row) {
    using V = typename Simd<T>::V;
    const V by = broadcast(T(args.by)), add_by = broadcast(T(args.add_by));
    for (Index column = 0; column < args.columns; column += Simd<T>::lanes) {
        const Index count = args.columns - column;
        V sums[Rows] = {};
        for (Index i = 0; i < args.inner; ++i) {
            const V b = load(args.b + i * args.columns + column, count);
            for (int r = 0; r < Rows; ++r) sums[r] = fma(broadcast(args.a[(row + r) * args.inner + i]), b, sums[r]);
        }
        for (int r = 0; r < Rows; ++r) {
            const Index at = (row + r) * args.columns + column;
            const V scaled = by * sums[r];
            store(args.result + at, args.add ? fma(add_by, load(args.add + at, count), scaled) : scaled, count);
        }
    }
}

template <class T>
void matrix_product(const MatrixProductArgs<T>& args, Range rows) {
    constexpr int together = tuning::product_rows;
    Index row = rows.begin;
    for (; row + together <= rows.end; row += together) product_rows<together>(args, row);
    for (; row < rows.end; ++row) product_rows<1>(args, row);
}

template <class T>
void transpose(const T* from, Index rows, Index columns, double by, T* to, Range range) {
    const T factor = static_cast<T>(by);
    for (Index column = range.begin; column < range.end; ++column)
        for (Index row = 0; row < rows; ++row) to[column * rows + row] = factor * from[row * columns + column];
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
