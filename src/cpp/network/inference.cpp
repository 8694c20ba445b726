// Each thread of a team takes a share of the rows through all layers, in blocks whose buffers stay in its cache.
#include "inference.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace fastlstm {

template <class T>
typename Inference<T>::Workspaces Inference<T>::acquire_blocks(const Plan& plan, const Extent& extent, bool together) {
    Workspaces workspaces;
    const int sharers = plan.sharing == Sharing::rows ? plan.threads : 1;
    const Index block =
        together ? extent.rows : std::min<Index>(tuning::rows_per_block, (extent.rows + sharers - 1) / sharers);
    for (int i = 0; i < sharers; ++i)
        workspaces.push_back(network_.workspaces.acquire({block, extent.steps, extent.masked}));
    return workspaces;
}

template <class T>
void Inference<T>::release(Workspaces& workspaces) {
    for (auto& workspace : workspaces) network_.workspaces.release(std::move(workspace));
}

template <class T>
template <class Visit>
void Inference<T>::for_each_block(const Work& work, Workspaces& workspaces, Index rows, const Visit& visit) {
    const Range mine = work.rows(rows);
    Workspace<T>& workspace = *workspaces[work.unit_team.size() > 1 ? 0 : static_cast<std::size_t>(work.team.rank())];
    for (Index n = mine.begin; n < mine.end; n += workspace.extent.rows)
        visit(workspace, Range{n, std::min(n + workspace.extent.rows, mine.end)});
}

// For each block of rows: prepare(workspace, rows) completes a fresh call, and visit(workspace, rows) finds the output.
// One thread of a unit team does both. If rows are `together`, one thread works on all of them as one block. The caller
// holds the lock of the packed weights.
template <class T>
template <class Prepare, class Visit>
void Inference<T>::infer(const T* x, const unsigned char* mask, Index rows, Index steps, const Prepare& prepare,
                         const Visit& visit, bool together) {
    const Plan planned = together ? Plan{1, Sharing::rows} : network_.prediction_plan(rows, steps);
    auto workspaces = acquire_blocks(planned, {rows, steps, mask != nullptr}, together);
    const Index features = network_.graph.input_shape().features, row = steps * features;
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        for_each_block(mine, workspaces, rows, [&](Workspace<T>& workspace, Range block) {
            if (mine.unit_team.rank() == 0) {
                workspace.call = {};
                workspace.call.state_size = network_.graph.state_size();
                workspace.call.first_row = block.begin;
                prepare(workspace, block);
                workspace.set_input({x + block.begin * row, row, features},
                                    {mask ? mask + block.begin * steps : nullptr, steps, 1});
            }
            mine.unit_team.barrier();
            workspace.forward({0, block.end - block.begin}, mine);
            if (mine.unit_team.rank() == 0) visit(workspace, block);
        });
    });
    release(workspaces);
}

// Of a block of rows, to its place among all rows.
template <class T>
static void copy_output(const Workspace<T>& workspace, Range block, T* out) {
    const Index steps = workspace.output_steps, features = workspace.graph.output_shape().features;
    copy_rows(workspace.output().values, block.end - block.begin, steps, features,
              out + block.begin * steps * features);
}

template <class T>
void Inference<T>::predict(const T* x, Index rows, Index steps, T* out, double* penalty) {
    network_.finish();
    if (rows == 0) return;
    std::vector<double> row_penalty(penalty ? static_cast<std::size_t>(rows) : 0);
    typename StatefulState<T>::Guard state(network_.stateful, rows);
    const auto lock = network_.parameters.lock_packed(network_.graph);
    infer(
        x, nullptr, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            state.use(workspace.call, block.begin);
            if (penalty) workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) { copy_output(workspace, block, out); });
    state.succeed();
    if (penalty)
        *penalty = std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(rows) +
                   network_.parameters.penalty();
}

template <class T>
void Inference<T>::run(const T* x, const CallInputs<T>& inputs, Index rows, Index steps, T* out, T* final_state) {
    network_.finish();
    if (rows == 0) return;
    const auto lock = network_.parameters.lock_packed(network_.graph);
    const Index state_size = network_.graph.state_size();
    infer(
        x, inputs.mask, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            workspace.call.set_rng_step(inputs.rng_step);
            workspace.call.initial_state = inputs.state ? inputs.state + block.begin * state_size : nullptr;
            workspace.call.final_state = final_state + block.begin * state_size;
        },
        [&](Workspace<T>& workspace, Range block) { copy_output(workspace, block, out); },
        inputs.rng_step && network_.graph.couples_rows());
}

template <class T>
void Inference<T>::forecast(const T* history, const T* covariates, Index rows, Index window, Index steps, T* out) {
    network_.finish();
    if (rows == 0 || steps == 0) return;
    const auto lock = network_.parameters.lock_packed(network_.graph);
    const double work = network_.graph.forward_work(window) * static_cast<double>(rows * steps);
    const Plan planned = network_.planner.plan(work, work, rows);
    auto workspaces = acquire_blocks(planned, {rows, window, false});
    // Each row's history with its forecast behind it: the window slides over both and nothing is moved.
    const Index features = network_.graph.input_shape().features, predicted = network_.graph.output_shape().features;
    const Index given = window * features, made = steps * features, row = given + made, others = features - predicted;
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
                if (leads) workspace.set_input({first + t * features, row, features});
                mine.unit_team.barrier();
                workspace.forward({0, count}, mine);
                for (Index n = 0; leads && n < count; ++n) {
                    T* newest = first + n * row + given + t * features;
                    std::copy_n(row_at(workspace.output().values, 0, n), predicted, newest);
                    std::copy_n(covariates + ((block.begin + n) * steps + t) * others, others, newest + predicted);
                }
            }
            if (leads)
                copy_rows<T>({first + given, row, features}, count, steps, predicted,
                             out + block.begin * steps * predicted);
        });
    });
    release(workspaces);
}

template <class T>
double Inference<T>::evaluate(const Samples<T>& samples, const Outputs<T>& outputs) {
    network_.finish();
    const Index rows = samples.rows, steps = samples.steps;
    const LossState<T>& loss = network_.loss;
    typename StatefulState<T>::Guard state(network_.stateful, rows);
    const auto lock = network_.parameters.lock_packed(network_.graph);
    loss.require_target_width(samples.target_width);
    const Index out_steps = network_.graph.output_steps(steps), out_features = network_.graph.output_shape().features;
    const Index target_row = out_steps * samples.target_width;
    std::vector<double> row_loss(static_cast<std::size_t>(rows)), row_penalty(static_cast<std::size_t>(rows));
    std::vector<double> row_terms(static_cast<std::size_t>(rows));
    const bool counted = loss.terms_decide(samples.mask != nullptr, samples.weights.values != nullptr);
    infer(
        samples.x, samples.mask, rows, steps,
        [&](Workspace<T>& workspace, Range block) {
            state.use(workspace.call, block.begin);
            workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) {
            const Range own{0, block.end - block.begin};
            LossArgs<T> args = loss.args(workspace);
            args.target = {samples.y + block.begin * target_row, target_row, samples.target_width};
            args.weight = samples.weights.from(block.begin);
            args.row_loss = row_loss.data() + block.begin;
            network_.kernels().loss(args, own);
            if (counted) count_terms(args, own, row_terms.data() + block.begin);
            if (outputs.values) workspace.copy_outputs(own, outputs.from(block.begin, out_steps, out_features));
        });
    state.succeed();
    return std::accumulate(row_loss.begin(), row_loss.end(), 0.0) * loss.scale(row_terms, rows * out_steps, counted) +
           std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(rows) +
           network_.parameters.penalty();
}

template class Inference<float>;
template class Inference<double>;

}  // namespace fastlstm
