// Building a network: its layers, its flat buffers, and bindings to a batch.
#include "network.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "../dispatch.hpp"
#include "dense_layer.hpp"
#include "normalization_layer.hpp"
#include "repeat_vector_layer.hpp"

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
Network<T>::Network(Index features, bool sequence)
    : features_(features), sequence_(sequence), kernels_(&kernels_of<T>(active_kernels())) {}

template <class T>
template <class L, class... Arguments>
void Network<T>::add(Arguments... arguments) {
    if (finished_) throw std::logic_error("a network takes no more layers after its first use");
    auto layer = std::make_unique<L>(arguments...);
    if (layer->takes_sequence != gives_sequence())
        throw std::invalid_argument(layer->takes_sequence
                                        ? "the layer expects a sequence (N, T, D), but what comes before gives (N, D)"
                                        : "the layer expects (N, D), but what comes before gives a sequence (N, T, D)");
    layers_.push_back(std::move(layer));
}

template <class T>
void Network<T>::add_recurrent(const RecurrentOptions& options) {
    add<RecurrentLayer<T>>(options, kernels_->cells[static_cast<int>(options.cell)].shape, outputs());
}

template <class T>
void Network<T>::add_dense(Index units, Activation activation, bool use_bias) {
    add<DenseLayer<T>>(units, activation, use_bias, outputs(), gives_sequence());
}

template <class T>
void Network<T>::add_repeat_vector(Index n) {
    add<RepeatVectorLayer<T>>(n, outputs());
}

template <class T>
void Network<T>::add_normalization(bool invert) {
    add<NormalizationLayer<T>>(invert, outputs(), gives_sequence());
}

template <class T>
Index Network<T>::output_steps(Index steps) const {
    for (const auto& layer : layers_) steps = layer->output_steps(steps);
    return steps;
}

template <class T>
void Network<T>::finish() {
    if (finished_) return;
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
    bool learns = false;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
        Layer<T>& layer = *layers_[i];
        layer.gives_dx = learns;
        layer.packed_offset = packed;
        packed += layer.packed_size(*kernels_);
        for (const Weight& weight : layer.weights) {
            segments_.push_back({static_cast<Index>(i), &weight});
            learns = learns || weight.trainable;
        }
    }
    parameters_ = make_buffer<T>(total);
    // Copies of the gradients for small networks only: beside the work of large ones, what cores fetch from each other
    // is little.
    constexpr Index most_elements = 1 << 20, most_copies = 8;
    gradient_copies_ = std::clamp<Index>(most_elements / std::max<Index>(trainable_, 1), 1, most_copies);
    gradients_ = make_buffer<T>(gradient_copies_ * trainable_);
    packed_ = make_buffer<T>(packed);
    finished_ = true;
}

template <class T>
Memory<T> Network<T>::memory() const {
    return {kernels_, parameters_.get(), gradients_.get(), packed_.get()};
}

template <class T>
const std::vector<typename Network<T>::Segment>& Network<T>::segments() {
    finish();
    return segments_;
}

template <class T>
const T* Network<T>::weight(std::size_t segment) {
    return parameters_.get() + segments().at(segment).weight->offset;
}

template <class T>
void Network<T>::set_weight(std::size_t segment, const T* values) {
    const Weight& weight = *segments().at(segment).weight;
    const auto lock = lock_weights();
    std::memcpy(parameters_.get() + weight.offset, values, static_cast<std::size_t>(weight.size()) * sizeof(T));
    ++version_;
}

template <class T>
void Network<T>::copy_gradient(std::size_t segment, T* to) {
    const Weight& weight = *segments().at(segment).weight;
    if (!weight.trainable)
        throw std::invalid_argument("segment: expected one that is trained, got " + std::to_string(segment));
    const auto lock = lock_reading();
    std::memcpy(to, gradients_.get() + weight.offset, static_cast<std::size_t>(weight.size()) * sizeof(T));
}

template <class T>
double Network<T>::forward_work(Index steps) const {
    double work = 0;
    for (const auto& layer : layers_) {
        work += layer->work(steps);
        steps = layer->output_steps(steps);
    }
    return work;
}

template <class T>
typename Network<T>::Bound Network<T>::bind(Index rows, Index steps, Mode mode, T* gradients) {
    Memory<T> own = memory();
    own.gradients = gradients;
    auto binding = std::make_unique<Binding<T>>();
    binding->rows = rows;
    binding->steps = steps;
    Index layer_steps = steps;
    for (const auto& layer : layers_) {
        binding->runs.push_back(layer->bind(own, binding->arena, rows, layer_steps, mode));
        if (mode == Mode::training && layer->gives_dx)
            binding->runs.back()->dx =
                make_sequence(binding->arena, rows, layer_steps, layer->features, kernels_->lanes);
        layer_steps = layer->output_steps(layer_steps);
    }
    if (mode == Mode::training) {
        binding->input = binding->arena.take(rows * steps * features_);
        binding->target = binding->arena.take(rows * layer_steps * target_features());
        binding->d_output = make_sequence(binding->arena, rows, layer_steps, outputs(), kernels_->lanes);
        binding->row_loss.resize(static_cast<std::size_t>(rows));
        auto dy = read_only(binding->d_output);
        for (auto run = binding->runs.rbegin(); run != binding->runs.rend(); ++run) {
            (*run)->dy = dy;
            dy = read_only((*run)->dx);
        }
        binding->set_input({binding->input, steps * features_, features_});
    }
    return binding;
}

template <class T>
typename Network<T>::Bound Network<T>::acquire(Index rows, Index steps) {
    {
        const std::lock_guard<std::mutex> lock(idle_lock_);
        for (auto it = idle_.begin(); it != idle_.end(); ++it)
            if ((*it)->rows == rows && (*it)->steps == steps) {
                Bound found = std::move(*it);
                idle_.erase(it);
                return found;
            }
    }
    return bind(rows, steps, Mode::inference, nullptr);
}

// Kept for the next call: an epoch has one size of batch, and perhaps another for its last one. The latest is last, so
// that a call may hold two of them.
template <class T>
TrainingBatch<T>& Network<T>::training_batch(Index rows, Index steps) {
    for (auto it = batches_.begin(); it != batches_.end(); ++it)
        if ((*it)->rows == rows && (*it)->steps == steps) {
            std::rotate(it, it + 1, batches_.end());
            return *batches_.back();
        }
    constexpr std::size_t most_kept = 3;
    if (batches_.size() == most_kept) batches_.erase(batches_.begin());
    auto batch = std::make_unique<TrainingBatch<T>>();
    batch->rows = rows;
    batch->steps = steps;
    constexpr Index rows_of_group = 16;  // or more: three product tiles
    const Index groups = std::clamp<Index>(rows / rows_of_group, 1, gradient_copies_);
    for (Index i = 0; i < groups; ++i) {
        const Range part = part_of(rows, i, groups);
        batch->groups.push_back(bind(part.end - part.begin, steps, Mode::training, gradients_.get() + i * trainable_));
    }
    batches_.push_back(std::move(batch));
    return *batches_.back();
}

template <class T>
void Network<T>::release(Bound binding) {
    const std::size_t most_idle = 2 * static_cast<std::size_t>(thread_count()) + 6;  // two calls at once, and some
    const std::lock_guard<std::mutex> lock(idle_lock_);
    if (idle_.size() >= most_idle) idle_.erase(idle_.begin());
    idle_.push_back(std::move(binding));
}

template <class T>
void Network<T>::pack_all(const Team& team) const {
    for (const auto& layer : layers_) layer->pack(memory(), team);
}

template <class T>
std::unique_lock<std::shared_mutex> Network<T>::lock_weights() {
    const std::lock_guard<std::mutex> entry(entry_);
    return std::unique_lock<std::shared_mutex>(weights_);
}

template <class T>
std::shared_lock<std::shared_mutex> Network<T>::lock_reading() {
    const std::lock_guard<std::mutex> entry(entry_);
    return std::shared_lock<std::shared_mutex>(weights_);
}

template <class T>
std::shared_lock<std::shared_mutex> Network<T>::lock_packed() {
    for (;;) {
        if (auto reading = lock_reading(); packed_version_ == version_) return reading;
        const auto exclusive = lock_weights();
        if (packed_version_ != version_) pack_all(Team(0, 1, nullptr));
        packed_version_ = version_;
    }
}

template <class T>
void Network<T>::require_target_width(Index width) const {
    if (width != target_features()) throw std::logic_error("the loss was changed by another thread during a call");
}

// The mean is over everything but the batch.
template <class T>
LossPass<T> Network<T>::loss_pass(const Binding<T>& binding) const {
    const Index steps = output_steps(binding.steps);
    LossPass<T> pass{};
    pass.steps = steps;
    pass.outputs = outputs();
    pass.prediction = binding.output();
    const bool by_class = loss_ == Loss::categorical_crossentropy || loss_ == Loss::sparse_categorical_crossentropy;
    pass.scale = 1.0 / static_cast<double>(std::max<Index>(1, steps * (by_class ? 1 : outputs())));
    return pass;
}

template class Network<float>;
template class Network<double>;

}  // namespace fastlstm
