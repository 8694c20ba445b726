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
typename WorkspacePool<T>::WorkspacePtr WorkspacePool<T>::make(const NetworkExtent& extent, Mode mode,
                                                               Index group) const {
    Memory<T> memory = parameters_.memory();
    auto workspace = std::make_unique<Workspace<T>>(graph_, *memory.kernels, extent);
    const SequenceLengths& lengths = *extent.lengths;
    for (Index i = 0; i < graph_.size(); ++i) {
        const Node<T>& node = graph_.node(i);
        std::vector<Index> input_steps;
        std::vector<bool> input_masked;
        for (const Value value : node.inputs) {
            input_steps.push_back(lengths.values[graph_.number(value)]);
            input_masked.push_back(graph_.masked(value, extent.masked));
            if (node.layer->takes_equal_steps() && input_steps.back() != input_steps.front())
                throw std::invalid_argument(
                    "inputs: layer " + std::to_string(i) + " expects the same number of steps in all of them, got " +
                    std::to_string(input_steps.front()) + " and " + std::to_string(input_steps.back()));
        }
        if (mode == Mode::training) memory.gradients = parameters_.gradients(group, node.use);
        const Index parts = graph_.parts_of_node(i, lengths.parts);
        Extent of_layer{extent.rows * parts, std::move(input_steps), std::move(input_masked), parts};
        workspace->layers.push_back(node.layer->make_workspace(memory, workspace->arena, of_layer, mode));
    }
    if (mode == Mode::training) make_gradients(*workspace);
    return workspace;
}

// What is gathered, and the gradients that layers give each other.
template <class T>
void WorkspacePool<T>::make_gradients(Workspace<T>& workspace) const {
    const Index rows = workspace.extent.rows, lanes = workspace.kernels.lanes;
    const SequenceLengths& lengths = *workspace.extent.lengths;
    Arena<T>& arena = workspace.arena;
    for (std::size_t k = 0; k < graph_.input_count(); ++k)
        workspace.inputs.push_back(arena.take(rows * lengths.inputs[k] * graph_.input_shape(k).features));
    if (workspace.extent.masked) workspace.mask = workspace.flags.take(rows * lengths.inputs.front());
    workspace.fan_outs.resize(graph_.value_count());
    const auto make_gradient = [&](Value value) {
        const std::size_t number = graph_.number(value);
        typename Workspace<T>::FanOut& fan_out = workspace.fan_outs[number];
        fan_out.features = graph_.shape(value).features;
        fan_out.steps = lengths.values[number];
        fan_out.d_outputs.push_back(
            make_sequence(arena, rows * lengths.parts[number], fan_out.steps, fan_out.features, lanes));
        return fan_out.d_outputs.back();
    };
    for (std::size_t k = 0; k < graph_.output_count(); ++k) {
        OutputTraining<T> output;
        output.target = arena.take(rows * lengths.outputs[k] * loss_.outputs()[k].target_width());
        output.weight = arena.take(rows * std::max<Index>(1, lengths.outputs[k]));
        output.d_output = make_gradient(graph_.outputs()[k]);
        output.row_loss.resize(static_cast<std::size_t>(rows));
        workspace.trained_outputs.push_back(std::move(output));
    }
    for (Index i = 0; i < graph_.size(); ++i) {
        const std::vector<Value>& inputs = graph_.node(i).inputs;
        for (std::size_t k = 0; k < inputs.size(); ++k)
            if (graph_.wants_dx(i, k))
                workspace.layers[static_cast<std::size_t>(i)]->set_dx(k, make_gradient(inputs[k]));
    }
    for (Index i = 0; i < graph_.size(); ++i) {
        if (!graph_.node(i).learns) continue;
        for (std::size_t k = 0; k < graph_.layer(i).output_count(); ++k) {
            const Value value{i, static_cast<Index>(k)};
            auto& d_outputs = workspace.fan_outs[graph_.number(value)].d_outputs;
            if (d_outputs.empty()) make_gradient(value);  // zeros, since nobody takes this output
            workspace.layers[static_cast<std::size_t>(i)]->set_dy(k, read_only(d_outputs.front()));
        }
    }
    for (std::size_t k = 0; k < graph_.input_count(); ++k) {
        const auto& d_outputs = workspace.fan_outs[k].d_outputs;
        workspace.d_inputs.push_back(d_outputs.empty() ? Sequence<T>{} : d_outputs.front());
    }
    workspace.set_gathered_inputs();
}

template <class T>
typename WorkspacePool<T>::WorkspacePtr WorkspacePool<T>::acquire(const NetworkExtent& extent) {
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
typename WorkspacePool<T>::BatchPtr WorkspacePool<T>::acquire_batch(const NetworkExtent& extent) {
    const std::vector<Index> target_widths = loss_.target_widths();
    const auto fits = [&](const TrainingBatch<T>& each) {
        return each.extent == extent && each.target_widths == target_widths;
    };
    {
        const std::lock_guard<std::mutex> lock(lock_);
        if (auto found = taken_from(idle_batches_, fits)) return found;
    }
    auto batch = std::make_unique<TrainingBatch<T>>();
    batch->extent = extent;
    batch->target_widths = target_widths;
    batch->terms.assign(graph_.output_count(), std::vector<double>(static_cast<std::size_t>(extent.rows)));
    const double batch_work = extent.lengths->forward_work * static_cast<double>(extent.rows);
    const bool light = batch_work >= tuning::work_for_two_threads && planner_.heaviest_step() <= tuning::light_weights;
    const Index fewest = light ? tuning::rows_of_two_light_groups : tuning::rows_of_two_groups;
    const Index wanted = std::max<Index>(extent.rows / tuning::rows_per_group, extent.rows >= fewest ? 2 : 1);
    const Index groups = graph_.couples_rows() ? 1 : std::min(wanted, parameters_.most_groups());
    for (Index i = 0; i < groups; ++i) {
        const Range part = part_of(extent.rows, i, groups);
        batch->groups.push_back(make({part.end - part.begin, extent.lengths, extent.masked}, Mode::training, i));
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
