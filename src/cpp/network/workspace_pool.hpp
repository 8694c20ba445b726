// The workspaces of a network, kept for later calls.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "loss.hpp"
#include "parameters.hpp"
#include "planner.hpp"
#include "training_batch.hpp"

namespace fastlstm {

template <class T>
class WorkspacePool {
public:
    using WorkspacePtr = std::unique_ptr<Workspace<T>>;
    using BatchPtr = std::unique_ptr<TrainingBatch<T>>;

    WorkspacePool(const LayerGraph<T>& graph, const Parameters<T>& parameters, const LossState<T>& loss,
                  const Planner<T>& planner)
        : graph_(graph), parameters_(parameters), loss_(loss), planner_(planner) {}

    // Throw std::invalid_argument if the layers do not take inputs of this extent.
    WorkspacePtr make(const NetworkExtent& extent) const { return make(extent, Mode::inference); }
    WorkspacePtr acquire(const NetworkExtent& extent);
    void release(WorkspacePtr workspace);
    BatchPtr acquire_batch(const NetworkExtent& extent);
    void release_batch(BatchPtr batch);

private:
    WorkspacePtr make(const NetworkExtent& extent, Mode mode, Index group = 0) const;
    void make_gradients(Workspace<T>& workspace) const;

    const LayerGraph<T>& graph_;
    const Parameters<T>& parameters_;
    const LossState<T>& loss_;
    const Planner<T>& planner_;
    std::mutex lock_;
    std::vector<WorkspacePtr> idle_;
    std::vector<BatchPtr> idle_batches_;
};

}  // namespace fastlstm
