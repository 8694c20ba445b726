// Each thread of a team takes a share of the rows through all layers, in blocks whose buffers stay in its cache.
#include "inference.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace fastlstm {

template <class T>
typename Inference<T>::Workspaces Inference<T>::acquire_blocks(const Plan& plan, NetworkExtent extent, bool together) {
    Workspaces workspaces;
    const int sharers = plan.sharing == Sharing::rows ? plan.threads : 1;
    const Index most = std::max<Index>(1, tuning::rows_per_block / extent.lengths->most_parts);
    if (!together) extent.rows = std::min(most, (extent.rows + sharers - 1) / sharers);
    for (int i = 0; i < sharers; ++i) workspaces.push_back(network_.workspaces.acquire(extent));
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
void Inference<T>::infer(const Inputs<T>& x, const Prepare& prepare, const Visit& visit, bool together) {
    const Plan planned = together ? Plan{1, Sharing::rows} : network_.prediction_plan(x.rows, *x.lengths);
    auto workspaces = acquire_blocks(planned, x.extent(x.rows), together);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        for_each_block(mine, workspaces, x.rows, [&](Workspace<T>& workspace, Range block) {
            if (mine.unit_team.rank() == 0) {
                workspace.call = {};
                workspace.call.state_size = network_.graph.state_size();
                workspace.call.first_row = block.begin;
                prepare(workspace, block);
                const auto rows_of = [&](std::size_t k) {
                    const Index features = network_.graph.input_shape(k).features, row = x.steps()[k] * features;
                    return Sequence<const T>{x.values[k] + block.begin * row, row, features};
                };
                const Index steps = x.steps().front();
                workspace.set_inputs(rows_of, {x.mask ? x.mask + block.begin * steps : nullptr, steps, 1});
            }
            mine.unit_team.barrier();
            workspace.forward({0, block.end - block.begin}, mine);
            if (mine.unit_team.rank() == 0) visit(workspace, block);
        });
    });
    release(workspaces);
}

template <class T>
void Inference<T>::predict(const Inputs<T>& x, const OutputArrays<T>& out, double* penalty) {
    network_.finish();
    if (x.rows == 0) return;
    std::vector<double> row_penalty(penalty ? static_cast<std::size_t>(x.rows) : 0);
    typename StatefulState<T>::Guard state(network_.stateful, x.rows);
    const auto lock = network_.parameters.lock_packed(network_.graph);
    infer(
        x,
        [&](Workspace<T>& workspace, Range block) {
            state.use(workspace.call, block.begin);
            if (penalty) workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) {
            workspace.copy_outputs({0, block.end - block.begin}, out, block.begin);
        });
    state.succeed();
    if (penalty)
        *penalty = std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(x.rows) +
                   network_.parameters.penalty();
}

template <class T>
void Inference<T>::run(const Inputs<T>& x, const CallInputs<T>& call, const OutputArrays<T>& out, T* final_state) {
    network_.finish();
    if (x.rows == 0) return;
    const auto lock = network_.parameters.lock_packed(network_.graph);
    const Index state_size = network_.graph.state_size();
    infer(
        x,
        [&](Workspace<T>& workspace, Range block) {
            workspace.call.set_rng_step(call.rng_step);
            workspace.call.initial_state = call.state ? call.state + block.begin * state_size : nullptr;
            workspace.call.final_state = final_state + block.begin * state_size;
        },
        [&](Workspace<T>& workspace, Range block) {
            workspace.copy_outputs({0, block.end - block.begin}, out, block.begin);
        },
        call.rng_step && network_.graph.couples_rows());
}

template <class T>
void Inference<T>::forecast(const T* history, const T* covariates, Index rows, Index window, Index steps, T* out) {
    network_.finish();
    if (rows == 0 || steps == 0) return;
    const auto lock = network_.parameters.lock_packed(network_.graph);
    const SharedLengths lengths = network_.graph.lengths({window});
    const double work = lengths->forward_work * static_cast<double>(rows * steps);
    const Plan planned = network_.planner.plan(work, work, rows);
    auto workspaces = acquire_blocks(planned, {rows, lengths, false});
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
                if (leads)
                    workspace.set_inputs(
                        [&](std::size_t) { return Sequence<const T>{first + t * features, row, features}; });
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
std::vector<double> Inference<T>::evaluate(const Samples<T>& samples, const OutputArrays<T>& outputs) {
    network_.finish();
    const Index rows = samples.inputs.rows;
    const auto& losses = network_.loss.outputs();
    const std::vector<Index>& out_steps = samples.inputs.lengths->outputs;
    typename StatefulState<T>::Guard state(network_.stateful, rows);
    const auto lock = network_.parameters.lock_packed(network_.graph);
    struct OfRows {
        bool counted;
        std::vector<double> loss, terms;
    };
    std::vector<OfRows> of_rows;
    for (std::size_t k = 0; k < losses.size(); ++k) {
        const Targets<T>& targets = samples.targets[k];
        if (targets.y) losses[k].require_target_width(targets.width);
        of_rows.push_back({losses[k].terms_decide(samples.inputs.mask != nullptr, targets.weights.values != nullptr),
                           std::vector<double>(static_cast<std::size_t>(rows)),
                           std::vector<double>(static_cast<std::size_t>(rows))});
    }
    std::vector<double> row_penalty(static_cast<std::size_t>(rows));
    infer(
        samples.inputs,
        [&](Workspace<T>& workspace, Range block) {
            state.use(workspace.call, block.begin);
            workspace.call.row_penalty = row_penalty.data() + block.begin;
        },
        [&](Workspace<T>& workspace, Range block) {
            const Range own{0, block.end - block.begin};
            for (std::size_t k = 0; k < losses.size(); ++k) {
                const Targets<T>& targets = samples.targets[k];
                if (!targets.y) continue;
                const Index row = out_steps[k] * targets.width;
                LossArgs<T> args = losses[k].args(workspace);
                args.target = {targets.y + block.begin * row, row, targets.width};
                args.weight = targets.weights.from(block.begin);
                args.row_loss = of_rows[k].loss.data() + block.begin;
                network_.kernels().loss(args, own);
                if (of_rows[k].counted) count_terms(args, own, of_rows[k].terms.data() + block.begin);
            }
            workspace.copy_outputs(own, outputs, block.begin);
        });
    state.succeed();
    std::vector<double> means;
    for (std::size_t k = 0; k < losses.size(); ++k) {
        const auto& [counted, loss, terms] = of_rows[k];
        means.push_back(std::accumulate(loss.begin(), loss.end(), 0.0) *
                        losses[k].scale(1, terms, rows * out_steps[k], counted));
    }
    std::vector<double> all = network_.loss.with_total(means);
    all.front() = all.front() +
                  std::accumulate(row_penalty.begin(), row_penalty.end(), 0.0) / static_cast<double>(rows) +
                  network_.parameters.penalty();
    return all;
}

template class Inference<float>;
template class Inference<double>;

}  // namespace fastlstm
