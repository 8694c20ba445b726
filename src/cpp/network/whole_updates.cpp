#include "whole_updates.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace fastlstm {

template <class T>
void WholeUpdates<T>::set(const WholeSettings& settings, const Kernels<T>& kernels,
                          std::vector<WholeParameter> parameters, std::vector<Range> chunks, Optimizer kind) {
    settings_ = settings;
    kernels_ = &kernels;
    parameters_ = std::move(parameters);
    chunks_ = std::move(chunks);
    owners_.assign(chunks_.size(), 0);
    for (std::size_t i = 0; i < parameters_.size(); ++i)
        for (Index c = parameters_[i].chunks.begin; c < parameters_[i].chunks.end; ++c)
            owners_[static_cast<std::size_t>(c)] = i;
    weight_squares_.assign(chunks_.size(), 0);
    step_squares_.assign(chunks_.size(), 0);
    if (kind != Optimizer::muon) return;
    Index most = 0, widest = 0;
    for (const WholeParameter& parameter : parameters_)
        if (parameter.matrices > 0) {
            most = std::max(most, parameter.rows * parameter.columns);
            widest = std::max(widest, std::min(parameter.rows, parameter.columns));
        }
    for (Buffer<T>* buffer : {&matrix_, &next_, &transposed_}) *buffer = make_buffer<T>(most);
    for (Buffer<T>* buffer : {&square_, &polynomial_}) *buffer = make_buffer<T>(widest * widest);
}

template <class T>
void WholeUpdates<T>::finish(const UpdateArgs<T>& args, const Team& team) {
    if (args.kind == Optimizer::lamb) lamb(args, team);
    if (args.kind == Optimizer::adafactor) adafactor(args, team);
    if (args.kind == Optimizer::muon) muon(args, team);
}

template <class T>
void WholeUpdates<T>::sum_squares(const T* values, std::vector<double>& sums, const Team& team) const {
    const Range own = own_chunks(team);
    for (Index i = own.begin; i < own.end; ++i) {
        const Range chunk = chunks_[static_cast<std::size_t>(i)];
        sums[static_cast<std::size_t>(i)] =
            kernels_->parameters.sum_squares(values + chunk.begin, chunk.end - chunk.begin);
    }
}

template <class T>
double WholeUpdates<T>::sum_of(const std::vector<double>& sums, Range chunks) {
    return std::accumulate(sums.begin() + chunks.begin, sums.begin() + chunks.end, 0.0);
}

template <class T>
template <class Factor>
void WholeUpdates<T>::add_gradients(const UpdateArgs<T>& args, const Team& team, const Factor& factor) const {
    const Range own = own_chunks(team);
    for (Index i = own.begin; i < own.end; ++i)
        kernels_->parameters.add_scaled(args.parameters, args.gradients,
                                        factor(parameters_[owners_[static_cast<std::size_t>(i)]]),
                                        chunks_[static_cast<std::size_t>(i)]);
}

// A parameter moves by a share of its length, whatever the length of the step; by the step, where either is zero.
template <class T>
void WholeUpdates<T>::lamb(const UpdateArgs<T>& args, const Team& team) {
    sum_squares(args.parameters, weight_squares_, team);
    sum_squares(args.gradients, step_squares_, team);
    team.barrier();
    add_gradients(args, team, [&](const WholeParameter& parameter) {
        const double weight = std::sqrt(sum_of(weight_squares_, parameter.chunks));
        const double step = std::sqrt(sum_of(step_squares_, parameter.chunks));
        return -args.rate * (weight > 0 && step > 0 ? weight / step : 1);
    });
}

// A parameter moves by a share of its root mean square; a step whose own exceeds the threshold is shortened to it.
template <class T>
void WholeUpdates<T>::adafactor(const UpdateArgs<T>& args, const Team& team) {
    const auto factors_of = [&](const WholeParameter& parameter) {
        const Index at = parameter.elements.begin;
        return FactorArgs<T>{parameter.matrices, parameter.rows,     parameter.columns,
                             args.beta_2,        args.epsilon,       args.gradients + at,
                             args.slots[0] + at, args.slots[1] + at, args.slots[2] + at};
    };
    sum_squares(args.parameters, weight_squares_, team);
    for (const WholeParameter& parameter : parameters_)
        if (parameter.matrices > 0) {
            kernels_->parameters.row_averages(factors_of(parameter), team.share(parameter.matrices * parameter.rows));
            kernels_->parameters.column_averages(factors_of(parameter), team.share(parameter.columns));
        }
    team.barrier();
    for (const WholeParameter& parameter : parameters_)
        if (parameter.matrices > 0)
            kernels_->parameters.factored_steps(factors_of(parameter), team.share(parameter.matrices * parameter.rows));
    team.barrier();
    sum_squares(args.gradients, step_squares_, team);
    team.barrier();
    add_gradients(args, team, [&](const WholeParameter& parameter) {
        const double size = static_cast<double>(parameter.elements.end - parameter.elements.begin);
        const double weight = std::sqrt(sum_of(weight_squares_, parameter.chunks) / size);
        const double step = std::sqrt(sum_of(step_squares_, parameter.chunks) / size) / settings_.clip_threshold;
        return -args.rate * std::max(settings_.epsilon_2, weight) / (step > 1 ? step : 1);
    });
}

template <class T>
void WholeUpdates<T>::muon(const UpdateArgs<T>& args, const Team& team) {
    sum_squares(args.gradients, step_squares_, team);
    team.barrier();
    for (const WholeParameter& parameter : parameters_)
        if (parameter.matrices > 0) muon(args, parameter, team);
}

// Newton-Schulz steps X := a X + (b A + c A A) X, with A = X X', from a matrix of norm 1.
template <class T>
void WholeUpdates<T>::muon(const UpdateArgs<T>& args, const WholeParameter& parameter, const Team& team) {
    const auto& kernels = kernels_->parameters;
    const bool tall = parameter.rows > parameter.columns;
    const Index rows = std::min(parameter.rows, parameter.columns),
                columns = std::max(parameter.rows, parameter.columns);
    T *direction = args.gradients + parameter.elements.begin, *x = matrix_.get(), *next = next_.get();
    const double scale = 1 / (std::sqrt(sum_of(step_squares_, parameter.chunks)) + 1e-7);
    const Range own = team.share(rows);
    if (tall)
        kernels.transpose(direction, columns, rows, scale, x, own);
    else {
        const Range elements{own.begin * columns, own.end * columns};
        std::fill(x + elements.begin, x + elements.end, T(0));
        kernels.add_scaled(x, direction, scale, elements);
    }
    for (std::int64_t i = 0; i < settings_.ns_steps; ++i) {
        team.barrier();
        kernels.transpose(x, rows, columns, 1, transposed_.get(), team.share(columns));
        team.barrier();
        kernels.matrix_product({columns, rows, x, transposed_.get(), nullptr, 1, 0, square_.get()}, own);
        team.barrier();
        kernels.matrix_product({rows, rows, square_.get(), square_.get(), square_.get(), settings_.muon_c,
                                settings_.muon_b, polynomial_.get()},
                               own);
        team.barrier();
        kernels.matrix_product({rows, columns, polynomial_.get(), x, x, 1, settings_.muon_a, next}, own);
        std::swap(x, next);
    }
    const double size = std::sqrt(static_cast<double>(columns));
    const double by = -args.rate * (settings_.rms_rate < 0 ? 1 : size * settings_.rms_rate);
    team.barrier();
    T* weights = args.parameters + parameter.elements.begin;
    if (tall) {
        const Range share = team.share(columns);
        kernels.transpose(x, rows, columns, 1, next, share);
        kernels.add_scaled(weights, next, by, {share.begin * rows, share.end * rows});
    } else
        kernels.add_scaled(weights, x, by, {own.begin * columns, own.end * columns});
    team.barrier();  // the next parameter uses the same memory
}

template class WholeUpdates<float>;
template class WholeUpdates<double>;

}  // namespace fastlstm
