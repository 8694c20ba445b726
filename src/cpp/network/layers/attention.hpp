// Attention of a query's steps to those of a value, by scores of query and key.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>

#include "layer.hpp"
#include "option_reader.hpp"

namespace fastlstm {

struct AttentionOptions {
    Scores scores = Scores::dot;
    AllMasked all_masked = AllMasked::by_scores;
    Index heads = 1;
    double factor = 1;  // of the scores
    bool use_scale = false, causal = false;
    bool masks_keys = false;   // whether the key's mask counts as the value's does
    bool zeros_masked = true;  // whether the output of a masked query step is zero
    bool gives_weights =
        false;  // whether the output is the weights, of heads side by side, and not the weighted values
    double dropout = 0;
    std::uint64_t seed = 0;
    Index weights_of_steps = 0;  // if not 0, the output is the weights of so many value steps, of heads side by side

    void read(OptionReader& reader) {
        reader.choice("scores", scores, score_names);
        reader.choice("all_masked", all_masked, all_masked_names);
        reader.size("heads", heads);
        reader.number("factor", factor, 0, infinity);
        reader.flag("use_scale", use_scale);
        reader.flag("causal", causal);
        reader.flag("masks_keys", masks_keys);
        reader.flag("zeros_masked", zeros_masked);
        reader.number("dropout", dropout, 0, 1);
        reader.seed("seed", seed);
        reader.size("weights_of_steps", weights_of_steps, 0);
    }
};

// Its inputs are query, value and key, and perhaps which value steps (features) each query step sees: not zero.
template <class T>
class AttentionLayer final : public Layer<T> {
public:
    using Options = AttentionOptions;

    AttentionLayer(const Options& options, const LayerContext<T>& context)
        : Layer<T>(context.inputs[0], context.inputs[context.inputs.size() > 1]), options_(options) {
        const std::size_t count = context.inputs.size();
        if (count != 3 && count != 4)
            throw std::invalid_argument("inputs: attention expects a query, a value, a key and perhaps a mask, got " +
                                        std::to_string(count));
        for (std::size_t k = 0; k < 3; ++k) {
            const Index features = context.inputs[k].features;
            if (features % options.heads)
                throw std::invalid_argument("heads: expected a divisor of " + std::to_string(features) +
                                            " features, got " + std::to_string(options.heads));
        }
        if (count == 4) mask_features_ = context.inputs[3].features;
        value_features_ = this->outputs;
        if (options.weights_of_steps > 0) this->outputs = options.heads * options.weights_of_steps;
        const bool additive = options.scores == Scores::additive;
        if (options.use_scale) this->weights.push_back({"scale", {}, true});
        if (options.use_scale && additive) this->weights[0].shape = {this->features / options.heads};
        if (options.scores == Scores::concat) this->weights.push_back({"concat_score_weight", {}, true});
    }

    std::size_t input_count() const override { return mask_features_ > 0 ? 4 : 3; }
    StepShape input_shape(std::size_t input) const override {
        if (input == 3) return {mask_features_, true};
        return {input == 1 ? value_features_ : this->features, this->takes_sequence};
    }
    bool takes_equal_steps() const override { return false; }
    bool works_step_by_step() const override { return false; }
    double work(Index steps) const override { return work_of({steps, steps, steps}); }
    double work_of(const std::vector<Index>& steps) const override {
        const double pairs = static_cast<double>(steps[0]) * static_cast<double>(steps[1]);
        const double of_feature = options_.scores == Scores::dot ? 2 : tuning::operations_per_activation;
        const double of_head = tuning::operations_per_activation;
        return pairs * (of_feature * static_cast<double>(this->features) + 2 * static_cast<double>(value_features_) +
                        of_head * static_cast<double>(options_.heads));
    }

    std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>& memory, Arena<T>& arena, const Extent& extent,
                                                      Mode mode) const override {
        const Kernels<T>& kernels = *memory.kernels;
        const Index heads = options_.heads, steps = extent.steps, value_steps = extent.input_steps[1];
        if (extent.input_steps[2] != value_steps)
            throw std::invalid_argument("key: expected as many steps as the value has, " + std::to_string(value_steps) +
                                        ", got " + std::to_string(extent.input_steps[2]));
        if (mask_features_ > 0 && (extent.input_steps[3] != steps || mask_features_ != value_steps))
            throw std::invalid_argument(
                "attention_mask: expected " + std::to_string(steps) + " steps of " + std::to_string(value_steps) +
                " numbers, got " + std::to_string(extent.input_steps[3]) + " of " + std::to_string(mask_features_));
        if (options_.weights_of_steps > 0 && options_.weights_of_steps != value_steps)
            throw std::invalid_argument("value: expected " + std::to_string(options_.weights_of_steps) +
                                        " steps, got " + std::to_string(value_steps));
        auto workspace = std::make_unique<AttentionWorkspace>(*this, kernels);
        AttentionArgs<T>& args = workspace->args;
        args.scores = options_.scores;
        args.all_masked = options_.all_masked;
        args.causal = options_.causal;
        args.rows = extent.rows;
        args.steps = steps;
        args.value_steps = value_steps;
        args.heads = heads;
        args.key_features = this->features / heads;
        args.value_features = value_features_ / heads;
        args.gives_weights = options_.weights_of_steps > 0;
        args.factor = options_.factor;
        args.zeros_masked = options_.zeros_masked;
        std::size_t weight = 0;
        if (options_.use_scale) {
            args.scale = this->parameter(memory, weight);
            if (mode == Mode::training) args.d_scale = this->gradient(memory, weight);
            ++weight;
        }
        if (options_.scores == Scores::concat) {
            args.concat_weight = this->parameter(memory, weight);
            if (mode == Mode::training) args.d_concat_weight = this->gradient(memory, weight);
        }
        args.dropout = options_.dropout;
        args.y = make_sequence(arena, extent.rows, steps, this->outputs, kernels.lanes);
        if (mode == Mode::training) {
            args.weights = arena.take(extent.rows * heads * steps * padded(args.value_steps, kernels.lanes));
            args.row_gradients = arena.take(extent.rows * kernels.attention_row_gradients(args));
        }
        args.scratch = arena.take(extent.rows * kernels.attention_scratch(args));
        return workspace;
    }

private:
    struct AttentionWorkspace final : LayerWorkspace<T> {
        const AttentionLayer& layer;
        const Kernels<T>& kernels;
        AttentionArgs<T> args{};
        Sequence<T> d_mask{};

        AttentionWorkspace(const AttentionLayer& layer, const Kernels<T>& kernels) : layer(layer), kernels(kernels) {}

        void connect(const Output<T>* from, const Call<T>& shared) override {
            LayerWorkspace<T>::connect(from, shared);
            args.query = from[0].values;
            args.values = from[1].values;
            args.keys = from[2].values;
            args.query_mask = from[0].mask;
            args.value_mask = from[1].mask;
            args.key_mask = layer.options_.masks_keys ? from[2].mask : Mask{};
            if (layer.mask_features_ > 0) args.pair_mask = from[3].values;
        }
        void set_dx(std::size_t input, Sequence<T> to) override {
            (input == 0 ? args.d_query : input == 1 ? args.d_values : input == 2 ? args.d_keys : d_mask) = to;
        }

        Sequence<const T> output() const override { return read_only(args.y); }
        void forward_rows(Range rows) override { kernels.attend(args_of_call(), rows); }
        void backward_rows(Range rows) override {
            kernels.attend_backward(args_of_call(), rows);
            for (Index t = 0; d_mask.data && t < args.steps; ++t)
                for (Index n = rows.begin; n < rows.end; ++n)
                    std::fill_n(row_at(d_mask, t, n), layer.mask_features_, T(0));
        }
        Index gradient_tiles() const override { return args.d_scale || args.d_concat_weight ? 1 : 0; }
        void gradients(Range tiles) override {
            if (tiles.begin < tiles.end) kernels.attention_gradients(args);
        }

    private:
        AttentionArgs<T> args_of_call() const {
            AttentionArgs<T> whole = args;
            const AttentionOptions& options = layer.options_;
            whole.dropout = this->call->training ? options.dropout : 0;
            whole.key = rng_key(options.seed, this->call->rng_step, layer.number, 0);
            whole.first_row = this->call->first_row;
            whole.dy = this->dy;
            return whole;
        }
    };

    AttentionOptions options_;
    Index value_features_ = 0, mask_features_ = 0;
};

}  // namespace fastlstm
