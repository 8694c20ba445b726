// Batch normalization: in training by the moments of the batch, otherwise by moving averages of these.
#pragma once

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct BatchNormalizationOptions {
    double momentum = 0.99, epsilon = 1e-3;
    bool center = true, scale = true;
    bool frozen = false;        // whether training, too, normalizes by the moving averages, and changes no weight
    bool unites_parts = false;  // whether rows that are parts of the network's rows have their moments in common

    void read(OptionReader& reader) {
        reader.number("momentum", momentum, 0, 1);
        reader.number("epsilon", epsilon, 0, infinity);
        reader.flag("center", center);
        reader.flag("scale", scale);
        reader.flag("frozen", frozen);
        reader.flag("unites_parts", unites_parts);
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
        const Index parts = options_.unites_parts ? 1 : std::max<Index>(1, extent.parts);
        args.rows = extent.rows / parts;
        args.steps = this->output_steps(extent.steps);
        args.features = this->features;
        args.epsilon = options_.epsilon;
        args.gamma = gamma_ < 0 ? nullptr : this->parameter(memory, index(gamma_));
        args.beta = beta_ < 0 ? nullptr : this->parameter(memory, index(beta_));
        args.y = make_sequence(arena, extent.rows, args.steps, this->features, lanes);
        args.chunks = (args.rows + tuning::rows_per_chunk - 1) / tuning::rows_per_chunk;
        for (Index i = 0; i < parts; ++i) {
            Moments moments{};
            moments.sums = arena.take(args.chunks * 2 * width);
            moments.counts.resize(static_cast<std::size_t>(args.chunks));
            for (T** buffer : {&moments.mean, &moments.variance, &moments.d_gamma, &moments.d_beta})
                *buffer = arena.take(width);
            workspace->moments.push_back(std::move(moments));
        }
        workspace->moving_mean = this->parameter(memory, index(moving_mean_));
        workspace->moving_variance = this->parameter(memory, index(moving_variance_));
        if (mode == Mode::training) {
            workspace->d_gamma = gamma_ < 0 ? nullptr : this->gradient(memory, index(gamma_));
            workspace->d_beta = beta_ < 0 ? nullptr : this->gradient(memory, index(beta_));
        }
        return workspace;
    }

private:
    // What is found in a batch.
    struct Moments {
        T *mean, *variance, *sums, *d_gamma, *d_beta;
        std::vector<double> counts;
    };

    // Where rows are parts of the network's rows and do not have their moments in common, the first parts of all have
    // some of their own, then the second ones, and so on.
    struct BatchNormalizationWorkspace final : KernelWorkspace<T, BatchNormalizationArgs<T>> {
        const BatchNormalizationLayer& layer;
        std::vector<Moments> moments;
        T *moving_mean = nullptr, *moving_variance = nullptr;
        T *d_gamma = nullptr, *d_beta = nullptr;  // null where they are not trained

        BatchNormalizationWorkspace(const BatchNormalizationLayer& layer, const Kernels<T>& kernels)
            : KernelWorkspace<T, BatchNormalizationArgs<T>>(kernels), layer(layer) {}

        void forward_batch(const Team& team) override {
            if (layer.options_.frozen) return;
            team.barrier();
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments&) {
                this->kernels.sum_chunks(args, team.share(args.chunks));
            });
            team.barrier();
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments& found) {
                this->kernels.batch_moments(args, found.mean, found.variance, team.share(blocks()));
            });
            team.barrier();
        }
        void forward_rows(Range rows) override {
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments& of_part) {
                this->kernels.batch_normalize(args, rows_of_part(of_part, rows));
            });
        }
        void backward_batch(const Team& team) override {
            if (layer.options_.frozen) return;
            team.barrier();
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments&) {
                this->kernels.sum_chunk_gradients(args, team.share(args.chunks));
            });
            team.barrier();
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments&) {
                this->kernels.batch_gradients(args, team.share(blocks()));
            });
            team.barrier();
        }
        void backward_rows(Range rows) override {
            if (!this->dx.data) return;
            for_each_part([&](const BatchNormalizationArgs<T>& args, Moments& of_part) {
                this->kernels.batch_normalize_backward(args, rows_of_part(of_part, rows));
            });
        }
        Index gradient_tiles() const override { return d_gamma || d_beta ? 1 : 0; }
        void gradients(Range tiles) override {
            if (tiles.begin == tiles.end) return;
            if (d_gamma) sum_parts(&Moments::d_gamma, d_gamma);
            if (d_beta) sum_parts(&Moments::d_beta, d_beta);
        }
        void update_statistics(const Team& team) override {
            if (!by_batch() || this->args.steps == 0) return;
            const Range mine = team.share(layer.features);
            for (const Moments& found : moments) {
                this->kernels.parameters.average(moving_mean, found.mean, layer.options_.momentum, false, mine);
                this->kernels.parameters.average(moving_variance, found.variance, layer.options_.momentum, false, mine);
            }
        }

    private:
        Index parts() const { return static_cast<Index>(moments.size()); }
        bool by_batch() const { return this->call->training && !layer.options_.frozen; }
        Index blocks() const { return blocks_of(layer.features, this->kernels.lanes); }
        // Those of some rows that are this part, by the number of the row that it is a part of.
        Range rows_of_part(const Moments& of_part, Range rows) const {
            const Index part = &of_part - moments.data();
            const auto first_from = [&](Index n) { return (n - part + parts() - 1) / parts(); };
            return {first_from(rows.begin), first_from(rows.end)};
        }
        void sum_parts(T* Moments::* gradient, T* to) const {
            std::copy_n(moments.front().*gradient, layer.features, to);
            for (std::size_t i = 1; i < moments.size(); ++i)
                for (Index k = 0; k < layer.features; ++k) to[k] += (moments[i].*gradient)[k];
        }
        // Calls visit(arguments, moments) for each part.
        template <class Visit>
        void for_each_part(const Visit& visit) {
            auto whole = KernelWorkspace<T, BatchNormalizationArgs<T>>::args_of_call();
            whole.mask = this->mask;
            whole.moments_of_batch = by_batch();
            for (Index i = 0; i < parts(); ++i) {
                const auto part_of = [&](auto sequence) {
                    if (sequence.data) sequence.data += i * sequence.row;
                    sequence.row *= parts();
                    return sequence;
                };
                Moments& found = moments[static_cast<std::size_t>(i)];
                BatchNormalizationArgs<T> args = whole;
                args.x = part_of(whole.x);
                args.y = part_of(whole.y);
                args.dx = part_of(whole.dx);
                args.dy = part_of(whole.dy);
                args.mask = part_of(whole.mask);
                args.mean = by_batch() ? found.mean : moving_mean;
                args.variance = by_batch() ? found.variance : moving_variance;
                args.sums = found.sums;
                args.counts = found.counts.data();
                args.d_gamma = found.d_gamma;
                args.d_beta = found.d_beta;
                visit(args, found);
            }
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
