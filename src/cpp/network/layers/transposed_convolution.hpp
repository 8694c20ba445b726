// The transpose of a convolution over steps: what a convolution's backward pass does to a gradient is done to x.
#pragma once

#include "layer.hpp"
#include "windows.hpp"

namespace fastlstm {

struct TransposedConvolutionOptions {
    Index filters = 0;
    bool use_bias = true;
    WindowOptions window;  // of the convolution, from the steps of the output to those of the input

    void read(OptionReader& reader) {
        reader.size("filters", filters);
        reader.flag("use_bias", use_bias);
        window.read(reader);
    }

    Index output_steps(Index steps) const {
        const Index reach = (window.size - 1) * window.dilation + 1;
        const Index beyond = window.padding == Padding::valid ? std::max<Index>(0, reach - window.stride) : 0;
        return steps > 0 ? steps * window.stride + beyond : 0;
    }
};

template <class T>
class TransposedConvolutionLayer final : public Layer<T> {
public:
    using Options = TransposedConvolutionOptions;

    TransposedConvolutionLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>({context.inputs[0].features, true}, {options.filters, true}), options_(options) {
        this->weights = {{"kernel", {options.window.size, options.filters, this->features}, true}};
        if (options.use_bias) this->weights.push_back({"bias", {options.filters}, true});
    }

    Index output_steps(Index steps) const override { return options_.output_steps(steps); }
    bool gives_mask(const std::vector<bool>&) const override { return false; }
    bool works_step_by_step() const override { return options_.window.is_one_step(); }
    double work(Index steps) const override {
        return static_cast<double>(steps * this->features) *
               (2.0 * static_cast<double>(options_.window.size * options_.filters) +
                tuning::operations_per_dense_output);
    }

    Index packed_size(const Kernels<T>& kernels) const override { return Packed(*this, kernels.lanes).size; }
    void pack(const Memory<T>& memory, const Team& team) const override {
        const Kernels<T>& kernels = *memory.kernels;
        const Packed at(*this, kernels.lanes);
        const ConvolutionArgs<T> args = convolution(0);
        const T* kernel = this->parameter(memory, 0);
        T* to = this->packed(memory);
        kernels.pack_taps_transposed(args, kernel, to + at.kernel_transposed, team.share(at.filter_blocks));
        if (!this->gives_dx) return;
        const Range blocks = team.share(at.blocks);
        kernels.pack(kernel, args.windows.taps * args.features, args.width, args.units, to + at.kernel, blocks);
        std::fill(to + at.zeros + blocks.begin * kernels.lanes, to + at.zeros + blocks.end * kernels.lanes, T(0));
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        const Kernels<T>& kernels = *memory.kernels;
        auto workspace = std::make_unique<TransposedConvolutionWorkspace>(kernels);
        const Packed at(*this, kernels.lanes);
        ConvolutionArgs<T>& args = workspace->args;
        args = convolution(output_steps(extent.steps));
        args.rows = extent.rows;
        args.kernel = this->packed(memory) + at.kernel;
        args.bias = this->packed(memory) + at.zeros;
        args.kernel_transposed = this->packed(memory) + at.kernel_transposed;
        workspace->y = make_sequence(arena, extent.rows, args.steps, this->outputs, kernels.lanes);
        if (options_.use_bias) workspace->bias = this->parameter(memory, 1);
        if (mode != Mode::training) return workspace;
        if (this->weights[0].trainable) {
            args.d_kernel = this->gradient(memory, 0);
            workspace->saved_x = make_sequence(arena, extent.rows, args.output_steps, this->features, kernels.lanes);
        }
        if (options_.use_bias && this->weights[1].trainable) workspace->d_bias = this->gradient(memory, 1);
        return workspace;
    }

private:
    struct Packed {
        Index blocks, filter_blocks, kernel, zeros, kernel_transposed, size;
        Packed(const TransposedConvolutionLayer& layer, Index lanes) {
            const Index taps = layer.options_.window.size;
            blocks = blocks_of(layer.features, lanes);
            filter_blocks = blocks_of(layer.options_.filters, lanes);
            kernel = 0;
            zeros = kernel + taps * layer.options_.filters * blocks * lanes;
            kernel_transposed = zeros + blocks * lanes;
            size = kernel_transposed + filter_blocks * lanes * taps * layer.features;
        }
    };

    struct TransposedConvolutionWorkspace final : LayerWorkspace<T> {
        const Kernels<T>& kernels;
        ConvolutionArgs<T> args{};
        Sequence<T> y{}, saved_x{};  // saved_x: with padded rows
        const T* bias = nullptr;
        T* d_bias = nullptr;

        explicit TransposedConvolutionWorkspace(const Kernels<T>& kernels) : kernels(kernels) {}

        Sequence<const T> output() const override { return read_only(y); }
        Mask output_mask() const override { return {}; }
        void forward_rows(Range rows) override {
            ConvolutionArgs<T> transposed = args;
            transposed.dy = this->x;
            transposed.dx = y;
            kernels.convolve_backward(transposed, rows);
            if (bias) kernels.add({bias, 0, 0}, args.steps, args.features, y, rows);
            if (!saved_x.data) return;
            for (Index t = 0; t < args.output_steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    std::copy_n(row_at(this->x, t, n), args.units, row_at(saved_x, t, n));
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            ConvolutionArgs<T> transposed = args;
            transposed.x = this->dy;
            transposed.y = this->dx;
            kernels.convolve(transposed, rows);
        }
        Index gradient_tiles() const override { return kernel_tiles() + bias_tiles(); }
        void gradients(Range tiles) override {
            const Index of_kernel = kernel_tiles();
            if (of_kernel)
                kernels.convolution_gradients(args_of_kernel(),
                                              {std::min(tiles.begin, of_kernel), std::min(tiles.end, of_kernel)});
            if (d_bias)
                kernels.convolution_gradients(args_of_bias(), {std::max<Index>(tiles.begin - of_kernel, 0),
                                                               std::max<Index>(tiles.end - of_kernel, 0)});
        }

    private:
        Index kernel_tiles() const { return args.d_kernel ? kernels.convolution_gradient_tiles(args_of_kernel()) : 0; }
        Index bias_tiles() const { return d_bias ? kernels.convolution_gradient_tiles(args_of_bias()) : 0; }
        ConvolutionArgs<T> args_of_kernel() const {
            ConvolutionArgs<T> transposed = args;
            transposed.x = this->dy;
            transposed.dy = read_only(saved_x);
            return transposed;
        }
        // As a convolution of this output has them.
        ConvolutionArgs<T> args_of_bias() const {
            ConvolutionArgs<T> of_bias{};
            of_bias.rows = args.rows;
            of_bias.steps = of_bias.output_steps = args.steps;
            of_bias.features = of_bias.width = of_bias.units = args.features;
            of_bias.windows = {1, 1, 1, 0};
            of_bias.dy = this->dy;
            of_bias.d_bias = d_bias;
            return of_bias;
        }
    };

    // The convolution whose transpose this is, of an output with so many steps.
    ConvolutionArgs<T> convolution(Index steps) const {
        ConvolutionArgs<T> args{};
        args.steps = steps;
        args.output_steps = options_.window.output_steps(steps);
        args.features = options_.filters;
        args.units = args.width = this->features;
        args.windows = options_.window.windows(steps);
        return args;
    }

    TransposedConvolutionOptions options_;
};

}  // namespace fastlstm
