// Prediction, roll-out and evaluation: each thread of a team takes a share of the rows through all layers, in blocks
// whose buffers stay in its cache.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "network.hpp"

namespace fastlstm {
template <class T>
std::vector<typename Network<T>::WorkspacePtr> Network<T>::acquire_blocks(const Plan& plan, const Extent& extent) {
    std::vector<WorkspacePtr> workspaces;
    const int sharers = plan.sharing == Sharing::rows ? plan.threads : 1;
    const Index block = std::min<Index>(tuning::rows_per_block, (extent.rows + sharers - 1) / sharers);
    for (int i = 0; i < sharers; ++i) workspaces.push_back(acquire({block, extent.steps, extent.masked}));
    return workspaces;
}

template <class T>
void Network<T>::release_all(std::vector<WorkspacePtr>& workspaces) {
    for (WorkspacePtr& workspace : workspaces) release(std::move(workspace));
}

template <class T>
template <class Visit>
void Network<T>::for_each_block(const Work& work, std::vector<WorkspacePtr>& workspaces, Index rows,
                                const Visit& visit) const {
    const Range mine = work.rows(rows);
    Workspace<T>& workspace = *workspaces[work.unit_team.size() > 1 ? 0 : static_cast<std::size_t>(work.team.rank())];
    for (Index n = mine.begin; n < mine.end; n += workspace.extent.rows)
        visit(workspace, Range{n, std::min(n + workspace.extent.rows, mine.end)});
}

// For each block of rows: prepare(workspace, rows) completes a fresh call, and visit(workspace, rows) finds the output.
// One thread of a unit team does both. The caller holds the lock of the packed weights.
template <class T>
template <class Prepare, class Visit>
void Network<T>::infer(const T* x, const unsigned char* mask, Index rows, Index steps, const Prepare& prepare,
                       const Visit& visit) {
    const Plan planned = prediction_plan(rows, steps);
    auto workspaces = acquire_blocks(planned, {rows, steps, mask != nullptr});
    const Index row = steps * features_;
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        for_each_block(mine, workspaces, rows, [&](Workspace<T>& workspace, Range block) {
            if (mine.unit_team.rank() == 0) {
                workspace.call = {};
                workspace.call.state_size = state_size_;
                workspace.call.first_row = block.begin;
                prepare(workspace, block);
                workspace.set_input({x + block.begin * row, row, features_},
                                    {mask ? mask + block.begin * steps : nullptr, steps, 1});
            }
            mine.unit_team.barrier();
            workspace.forward({0, block.end - block.begin}, mine);
            if (mine.unit_team.rank() == 0) visit(workspace, block);
        });
    });
    release_all(workspaces);
}

template <class T>
Plan Network<T>::prediction_plan(Index rows, Index steps) {
    finish();
    const double work = forward_work(steps) * static_cast<double>(rows);
    return plan(work, work, rows);
}

template <class T>
void Network<T>::predict(const T* x, Index rows, Index steps, T* out, double* penalty) {
    finish();
    if (rows == 0) return;
    std::vector<double> row_penalty(penalty ? static_cast<std::size_t>(rows) : 0);
    StateGuard state_guard(*this, rows);
    const auto lock = lock_packed();
    const Index out_steps = output_steps(steps), out_row = out_steps * outputs();
    infer(
        x, nullptr, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            if (state_guard) use_stateful_state(workspace, block.begin);
            if (penalty) workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) {
            copy_rows(workspace.output(), block.end - block.begin, out_steps, outputs(), out + block.begin * out_row);
        });
    state_guard.succeed();
    if (penalty)
        *penalty =
            std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(rows) + weight_penalty();
}

template <class T>
void Network<T>::run(const T* x, const CallInputs<T>& inputs, Index rows, Index steps, T* out, T* final_state) {
    finish();
    if (rows == 0) return;
    const auto lock = lock_packed();
    const Index out_steps = output_steps(steps), out_row = out_steps * outputs();
    infer(
        x, inputs.mask, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            workspace.call.set_rng_step(inputs.rng_step);
            workspace.call.initial_state = inputs.state ? inputs.state + block.begin * state_size_ : nullptr;
            workspace.call.final_state = final_state + block.begin * state_size_;
        },
        [&](Workspace<T>& workspace, Range block) {
            copy_rows(workspace.output(), block.end - block.begin, out_steps, outputs(), out + block.begin * out_row);
        });
}

template <class T>
void Network<T>::require_steps() {
    finish();
    if (!sequence_) throw std::invalid_argument("stream: expected a network of sequences");
    for (const auto& layer : layers_)
        if (!layer->works_step_by_step()) throw std::invalid_argument("stream: expected layers that work step by step");
}

template <class T>
std::unique_ptr<Workspace<T>> Network<T>::make_step_workspace(Index rows) {
    WorkspacePtr workspace = make_workspace({rows, 1, false}, Mode::inference, nullptr);
    workspace->call.state_size = state_size_;
    workspace->call.continues = true;
    return workspace;
}

template <class T>
void Network<T>::step(Workspace<T>& workspace, const T* x, T* out) {
    const auto lock = lock_packed();
    workspace.set_input({x, features_, features_});
    const Index rows = workspace.extent.rows;
    const Plan planned = prediction_plan(rows, 1);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        workspace.forward(mine.rows(rows), mine);
    });
    copy_rows(workspace.output(), rows, 1, outputs(), out);
}

template <class T>
void Network<T>::forecast(const T* history, const T* known, Index rows, Index window, Index steps, T* out) {
    finish();
    if (rows == 0 || steps == 0) return;
    const auto lock = lock_packed();
    const double work = forward_work(window) * static_cast<double>(rows * steps);
    const Plan planned = plan(work, work, rows);
    auto workspaces = acquire_blocks(planned, {rows, window, false});
    // Each row's history with its forecast behind it: the window slides over both and nothing is moved.
    const Index given = window * features_, made = steps * features_, row = given + made;
    const Index predicted = outputs(), covariates = features_ - predicted;
    const Buffer<T> series = make_buffer<T>(rows * row);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        const bool leads = mine.unit_team.rank() == 0;
        for_each_block(mine, workspaces, rows, [&](Workspace<T>& workspace, Range block) {
            T* first = series.get() + block.begin * row;
            const Index count = block.end - block.begin;
            if (leads) {
                workspace.call = {};
                for (Index n = 0; n < count; ++n)
                    std::memcpy(first + n * row, history + (block.begin + n) * given,
                                static_cast<std::size_t>(given) * sizeof(T));
            }
            for (Index t = 0; t < steps; ++t) {
                if (leads) workspace.set_input({first + t * features_, row, features_});
                mine.unit_team.barrier();
                workspace.forward({0, count}, mine);
                for (Index n = 0; leads && n < count; ++n) {
                    T* newest = first + n * row + given + t * features_;
                    copy_rows<T>({workspace.output().data + n * workspace.output().row, 0, 0}, 1, 1, predicted, newest);
                    std::copy_n(known + ((block.begin + n) * steps + t) * covariates, covariates, newest + predicted);
                }
            }
            if (leads)
                copy_rows<T>({first + given, row, features_}, count, steps, predicted,
                             out + block.begin * steps * predicted);
        });
    });
    release_all(workspaces);
}

template <class T>
double Network<T>::evaluate(const T* x, const T* y, const unsigned char* mask, Index rows, Index steps,
                            Index target_width, const SampleWeights<T>& weights, const Outputs<T>& outputs) {
    finish();
    StateGuard state_guard(*this, rows);
    const auto lock = lock_packed();
    require_target_width(target_width);
    const Index out_steps = output_steps(steps), target_row = out_steps * target_width;
    std::vector<double> row_loss(static_cast<std::size_t>(rows)), row_penalty(static_cast<std::size_t>(rows));
    std::vector<double> row_terms(static_cast<std::size_t>(rows));
    const bool counted = terms_decide(mask != nullptr, weights.values != nullptr);
    infer(
        x, mask, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            if (state_guard) use_stateful_state(workspace, block.begin);
            workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) {
            const Range own{0, block.end - block.begin};
            LossArgs<T> args = loss_args(workspace);
            args.target = {y + block.begin * target_row, target_row, target_width};
            args.weight = weights.from(block.begin);
            args.row_loss = row_loss.data() + block.begin;
            kernels_->loss(args, own);
            if (counted) count_terms(args, own, row_terms.data() + block.begin);
            if (outputs.values)
                workspace.copy_outputs(own, out_steps, this->outputs(),
                                       outputs.from(block.begin, out_steps, this->outputs()));
        });
    state_guard.succeed();
    return std::accumulate(row_loss.begin(), row_loss.end(), 0.0) * loss_scale(row_terms, rows * out_steps, counted) +
           std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(rows) + weight_penalty();
}

#define FASTLSTM_INSTANTIATE(T)                                                                         \
    template Plan Network<T>::prediction_plan(Index, Index);                                            \
    template void Network<T>::predict(const T*, Index, Index, T*, double*);                             \
    template void Network<T>::run(const T*, const CallInputs<T>&, Index, Index, T*, T*);                \
    template void Network<T>::require_steps();                                                          \
    template std::unique_ptr<Workspace<T>> Network<T>::make_step_workspace(Index);                      \
    template void Network<T>::step(Workspace<T>&, const T*, T*);                                        \
    template void Network<T>::forecast(const T*, const T*, Index, Index, Index, T*);                    \
    template double Network<T>::evaluate(const T*, const T*, const unsigned char*, Index, Index, Index, \
                                         const SampleWeights<T>&, const Outputs<T>&);

FASTLSTM_INSTANTIATE(float)
FASTLSTM_INSTANTIATE(double)

}  // namespace fastlstm
