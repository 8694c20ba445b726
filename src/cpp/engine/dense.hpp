// Dense: one product and an activation on every row of every step.
#pragma once

#include "activations.hpp"
#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// exp(z - max) / sum over one row of `count` features; the padding becomes zero.
template <class T>
void softmax_row(T* z, Index count) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    T most = z[0];
    for (Index i = 1; i < count; ++i) most = z[i] > most ? z[i] : most;
    T sum = 0;
    for (Index i = 0; i < count; i += L) {
        const V e = exp_nonpositive<Simd<T>>(load(z + i, count - i) - broadcast(most));
        store(z + i, V{});
        store(z + i, e, count - i);
        for (Index j = i; j < least(count, i + L); ++j) sum += z[j];
    }
    for (Index i = 0; i < count; i += L) store(z + i, load(z + i) / broadcast(sum));
}

// dz = y * (dy - sum(dy * y)).
template <class T>
void softmax_row_backward(const T* y, const T* dy, T* dz, Index count) {
    constexpr Index L = Simd<T>::lanes;
    T dot = 0;
    for (Index i = 0; i < count; ++i) dot += dy[i] * y[i];
    for (Index i = 0; i < count; i += L) store(dz + i, load(y + i) * (load(dy + i) - broadcast(dot)));
}

template <class T>
void dense_forward(const DensePass<T>& pass, Range rows) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    const Index blocks = blocks_of<T>(pass.units);
    const Operand<T> nothing{nullptr, 0, nullptr, 0, 0};
    const Chosen<Simd<T>> activation{pass.activation};
    for (Index t = 0; t < pass.steps; ++t) {
        const Operand<T> x{pass.x.data + t * pass.x.step, pass.x.row, pass.kernel, pass.features * L, pass.features};
        T* y = pass.y.data + t * pass.y.step;
        for_each_tile<T, 1>(rows, blocks, [&](Range tile, Index panel, Index panels, ProductTile<T> product) {
            product(x.panels_from(panel).rows_from(tile.begin), nothing,
                    {pass.bias + panel * L, 0, y + tile.begin * pass.y.row + panel * L, pass.y.row});
            for (Index n = tile.begin; n < tile.end; ++n)
                for (Index i = panel * L; i < (panel + panels) * L; i += L) {
                    V z = load(y + n * pass.y.row + i);
                    store(y + n * pass.y.row + i, activation(z));
                }
        });
        if (pass.activation == Activation::softmax)
            for (Index n = rows.begin; n < rows.end; ++n) softmax_row(y + n * pass.y.row, pass.units);
    }
}

template <class T>
void dense_backward(const DensePass<T>& pass, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    const Index width = padded<T>(pass.units);
    const Operand<T> nothing{nullptr, 0, nullptr, 0, 0};
    const Chosen<Simd<T>> activation{pass.activation};
    for (Index t = 0; t < pass.steps; ++t) {
        T* dz = pass.dz + t * pass.rows * width;
        for (Index n = rows.begin; n < rows.end; ++n) {
            const T* y = pass.y.data + t * pass.y.step + n * pass.y.row;
            const T* dy = pass.dy.data + t * pass.dy.step + n * pass.dy.row;
            if (pass.activation == Activation::softmax)
                softmax_row_backward(y, dy, dz + n * width, pass.units);
            else
                for (Index i = 0; i < width; i += L)
                    store(dz + n * width + i, load(dy + i) * activation.slope(load(y + i)));
        }
        if (!pass.dx.data) continue;
        const Operand<T> gradient{dz, width, pass.kernel_transposed, width * L, width};
        T* dx = pass.dx.data + t * pass.dx.step;
        for_each_tile<T, 1>(rows, blocks_of<T>(pass.features),
                            [&](Range tile, Index panel, Index, ProductTile<T> product) {
                                product(gradient.panels_from(panel).rows_from(tile.begin), nothing,
                                        {nullptr, 0, dx + tile.begin * pass.dx.row + panel * L, pass.dx.row});
                            });
    }
}

// The tiles of the kernel: groups of up to four unit blocks by rows of the kernel.
template <class T, int C>
void dense_gradient_group(const DensePass<T>& pass, Index first_block, Index i) {
    constexpr Index L = Simd<T>::lanes;
    const Index unit = first_block * L, width = padded<T>(pass.units);
    GradientTile<T> columns{nullptr, pass.units, L, {}};
    for (int c = 0; c < C; ++c) columns.valid[c] = pass.units - unit - c * L;
    const Sequence<const T> dz{pass.dz + unit, width, pass.rows * width};
    GradientTiling<T, C>(pass.features, pass.d_bias != nullptr)
        .run(i, {pass.x, dz, pass.rows, 0, pass.steps}, pass.d_kernel + unit, columns,
             pass.d_bias ? pass.d_bias + unit : nullptr);
}

template <class T>
Index dense_row_tiles(const DensePass<T>& pass) {
    return GradientTiling<T, gradient_columns>(pass.features, pass.d_bias != nullptr).row_tiles;
}

template <class T>
Index dense_gradient_tiles(const DensePass<T>& pass) {
    return (blocks_of<T>(pass.units) + gradient_columns - 1) / gradient_columns * dense_row_tiles(pass);
}

template <class T>
void dense_gradients(const DensePass<T>& pass, Range tiles) {
    const Index row_tiles = dense_row_tiles(pass);
    for (Index tile = tiles.begin; tile < tiles.end; ++tile) {
        const Index block = tile / row_tiles * gradient_columns, i = tile % row_tiles;
        switch (least(gradient_columns, blocks_of<T>(pass.units) - block)) {
            case 1: dense_gradient_group<T, 1>(pass, block, i); break;
            case 2: dense_gradient_group<T, 2>(pass, block, i); break;
            case 3: dense_gradient_group<T, 3>(pass, block, i); break;
            default: dense_gradient_group<T, 4>(pass, block, i); break;
        }
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
