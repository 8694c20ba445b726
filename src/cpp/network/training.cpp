#include "training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

namespace fastlstm {

// Copies the samples of this thread's rows; false if there is one that does not exist.
template <class T>
bool Training<T>::gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample,
                         const Team& team) const {
    const Samples<T>& samples = from.samples;
    const Index row = samples.steps * network_.graph.input_shape().features, weight_row = samples.weights.steps;
    const Index target_row = network_.graph.output_steps(samples.steps) * samples.target_width;
    bool good = true;
    batch.for_each_group(team.share(batch.extent.rows), [&](Workspace<T>& group, Range rows, Index first) {
        for (Index n = rows.begin; n < rows.end; ++n) {
            const std::int64_t sample = from.order[first_sample + first + n];
            if (sample < 0 || sample >= samples.rows) {
                good = false;
                continue;
            }
            std::memcpy(group.input + n * row, samples.x + sample * row, static_cast<std::size_t>(row) * sizeof(T));
            std::memcpy(group.target + n * target_row, samples.y + sample * target_row,
                        static_cast<std::size_t>(target_row) * sizeof(T));
            if (samples.weights.values)
                std::memcpy(group.weight + n * weight_row, samples.weights.values + sample * weight_row,
                            static_cast<std::size_t>(weight_row) * sizeof(T));
            if (samples.mask)
                std::memcpy(group.mask + n * samples.steps, samples.mask + sample * samples.steps,
                            static_cast<std::size_t>(samples.steps));
        }
    });
    return good;
}

// From packed weights and a gathered batch to gradients: each thread ends with those of its share of the parameters.
template <class T>
void Training<T>::forward_and_backward(TrainingBatch<T>& batch, const Work& work, const Outputs<T>& outputs) {
    const LossState<T>& loss = network_.loss;
    const Index out_steps = network_.graph.output_steps(batch.extent.steps);
    const Index out_features = network_.graph.output_shape().features, values = batch.extent.rows * out_steps;
    const bool counted = loss.terms_decide(batch.extent.masked, batch.groups.front()->weights.values != nullptr);
    const Team &team = work.team, &unit_team = work.unit_team;
    const Range mine = work.rows(batch.extent.rows);
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index first) {
        const Range own = unit_team.share(rows);
        std::fill_n(group.row_penalty.begin() + own.begin, own.end - own.begin, 0.0);
        group.forward(rows, work);
        if (counted) count_terms(loss.args(group), own, batch.terms.data() + first);
        if (outputs.values) group.copy_outputs(own, outputs.from(first, out_steps, out_features));
    });
    if (counted) team.barrier();
    const double scale = loss.scale(batch.terms, values, counted);
    batch.for_each_group(mine, [&](Workspace<T>& group, Range rows, Index) {
        LossArgs<T> args = loss.args(group);
        args.scale = scale;
        args.gradient = group.d_output;
        args.row_loss = group.row_loss.data();
        network_.kernels().loss(args, unit_team.share(rows));
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
    const Index trained = network.parameters.trained_count();
    network.kernels().parameters.sum_copies(network.parameters.gradients(), static_cast<Index>(batch.groups.size()),
                                            trained, team.share(trained));
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
double Training<T>::loss_of(const TrainingBatch<T>& batch) const {
    double sum = 0, penalty = 0;
    for (const auto& group : batch.groups) {
        sum = std::accumulate(group->row_loss.begin(), group->row_loss.end(), sum);
        penalty = std::accumulate(group->row_penalty.begin(), group->row_penalty.end(), penalty);
    }
    return network_.parameters.plus_penalties(sum + penalty / static_cast<double>(batch.extent.rows));
}

// For so many train steps with batches like this one.
template <class T>
Plan Training<T>::plan(Index train_steps, const TrainingBatch<T>& batch) const {
    const double section = network_.graph.forward_work(batch.extent.steps) * static_cast<double>(batch.extent.rows);
    const double work = tuning::forward_passes_per_step * section * static_cast<double>(train_steps);
    return network_.planner.plan(work, section, batch.extent.rows, batch.groups.size() > 1);
}

template <class T>
double Training<T>::loss_and_gradients(const Samples<T>& samples) {
    network_.finish();
    const auto lock = network_.parameters.lock_writing();
    network_.loss.require_target_width(samples.target_width);
    auto acquired = network_.workspaces.acquire_batch({samples.rows, samples.steps, samples.mask != nullptr});
    TrainingBatch<T>& batch = *acquired;
    batch.set_calls(samples.weights, nullptr, [](Workspace<T>&, Index) {});
    std::vector<std::int64_t> order(static_cast<std::size_t>(samples.rows));
    std::iota(order.begin(), order.end(), 0);
    const Plan planned = plan(1, batch);
    run_team(planned.threads, [&](const Team& team) {
        gather(batch, {samples, order.data(), samples.rows, {}}, 0, team);
        network_.parameters.pack(network_.graph, team);
        team.barrier();
        forward_and_backward(batch, {planned, team});
    });
    network_.parameters.packed();
    const double loss = loss_of(batch);
    network_.workspaces.release_batch(std::move(acquired));
    return loss;
}

template <class T>
std::pair<Index, double> Training<T>::train(const TrainingData<T>& data, Index first_step, const LearningRates& rates,
                                            double seconds, double loss_sum) {
    network_.finish();
    const Samples<T>& samples = data.samples;
    const Index rows = data.batch_size;
    if (network_.graph.stateful() && samples.rows % rows != 0)
        throw std::invalid_argument("x: a stateful model expects full batches of " + std::to_string(rows) +
                                    " rows, got " + std::to_string(samples.rows) + " samples");
    typename StatefulState<T>::Guard state(network_.stateful, rows);
    const auto lock = network_.parameters.lock_writing();
    network_.loss.require_target_width(samples.target_width);
    const Index step_count = (samples.rows + rows - 1) / rows;
    const Index end = rates.count > 0 ? std::min(step_count, first_step + rates.count) : step_count;
    // The last batch may be smaller than the others.
    const bool masked = samples.mask != nullptr;
    const Index rest = samples.rows - (step_count - 1) * rows;
    auto batch_of_size = network_.workspaces.acquire_batch({rows, samples.steps, masked});
    auto batch_of_rest = rest == rows ? nullptr : network_.workspaces.acquire_batch({rest, samples.steps, masked});
    TrainingBatch<T>&full = *batch_of_size, &last = batch_of_rest ? *batch_of_rest : full;

    const Index out_steps = network_.graph.output_steps(samples.steps);
    const Index out_features = network_.graph.output_shape().features;
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
                batch.set_calls(samples.weights, &rng_step,
                                [&](Workspace<T>& group, Index first) { state.use(group.call, first); });
                network_.optimizer.prepare(rates.of(step - first_step), rng_step);
            }
            if (!gather(batch, data, step * rows, team)) bad_order = true;
            network_.parameters.pack(network_.graph, team);
            team.barrier();
            if (bad_order) break;
            forward_and_backward(batch, {planned, team}, data.outputs.from(step * rows, out_steps, out_features));
            network_.optimizer.update(team);
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
    return {next, loss_sum};
}

template class Training<float>;
template class Training<double>;

}  // namespace fastlstm
