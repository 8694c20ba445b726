// The train step: gather, forward, loss, BPTT, weight gradients, optimizer, all by one team in one call.
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>
#include <string>

#include "network.hpp"

namespace fastlstm {
namespace {

// A step costs about three forward passes, cut by its barriers into three sections.
constexpr double passes_of_a_step = 3;

template <class T>
double loss_of(const TrainingBatch<T>& batch) {
    double sum = 0;
    for (const auto& group : batch.groups) sum = std::accumulate(group->row_loss.begin(), group->row_loss.end(), sum);
    return sum;
}

}  // namespace

template <class T>
void Network<T>::set_loss(Loss loss) {
    finish();
    const auto lock = lock_weights();
    loss_ = loss;
    has_loss_ = true;
    batches_.clear();  // the target's shape may have changed
}

template <class T>
void Network<T>::set_optimizer(const OptimizerSettings& settings) {
    finish();
    const auto lock = lock_weights();
    const bool adam = settings.rule == Update::adam, rms = settings.rule == Update::rmsprop;
    const bool used[3] = {adam || rms || settings.momentum != 0, adam || settings.centered,
                          settings.amsgrad || (rms && settings.momentum != 0)};
    for (int i = 0; i < 3; ++i) slots_[i] = used[i] ? make_buffer<T>(trainable_) : nullptr;
    optimizer_ = settings;
    has_optimizer_ = true;
    iterations = 0;
}

template <class T>
UpdatePass<T> Network<T>::update_pass(double learning_rate, std::int64_t iteration) const {
    UpdatePass<T> pass{};
    pass.rule = optimizer_.rule;
    pass.parameters = parameters_.get();
    pass.gradients = gradients_.get();
    for (int i = 0; i < 3; ++i) pass.slots[i] = slots_[i].get();
    pass.rate = learning_rate;
    pass.momentum = optimizer_.momentum;
    pass.beta_1 = optimizer_.beta_1;
    pass.beta_2 = optimizer_.beta_2;
    pass.epsilon = optimizer_.epsilon;
    pass.rho = optimizer_.rho;
    pass.nesterov = optimizer_.nesterov;
    pass.amsgrad = optimizer_.amsgrad;
    pass.centered = optimizer_.centered;
    if (optimizer_.rule == Update::adam) {
        const double t = static_cast<double>(iteration + 1);
        pass.rate *= std::sqrt(1 - std::pow(optimizer_.beta_2, t)) / (1 - std::pow(optimizer_.beta_1, t));
    }
    return pass;
}

// Copies the samples of this member's rows; false if there is one that does not exist.
template <class T>
bool Network<T>::gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample,
                        const Team& team) const {
    const Index row = from.steps * features_, target_row = output_steps(from.steps) * target_features();
    bool good = true;
    batch.for_each_group(team.share(batch.rows), [&](Binding<T>& group, Range rows, Index first) {
        for (Index n = rows.begin; n < rows.end; ++n) {
            const std::int64_t sample = from.order[first_sample + first + n];
            if (sample < 0 || sample >= from.samples) {
                good = false;
                continue;
            }
            std::memcpy(group.input + n * row, from.x + sample * row, static_cast<std::size_t>(row) * sizeof(T));
            std::memcpy(group.target + n * target_row, from.y + sample * target_row,
                        static_cast<std::size_t>(target_row) * sizeof(T));
        }
    });
    return good;
}

// From packed weights and a gathered batch to gradients: each member ends with those of its share of the parameters.
template <class T>
void Network<T>::forward_and_backward(TrainingBatch<T>& batch, const Team& team) const {
    batch.for_each_group(team.share(batch.rows), [&](Binding<T>& group, Range rows, Index) {
        group.forward(rows);
        LossPass<T> pass = loss_pass(group);
        pass.scale /= static_cast<double>(batch.rows);
        pass.target = {group.target, pass.steps * target_features(), target_features()};
        pass.gradient = group.d_output;
        pass.row_loss = group.row_loss.data();
        kernels_->loss(loss_, pass, rows);
        for (auto run = group.runs.rbegin(); run != group.runs.rend(); ++run) (*run)->backward(rows);
    });
    team.barrier();
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
        const Index tiles = batch.groups.front()->runs[layer]->gradient_tiles();
        const Range share = team.share(tiles * static_cast<Index>(batch.groups.size()));
        Index first = 0;
        for (auto& group : batch.groups) {
            group->runs[layer]->gradients(
                {std::clamp(share.begin - first, Index{0}, tiles), std::clamp(share.end - first, Index{0}, tiles)});
            first += tiles;
        }
    }
    team.barrier();
    kernels_->sum_copies(gradients_.get(), static_cast<Index>(batch.groups.size()), trainable_, team.share(trainable_));
}

template <class T>
double Network<T>::loss_and_gradients(const T* x, const T* y, Index rows, Index steps, Index target_width) {
    finish();
    const auto lock = lock_weights();
    require_target_width(target_width);
    TrainingBatch<T>& batch = training_batch(rows, steps);
    std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
    std::iota(order.begin(), order.end(), 0);
    const double work = passes_of_a_step * forward_work(steps) * static_cast<double>(rows);
    run_team(team_size(work, work / passes_of_a_step, rows), [&](const Team& team) {
        gather(batch, {x, y, order.data(), rows, steps, rows, target_width}, 0, team);
        pack_all(team);
        team.barrier();
        forward_and_backward(batch, team);
    });
    packed_version_ = version_;
    return loss_of(batch);
}

template <class T>
std::pair<Index, double> Network<T>::train(const TrainingData<T>& from, Index first_step, double learning_rate,
                                           double seconds, double loss_sum) {
    finish();
    const auto lock = lock_weights();
    require_target_width(from.target_width);
    const Index step_count = (from.samples + from.batch_size - 1) / from.batch_size;
    // The last batch may be smaller than the others.
    TrainingBatch<T>& full = training_batch(from.batch_size, from.steps);
    TrainingBatch<T>& last = training_batch(from.samples - (step_count - 1) * from.batch_size, from.steps);

    const double work = passes_of_a_step * forward_work(from.steps) * static_cast<double>(full.rows);
    const auto start = std::chrono::steady_clock::now();
    const std::int64_t iterations_before = iterations;
    Index next = first_step;
    bool done = false, leave = false;
    std::atomic<bool> bad_order{false};
    auto steps = [&](const Team& team) {
        for (Index step = next; step < step_count; ++step) {
            TrainingBatch<T>& batch = step + 1 == step_count ? last : full;
            if (!gather(batch, from, step * from.batch_size, team)) bad_order = true;
            pack_all(team);
            team.barrier();
            if (bad_order) break;
            forward_and_backward(batch, team);
            kernels_->update(update_pass(learning_rate, iterations_before + step - first_step), team.share(trainable_));
            if (team.rank() == 0) {
                loss_sum += loss_of(batch) * static_cast<double>(batch.rows);
                next = step + 1;
                const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
                done = spent.count() >= seconds;
                leave = done || (team.size() > 1 && crowded());
            }
            team.barrier();
            if (leave) break;
        }
    };
    while (next < step_count && !done && !bad_order)
        run_team(team_size(work * static_cast<double>(step_count - next), work / passes_of_a_step, full.rows), steps);
    ++version_;
    iterations = iterations_before + next - first_step;
    if (bad_order)
        throw std::invalid_argument("order: expected indices from 0 to " + std::to_string(from.samples - 1) +
                                    " in step " + std::to_string(next));
    return {next, loss_sum};
}

template void Network<float>::set_loss(Loss);
template void Network<double>::set_loss(Loss);
template void Network<float>::set_optimizer(const OptimizerSettings&);
template void Network<double>::set_optimizer(const OptimizerSettings&);
template double Network<float>::loss_and_gradients(const float*, const float*, Index, Index, Index);
template double Network<double>::loss_and_gradients(const double*, const double*, Index, Index, Index);
template std::pair<Index, double> Network<float>::train(const TrainingData<float>&, Index, double, double, double);
template std::pair<Index, double> Network<double>::train(const TrainingData<double>&, Index, double, double, double);

}  // namespace fastlstm
