// The train step: gather, forward, loss, BPTT, weight gradients, optimizer, all by one team in one call.
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>

#include "network.hpp"

namespace fastlstm {
namespace {

// A step costs about three forward passes, cut by its barriers into three sections.
constexpr double passes_of_a_step = 3;

template <class T>
void gather(const T* from, const std::int64_t* order, Index row, Range rows, T* to) {
    for (Index n = rows.begin; n < rows.end; ++n)
        std::memcpy(to + n * row, from + order[n] * row, static_cast<std::size_t>(row) * sizeof(T));
}

template <class T>
double batch_loss(const Binding<T>& binding) {
    return std::accumulate(binding.row_loss.begin(), binding.row_loss.end(), 0.0);
}

}  // namespace

template <class T>
void Network<T>::set_loss(Loss loss) {
    finish();
    const std::unique_lock<std::shared_mutex> lock(weights_);
    loss_ = loss;
    has_loss_ = true;
    idle_.clear();  // the target's shape may have changed
}

template <class T>
void Network<T>::set_optimizer(const OptimizerSettings& settings) {
    finish();
    const std::unique_lock<std::shared_mutex> lock(weights_);
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

// From packed weights and a gathered batch to gradients of all parameters; ends before the barrier that makes them
// everybody's.
template <class T>
void Network<T>::forward_and_backward(Binding<T>& binding, const Team& team) const {
    const Range rows = team.share(binding.rows);
    binding.forward(rows);
    LossPass<T> pass = loss_pass(binding);
    pass.scale /= static_cast<double>(binding.rows);
    pass.target = {binding.target, pass.steps * target_features(), target_features()};
    pass.gradient = binding.d_output;
    pass.row_loss = binding.row_loss.data();
    kernels_->loss(loss_, pass, rows);
    for (auto run = binding.runs.rbegin(); run != binding.runs.rend(); ++run) (*run)->backward(rows);
    team.barrier();
    for (auto& run : binding.runs) run->gradients(team);
}

template <class T>
double Network<T>::loss_and_gradients(const T* x, const T* y, Index rows, Index steps) {
    finish();
    const std::unique_lock<std::shared_mutex> lock(weights_);
    Bound binding = acquire(rows, steps, Mode::training);
    std::memcpy(binding->input, x, static_cast<std::size_t>(rows * steps * features_) * sizeof(T));
    std::memcpy(binding->target, y,
                static_cast<std::size_t>(rows * output_steps(steps) * target_features()) * sizeof(T));
    const double work = passes_of_a_step * forward_work(steps) * static_cast<double>(rows);
    run_team(team_size(work, work / passes_of_a_step, rows), [&](const Team& team) {
        pack_all(team);
        team.barrier();
        forward_and_backward(*binding, team);
    });
    packed_version_ = version_;
    const double loss = batch_loss(*binding);
    release(std::move(binding));
    return loss;
}

template <class T>
std::pair<Index, double> Network<T>::train(const Samples<T>& from, Index first_step, double learning_rate,
                                           double seconds) {
    finish();
    const std::unique_lock<std::shared_mutex> lock(weights_);
    const Index step_count = (from.samples + from.batch_size - 1) / from.batch_size;
    const Index row = from.steps * features_, target_row = output_steps(from.steps) * target_features();
    const auto rows_of = [&](Index step) { return std::min(from.batch_size, from.samples - step * from.batch_size); };
    // The last batch may be smaller than the others.
    Bound last = acquire(rows_of(step_count - 1), from.steps, Mode::training);
    Bound full = first_step + 1 < step_count ? acquire(rows_of(first_step), from.steps, Mode::training) : nullptr;

    const double work = passes_of_a_step * forward_work(from.steps) * static_cast<double>(from.batch_size);
    const int members =
        team_size(work * static_cast<double>(step_count - first_step), work / passes_of_a_step, from.batch_size);
    const auto start = std::chrono::steady_clock::now();
    Index next = first_step;
    double sum = 0;
    bool done = false;
    run_team(members, [&](const Team& team) {
        for (Index step = first_step; step < step_count; ++step) {
            Binding<T>& binding = step + 1 == step_count ? *last : *full;
            const Range rows = team.share(binding.rows);
            const std::int64_t* order = from.order + step * from.batch_size;
            gather(from.x, order, row, rows, binding.input);
            gather(from.y, order, target_row, rows, binding.target);
            pack_all(team);
            team.barrier();
            forward_and_backward(binding, team);
            team.barrier();
            kernels_->update(update_pass(learning_rate, iterations + step - first_step), team.share(trainable_));
            if (team.rank() == 0) {
                sum += batch_loss(binding) * static_cast<double>(binding.rows);
                next = step + 1;
                const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
                done = spent.count() >= seconds;
            }
            team.barrier();
            if (done) break;
        }
    });
    ++version_;
    iterations += next - first_step;
    release(std::move(last));
    if (full) release(std::move(full));
    return {next, sum};
}

template void Network<float>::set_loss(Loss);
template void Network<double>::set_loss(Loss);
template void Network<float>::set_optimizer(const OptimizerSettings&);
template void Network<double>::set_optimizer(const OptimizerSettings&);
template double Network<float>::loss_and_gradients(const float*, const float*, Index, Index);
template double Network<double>::loss_and_gradients(const double*, const double*, Index, Index);
template std::pair<Index, double> Network<float>::train(const Samples<float>&, Index, double, double);
template std::pair<Index, double> Network<double>::train(const Samples<double>&, Index, double, double);

}  // namespace fastlstm
