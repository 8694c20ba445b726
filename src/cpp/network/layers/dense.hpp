// Dense on the last axis, of a sequence or not.
#pragma once

#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct DenseOptions {
    Index units = 0;
    bool use_bias = true;
    Index input_heads = 0, output_heads = 0;  // if not 0, weights have an axis for them beside that of each head

    void read(OptionReader& reader) {
        reader.size("units", units);
        reader.flag("use_bias", use_bias);
        reader.size("input_heads", input_heads, 0);
        reader.size("output_heads", output_heads, 0);
    }
};

template <class T>
class DenseLayer final : public Layer<T> {
public:
    using Options = DenseOptions;

    DenseLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], {options.units, context.inputs[0].sequence}), use_bias_(options.use_bias) {
        const std::vector<Index> outputs = axes_of("output_heads", options.units, options.output_heads);
        std::vector<Index> shape = axes_of("input_heads", this->features, options.input_heads);
        shape.insert(shape.end(), outputs.begin(), outputs.end());
        this->weights = {{"kernel", shape, true}};
        if (use_bias_) this->weights.push_back({"bias", outputs, true});
    }

    double work(Index steps) const override {
        return static_cast<double>(this->output_steps(steps) * this->outputs) *
               (2.0 * static_cast<double>(this->features) + tuning::operations_per_dense_output);
    }

    Index packed_size(const Kernels<T>& kernels) const override { return Packed(*this, kernels.lanes).size; }

    void pack(const Memory<T>& memory, const Team& team) const override {
        const Kernels<T>& kernels = *memory.kernels;
        const Packed at(*this, kernels.lanes);
        T* to = this->packed(memory);
        const Range blocks = team.share(at.unit_blocks);
        kernels.pack(this->parameter(memory, 0), this->features, this->outputs, this->outputs, to + at.kernel, blocks);
        if (use_bias_) kernels.pack(this->parameter(memory, 1), 1, this->outputs, this->outputs, to + at.bias, blocks);
        if (this->gives_dx)
            kernels.pack_transposed(this->parameter(memory, 0), this->features, this->outputs,
                                    to + at.kernel_transposed, team.share(at.feature_blocks));
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<DenseWorkspace>(*memory.kernels);
        DenseArgs<T>& args = workspace->args;
        const Packed at(*this, memory.kernels->lanes);
        const T* packed = this->packed(memory);
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.units = this->outputs;
        args.kernel = packed + at.kernel;
        args.bias = packed + at.bias;
        args.kernel_transposed = packed + at.kernel_transposed;
        args.y = make_sequence(arena, args.rows, args.steps, this->outputs, memory.kernels->lanes);
        if (mode == Mode::training) {
            args.d_kernel = this->gradient(memory, 0);
            args.d_bias = use_bias_ ? this->gradient(memory, 1) : nullptr;
        }
        return workspace;
    }

private:
    static std::vector<Index> axes_of(const char* name, Index count, Index heads) {
        if (heads == 0) return {count};
        if (count % heads)
            throw std::invalid_argument(std::string(name) + ": expected a divisor of " + std::to_string(count) +
                                        ", got " + std::to_string(heads));
        return {heads, count / heads};
    }

    struct Packed {
        Index unit_blocks, feature_blocks, kernel, bias, kernel_transposed, size;
        Packed(const DenseLayer& layer, Index lanes) {
            unit_blocks = blocks_of(layer.outputs, lanes);
            feature_blocks = blocks_of(layer.features, lanes);
            kernel = 0;
            bias = kernel + layer.features * unit_blocks * lanes;
            kernel_transposed = bias + unit_blocks * lanes;
            size = kernel_transposed + feature_blocks * lanes * unit_blocks * lanes;
        }
    };

    struct DenseWorkspace final : KernelWorkspace<T, DenseArgs<T>> {
        using KernelWorkspace<T, DenseArgs<T>>::KernelWorkspace;

        void forward_rows(Range rows) override { this->kernels.dense_forward(this->args_of_call(), rows); }
        void backward_rows(Range rows) override { this->kernels.dense_backward(this->args_of_call(), rows); }
        Index gradient_tiles() const override {
            return this->args.d_kernel ? this->kernels.dense_gradient_tiles(this->args_of_call()) : 0;
        }
        void gradients(Range tiles) override { this->kernels.dense_gradients(this->args_of_call(), tiles); }
    };

    bool use_bias_;
};

}  // namespace fastlstm
