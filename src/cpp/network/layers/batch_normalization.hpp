// Batch normalization: in training by the moments of the batch, otherwise by moving averages of these.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct BatchNormalizationOptions {
    double momentum = 0.99, epsilon = 1e-3;
    bool center = true, scale = true;
    bool frozen = false;  // whether training, too, normalizes by the moving averages, and changes no weight

    void read(OptionReader& reader) {
        reader.number("momentum", momentum, 0, 1);
        reader.number("epsilon", epsilon, 0, infinity);
        reader.flag("center", center);
        reader.flag("scale", scale);
        reader.flag("frozen", frozen);
    }
};

template <class T>
class BatchNormalizationLayer final : public Layer<T> {
public:
    using Options = BatchNormalizationOptions;

    BatchNormalizationLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[0]), options_(options) {
        if (options.scale) gamma_ = add("gamma", !options.frozen);
        if (options.center) beta_ = add("beta", !options.frozen);
        moving_mean_ = add("moving_mean", false);
        moving_variance_ = add("moving_variance", false);
    }

    bool couples_rows() const override { return !options_.frozen; }
    double work(Index steps) const override {
        return tuning::batch_normalization_factor * this->elementwise_work(steps);
    }
    std::vector<Index> weight_groups() const override { return {moving_mean_, 2}; }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        auto workspace = std::make_unique<BatchNormalizationWorkspace>(*this, *memory.kernels);
        auto& args = workspace->args;
        const Index lanes = memory.kernels->lanes, width = padded(this->features, lanes);
        args.rows = extent.rows;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.epsilon = options_.epsilon;
        args.gamma = gamma_ < 0 ? nullptr : this->parameter(memory, index(gamma_));
        args.beta = beta_ < 0 ? nullptr : this->parameter(memory, index(beta_));
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, lanes);
        args.chunks = (extent.rows + tuning::rows_per_chunk - 1) / tuning::rows_per_chunk;
        args.sums = arena.take(args.chunks * 2 * width);
        workspace->counts.resize(static_cast<std::size_t>(args.chunks));
        args.counts = workspace->counts.data();
        args.d_gamma = arena.take(width);
        args.d_beta = arena.take(width);
        workspace->batch_mean = arena.take(width);
        workspace->batch_variance = arena.take(width);
        workspace->moving_mean = this->parameter(memory, index(moving_mean_));
        workspace->moving_variance = this->parameter(memory, index(moving_variance_));
        if (mode == Mode::training) {
            workspace->d_gamma = gamma_ < 0 ? nullptr : this->gradient(memory, index(gamma_));
            workspace->d_beta = beta_ < 0 ? nullptr : this->gradient(memory, index(beta_));
        }
        return workspace;
    }

private:
    struct BatchNormalizationWorkspace final : KernelWorkspace<T, BatchNormalizationArgs<T>> {
        const BatchNormalizationLayer& layer;
        std::vector<double> counts;
        T *batch_mean = nullptr, *batch_variance = nullptr, *moving_mean = nullptr, *moving_variance = nullptr;
        T *d_gamma = nullptr, *d_beta = nullptr;  // null where they are not trained

        BatchNormalizationWorkspace(const BatchNormalizationLayer& layer, const Kernels<T>& kernels)
            : KernelWorkspace<T, BatchNormalizationArgs<T>>(kernels), layer(layer) {}

        void forward_batch(const Team& team) override {
            if (layer.options_.frozen) return;
            const BatchNormalizationArgs<T> args = args_of_call();
            team.barrier();
            this->kernels.sum_chunks(args, team.share(args.chunks));
            team.barrier();
            this->kernels.batch_moments(args, batch_mean, batch_variance, team.share(blocks()));
            team.barrier();
        }
        void forward_rows(Range rows) override { this->kernels.batch_normalize(args_of_call(), rows); }
        void backward_batch(const Team& team) override {
            if (layer.options_.frozen) return;
            const BatchNormalizationArgs<T> args = args_of_call();
            team.barrier();
            this->kernels.sum_chunk_gradients(args, team.share(args.chunks));
            team.barrier();
            this->kernels.batch_gradients(args, team.share(blocks()));
            team.barrier();
        }
        void backward_rows(Range rows) override {
            if (this->dx.data) this->kernels.batch_normalize_backward(args_of_call(), rows);
        }
        Index gradient_tiles() const override { return d_gamma || d_beta ? 1 : 0; }
        void gradients(Range tiles) override {
            if (tiles.begin == tiles.end) return;
            if (d_gamma) std::copy_n(this->args.d_gamma, layer.features, d_gamma);
            if (d_beta) std::copy_n(this->args.d_beta, layer.features, d_beta);
        }
        void update_statistics(const Team& team) override {
            if (!by_batch() || this->args.steps == 0) return;
            const Range mine = team.share(layer.features);
            this->kernels.parameters.average(moving_mean, batch_mean, layer.options_.momentum, false, mine);
            this->kernels.parameters.average(moving_variance, batch_variance, layer.options_.momentum, false, mine);
        }

    private:
        bool by_batch() const { return this->call->training && !layer.options_.frozen; }
        Index blocks() const { return blocks_of(layer.features, this->kernels.lanes); }
        BatchNormalizationArgs<T> args_of_call() const {
            auto whole = KernelWorkspace<T, BatchNormalizationArgs<T>>::args_of_call();
            whole.mask = this->mask;
            whole.moments_of_batch = by_batch();
            whole.mean = by_batch() ? batch_mean : moving_mean;
            whole.variance = by_batch() ? batch_variance : moving_variance;
            return whole;
        }
    };

    Index add(const char* name, bool trainable) {
        this->weights.push_back({name, {this->features}, trainable});
        return static_cast<Index>(this->weights.size()) - 1;
    }
    static std::size_t index(Index weight) { return static_cast<std::size_t>(weight); }

    BatchNormalizationOptions options_;
    Index gamma_ = -1, beta_ = -1, moving_mean_ = -1, moving_variance_ = -1;
};

}  // namespace fastlstm
