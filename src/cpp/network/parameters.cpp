#include "parameters.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

namespace fastlstm {

template <class T>
void Parameters<T>::plan(const LayerGraph<T>& graph) {
    named_.clear();  // of an attempt that ran out of memory
    Index total = 0;
    for (const bool trainable : {true, false}) {
        for (const Node<T>& node : graph.nodes())
            for (std::size_t i = 0; i < node.layer->weights.size(); ++i) {
                Weight& weight = node.layer->weights[i];
                if (weight.trainable != trainable) continue;
                const bool own = weight.of_node < 0;
                weight.offset = own ? total : graph.layer(weight.of_node).weights[weight.of_weight].offset;
                if (own) total += weight.size();
            }
        if (trainable) trained_ = total;
    }
    for (Index i = 0; i < graph.size(); ++i)
        for (const Weight& weight : graph.layer(i).weights)
            if (weight.of_node < 0) named_.push_back({i, &weight});
    values_ = make_buffer<T>(total);
    uses_ = graph.most_uses();
    most_groups_ = std::clamp<Index>(tuning::most_gradient_elements / std::max<Index>(trained_ * uses_, 1), 1,
                                     tuning::most_groups);
    gradients_ = make_buffer<T>(most_groups_ * uses_ * trained_);
}

template <class T>
void Parameters<T>::make_packed(const Kernels<T>& kernels, Index size) {
    kernels_ = &kernels;
    packed_ = make_buffer<T>(size);
}

template <class T>
const Weight& Parameters<T>::trained_weight(std::size_t parameter) const {
    const Weight& weight = *named_.at(parameter).weight;
    if (!weight.trainable)
        throw std::invalid_argument("parameter: expected one that is trained, got " + std::to_string(parameter));
    return weight;
}

template <class T>
bool Parameters<T>::equals(std::size_t parameter, const Strided<const T>& values) {
    const T* ours = values_.get() + named_.at(parameter).weight->offset;
    const auto lock = lock_reading();
    return for_each_chunk(values, [&](const T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i)
            if (std::memcmp(theirs + i * stride, ours + index + i, sizeof(T)) != 0) return false;
        return true;
    });
}

template <class T>
void Parameters<T>::set(std::size_t parameter, const Strided<const T>& values) {
    T* ours = values_.get() + named_.at(parameter).weight->offset;
    const auto lock = lock_writing();
    for_each_chunk(values, [&](const T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i) ours[index + i] = theirs[i * stride];
        return true;
    });
    changed();
}

template <class T>
void Parameters<T>::copy_gradient(std::size_t parameter, const Strided<T>& to) {
    const T* ours = gradients_.get() + trained_weight(parameter).offset;
    const auto lock = lock_reading();
    for_each_chunk(to, [&](T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i) theirs[i * stride] = ours[index + i];
        return true;
    });
}

template <class T>
void Parameters<T>::set_gradient(std::size_t parameter, const Strided<const T>& values) {
    T* ours = gradients_.get() + trained_weight(parameter).offset;
    const auto lock = lock_writing();
    for_each_chunk(values, [&](const T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i) ours[index + i] = theirs[i * stride];
        return true;
    });
}

template <class T>
void Parameters<T>::sum_gradients(Index groups, const Team& team) const {
    kernels_->parameters.sum_copies(gradients(), groups * uses_, trained_, team.share(trained_));
}

template <class T>
std::unique_lock<std::shared_mutex> Parameters<T>::lock_writing() {
    const std::lock_guard<std::mutex> entry(entry_);
    return std::unique_lock<std::shared_mutex>(weights_);
}

template <class T>
std::shared_lock<std::shared_mutex> Parameters<T>::lock_reading() {
    const std::lock_guard<std::mutex> entry(entry_);
    return std::shared_lock<std::shared_mutex>(weights_);
}

template <class T>
std::shared_lock<std::shared_mutex> Parameters<T>::lock_packed(const LayerGraph<T>& graph) {
    for (;;) {
        if (auto reading = lock_reading(); packed_version_ == version_) return reading;
        const auto exclusive = lock_writing();
        if (packed_version_ != version_) pack(graph, Team(0, 1, nullptr));
        packed();
    }
}

template <class T>
void Parameters<T>::pack(const LayerGraph<T>& graph, const Team& team) const {
    for (const Node<T>& node : graph.nodes()) node.layer->pack(memory(), team);
}

template <class T>
void Parameters<T>::set_regularizer(std::size_t parameter, double l1, double l2) {
    const Weight& weight = trained_weight(parameter);
    const auto lock = lock_writing();
    penalties_.erase(std::remove_if(penalties_.begin(), penalties_.end(),
                                    [&](const PenaltyChunk& chunk) { return chunk.parameter == parameter; }),
                     penalties_.end());
    constexpr Index chunk = tuning::parameter_chunk;
    for (Index first = 0; first < weight.size(); first += chunk)
        penalties_.push_back({parameter, weight.offset + first, std::min(chunk, weight.size() - first), l1, l2});
    penalty_sums_.resize(penalties_.size());
}

template <class T>
double Parameters<T>::penalty() const {
    double sum = 0;
    for (const PenaltyChunk& chunk : penalties_)
        sum += kernels_->parameters.regularize(values_.get() + chunk.offset, nullptr, chunk.l1, chunk.l2, chunk.count);
    return sum;
}

// Chunks of weights do not depend on the number of threads, and each has its own sum.
template <class T>
void Parameters<T>::regularize(const Team& team) {
    team.barrier();
    const Range mine = team.share(static_cast<Index>(penalties_.size()));
    for (Index i = mine.begin; i < mine.end; ++i) {
        const PenaltyChunk& chunk = penalties_[static_cast<std::size_t>(i)];
        penalty_sums_[static_cast<std::size_t>(i)] = kernels_->parameters.regularize(
            values_.get() + chunk.offset, gradients_.get() + chunk.offset, chunk.l1, chunk.l2, chunk.count);
    }
    team.barrier();
}

template <class T>
double Parameters<T>::plus_penalties(double sum) const {
    return std::accumulate(penalty_sums_.begin(), penalty_sums_.end(), sum);
}

template <class T>
void Parameters<T>::set_constraint(std::size_t parameter, const ConstraintArgs<T>& constraint) {
    const Weight& weight = *named_.at(parameter).weight;
    const auto lock = lock_writing();
    constraints_.erase(std::remove_if(constraints_.begin(), constraints_.end(),
                                      [&](const auto& each) { return each.first == parameter; }),
                       constraints_.end());
    constraints_.emplace_back(parameter, constraint);
    constraints_.back().second.weights = values_.get() + weight.offset;
}

template <class T>
void Parameters<T>::constrain(const Team& team) const {
    if (constraints_.empty()) return;
    team.barrier();
    for (const auto& [parameter, args] : constraints_)
        kernels_->parameters.constrain(args, team.share(args.outer * args.inner));
}

template class Parameters<float>;
template class Parameters<double>;

}  // namespace fastlstm
