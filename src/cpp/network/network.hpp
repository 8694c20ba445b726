// A model: layers, and what belongs to them. The parts are values that know each other only as far as their
// constructors say; what is done with them are inference.hpp, training.hpp, autodiff.hpp and stream.hpp. No Python.
#pragma once

#include "graph.hpp"
#include "loss.hpp"
#include "optimizer.hpp"
#include "parameters.hpp"
#include "planner.hpp"
#include "stateful_state.hpp"
#include "workspace_pool.hpp"

namespace fastlstm {

struct KernelTable;

template <class T>
class Network {
public:
    Network(std::vector<StepShape> inputs, bool wants_dx);

    // Building. Throws std::invalid_argument where something does not fit, std::logic_error after the first use.
    Index add(const std::string& layer, OptionReader& options, std::vector<Value> inputs, Index weights_of);
    void set_outputs(std::vector<Value> outputs);
    void set_trainable(const std::vector<bool>& flags);
    // Plans the flat buffers at the first use; nothing can be added after it.
    void finish();

    const char* isa() const;  // whose kernels are used, once nothing can be added any more
    const Kernels<T>& kernels() const { return *kernels_; }
    void set_loss(std::size_t output, const LossOptions& options);
    void set_loss_weight(std::size_t output, double weight);
    void set_optimizer(const OptimizerSettings& settings);
    bool loss_depends_on_batch();
    Plan prediction_plan(Index rows, const SequenceLengths& lengths) const;  // what threads would do now

    LayerGraph<T> graph;
    Parameters<T> parameters;
    LossState<T> loss{graph};
    OptimizerState<T> optimizer{parameters};
    StatefulState<T> stateful{graph};
    Planner<T> planner{graph};
    WorkspacePool<T> workspaces{graph, parameters, loss, planner};

private:
    const bool wants_dx_;
    const KernelTable* table_;
    const Kernels<T>* kernels_;
    bool finished_ = false;
};

}  // namespace fastlstm
