// Train steps: gather, forward, loss, BPTT, weight gradients, update, all by one team in one call.
#pragma once

#include "inference.hpp"

namespace fastlstm {

// Samples for a fit, gathered in the given order; no batch is larger than all of them.
template <class T>
struct TrainingData {
    Samples<T> samples;
    const std::int64_t* order;
    Index batch_size;
    OutputArrays<T> outputs;  // of the samples in this order, before the step of their batch
};

template <class T>
class Training {
public:
    explicit Training(Network<T>& network) : network_(network) {}

    // Both throw std::logic_error if another thread has set another loss since the targets were checked.
    // `state_gradients`: where those of each record of steps go; empty if they are not wanted.
    std::vector<double> loss_and_gradients(const Samples<T>& samples, const std::vector<T*>& state_gradients = {});
    // Runs steps from `first_step` on until the end of the epoch or, after at least one, until `seconds` have passed or
    // the loss is no longer finite, so that its caller knows which step made it so.
    // Throws std::invalid_argument if `order` names a sample that there is not; the step that met it changes nothing.
    // Returns the next step, and adds the samples' losses to `loss_sums` (as `LossState::with_total` gives them): one
    // running sum for an epoch, so that it does not depend on how many steps a call has made.
    Index train(const TrainingData<T>& data, Index first_step, const LearningRates& rates, double seconds,
                std::vector<double>& loss_sums);
    // The optimizer's step from gradients that are there already, to which the regularizers of weights are added.
    // Returns their penalty.
    double apply_gradients(double learning_rate);

    // After the backward passes of all groups: each thread ends with the gradients of its share of the parameters.
    // Weights that training changes without gradients have changed.
    static void finish_backward(Network<T>& network, TrainingBatch<T>& batch, const Team& team);

private:
    bool gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample, const Team& team) const;
    void forward_and_backward(TrainingBatch<T>& batch, const Work& work, const OutputArrays<T>& outputs = {},
                              Index first_sample = 0);
    void require_target_widths(const Samples<T>& samples) const;
    std::vector<double> losses_of(const TrainingBatch<T>& batch) const;
    Plan plan(Index train_steps, const TrainingBatch<T>& batch) const;

    Network<T>& network_;
};

}  // namespace fastlstm
