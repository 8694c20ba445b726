#include "workspace_pool.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace fastlstm {
namespace {

// The first idle one that fits, or null.
template <class Idle, class Fits>
std::unique_ptr<Idle> taken_from(std::vector<std::unique_ptr<Idle>>& list, const Fits& fits) {
    const auto it = std::find_if(list.begin(), list.end(), [&](const auto& each) { return fits(*each); });
    if (it == list.end()) return nullptr;
    auto found = std::move(*it);
    list.erase(it);
    return found;
}

// Most recently used last; the oldest is evicted.
template <class Idle>
void put_back(std::vector<std::unique_ptr<Idle>>& list, std::unique_ptr<Idle> one, std::size_t most) {
    if (list.size() >= most) list.erase(list.begin());
    list.push_back(std::move(one));
}

}  // namespace

template <class T>
typename WorkspacePool<T>::WorkspacePtr WorkspacePool<T>::make(const Extent& extent, Mode mode, T* gradients) const {
    Memory<T> memory = parameters_.memory();
    memory.gradients = gradients;
    auto workspace = std::make_unique<Workspace<T>>(graph_, *memory.kernels, extent);
    graph_.for_each(extent.steps, [&](Index node, Index steps) {
        bool masked = true;
        for (const Index source : graph_.inputs(node)) {
            masked = masked && graph_.masked(source, extent.masked);
            if (const Index others = graph_.steps_of(source, extent.steps); others != steps)
                throw std::invalid_argument("inputs: layer " + std::to_string(node) +
                                            " expects the same number of steps in all of them, got " +
                                            std::to_string(steps) + " and " + std::to_string(others));
        }
        workspace->layers.push_back(
            graph_.layer(node).make_workspace(memory, workspace->arena, {extent.rows, steps, masked}, mode));
    });
    workspace->output_steps = graph_.output_steps(extent.steps);
    if (mode == Mode::training) make_gradients(*workspace);
    return workspace;
}

// What is gathered, and the gradients that layers give each other.
template <class T>
void WorkspacePool<T>::make_gradients(Workspace<T>& workspace) const {
    const Index rows = workspace.extent.rows, steps = workspace.extent.steps, lanes = workspace.kernels.lanes;
    Arena<T>& arena = workspace.arena;
    workspace.input = arena.take(rows * steps * graph_.input_shape().features);
    workspace.target = arena.take(rows * workspace.output_steps * loss_.target_features());
    workspace.weight = arena.take(rows * std::max<Index>(1, workspace.output_steps));
    if (workspace.extent.masked) workspace.mask = workspace.flags.take(rows * steps);
    workspace.fan_outs.resize(static_cast<std::size_t>(graph_.size() + 1));
    const auto fan_out_of = [&](Index node) ->
        typename Workspace<T>::FanOut& { return workspace.fan_outs[static_cast<std::size_t>(node + 1)]; };
    graph_.for_each(steps, [&](Index node, Index input_steps) {
        const std::vector<Index>& inputs = graph_.inputs(node);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (!graph_.learns(inputs[i])) continue;
            const Index features = graph_.shape(inputs[i]).features;
            const Sequence<T> dx = make_sequence(arena, rows, input_steps, features, lanes);
            workspace.layers[static_cast<std::size_t>(node)]->set_dx(i, dx);
            fan_out_of(inputs[i]).features = features;
            fan_out_of(inputs[i]).steps = input_steps;
            fan_out_of(inputs[i]).d_outputs.push_back(dx);
        }
    });
    workspace.d_output = make_sequence(arena, rows, workspace.output_steps, graph_.output_shape().features, lanes);
    fan_out_of(graph_.size() - 1).d_outputs = {workspace.d_output};
    for (Index node = 0; node < graph_.size(); ++node)
        if (graph_.learns(node))
            workspace.layers[static_cast<std::size_t>(node)]->dy = read_only(fan_out_of(node).d_outputs.front());
    if (graph_.learns(LayerGraph<T>::input)) workspace.d_input = fan_out_of(LayerGraph<T>::input).d_outputs.front();
    workspace.set_gathered_input();
}

template <class T>
typename WorkspacePool<T>::WorkspacePtr WorkspacePool<T>::acquire(const Extent& extent) {
    {
        const std::lock_guard<std::mutex> lock(lock_);
        if (auto found = taken_from(idle_, [&](const Workspace<T>& each) { return each.extent == extent; }))
            return found;
    }
    return make(extent);
}

template <class T>
void WorkspacePool<T>::release(WorkspacePtr workspace) {
    const std::lock_guard<std::mutex> lock(lock_);
    put_back(idle_, std::move(workspace),
             tuning::idle_workspaces_per_thread * static_cast<std::size_t>(thread_count()) + tuning::idle_workspaces);
}

template <class T>
typename WorkspacePool<T>::BatchPtr WorkspacePool<T>::acquire_batch(const Extent& extent) {
    const Index target_features = loss_.target_features();
    const auto fits = [&](const TrainingBatch<T>& each) {
        return each.extent == extent && each.target_features == target_features;
    };
    {
        const std::lock_guard<std::mutex> lock(lock_);
        if (auto found = taken_from(idle_batches_, fits)) return found;
    }
    auto batch = std::make_unique<TrainingBatch<T>>();
    batch->extent = extent;
    batch->target_features = target_features;
    batch->terms.resize(static_cast<std::size_t>(extent.rows));
    const double batch_work = graph_.forward_work(extent.steps) * static_cast<double>(extent.rows);
    const bool light = batch_work >= tuning::work_for_two_threads && planner_.heaviest_step() <= tuning::light_weights;
    const Index fewest = light ? tuning::rows_of_two_light_groups : tuning::rows_of_two_groups;
    const Index wanted = std::max<Index>(extent.rows / tuning::rows_per_group, extent.rows >= fewest ? 2 : 1);
    const Index groups = graph_.couples_rows() ? 1 : std::min(wanted, parameters_.gradient_copies());
    for (Index i = 0; i < groups; ++i) {
        const Range part = part_of(extent.rows, i, groups);
        batch->groups.push_back(
            make({part.end - part.begin, extent.steps, extent.masked}, Mode::training, parameters_.gradients(i)));
    }
    return batch;
}

template <class T>
void WorkspacePool<T>::release_batch(BatchPtr batch) {
    const std::lock_guard<std::mutex> lock(lock_);
    put_back(idle_batches_, std::move(batch), tuning::idle_batches);
}

template class WorkspacePool<float>;
template class WorkspacePool<double>;

}  // namespace fastlstm
