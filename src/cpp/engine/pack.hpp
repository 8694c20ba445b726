// Weights from Keras's layout into panels, padded with zeros.
#pragma once

#include "simd.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
void pack(const T* weights, Index k, Index gates, Index units, T* packed, Range panels) {
    constexpr Index L = Simd<T>::lanes;
    for (Index block = panels.begin; block < panels.end; ++block)
        for (Index row = 0; row < k; ++row)
            for (Index g = 0; g < gates; ++g)
                store(packed + ((block * k + row) * gates + g) * L,
                      load(weights + row * gates * units + g * units + block * L, units - block * L));
}

// Panel p holds weight rows p*V..p*V+V as its columns; its k runs over unit blocks, gates and lanes, which is the
// order in which a row of gate gradients lies in memory.
template <class T>
void pack_transposed(const T* weights, Index k, Index gates, Index units, T* packed, Range panels) {
    constexpr Index L = Simd<T>::lanes;
    const Index blocks = blocks_of<T>(units);
    for (Index panel = panels.begin; panel < panels.end; ++panel)
        for (Index block = 0; block < blocks; ++block)
            for (Index g = 0; g < gates; ++g) {
                T* to = packed + ((panel * blocks + block) * gates + g) * L * L;
                for (Index lane = 0; lane < L; ++lane)
                    for (Index column = 0; column < L; ++column) {
                        const Index unit = block * L + lane, row = panel * L + column;
                        to[lane * L + column] =
                            unit < units && row < k ? weights[row * gates * units + g * units + unit] : T(0);
                    }
            }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
