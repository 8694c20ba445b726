// A recurrent layer of any cell.
#pragma once

#include <algorithm>

#include "layer.hpp"

namespace fastlstm {

struct RecurrentOptions {
    Cell cell;
    Index units;
    Activation activation, recurrent_activation;
    bool use_bias, return_sequences;
};

template <class T>
class RecurrentLayer final : public Layer<T> {
public:
    RecurrentLayer(const RecurrentOptions& options, const CellShape& cell, Index features)
        : Layer<T>(features, options.units, true, options.return_sequences), options_(options), cell_(cell) {
        const Index columns = cell.gates * options.units;
        this->weights = {{"kernel", {features, columns}, true}, {"recurrent_kernel", {options.units, columns}, true}};
        if (options.use_bias) this->weights.push_back({"bias", {columns}, true});
    }

    double work(Index steps) const override {
        // An activation costs about as much as 30 operations of a product.
        const double columns = static_cast<double>(cell_.gates * options_.units);
        return static_cast<double>(steps) * columns * (2.0 * static_cast<double>(this->features + options_.units) + 30);
    }

    Index packed_size(const Kernels<T>& kernels) const override { return Packed(*this, kernels.lanes).size; }

    void pack(const Memory<T>& memory, const Team& team) const override {
        const Kernels<T>& kernels = *memory.kernels;
        const Packed at(*this, kernels.lanes);
        T* to = this->packed(memory);
        const T *kernel = this->parameter(memory, 0), *recurrent = this->parameter(memory, 1);
        const Index units = options_.units, features = this->features, gates = cell_.gates;
        const Range blocks = team.share(at.unit_blocks);
        kernels.pack(kernel, features, gates, units, to + at.kernel, blocks);
        kernels.pack(recurrent, units, gates, units, to + at.recurrent, blocks);
        if (options_.use_bias) kernels.pack(this->parameter(memory, 2), 1, gates, units, to + at.bias, blocks);
        kernels.pack_transposed(recurrent, units, gates, units, to + at.recurrent_transposed, blocks);
        if (this->gives_dx)
            kernels.pack_transposed(kernel, features, gates, units, to + at.kernel_transposed,
                                    team.share(at.feature_blocks));
    }

    std::unique_ptr<Run<T>> bind(const Memory<T>& memory, Arena<T>& arena, Index rows, Index steps,
                                 Mode mode) const override {
        auto run = std::make_unique<RecurrentRun>(memory.kernels->cells[static_cast<int>(options_.cell)],
                                                  options_.return_sequences);
        RecurrentPass<T>& pass = run->pass;
        const Packed at(*this, memory.kernels->lanes);
        const T* packed = this->packed(memory);
        pass.rows = rows;
        pass.steps = steps;
        pass.features = this->features;
        pass.units = options_.units;
        pass.activation = options_.activation;
        pass.recurrent_activation = options_.recurrent_activation;
        pass.kernel = packed + at.kernel;
        pass.recurrent = packed + at.recurrent;
        pass.bias = packed + at.bias;
        pass.kernel_transposed = packed + at.kernel_transposed;
        pass.recurrent_transposed = packed + at.recurrent_transposed;

        const bool training = mode == Mode::training;
        pass.y_slots = std::max<Index>(1, training || options_.return_sequences ? steps : std::min<Index>(steps, 2));
        pass.y = make_sequence(arena, rows, pass.y_slots, options_.units, memory.kernels->lanes);
        pass.state_slots = training ? std::max<Index>(1, steps) : 1;
        const Index row = pass.y.row;
        pass.states = arena.take(pass.state_slots * rows * cell_.carried * row);
        if (training) {
            pass.gates = arena.take(steps * rows * cell_.gates * row);
            pass.kept = arena.take(steps * rows * cell_.kept * row);
            pass.dh = arena.take(rows * row);
            pass.dstates = arena.take(rows * cell_.carried * row);
            pass.dy_begin = options_.return_sequences ? 0 : steps - 1;
            pass.d_kernel = this->gradient(memory, 0);
            pass.d_recurrent = this->gradient(memory, 1);
            pass.d_bias = options_.use_bias ? this->gradient(memory, 2) : nullptr;
        }
        return run;
    }

private:
    // Where each packed weight lies.
    struct Packed {
        Index unit_blocks, feature_blocks, kernel, recurrent, bias, kernel_transposed, recurrent_transposed, size;
        Packed(const RecurrentLayer& layer, Index lanes) {
            unit_blocks = blocks_of(layer.options_.units, lanes);
            feature_blocks = blocks_of(layer.features, lanes);
            const Index columns = unit_blocks * layer.cell_.gates * lanes;
            kernel = 0;
            recurrent = kernel + layer.features * columns;
            bias = recurrent + layer.options_.units * columns;
            kernel_transposed = bias + columns;
            recurrent_transposed = kernel_transposed + feature_blocks * lanes * columns;
            size = recurrent_transposed + unit_blocks * lanes * columns;
        }
    };

    struct RecurrentRun final : Run<T> {
        const CellKernels<T>& cell;
        const bool return_sequences;
        RecurrentPass<T> pass{};

        RecurrentRun(const CellKernels<T>& cell, bool return_sequences)
            : cell(cell), return_sequences(return_sequences) {}

        // Without steps the last h is the initial state, which y's only slot holds.
        Sequence<const T> output() const override {
            if (return_sequences) return read_only(pass.y);
            const Index last = pass.steps > 0 ? (pass.steps - 1) % pass.y_slots : 0;
            return {pass.y.data + last * pass.y.step, pass.y.row, 0};
        }
        void forward(Range rows) override { cell.forward(bound(), rows); }
        void backward(Range rows) override { cell.backward(bound(), rows); }
        Index gradient_tiles() const override { return cell.gradient_tiles(bound()); }
        void gradients(Range tiles) override { cell.gradients(bound(), tiles); }

    private:
        RecurrentPass<T> bound() const {
            RecurrentPass<T> whole = pass;
            whole.x = this->x;
            whole.dx = this->dx;
            whole.dy = this->dy;
            if (!return_sequences) whole.dy.step = 0;
            return whole;
        }
    };

    RecurrentOptions options_;
    CellShape cell_;
};

}  // namespace fastlstm
