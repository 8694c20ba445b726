#include "autodiff.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "training.hpp"

namespace fastlstm {

template <class T>
std::unique_ptr<SavedForward<T>> Autodiff<T>::forward(const Inputs<T>& x, const CallInputs<T>& inputs,
                                                      const OutputArrays<T>& out, T* final_state) {
    network_.finish();
    const LayerGraph<T>& graph = network_.graph;
    const Index state_size = graph.state_size(), rows = x.rows;
    auto saved = std::make_unique<SavedForward<T>>();
    const auto lock = network_.parameters.lock_packed(graph);
    saved->network = &network_;
    saved->version = network_.parameters.version();
    saved->extent = x.extent(rows);
    saved->batch = network_.workspaces.acquire_batch(saved->extent);
    TrainingBatch<T>& batch = *saved->batch;
    if (inputs.state) saved->initial_state.assign(inputs.state, inputs.state + rows * state_size);
    batch.set_calls(std::vector<SampleWeights<T>>(graph.output_count()), inputs.rng_step,
                    [&](Workspace<T>& group, Index first) {
                        Call<T>& call = group.call;
                        if (!inputs.penalized) call.penalty_scale = 0;
                        call.initial_state = inputs.state ? saved->initial_state.data() + first * state_size : nullptr;
                        call.final_state = final_state + first * state_size;
                    });
    const Plan planned = network_.prediction_plan(rows, *x.lengths);
    const auto copy = [](Range share, Index first, const auto* from, Index row, auto* to) {
        std::copy(from + (first + share.begin) * row, from + (first + share.end) * row, to + share.begin * row);
    };
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        batch.for_each_group(mine.rows(rows), [&](Workspace<T>& group, Range own, Index first) {
            const Range share = mine.unit_team.share(own);
            for (std::size_t k = 0; k < x.values.size(); ++k)
                copy(share, first, x.values[k], x.steps()[k] * graph.input_shape(k).features, group.inputs[k]);
            if (x.mask) copy(share, first, x.mask, x.steps().front(), group.mask);
            std::fill(group.row_penalty.begin() + share.begin, group.row_penalty.begin() + share.end, 0.0);
            mine.unit_team.barrier();
            group.forward(own, mine);
            group.copy_outputs(share, out, first);
        });
    });
    double penalty = 0;
    for (auto& group : batch.groups) {
        group->call.final_state = nullptr;
        penalty = std::accumulate(group->row_penalty.begin(), group->row_penalty.end(), penalty);
    }
    if (inputs.penalized) saved->penalty = penalty / static_cast<double>(rows);
    return saved;
}

template <class T>
void Autodiff<T>::backward(SavedForward<T>& saved, const std::vector<const T*>& d_outputs, const T* d_state,
                           const std::vector<T*>& dx, T* d_initial_state, const std::vector<T*>& state_gradients) {
    const LayerGraph<T>& graph = network_.graph;
    const Index state_size = graph.state_size();
    const auto lock = network_.parameters.lock_writing();
    require_waiting(saved);
    auto used = std::move(saved.batch);
    TrainingBatch<T>& batch = *used;
    const Index rows = saved.extent.rows;
    Index first_row = 0;
    for (auto& group : batch.groups) {
        group->call.d_final_state = d_state ? d_state + first_row * state_size : nullptr;
        group->call.d_initial_state = d_initial_state ? d_initial_state + first_row * state_size : nullptr;
        first_row += group->extent.rows;
    }
    if (d_initial_state) std::fill_n(d_initial_state, rows * state_size, T{0});
    StateGradients<T> kept(batch, state_gradients);
    const double work = 2 * saved.extent.lengths->forward_work * static_cast<double>(rows);
    const Plan planned = network_.planner.plan(work, work / 2, rows, batch.groups.size() > 1,
                                               network_.graph.couples_rows_of_groups() ? batch.equal_groups() : 0);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        batch.for_each_group(mine.rows(rows), [&](Workspace<T>& group, Range own, Index first) {
            const Range share = mine.unit_team.share(own);
            for (std::size_t k = 0; k < d_outputs.size(); ++k) {
                const Index steps = saved.extent.lengths->outputs[k], features = graph.output_shape(k).features;
                for (Index n = share.begin; n < share.end; ++n)
                    for (Index t = 0; t < steps; ++t)
                        std::copy_n(d_outputs[k] + ((first + n) * steps + t) * features, features,
                                    row_at(group.trained_outputs[k].d_output, t, n));
            }
            mine.unit_team.barrier();
            group.backward(own, mine);
            for (std::size_t k = 0; k < dx.size(); ++k) {
                const Index steps = saved.extent.steps()[k], features = graph.input_shape(k).features;
                const auto from = read_only(group.d_inputs[k]);
                copy_rows<T>({from.data + share.begin * from.row, from.row, from.step}, share.end - share.begin, steps,
                             features, dx[k] + (first + share.begin) * steps * features);
            }
        });
        team.barrier();
        Training<T>::finish_backward(network_, batch, team);
    });
    kept.copy_and_stop();
    network_.workspaces.release_batch(std::move(used));
}

template <class T>
void Autodiff<T>::require_waiting(const SavedForward<T>& saved) const {
    if (saved.network != &network_) throw std::invalid_argument("saved: expected a forward pass of this network");
    if (!saved.batch) throw std::invalid_argument("saved: expected a forward pass not used before: call forward again");
    if (saved.version != network_.parameters.version())
        throw std::invalid_argument("saved: the weights have changed: call forward again");
}

template <class T>
void Autodiff<T>::copy_steps(const SavedForward<T>& saved, std::size_t record, Recorded what, T* to) {
    const auto lock = network_.parameters.lock_writing();
    require_waiting(saved);
    const StepRecords<T> records(*saved.batch);
    run_team(1, [&](const Team&) { records.copy(record, what, to); });
}

template <class T>
void Autodiff<T>::copy_valid(const SavedForward<T>& saved, std::size_t record, bool* to) {
    const auto lock = network_.parameters.lock_writing();
    require_waiting(saved);
    StepRecords<T>(*saved.batch).copy_valid(record, to);
}

template class Autodiff<float>;
template class Autodiff<double>;

}  // namespace fastlstm
