// Forward and backward passes one at a time, for losses and loops of the caller's own. The loss is its business, and so
// are penalties unless they are asked for.
#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "network.hpp"

namespace fastlstm {

template <class T>
std::unique_ptr<SavedForward<T>> Network<T>::forward(const T* x, const CallInputs<T>& inputs, Index rows, Index steps,
                                                     T* out, T* final_state) {
    finish();
    auto saved = std::make_unique<SavedForward<T>>();
    const auto lock = lock_packed();
    saved->network = this;
    saved->version = version_;
    saved->extent = {rows, steps, inputs.mask != nullptr};
    saved->batch = acquire_batch(saved->extent);
    TrainingBatch<T>& batch = *saved->batch;
    if (inputs.state) saved->initial_state.assign(inputs.state, inputs.state + rows * state_size_);
    set_calls(batch, {}, inputs.rng_step, [&](Workspace<T>& group, Index first) {
        Call<T>& call = group.call;
        if (!inputs.penalized) call.penalty_scale = 0;
        call.initial_state = inputs.state ? saved->initial_state.data() + first * state_size_ : nullptr;
        call.final_state = final_state + first * state_size_;
    });
    const Index row = steps * features_, out_steps = output_steps(steps);
    const Plan planned = prediction_plan(rows, steps);
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
            group.copy_outputs(share, out_steps, outputs(), Outputs<T>{out}.from(first, out_steps, outputs()));
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
void Network<T>::backward(SavedForward<T>& saved, const T* d_output, const T* d_state, T* dx, T* d_initial_state) {
    const auto lock = lock_weights();
    if (saved.network != this) throw std::invalid_argument("kept: expected a forward pass of this network");
    if (!saved.batch) throw std::invalid_argument("kept: expected a forward pass not used before: call forward again");
    if (saved.version != version_) throw std::invalid_argument("kept: the weights have changed: call forward again");
    auto used = std::move(saved.batch);
    TrainingBatch<T>& batch = *used;
    const Index rows = saved.extent.rows, steps = saved.extent.steps, out_steps = output_steps(steps);
    for (Index i = 0, first = 0; i < static_cast<Index>(batch.groups.size()); ++i) {
        Workspace<T>& group = *batch.groups[static_cast<std::size_t>(i)];
        group.call.d_final_state = d_state ? d_state + first * state_size_ : nullptr;
        group.call.d_initial_state = d_initial_state ? d_initial_state + first * state_size_ : nullptr;
        first += group.extent.rows;
    }
    if (d_initial_state && first_trained_ > 0) std::fill_n(d_initial_state, rows * state_size_, T{0});
    const double work = 2 * forward_work(steps) * static_cast<double>(rows);
    const Plan planned = plan(work, work / 2, rows, batch.groups.size() > 1);
    const Index out_row = out_steps * outputs(), row = steps * features_;
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        batch.for_each_group(mine.rows(rows), [&](Workspace<T>& group, Range own, Index first) {
            const Range share = mine.unit_team.share(own);
            for (Index n = share.begin; n < share.end; ++n)
                for (Index t = 0; t < out_steps; ++t)
                    std::copy_n(d_output + (first + n) * out_row + t * outputs(), outputs(),
                                row_at(group.d_output, t, n));
            mine.unit_team.barrier();
            group.backward(own, mine, first_trained_);
            if (!dx) return;
            const auto from = read_only(layers_.empty() ? group.d_output : group.layers.front()->dx);
            copy_rows<T>({from.data + share.begin * from.row, from.row, from.step}, share.end - share.begin, steps,
                         features_, dx + (first + share.begin) * row);
        });
        team.barrier();
        sum_gradients(batch, team);
    });
    release_batch(std::move(used));
}

#define FASTLSTM_INSTANTIATE(T)                                                                                     \
    template std::unique_ptr<SavedForward<T>> Network<T>::forward(const T*, const CallInputs<T>&, Index, Index, T*, \
                                                                  T*);                                              \
    template void Network<T>::backward(SavedForward<T>&, const T*, const T*, T*, T*);

FASTLSTM_INSTANTIATE(float)
FASTLSTM_INSTANTIATE(double)

}  // namespace fastlstm
