// Dense: one product on every row of every step.
#pragma once

#include "weight_gradients.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void dense_forward(const DenseArgs<T>& args, Range rows) {
    constexpr Index L = Simd<T>::lanes;
    for (Index t = 0; t < args.steps; ++t) {
        const Operand<T> x{args.x.data + t * args.x.step, args.x.row, args.kernel, args.features * L, args.features};
        T* y = args.y.data + t * args.y.step;
        for_each_tile<T, 1>(rows, {0, blocks_of<T>(args.units)}, false, [&](Range tile, Index panel, Index panels) {
            product_tile_of<T, 1>(static_cast<int>(tile.end - tile.begin), panels)(
                x.from(tile.begin, panel), no_operand<T>,
                {args.bias + panel * L, 0, L, y + tile.begin * args.y.row + panel * L, args.y.row, L});
        });
    }
}

template <class T>
void dense_backward(const DenseArgs<T>& args, Range rows) {
    if (!args.dx.data) return;
    const Index panel_step = padded<T>(args.units) * Simd<T>::lanes;
    for (Index t = 0; t < args.steps; ++t)
        multiply<T>({args.dy.data + t * args.dy.step, args.dy.row, args.kernel_transposed, panel_step, args.units},
                    no_operand<T>, rows, {0, blocks_of<T>(args.features)}, false, args.dx.data + t * args.dx.step,
                    args.dx.row, false);
}

// The tiles of the kernel: groups of up to four unit blocks by rows of the kernel.
template <class T, int C>
void dense_gradient_group(const DenseArgs<T>& args, Index first_block, Index i) {
    constexpr Index L = Simd<T>::lanes;
    const Index unit = first_block * L;
    GradientTile<T> columns{nullptr, args.units, L, {}};
    for (int c = 0; c < C; ++c) columns.valid[c] = args.units - unit - c * L;
    const Sequence<const T> dz{args.dy.data + unit, args.dy.row, args.dy.step};
    GradientTiling<T, C>(args.features, args.d_bias != nullptr)
        .run(i, {args.x, dz, args.rows, {0, args.steps}, false}, args.d_kernel + unit, columns,
             args.d_bias ? args.d_bias + unit : nullptr);
}

template <class T>
Index dense_row_tiles(const DenseArgs<T>& args) {
    return GradientTiling<T, gradient_columns>(args.features, args.d_bias != nullptr).row_tiles;
}

template <class T>
Index dense_gradient_tiles(const DenseArgs<T>& args) {
    return (blocks_of<T>(args.units) + gradient_columns - 1) / gradient_columns * dense_row_tiles(args);
}

template <class T>
void dense_gradients(const DenseArgs<T>& args, Range tiles) {
    const Index row_tiles = dense_row_tiles(args);
    for (Index tile = tiles.begin; tile < tiles.end; ++tile) {
        const Index block = tile / row_tiles * gradient_columns, i = tile % row_tiles;
        switch (least(gradient_columns, blocks_of<T>(args.units) - block)) {
            case 1: dense_gradient_group<T, 1>(args, block, i); break;
            case 2: dense_gradient_group<T, 2>(args, block, i); break;
            case 3: dense_gradient_group<T, 3>(args, block, i); break;
            default: dense_gradient_group<T, 4>(args, block, i); break;
        }
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
