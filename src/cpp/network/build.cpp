// Building a network: its layers, then its flat buffers.
#include <algorithm>
#include <stdexcept>

#include "../dispatch.hpp"
#include "layers/activation.hpp"
#include "layers/activity_regularizer.hpp"
#include "layers/bidirectional.hpp"
#include "layers/dense.hpp"
#include "layers/dropout.hpp"
#include "layers/embedding.hpp"
#include "layers/layer_normalization.hpp"
#include "layers/masking.hpp"
#include "layers/normalization.hpp"
#include "layers/repeat_vector.hpp"
#include "layers/reshape.hpp"
#include "network.hpp"

namespace fastlstm {
namespace {

template <class T>
const Kernels<T>& kernels_of(const KernelTable& table);
template <>
const Kernels<float>& kernels_of(const KernelTable& table) {
    return table.f32;
}
template <>
const Kernels<double>& kernels_of(const KernelTable& table) {
    return table.f64;
}

}  // namespace

template <class T>
Network<T>::Network(Index features, bool sequence, bool input_gradient)
    : features_(features),
      sequence_(sequence),
      input_gradient_(input_gradient),
      table_(&active_kernels()),
      kernels_(&kernels_of<T>(*table_)) {}

template <class T>
void Network<T>::append(std::unique_ptr<Layer<T>> layer) {
    if (finished_) throw std::logic_error("a network takes no more layers after its first use");
    if (layer->takes_sequence != gives_sequence())
        throw std::invalid_argument(layer->takes_sequence
                                        ? "the layer expects a sequence (N, T, D), but what comes before gives (N, D)"
                                        : "the layer expects (N, D), but what comes before gives a sequence (N, T, D)");
    if (layer->features != outputs())
        throw std::invalid_argument("the layer expects " + std::to_string(layer->features) + " features, got " +
                                    std::to_string(outputs()));
    layer->number = layers_.size();
    layers_.push_back(std::move(layer));
}

template <class T>
std::unique_ptr<RecurrentLayer<T>> Network<T>::recurrent(const RecurrentOptions& options) const {
    const CellShape& cell = kernels_->cell_weights[static_cast<int>(options.cell)].shape;
    if (options.zoneout[1] > 0 && cell.states < 2)
        throw std::invalid_argument("zoneout_cell: expected a cell with a cell state");
    if (options.recurrent_dropout > 0 && cell.recurrent_gates == 0)
        throw std::invalid_argument("recurrent_dropout: expected a cell whose gates see h");
    return std::make_unique<RecurrentLayer<T>>(options, cell, outputs());
}

template <class T>
void Network<T>::add(const RecurrentOptions& options) {
    append(recurrent(options));
}

template <class T>
void Network<T>::add(const BidirectionalOptions& options) {
    const RecurrentOptions &forward = options.forward, &backward = options.backward;
    if (options.merge != Merge::concat && forward.units != backward.units)
        throw std::invalid_argument("merge_mode: expected 'concat' for layers of different widths");
    if (forward.return_sequences != backward.return_sequences || forward.stateful != backward.stateful)
        throw std::invalid_argument("backward: expected return_sequences and stateful as in forward");
    if (forward.go_backwards == backward.go_backwards)
        throw std::invalid_argument("backward: expected go_backwards to be the opposite of forward's");
    append(std::make_unique<BidirectionalLayer<T>>(recurrent(forward), recurrent(backward), options.merge));
}

template <class T>
void Network<T>::add(const DenseOptions& options) {
    append(std::make_unique<DenseLayer<T>>(options.units, options.use_bias, outputs(), gives_sequence()));
}

template <class T>
void Network<T>::add(const ActivationOptions& options) {
    if (options.activation == Activation::glu && outputs() % 2 != 0)
        throw std::invalid_argument("activation: glu expects an even number of features, got " +
                                    std::to_string(outputs()));
    append(std::make_unique<ActivationLayer<T>>(options.activation, outputs(), gives_sequence()));
}

template <class T>
void Network<T>::add(const DropoutOptions& options) {
    append(std::make_unique<DropoutLayer<T>>(options, outputs(), gives_sequence()));
}

template <class T>
void Network<T>::add(const EmbeddingOptions& options) {
    if (!layers_.empty()) throw std::invalid_argument("an embedding must be the first layer");
    append(std::make_unique<EmbeddingLayer<T>>(options.entries, options.outputs, options.mask_zero));
}

template <class T>
void Network<T>::add(const MaskingOptions& options) {
    append(std::make_unique<MaskingLayer<T>>(options.mask_value, outputs()));
}

template <class T>
void Network<T>::add(const LayerNormalizationOptions& options) {
    append(std::make_unique<LayerNormalizationLayer<T>>(options.epsilon, options.center, options.scale, outputs(),
                                                        gives_sequence()));
}

template <class T>
void Network<T>::add(const RescalingOptions& options) {
    append(std::make_unique<RescalingLayer<T>>(std::vector<T>(options.scale.begin(), options.scale.end()),
                                               std::vector<T>(options.offset.begin(), options.offset.end()),
                                               gives_sequence()));
}

template <class T>
void Network<T>::add(const NormalizationOptions& options) {
    append(std::make_unique<NormalizationLayer<T>>(options.invert, outputs(), gives_sequence()));
}

template <class T>
void Network<T>::add(const RepeatVectorOptions& options) {
    append(std::make_unique<RepeatVectorLayer<T>>(options.n, outputs()));
}

template <class T>
void Network<T>::add(const ReshapeOptions& options) {
    append(std::make_unique<ReshapeLayer<T>>(options.steps, options.features, options.sequence, outputs(),
                                             gives_sequence()));
}

template <class T>
void Network<T>::add(const ActivityRegularizerOptions& options) {
    append(std::make_unique<ActivityRegularizerLayer<T>>(options.l1, options.l2, outputs(), gives_sequence()));
}

template <class T>
void Network<T>::set_trainable(const std::vector<bool>& flags) {
    if (finished_) throw std::logic_error("what is trained is fixed after a network's first use");
    std::vector<Weight*> weights;
    std::vector<bool> same_as_before;
    for (const auto& layer : layers_) {
        for (Weight& weight : layer->weights) weights.push_back(&weight);
        for (const Index group : layer->weight_groups())
            for (Index i = 0; i < group; ++i) same_as_before.push_back(i > 0);
    }
    if (flags.size() != weights.size())
        throw std::invalid_argument("flags: expected " + std::to_string(weights.size()) + ", got " +
                                    std::to_string(flags.size()));
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (same_as_before[i] && flags[i] != flags[i - 1])
            throw std::invalid_argument(
                "flags: expected the same for all weights of a layer, got another for segment " + std::to_string(i));
    for (std::size_t i = 0; i < flags.size(); ++i) weights[i]->trainable = weights[i]->trainable && flags[i];
}

template <class T>
void Network<T>::finish() {
    if (finished_) return;
    Index widest = 1;
    for (const auto& layer : layers_) widest = std::max(widest, layer->outputs);
    table_ = &kernels_for(*table_, widest * static_cast<Index>(sizeof(T)));
    kernels_ = &kernels_of<T>(*table_);
    named_parameters_.clear();  // of an attempt that ran out of memory
    state_size_ = 0;
    Index total = 0, packed = 0;
    for (const bool trainable : {true, false}) {
        for (const auto& layer : layers_)
            for (Weight& weight : layer->weights)
                if (weight.trainable == trainable) {
                    weight.offset = total;
                    total += weight.size();
                }
        if (trainable) trainable_ = total;
    }
    bool learns = input_gradient_;
    first_trained_ = learns ? 0 : static_cast<Index>(layers_.size());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        Layer<T>& layer = *layers_[i];
        layer.gives_dx = learns;
        layer.packed_offset = packed;
        layer.state_offset = state_size_;
        state_size_ += layer.state_size;
        layer.planned(*kernels_);
        heaviest_step_ = std::max(heaviest_step_, layer.unit_parallelism(*kernels_).weight_bytes);
        packed += layer.packed_size(*kernels_);
        for (const Weight& weight : layer.weights) {
            named_parameters_.push_back({static_cast<Index>(i), &weight});
            if (weight.trainable && !learns) first_trained_ = static_cast<Index>(i);
            learns = learns || weight.trainable;
        }
    }
    parameters_ = make_buffer<T>(total);
    gradient_copies_ =
        std::clamp<Index>(tuning::most_gradient_elements / std::max<Index>(trainable_, 1), 1, tuning::most_groups);
    gradients_ = make_buffer<T>(gradient_copies_ * trainable_);
    packed_ = make_buffer<T>(packed);
    finished_ = true;
}

#define FASTLSTM_INSTANTIATE(T)                                        \
    template Network<T>::Network(Index, bool, bool);                   \
    template void Network<T>::set_trainable(const std::vector<bool>&); \
    template void Network<T>::finish();
FASTLSTM_INSTANTIATE(float)
FASTLSTM_INSTANTIATE(double)

#define FASTLSTM_INSTANTIATE_ADD(name, Options)        \
    template void Network<float>::add(const Options&); \
    template void Network<double>::add(const Options&);
FASTLSTM_LAYERS(FASTLSTM_INSTANTIATE_ADD)

}  // namespace fastlstm
