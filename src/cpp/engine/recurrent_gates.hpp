// The values of a recurrent layer's gates, for any cell.
#pragma once

#include "recurrent_step.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// See CellGates in kernels/recurrent.hpp.
template <class T, class Cell>
void read_gates(const RecurrentArgs<T>& args, Range steps, T* to) {
    if constexpr (Cell::visible_gates > 0) {
        const Layout<T, Cell> at(args);
        with_activations<T, Cell>(args, [&](const auto& activations) {
            for (Index t = steps.begin; t < steps.end; ++t) {
                const Gates<T, Cell> gates = at.gates(t);
                for (Index n = 0; n < args.rows; ++n)
                    for (Index block = 0; block < at.blocks; ++block) {
                        typename Simd<T>::V z[Cell::gates], values[Cell::visible_gates];
                        load_z<T, Cell, phase_count<Cell>>(z, gates, {{n, block}});
                        Cell::read_gates(z, activations, values);
                        if (at.masked(t, n))
                            for (auto& value : values) value = broadcast(static_cast<T>(__builtin_nan("")));
                        store_all(to + ((t - steps.begin) * args.rows + n) * Cell::visible_gates * at.padded_units +
                                      block * Simd<T>::lanes,
                                  values, at.padded_units);
                    }
            }
        });
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
