// Dense: one product on every row of every step.
#pragma once

#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void dense_forward(const DensePass<T>& pass, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    for (Index t = 0; t < pass.steps; ++t) {
        const Operand<T> x{pass.x.data + t * pass.x.step, pass.x.row, pass.kernel, pass.features * L, pass.features};
        T* y = pass.y.data + t * pass.y.step;
        for_each_tile<T, 1>(rows, {0, blocks_of<T>(pass.units)}, false, [&](Range tile, Index panel, Index panels) {
            product_tile_of<T, 1>(static_cast<int>(tile.end - tile.begin), panels)(
                x.from(tile.begin, panel), no_operand<T>,
                {pass.bias + panel * L, 0, L, y + tile.begin * pass.y.row + panel * L, pass.y.row, L});
        });
    }
}

template <class T>
void dense_backward(const DensePass<T>& pass, Range rows) {
    if (!pass.dx.data) return;
    const Index panel_step = padded<T>(pass.units) * Simd<T>::lanes;
    for (Index t = 0; t < pass.steps; ++t)
        multiply<T>({pass.dy.data + t * pass.dy.step, pass.dy.row, pass.kernel_transposed, panel_step, pass.units},
                    no_operand<T>, rows, {0, blocks_of<T>(pass.features)}, false, pass.dx.data + t * pass.dx.step,
                    pass.dx.row, false);
}

// The tiles of the kernel: groups of up to four unit blocks by rows of the kernel.
template <class T, int C>
void dense_gradient_group(const DensePass<T>& pass, Index first_block, Index i) {
    constexpr Index L = Simd<T>::lanes;
    const Index unit = first_block * L;
    GradientTile<T> columns{nullptr, pass.units, L, {}};
    for (int c = 0; c < C; ++c) columns.valid[c] = pass.units - unit - c * L;
    const Sequence<const T> dz{pass.dy.data + unit, pass.dy.row, pass.dy.step};
    GradientTiling<T, C>(pass.features, pass.d_bias != nullptr)
        .run(i, {pass.x, dz, pass.rows, {0, pass.steps}, false}, pass.d_kernel + unit, columns,
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
