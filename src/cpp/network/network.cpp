// A network's weights, states and workspaces, and how threads share its work.
#include "network.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

namespace fastlstm {

template <class T>
Index Network<T>::output_steps(Index steps) const {
    for (const auto& layer : layers_) steps = layer->output_steps(steps);
    return steps;
}

template <class T>
Memory<T> Network<T>::memory() const {
    return {kernels_, parameters_.get(), gradients_.get(), packed_.get()};
}

template <class T>
const std::vector<typename Network<T>::NamedParameter>& Network<T>::named_parameters() {
    finish();
    return named_parameters_;
}

template <class T>
const T* Network<T>::weight(std::size_t parameter) {
    const Index offset = named_parameters().at(parameter).weight->offset;  // builds the network at first use
    return parameters_.get() + offset;
}

template <class T>
bool Network<T>::weight_equals(std::size_t parameter, const Strided<const T>& values) {
    const T* ours = weight(parameter);
    const auto lock = lock_reading();
    return for_each_chunk(values, [&](const T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i)
            if (std::memcmp(theirs + i * stride, ours + index + i, sizeof(T)) != 0) return false;
        return true;
    });
}

template <class T>
void Network<T>::set_weight(std::size_t parameter, const Strided<const T>& values) {
    const Index offset = named_parameters().at(parameter).weight->offset;  // builds the network at first use
    T* ours = parameters_.get() + offset;
    const auto lock = lock_weights();
    for_each_chunk(values, [&](const T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i) ours[index + i] = theirs[i * stride];
        return true;
    });
    ++version_;
}

template <class T>
const Weight& Network<T>::trained_weight(std::size_t parameter) {
    const Weight& weight = *named_parameters().at(parameter).weight;
    if (!weight.trainable)
        throw std::invalid_argument("segment: expected one that is trained, got " + std::to_string(parameter));
    return weight;
}

template <class T>
void Network<T>::copy_gradient(std::size_t parameter, const Strided<T>& to) {
    const T* ours = gradients_.get() + trained_weight(parameter).offset;
    const auto lock = lock_reading();
    for_each_chunk(to, [&](T* theirs, Index stride, Index index, Index count) {
        for (Index i = 0; i < count; ++i) theirs[i * stride] = ours[index + i];
        return true;
    });
}

template <class T>
void Network<T>::set_regularizer(std::size_t parameter, double l1, double l2) {
    const Weight& weight = trained_weight(parameter);
    const auto lock = lock_weights();
    penalties_.erase(std::remove_if(penalties_.begin(), penalties_.end(),
                                    [&](const WeightPenalty& chunk) { return chunk.parameter == parameter; }),
                     penalties_.end());
    constexpr Index chunk = tuning::parameter_chunk;
    for (Index first = 0; first < weight.size(); first += chunk)
        penalties_.push_back({parameter, weight.offset + first, std::min(chunk, weight.size() - first), l1, l2});
    penalty_sums_.resize(penalties_.size());
}

template <class T>
void Network<T>::set_constraint(std::size_t parameter, const ConstraintArgs<T>& constraint) {
    const Weight& weight = *named_parameters().at(parameter).weight;
    const auto lock = lock_weights();
    constraints_.erase(std::remove_if(constraints_.begin(), constraints_.end(),
                                      [&](const auto& each) { return each.first == parameter; }),
                       constraints_.end());
    constraints_.emplace_back(parameter, constraint);
    constraints_.back().second.weights = parameters_.get() + weight.offset;
}

template <class T>
Index Network<T>::state_size() {
    finish();
    return state_size_;
}

template <class T>
std::vector<Index> Network<T>::state_sizes() {
    std::vector<Index> sizes;
    for (const auto& layer : layers_) sizes.push_back(layer->state_size);
    return sizes;
}

template <class T>
bool Network<T>::stateful() const {
    return std::any_of(layers_.begin(), layers_.end(), [](const auto& layer) { return layer->stateful(); });
}

template <class T>
std::pair<Index, std::vector<T>> Network<T>::stateful_state() {
    const std::lock_guard<std::mutex> lock(stateful_mutex_);
    if (stateful_rows_ < 0) return {-1, {}};
    return {stateful_rows_, {stateful_state_.get(), stateful_state_.get() + stateful_rows_ * state_size_}};
}

template <class T>
void Network<T>::set_stateful_state(Index rows, const T* values) {
    finish();
    Buffer<T> states = make_buffer<T>(std::max<Index>(rows, 0) * state_size_);
    if (rows > 0) std::memcpy(states.get(), values, static_cast<std::size_t>(rows * state_size_) * sizeof(T));
    const std::lock_guard<std::mutex> lock(stateful_mutex_);
    stateful_state_ = std::move(states);
    stateful_rows_ = rows;
}

template <class T>
void Network<T>::use_stateful_state(Workspace<T>& workspace, Index first_row) {
    workspace.call.only_stateful = true;
    workspace.call.initial_state = workspace.call.final_state = stateful_state_.get() + first_row * state_size_;
}

template <class T>
bool Network<T>::masked_output(bool masked) const {
    for (const auto& layer : layers_) masked = layer->gives_mask(masked);
    return masked;
}

template <class T>
Index Network<T>::entries() const {
    return layers_.empty() ? 0 : layers_.front()->entries();
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

// Units or layers are shared where rows are too few for the threads, or do not go apart, and units where one step's
// weights do not fit a core's cache, so that two had better keep a half each. Layers need fewer barriers, but go
// through whole weights, which is slower once those are many times what the first cache holds.
template <class T>
Plan Network<T>::plan(double work, double section, Index rows, bool apart) const {
    const int by_rows = team_size(work, apart ? section : section / 2, rows);  // together: gradients are shared
    int by_units = 1;
    double lightest_step = std::numeric_limits<double>::infinity();
    Index stacked = 0, most_stacked = 0;
    for (const auto& layer : layers_) {
        const UnitParallelism terms = layer->unit_parallelism(*kernels_);
        stacked = terms.work_of_step > 0 && layer->works_step_by_step() ? stacked + 1 : 0;
        most_stacked = std::max(most_stacked, stacked);
        if (terms.work_of_step <= 0) continue;
        double step = terms.work_of_step * static_cast<double>(rows);
        if (terms.weight_bytes > tuning::first_cache)
            step = std::max(step, terms.weight_bytes);  // a load takes two operations
        const int threads = unit_team_size(work, section, step, terms.most_threads);
        by_units = by_units > 1 ? std::min(by_units, threads) : threads;
        lightest_step = std::min(lightest_step, step);
    }
    const double chunk_work = lightest_step * static_cast<double>(tuning::steps_per_chunk);
    const int by_layers = most_stacked > 1 ? unit_team_size(work, section, chunk_work, most_stacked) : 1;
    if (by_layers > by_rows && by_layers >= by_units && most_stacked % by_layers == 0 &&
        heaviest_step_ <= tuning::light_weights)
        return {by_layers, Sharing::layers};
    if (by_units > by_rows ||
        (by_units > 1 && by_units == by_rows && (!apart || heaviest_step_ > tuning::second_cache)))
        return {by_units, Sharing::units};
    return {by_rows, Sharing::rows};
}

template <class T>
typename Network<T>::WorkspacePtr Network<T>::make_workspace(const Extent& extent, Mode mode, T* gradients) {
    Memory<T> own = memory();
    own.gradients = gradients;
    auto workspace = std::make_unique<Workspace<T>>();
    workspace->extent = extent;
    workspace->mode = mode;
    Extent layer_extent = extent;
    for (const auto& layer : layers_) {
        workspace->layers.push_back(layer->make_workspace(own, workspace->arena, layer_extent, mode));
        if (mode == Mode::training && layer->gives_dx)
            workspace->layers.back()->dx =
                make_sequence(workspace->arena, extent.rows, layer_extent.steps, layer->features, kernels_->lanes);
        layer_extent.steps = layer->output_steps(layer_extent.steps);
        layer_extent.masked = layer->gives_mask(layer_extent.masked);
    }
    workspace->row_loss.resize(static_cast<std::size_t>(extent.rows));
    workspace->row_penalty.resize(static_cast<std::size_t>(extent.rows));
    if (mode == Mode::training) {
        const Index row = extent.steps * features_;
        workspace->input = workspace->arena.take(extent.rows * row);
        workspace->target = workspace->arena.take(extent.rows * layer_extent.steps * target_features());
        workspace->weight = workspace->arena.take(extent.rows * std::max<Index>(1, layer_extent.steps));
        if (extent.masked) workspace->mask = workspace->flags.take(extent.rows * extent.steps);
        workspace->d_output =
            make_sequence(workspace->arena, extent.rows, layer_extent.steps, outputs(), kernels_->lanes);
        auto dy = read_only(workspace->d_output);
        for (auto layer = workspace->layers.rbegin(); layer != workspace->layers.rend(); ++layer) {
            (*layer)->dy = dy;
            dy = read_only((*layer)->dx);
        }
        workspace->set_gathered_input(features_);
    }
    return workspace;
}

// The first idle one that fits, or null.
template <class Idle, class Fits>
std::unique_ptr<Idle> taken_from(std::vector<std::unique_ptr<Idle>>& list, const Fits& fits) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const auto& each) { return fits(*each); });
    if (it == list.end()) return nullptr;
    auto found = std::move(*it);
    list.erase(it);
    return found;
}

// Most recently used last; the oldest is evicted.
template <class Idle>
void put_back(std::vector<std::unique_ptr<Idle>>& list, std::unique_ptr<Idle> one, std::size_t most) {
    if (list.size() >= most) list.erase(list.begin());
    list.push_back(std::move(one));
}

template <class T>
typename Network<T>::WorkspacePtr Network<T>::acquire(const Extent& extent) {
    {
        const std::lock_guard<std::mutex> lock(idle_lock_);
        if (WorkspacePtr found = taken_from(idle_, [&](const Workspace<T>& each) { return each.extent == extent; }))
            return found;
    }
    return make_workspace(extent, Mode::inference, nullptr);
}

template <class T>
void Network<T>::release(WorkspacePtr workspace) {
    const std::lock_guard<std::mutex> lock(idle_lock_);
    put_back(idle_, std::move(workspace),
             tuning::idle_workspaces_per_thread * static_cast<std::size_t>(thread_count()) + tuning::idle_workspaces);
}

template <class T>
std::unique_ptr<TrainingBatch<T>> Network<T>::acquire_batch(const Extent& extent) {
    const auto fits = [&](const TrainingBatch<T>& each) {
        return each.extent == extent && each.target_features == target_features();
    };
    {
        const std::lock_guard<std::mutex> lock(idle_lock_);
        if (auto found = taken_from(idle_batches_, fits)) return found;
    }
    auto batch = std::make_unique<TrainingBatch<T>>();
    batch->extent = extent;
    batch->target_features = target_features();
    batch->terms.resize(static_cast<std::size_t>(extent.rows));
    const double batch_work = forward_work(extent.steps) * static_cast<double>(extent.rows);
    const bool light = batch_work >= tuning::work_for_two_threads && heaviest_step_ <= tuning::light_weights;
    const Index fewest = light ? tuning::rows_of_two_light_groups : tuning::rows_of_two_groups;
    const Index wanted = std::max<Index>(extent.rows / tuning::rows_per_group, extent.rows >= fewest ? 2 : 1);
    const Index groups = std::min(wanted, gradient_copies_);
    for (Index i = 0; i < groups; ++i) {
        const Range part = part_of(extent.rows, i, groups);
        batch->groups.push_back(make_workspace({part.end - part.begin, extent.steps, extent.masked}, Mode::training,
                                               gradients_.get() + i * trainable_));
    }
    return batch;
}

template <class T>
void Network<T>::release_batch(std::unique_ptr<TrainingBatch<T>> batch) {
    const std::lock_guard<std::mutex> lock(idle_lock_);
    put_back(idle_batches_, std::move(batch), tuning::idle_batches);
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
    if (loss_.kind == Loss::quantile && static_cast<Index>(loss_.own_quantiles.size()) != outputs())
        throw std::invalid_argument("quantiles: expected one for each column of the output, " +
                                    std::to_string(outputs()) + ", got " + std::to_string(loss_.own_quantiles.size()));
}

// Of a gathered batch in training; otherwise the targets and weights are still to come.
template <class T>
LossArgs<T> Network<T>::loss_args(const Workspace<T>& workspace) const {
    LossArgs<T> args{};
    args.settings = loss_;
    args.steps = output_steps(workspace.extent.steps);
    args.outputs = outputs();
    args.scale = 1;
    args.prediction = workspace.output();
    args.target = {workspace.target, args.steps * target_features(), target_features()};
    args.weight = workspace.weights.from(0);
    args.mask = workspace.output_mask();
    return args;
}

// Whether what the loss is divided by is not just the number of values, but counted in the batch.
template <class T>
bool Network<T>::terms_decide(bool masked, bool weighted) const {
    if (loss_.reduction == Reduction::sum) return false;
    return masked_output(masked) || loss_.ignores_class ||
           (weighted && loss_.reduction == Reduction::mean_with_sample_weight);
}

template <class T>
double Network<T>::loss_scale(const std::vector<double>& terms, Index values, bool decided_by_terms) const {
    if (loss_.reduction == Reduction::sum) return loss_weight_;
    const double divisor =
        decided_by_terms ? std::accumulate(terms.begin(), terms.end(), 0.0) : static_cast<double>(values);
    return divisor == 0 ? 0 : loss_weight_ / divisor;
}

template <class T>
bool Network<T>::loss_depends_on_batch() {
    finish();
    const auto lock = lock_reading();
    return masked_output() || loss_.ignores_class || loss_.reduction != Reduction::sum_over_batch_size;
}

template <class T>
double Network<T>::weight_penalty() const {
    double sum = 0;
    for (const WeightPenalty& chunk : penalties_)
        sum += kernels_->regularize(parameters_.get() + chunk.offset, nullptr, chunk.l1, chunk.l2, chunk.count);
    return sum;
}

template class Network<float>;
template class Network<double>;

}  // namespace fastlstm
