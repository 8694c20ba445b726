// The train step: gather, forward, loss, BPTT, weight gradients, optimizer, all by one team in one call.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

#include "network.hpp"

namespace fastlstm {
template <class T>
void Network<T>::set_loss(const LossOptions& options) {
    finish();
    const auto lock = lock_weights();
    loss_ = options;
    loss_.quantiles = loss_.own_quantiles.data();
    target_width_ = target_widths[static_cast<int>(options.kind)];
    has_loss_ = true;
}

template <class T>
void Network<T>::set_loss_weight(double weight) {
    const auto lock = lock_weights();
    loss_weight_ = weight;
}

// Copies the samples of this thread's rows; false if there is one that does not exist.
template <class T>
bool Network<T>::gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample,
                        const Team& team) const {
    const Index row = from.steps * features_, target_row = output_steps(from.steps) * target_features();
    const Index weight_row = from.weights.steps;
    bool good = true;
    batch.for_each_group(team.share(batch.extent.rows), [&](Workspace<T>& group, Range rows, Index first) {
        for (Index n = rows.begin; n < rows.end; ++n) {
            const std::int64_t sample = from.order[first_sample + first + n];
            if (sample < 0 || sample >= from.samples) {
                good = false;
                continue;
            }
            std::memcpy(group.input + n * row, from.x + sample * row, static_cast<std::size_t>(row) * sizeof(T));
            std::memcpy(group.target + n * target_row, from.y + sample * target_row,
                        static_cast<std::size_t>(target_row) * sizeof(T));
            if (from.weights.values)
                std::memcpy(group.weight + n * weight_row, from.weights.values + sample * weight_row,
                            static_cast<std::size_t>(weight_row) * sizeof(T));
            if (from.mask)
                std::memcpy(group.mask + n * from.steps, from.mask + sample * from.steps,
                            static_cast<std::size_t>(from.steps));
        }
    });
    return good;
}

// From packed weights and a gathered batch to gradients: each thread ends with those of its share of the parameters.
template <class T>
void Network<T>::forward_and_backward(TrainingBatch<T>& batch, const Work& work, const Outputs<T>& outputs) {
    const Index rows_of_batch = batch.extent.rows, out_steps = output_steps(batch.extent.steps);
    const Index values = rows_of_batch * out_steps;
    const bool counted = terms_decide(batch.extent.masked, batch.groups.front()->weights.values != nullptr);
    const Team &team = work.team, &unit_team = work.unit_team;
    const Range mine = work.rows(rows_of_batch);
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index first) {
        const Range own = unit_team.share(rows);
        std::fill_n(group.row_penalty.begin() + own.begin, own.end - own.begin, 0.0);
        group.forward(rows, work);
        if (counted) count_terms(loss_args(group), own, batch.terms.data() + first);
        if (outputs.values)
            group.copy_outputs(own, out_steps, this->outputs(), outputs.from(first, out_steps, this->outputs()));
    });
    if (counted) team.barrier();
    const double scale = loss_scale(batch.terms, values, counted);
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index) {
        LossArgs<T> args = loss_args(group);
        args.scale = scale;
        args.gradient = group.d_output;
        args.row_loss = group.row_loss.data();
        kernels_->loss(args, unit_team.share(rows));
        unit_team.barrier();
        group.backward(rows, work, first_trained_);
    });
    team.barrier();
    sum_gradients(batch, team);
    if (!penalties_.empty()) regularize(team);
}

// After the backward passes of all groups: each thread ends with the gradients of its share of the parameters.
template <class T>
void Network<T>::sum_gradients(TrainingBatch<T>& batch, const Team& team) {
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        const Index tiles = batch.groups.front()->layers[layer]->gradient_tiles();
        const Range share = team.share(tiles * static_cast<Index>(batch.groups.size()));
        Index first = 0;
        for (auto& group : batch.groups) {
            group->layers[layer]->gradients(
                {std::clamp(share.begin - first, Index{0}, tiles), std::clamp(share.end - first, Index{0}, tiles)});
            first += tiles;
        }
    }
    team.barrier();
    kernels_->sum_copies(gradients_.get(), static_cast<Index>(batch.groups.size()), trainable_, team.share(trainable_));
}

// Chunks of weights do not depend on the number of threads, and each has its own sum.
template <class T>
void Network<T>::regularize(const Team& team) {
    team.barrier();
    const Range mine = team.share(static_cast<Index>(penalties_.size()));
    for (Index i = mine.begin; i < mine.end; ++i) {
        const WeightPenalty& chunk = penalties_[static_cast<std::size_t>(i)];
        penalty_sums_[static_cast<std::size_t>(i)] = kernels_->regularize(
            parameters_.get() + chunk.offset, gradients_.get() + chunk.offset, chunk.l1, chunk.l2, chunk.count);
    }
    team.barrier();
}

template <class T>
double Network<T>::apply_gradients(double learning_rate) {
    finish();
    const auto lock = lock_weights();
    const double work = tuning::operations_per_update * static_cast<double>(trainable_);
    prepare_update(learning_rate, iterations);
    run_team(team_size(work, work, trainable_), [&](const Team& team) {
        if (!penalties_.empty()) regularize(team);
        update(team);
    });
    ++version_;
    ++iterations;
    return std::accumulate(penalty_sums_.begin(), penalty_sums_.end(), 0.0);
}

template <class T>
double Network<T>::loss_of(const TrainingBatch<T>& batch) const {
    double sum = 0, penalty = 0;
    for (const auto& group : batch.groups) {
        sum = std::accumulate(group->row_loss.begin(), group->row_loss.end(), sum);
        penalty = std::accumulate(group->row_penalty.begin(), group->row_penalty.end(), penalty);
    }
    return std::accumulate(penalty_sums_.begin(), penalty_sums_.end(),
                           sum + penalty / static_cast<double>(batch.extent.rows));
}

template <class T>
double Network<T>::loss_and_gradients(const T* x, const T* y, const unsigned char* mask, Index rows, Index steps,
                                      Index target_width, const SampleWeights<T>& weights) {
    finish();
    const auto lock = lock_weights();
    require_target_width(target_width);
    auto acquired = acquire_batch({rows, steps, mask != nullptr});
    TrainingBatch<T>& batch = *acquired;
    set_calls(batch, weights, nullptr, [](Workspace<T>&, Index) {});
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    const double work = tuning::forward_passes_per_step * forward_work(steps) * static_cast<double>(rows);
    const Plan planned = plan(work, work / tuning::forward_passes_per_step, rows, batch.groups.size() > 1);
    run_team(planned.threads, [&](const Team& team) {
        gather(batch, {x, y, mask, order.data(), rows, steps, rows, target_width, weights, {}}, 0, team);
        pack_all(team);
        team.barrier();
        forward_and_backward(batch, {planned, team});
    });
    packed_version_ = version_;
    const double loss = loss_of(batch);
    release_batch(std::move(acquired));
    return loss;
}

template <class T>
std::pair<Index, double> Network<T>::train(const TrainingData<T>& from, Index first_step, const LearningRates& rates,
                                           double seconds, double loss_sum) {
    finish();
    if (stateful() && from.samples % from.batch_size != 0)
        throw std::invalid_argument("x: a stateful model expects full batches of " + std::to_string(from.batch_size) +
                                    " rows, got " + std::to_string(from.samples) + " samples");
    StateGuard state_guard(*this, from.batch_size);
    const auto lock = lock_weights();
    require_target_width(from.target_width);
    const Index step_count = (from.samples + from.batch_size - 1) / from.batch_size;
    const Index end = rates.count > 0 ? std::min(step_count, first_step + rates.count) : step_count;
    // The last batch may be smaller than the others.
    const bool masked = from.mask != nullptr;
    const Index rest = from.samples - (step_count - 1) * from.batch_size;
    auto batch_of_size = acquire_batch({from.batch_size, from.steps, masked});
    auto batch_of_rest = rest == from.batch_size ? nullptr : acquire_batch({rest, from.steps, masked});
    TrainingBatch<T>&full = *batch_of_size, &last = batch_of_rest ? *batch_of_rest : full;

    const double work =
        tuning::forward_passes_per_step * forward_work(from.steps) * static_cast<double>(full.extent.rows);
    const auto start = std::chrono::steady_clock::now();
    const std::int64_t iterations_before = iterations;
    Index next = first_step;
    bool done = false, leave = false, was_crowded = false;
    Plan planned{};
    std::atomic<bool> bad_order{false};
    auto steps = [&](const Team& team) {
        for (Index step = next; step < end; ++step) {
            TrainingBatch<T>& batch = step + 1 == step_count ? last : full;
            if (team.rank() == 0) {
                const std::int64_t rng_step = iterations_before + step - first_step;
                set_calls(batch, from.weights, &rng_step, [&](Workspace<T>& group, Index first) {
                    if (state_guard) use_stateful_state(group, first);
                });
                prepare_update(rates.of(step - first_step), rng_step);
            }
            if (!gather(batch, from, step * from.batch_size, team)) bad_order = true;
            pack_all(team);
            team.barrier();
            if (bad_order) break;
            forward_and_backward(batch, {planned, team},
                                 from.outputs.from(step * from.batch_size, output_steps(from.steps), outputs()));
            update(team);
            if (team.rank() == 0) {
                const bool was_finite = std::isfinite(loss_sum);
                loss_sum += loss_of(batch) * static_cast<double>(batch.extent.rows);
                next = step + 1;
                const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
                done = spent.count() >= seconds || (was_finite && !std::isfinite(loss_sum));
                leave = done || crowded() != was_crowded;
            }
            team.barrier();
            if (leave) break;
        }
    };
    while (next < end && !done && !bad_order) {
        was_crowded = crowded();
        planned = plan(work * static_cast<double>(end - next), work / tuning::forward_passes_per_step, full.extent.rows,
                       full.groups.size() > 1);
        run_team(planned.threads, steps);
    }
    ++version_;
    iterations = iterations_before + next - first_step;
    if (bad_order)
        throw std::invalid_argument("order: expected indices from 0 to " + std::to_string(from.samples - 1) +
                                    " in step " + std::to_string(next));
    state_guard.succeed();
    release_batch(std::move(batch_of_size));
    if (batch_of_rest) release_batch(std::move(batch_of_rest));
    return {next, loss_sum};
}

#define FASTLSTM_INSTANTIATE(T)                                                                                      \
    template void Network<T>::set_loss(const LossOptions&);                                                          \
    template void Network<T>::set_loss_weight(double);                                                               \
    template double Network<T>::apply_gradients(double);                                                             \
    template double Network<T>::loss_and_gradients(const T*, const T*, const unsigned char*, Index, Index, Index,    \
                                                   const SampleWeights<T>&);                                         \
    template std::pair<Index, double> Network<T>::train(const TrainingData<T>&, Index, const LearningRates&, double, \
                                                        double);

FASTLSTM_INSTANTIATE(float)
FASTLSTM_INSTANTIATE(double)

}  // namespace fastlstm
