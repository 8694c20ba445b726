// Weights from Keras's layout into panels, padded with zeros.
#pragma once

#include "recurrent_layout.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Gate blocks of a matrix of `k` rows: block g of unit u is at row * width + g * units + u.
template <class T>
struct GateBlocks {
    const T* weights;
    Index k, width, units;
    int blocks;
};

template <class T>
void pack_panels(const GateBlocks<T>& from, T* packed, Range panels) {
    constexpr Index L = Simd<T>::lanes;
    for (Index block = panels.begin; block < panels.end; ++block)
        for (Index row = 0; row < from.k; ++row)
            for (int g = 0; g < from.blocks; ++g)
                store(packed + ((block * from.k + row) * from.blocks + g) * L,
                      load(from.weights + row * from.width + g * from.units + block * L, from.units - block * L));
}

// Panel p holds weight rows p*V..p*V+V as its columns; its k runs over unit blocks, gates and lanes, which is the
// order in which a row of gate gradients lies in memory. Panels start `panel_step` apart.
template <class T>
void pack_panels_transposed(const GateBlocks<T>& from, T* packed, Index panel_step, Range panels) {
    constexpr Index L = Simd<T>::lanes;
    const Index blocks = blocks_of<T>(from.units);
    for (Index panel = panels.begin; panel < panels.end; ++panel)
        for (Index block = 0; block < blocks; ++block)
            for (int g = 0; g < from.blocks; ++g) {
                T* to = packed + panel * panel_step + (block * from.blocks + g) * L * L;
                for (Index lane = 0; lane < L; ++lane)
                    for (Index column = 0; column < L; ++column) {
                        const Index unit = block * L + lane, row = panel * L + column;
                        to[lane * L + column] = unit < from.units && row < from.k
                                                    ? from.weights[row * from.width + g * from.units + unit]
                                                    : T(0);
                    }
            }
}

template <class T>
void pack(const T* weights, Index k, Index width, Index units, T* packed, Range panels) {
    pack_panels<T>({weights, k, width, units, 1}, packed, panels);
}

template <class T>
void pack_transposed(const T* weights, Index k, Index units, T* packed, Range panels) {
    pack_panels_transposed<T>({weights, k, units, units, 1}, packed,
                              blocks_of<T>(units) * Simd<T>::lanes * Simd<T>::lanes, panels);
}

// The bias of a product that x and h feed is the sum of theirs, where each has its own.
template <class T, class Cell>
void pack_bias(const RecurrentWeights<T>& weights, const Product& product, T* packed, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    const Index units = weights.units, width = kernel_gates<Cell>() * units;
    for (Index block = blocks.begin; block < blocks.end; ++block)
        for (int g = 0; g < product.blocks; ++g) {
            typename Simd<T>::V sum = {};
            for (int row = 0; row < Cell::bias_rows; ++row)
                if (weights.bias && (Cell::bias_rows == 1 || (row == 0 ? product.x : product.h)))
                    sum +=
                        load(weights.bias + row * width + (product.source + g) * units + block * L, units - block * L);
            store(packed + (block * product.blocks + g) * L, sum);
        }
}

template <class T, class Cell>
Index packed_size(Index features, Index units) {
    return PackedLayout<T, Cell>(features, units).size;
}

template <class T, class Cell>
void pack_cell(const RecurrentWeights<T>& weights, T* packed, bool wants_dx, Index part, Index parts) {
    constexpr Index L = Simd<T>::lanes;
    const Index units = weights.units, features = weights.features;
    const PackedLayout<T, Cell> at(features, units);
    const Range blocks = part_of(at.blocks, part, parts), x_panels = part_of(blocks_of<T>(features), part, parts);
    const Index kernel_width = kernel_gates<Cell>() * units, recurrent_width = recurrent_gates<Cell>() * units;
    for (int p = 0; p < product_count<Cell>; ++p) {
        const Product& product = Cell::products[p];
        const Index first = product.source * units;
        pack_bias<T, Cell>(weights, product, packed + at.bias[p], blocks);
        if (product.x) {
            const GateBlocks<T> kernel{weights.kernel + first, features, kernel_width, units, product.blocks};
            pack_panels(kernel, packed + at.kernel[p], blocks);
            const Index within = (product.first - kernel_span<Cell>().first) * at.padded_units * L;
            if (wants_dx)
                pack_panels_transposed(kernel, packed + at.kernel_transposed + within, at.kernel_row() * L, x_panels);
        }
        if (product.h) {
            const GateBlocks<T> recurrent{weights.recurrent + first, units, recurrent_width, units, product.blocks};
            pack_panels(recurrent, packed + at.recurrent[p], blocks);
            const Index within = (product.first - recurrent_span<Cell>(product.phase).first) * at.padded_units * L;
            pack_panels_transposed(recurrent, packed + at.recurrent_transposed[product.phase] + within,
                                   at.recurrent_row(product.phase) * L, blocks);
        }
    }
    if constexpr (Cell::unit_weights > 0)
        pack_panels<T>({weights.unit_weights, 1, Cell::unit_weights * units, units, Cell::unit_weights},
                       packed + at.unit_weights, blocks);
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
