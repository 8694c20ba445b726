#include "training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

#include "step_records.hpp"

namespace fastlstm {

// Copies the samples of this thread's rows; false if there is one that does not exist.
template <class T>
bool Training<T>::gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample,
                         const Team& team) const {
    const Inputs<T>& x = from.samples.inputs;
    const std::int64_t* order = from.order + first_sample;
    const Range mine = team.share(batch.extent.rows);
    if (std::any_of(order + mine.begin, order + mine.end,
                    [&](std::int64_t sample) { return sample < 0 || sample >= x.rows; }))
        return false;
    const auto copy = [&](Range rows, Index first, const auto* values, Index row, auto* to) {
        for (Index n = rows.begin; n < rows.end; ++n)
            std::memcpy(to + n * row, values + order[first + n] * row, static_cast<std::size_t>(row) * sizeof(*to));
    };
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index first) {
        for (std::size_t k = 0; k < x.values.size(); ++k)
            copy(rows, first, x.values[k], x.steps()[k] * network_.graph.input_shape(k).features, group.inputs[k]);
        if (x.mask) copy(rows, first, x.mask, x.steps().front(), group.mask);
        for (std::size_t k = 0; k < from.samples.targets.size(); ++k) {
            const auto& [y, width, weights] = from.samples.targets[k];
            OutputTraining<T>& output = group.trained_outputs[k];
            if (y) copy(rows, first, y, group.extent.lengths->outputs[k] * width, output.target);
            if (weights.values) copy(rows, first, weights.values, weights.steps, output.weight);
        }
    });
    return true;
}

// From packed weights and a gathered batch to gradients: each thread ends with those of its share of the parameters.
template <class T>
void Training<T>::forward_and_backward(TrainingBatch<T>& batch, const Work& work, const OutputArrays<T>& outputs,
                                       Index first_sample) {
    const auto& losses = network_.loss.outputs();
    const Team &team = work.team, &unit_team = work.unit_team;
    const Range mine = work.rows(batch.extent.rows);
    bool any_counted = false;
    const auto counted = [&](std::size_t k) {
        return losses[k].is_set() &&
               losses[k].terms_decide(batch.extent.masked,
                                      batch.groups.front()->trained_outputs[k].weights.values != nullptr);
    };
    for (std::size_t k = 0; k < losses.size(); ++k) any_counted = any_counted || counted(k);
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index first) {
        const Range own = unit_team.share(rows);
        std::fill_n(group.row_penalty.begin() + own.begin, own.end - own.begin, 0.0);
        group.forward(rows, work);
        for (std::size_t k = 0; k < losses.size(); ++k)
            if (counted(k))
                count_terms(losses[k].args(group, group.trained_outputs[k]), own, batch.terms[k].data() + first);
        group.copy_outputs(own, outputs, first_sample + first);
    });
    if (any_counted) team.barrier();
    std::vector<double> gradient_scales, loss_scales;
    for (std::size_t k = 0; k < losses.size(); ++k) {
        const Index values = batch.extent.rows * batch.extent.lengths->outputs[k];
        gradient_scales.push_back(losses[k].scale(losses[k].weight(), batch.terms[k], values, counted(k)));
        loss_scales.push_back(losses[k].scale(1, batch.terms[k], values, counted(k)));
    }
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index) {
        const Range own = unit_team.share(rows);
        for (std::size_t k = 0; k < losses.size(); ++k) {
            OutputTraining<T>& output = group.trained_outputs[k];
            if (!losses[k].is_set()) {  // other gradients may have been added to this one
                fill_zeros(output.d_output, group.extent.lengths->outputs[k], network_.graph.output_shape(k).features,
                           own);
                continue;
            }
            LossArgs<T> args = losses[k].args(group, output);
            args.scale = gradient_scales[k];
            args.row_scale = loss_scales[k];
            args.gradient = output.d_output;
            args.row_loss = output.row_loss.data();
            network_.kernels().loss(args, own);
        }
        unit_team.barrier();
        group.backward(rows, work);
    });
    team.barrier();
    finish_backward(network_, batch, team);
    if (network_.parameters.regularized()) network_.parameters.regularize(team);
}

template <class T>
void Training<T>::finish_backward(Network<T>& network, TrainingBatch<T>& batch, const Team& team) {
    for (std::size_t layer = 0; layer < batch.groups.front()->layers.size(); ++layer) {
        const Index tiles = batch.groups.front()->layers[layer]->gradient_tiles();
        const Range share = team.share(tiles * static_cast<Index>(batch.groups.size()));
        Index first = 0;
        for (auto& group : batch.groups) {
            group->layers[layer]->gradients(
                {std::clamp(share.begin - first, Index{0}, tiles), std::clamp(share.end - first, Index{0}, tiles)});
            first += tiles;
        }
    }
    for (auto& group : batch.groups)
        for (auto& layer : group->layers)
            if (group->call.training) layer->update_statistics(team);
    team.barrier();
    network.parameters.sum_gradients(static_cast<Index>(batch.groups.size()), team);
}

template <class T>
double Training<T>::apply_gradients(double learning_rate) {
    network_.finish();
    Parameters<T>& parameters = network_.parameters;
    const auto lock = parameters.lock_writing();
    const Index trained = parameters.trained_count();
    const double work = tuning::operations_per_update * static_cast<double>(trained);
    network_.optimizer.prepare(learning_rate, network_.optimizer.iterations);
    run_team(team_size(work, work, trained), [&](const Team& team) {
        if (parameters.regularized()) parameters.regularize(team);
        network_.optimizer.update(team);
    });
    parameters.changed();
    ++network_.optimizer.iterations;
    return parameters.plus_penalties(0);
}

template <class T>
std::vector<double> Training<T>::losses_of(const TrainingBatch<T>& batch) const {
    std::vector<double> losses;
    for (std::size_t k = 0; k < network_.loss.outputs().size(); ++k) {
        double sum = 0;
        for (const auto& group : batch.groups) {
            const std::vector<double>& row_loss = group->trained_outputs[k].row_loss;
            sum = std::accumulate(row_loss.begin(), row_loss.end(), sum);
        }
        losses.push_back(sum);
    }
    double penalty = 0;
    for (const auto& group : batch.groups)
        penalty = std::accumulate(group->row_penalty.begin(), group->row_penalty.end(), penalty);
    std::vector<double> all = network_.loss.with_total(losses);
    all.front() = network_.parameters.plus_penalties(all.front() + penalty / static_cast<double>(batch.extent.rows));
    return all;
}

// For so many train steps with batches like this one.
template <class T>
Plan Training<T>::plan(Index train_steps, const TrainingBatch<T>& batch) const {
    const double section = batch.extent.lengths->forward_work * static_cast<double>(batch.extent.rows);
    const double work = tuning::forward_passes_per_step * section * static_cast<double>(train_steps);
    return network_.planner.plan(work, section, batch.extent.rows, batch.groups.size() > 1,
                                 network_.graph.couples_rows_of_groups() ? batch.equal_groups() : 0);
}

template <class T>
std::vector<double> Training<T>::loss_and_gradients(const Samples<T>& samples, const std::vector<T*>& state_gradients) {
    network_.finish();
    const Index rows = samples.inputs.rows;
    const auto lock = network_.parameters.lock_writing();
    require_target_widths(samples);
    auto acquired = network_.workspaces.acquire_batch(samples.inputs.extent(rows));
    TrainingBatch<T>& batch = *acquired;
    batch.set_calls(samples.weights(), nullptr, [](Workspace<T>&, Index) {});
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    const Plan planned = plan(1, batch);
    const TrainingData<T> data{samples, order.data(), rows, {}};
    StateGradients<T> kept(batch, state_gradients);
    run_team(planned.threads, [&](const Team& team) {
        gather(batch, data, 0, team);
        network_.parameters.pack(network_.graph, team);
        team.barrier();
        forward_and_backward(batch, {planned, team});
    });
    network_.parameters.packed();
    kept.copy_and_stop();
    const std::vector<double> losses = losses_of(batch);
    network_.workspaces.release_batch(std::move(acquired));
    return losses;
}

template <class T>
void Training<T>::require_target_widths(const Samples<T>& samples) const {
    for (std::size_t k = 0; k < samples.targets.size(); ++k)
        if (samples.targets[k].y) network_.loss.outputs()[k].require_target_width(samples.targets[k].width);
}

template <class T>
Index Training<T>::train(const TrainingData<T>& data, Index first_step, const LearningRates& rates, double seconds,
                         std::vector<double>& loss_sums) {
    network_.finish();
    const Inputs<T>& samples = data.samples.inputs;
    const std::vector<SampleWeights<T>> weights = data.samples.weights();
    const Index rows = data.batch_size;
    if (network_.graph.stateful() && samples.rows % rows != 0)
        throw std::invalid_argument("x: a stateful model expects full batches of " + std::to_string(rows) +
                                    " rows, got " + std::to_string(samples.rows) + " samples");
    typename StatefulState<T>::Guard state(network_.stateful, rows);
    const auto lock = network_.parameters.lock_writing();
    require_target_widths(data.samples);
    const Index step_count = (samples.rows + rows - 1) / rows;
    const Index end = rates.count > 0 ? std::min(step_count, first_step + rates.count) : step_count;
    // The last batch may be smaller than the others.
    const Index rest = samples.rows - (step_count - 1) * rows;
    auto batch_of_size = network_.workspaces.acquire_batch(samples.extent(rows));
    auto batch_of_rest = rest == rows ? nullptr : network_.workspaces.acquire_batch(samples.extent(rest));
    TrainingBatch<T>&full = *batch_of_size, &last = batch_of_rest ? *batch_of_rest : full;

    const auto start = std::chrono::steady_clock::now();
    const std::int64_t iterations_before = network_.optimizer.iterations;
    Index next = first_step;
    bool done = false, leave = false, was_crowded = false;
    Plan planned{};
    std::atomic<bool> bad_order{false};
    auto steps = [&](const Team& team) {
        for (Index step = next; step < end; ++step) {
            TrainingBatch<T>& batch = step + 1 == step_count ? last : full;
            if (team.rank() == 0) {
                const std::int64_t rng_step = iterations_before + step - first_step;
                batch.set_calls(weights, &rng_step,
                                [&](Workspace<T>& group, Index first) { state.use(group.call, first); });
                network_.optimizer.prepare(rates.of(step - first_step), rng_step);
            }
            if (!gather(batch, data, step * rows, team)) bad_order = true;
            network_.parameters.pack(network_.graph, team);
            team.barrier();
            if (bad_order) break;
            forward_and_backward(batch, {planned, team}, data.outputs, step * rows);
            network_.optimizer.update(team);
            if (team.rank() == 0) {
                const bool was_finite = std::isfinite(loss_sums.front());
                const std::vector<double> losses = losses_of(batch);
                for (std::size_t k = 0; k < losses.size(); ++k)
                    loss_sums[k] += losses[k] * static_cast<double>(batch.extent.rows);
                next = step + 1;
                const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
                done = spent.count() >= seconds || (was_finite && !std::isfinite(loss_sums.front()));
                leave = done || crowded() != was_crowded;
            }
            team.barrier();
            if (leave) break;
        }
    };
    while (next < end && !done && !bad_order) {
        was_crowded = crowded();
        planned = plan(end - next, full);
        run_team(planned.threads, steps);
    }
    network_.parameters.changed();
    network_.optimizer.iterations = iterations_before + next - first_step;
    if (bad_order)
        throw std::invalid_argument("order: expected indices from 0 to " + std::to_string(samples.rows - 1) +
                                    " in step " + std::to_string(next));
    state.succeed();
    network_.workspaces.release_batch(std::move(batch_of_size));
    if (batch_of_rest) network_.workspaces.release_batch(std::move(batch_of_rest));
    return next;
}

template class Training<float>;
template class Training<double>;

}  // namespace fastlstm
