#include "network.hpp"

#include <stdexcept>

#include "../dispatch.hpp"

namespace fastlstm {
namespace {

template <class T>
const Kernels<T>& kernels_of(const KernelTable& table);
template <>
const Kernels<float>& kernels_of(const KernelTable& table) {
    return *table.f32;
}
template <>
const Kernels<double>& kernels_of(const KernelTable& table) {
    return *table.f64;
}

}  // namespace

template <class T>
Network<T>::Network(std::vector<StepShape> inputs, bool wants_dx)
    : graph(std::move(inputs)), wants_dx_(wants_dx), table_(&active_kernels()), kernels_(&kernels_of<T>(*table_)) {}

template <class T>
Index Network<T>::add(const std::string& layer, OptionReader& options, std::vector<Value> inputs, Index weights_of) {
    if (finished_) throw std::logic_error("a network takes no more layers after its first use");
    return graph.add(layer, options, std::move(inputs), weights_of, *kernels_);
}

template <class T>
void Network<T>::set_outputs(std::vector<Value> outputs) {
    if (finished_) throw std::logic_error("outputs are fixed after a network's first use");
    graph.set_outputs(std::move(outputs));
}

template <class T>
void Network<T>::set_trainable(const std::vector<bool>& flags) {
    if (finished_) throw std::logic_error("what is trained is fixed after a network's first use");
    graph.set_trainable(flags);
}

template <class T>
void Network<T>::finish() {
    if (finished_) return;
    table_ = &kernels_for(*table_, graph.widest() * static_cast<Index>(sizeof(T)));
    kernels_ = &kernels_of<T>(*table_);
    parameters.plan(graph);
    graph.finish(*kernels_, wants_dx_);
    parameters.make_packed(*kernels_, graph.packed_size());
    planner.finish(*kernels_);
    loss.finish();
    finished_ = true;
}

template <class T>
const char* Network<T>::isa() const {
    return table_->name;
}

template <class T>
void Network<T>::set_loss(std::size_t output, const LossOptions& options) {
    const auto lock = parameters.lock_writing();
    loss.set(output, options);
}

template <class T>
void Network<T>::set_loss_weight(std::size_t output, double weight) {
    const auto lock = parameters.lock_writing();
    loss.set_weight(output, weight);
}

template <class T>
void Network<T>::set_optimizer(const OptimizerSettings& settings) {
    finish();
    optimizer.set(settings, *kernels_);
}

template <class T>
bool Network<T>::loss_depends_on_batch() {
    finish();
    const auto lock = parameters.lock_reading();
    return loss.depends_on_batch();
}

template <class T>
Plan Network<T>::prediction_plan(Index rows, const SequenceLengths& lengths) const {
    const double work = lengths.forward_work * static_cast<double>(rows);
    return planner.plan(work, work, rows);
}

template class Network<float>;
template class Network<double>;

}  // namespace fastlstm
