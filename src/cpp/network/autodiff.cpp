#include "autodiff.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "training.hpp"

namespace fastlstm {

template <class T>
std::unique_ptr<SavedForward<T>> Autodiff<T>::forward(const T* x, const CallInputs<T>& inputs, Index rows, Index steps,
                                                      T* out, T* final_state) {
    network_.finish();
    const LayerGraph<T>& graph = network_.graph;
    const Index state_size = graph.state_size();
    auto saved = std::make_unique<SavedForward<T>>();
    const auto lock = network_.parameters.lock_packed(graph);
    saved->network = &network_;
    saved->version = network_.parameters.version();
    saved->extent = {rows, steps, inputs.mask != nullptr};
    saved->batch = network_.workspaces.acquire_batch(saved->extent);
    TrainingBatch<T>& batch = *saved->batch;
    if (inputs.state) saved->initial_state.assign(inputs.state, inputs.state + rows * state_size);
    batch.set_calls({}, inputs.rng_step, [&](Workspace<T>& group, Index first) {
        Call<T>& call = group.call;
        if (!inputs.penalized) call.penalty_scale = 0;
        call.initial_state = inputs.state ? saved->initial_state.data() + first * state_size : nullptr;
        call.final_state = final_state + first * state_size;
    });
    const Index row = steps * graph.input_shape().features;
    const Index out_steps = graph.output_steps(steps), out_features = graph.output_shape().features;
    const Plan planned = network_.prediction_plan(rows, steps);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        batch.for_each_group(mine.rows(rows), [&](Workspace<T>& group, Range own, Index first) {
            const Range share = mine.unit_team.share(own);
            std::copy(x + (first + share.begin) * row, x + (first + share.end) * row, group.input + share.begin * row);
            if (inputs.mask)
                std::copy(inputs.mask + (first + share.begin) * steps, inputs.mask + (first + share.end) * steps,
                          group.mask + share.begin * steps);
            std::fill(group.row_penalty.begin() + share.begin, group.row_penalty.begin() + share.end, 0.0);
            mine.unit_team.barrier();
            group.forward(own, mine);
            group.copy_outputs(share, Outputs<T>{out}.from(first, out_steps, out_features));
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
void Autodiff<T>::backward(SavedForward<T>& saved, const T* d_output, const T* d_state, T* dx, T* d_initial_state) {
    const LayerGraph<T>& graph = network_.graph;
    const Index state_size = graph.state_size();
    const auto lock = network_.parameters.lock_writing();
    if (saved.network != &network_) throw std::invalid_argument("saved: expected a forward pass of this network");
    if (!saved.batch) throw std::invalid_argument("saved: expected a forward pass not used before: call forward again");
    if (saved.version != network_.parameters.version())
        throw std::invalid_argument("saved: the weights have changed: call forward again");
    auto used = std::move(saved.batch);
    TrainingBatch<T>& batch = *used;
    const Index rows = saved.extent.rows, steps = saved.extent.steps, out_steps = graph.output_steps(steps);
    Index first_row = 0;
    for (auto& group : batch.groups) {
        group->call.d_final_state = d_state ? d_state + first_row * state_size : nullptr;
        group->call.d_initial_state = d_initial_state ? d_initial_state + first_row * state_size : nullptr;
        first_row += group->extent.rows;
    }
    if (d_initial_state) std::fill_n(d_initial_state, rows * state_size, T{0});
    const double work = 2 * graph.forward_work(steps) * static_cast<double>(rows);
    const Plan planned = network_.planner.plan(work, work / 2, rows, batch.groups.size() > 1);
    const Index out_features = graph.output_shape().features, out_row = out_steps * out_features;
    const Index features = graph.input_shape().features, row = steps * features;
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        batch.for_each_group(mine.rows(rows), [&](Workspace<T>& group, Range own, Index first) {
            const Range share = mine.unit_team.share(own);
            for (Index n = share.begin; n < share.end; ++n)
                for (Index t = 0; t < out_steps; ++t)
                    std::copy_n(d_output + (first + n) * out_row + t * out_features, out_features,
                                row_at(group.d_output, t, n));
            mine.unit_team.barrier();
            group.backward(own, mine);
            if (!dx) return;
            const auto from = read_only(group.d_input);
            copy_rows<T>({from.data + share.begin * from.row, from.row, from.step}, share.end - share.begin, steps,
                         features, dx + (first + share.begin) * row);
        });
        team.barrier();
        Training<T>::finish_backward(network_, batch, team);
    });
    network_.workspaces.release_batch(std::move(used));
}

template class Autodiff<float>;
template class Autodiff<double>;

}  // namespace fastlstm
