// Forward and backward passes one at a time, for losses and loops of the caller's own.
#pragma once

#include "inference.hpp"
#include "step_records.hpp"

namespace fastlstm {

// A forward pass, saved for one backward pass.
template <class T>
struct SavedForward {
    const void* network;
    NetworkExtent extent;
    std::unique_ptr<TrainingBatch<T>> batch;  // null once it is used
    std::vector<T> initial_state;
    std::uint64_t version;  // of the weights
    double penalty = 0;     // of the activity regularizers, if it was asked for
};

template <class T>
class Autodiff {
public:
    explicit Autodiff(Network<T>& network) : network_(network) {}

    std::unique_ptr<SavedForward<T>> forward(const Inputs<T>& x, const CallInputs<T>& inputs,
                                             const OutputArrays<T>& out, T* final_state);
    // Throws std::invalid_argument if the pass is another network's, was used before, or weights have changed since.
    // `d_outputs` and `dx` are those of each output and input. Any gradient but the former may be null. Layers that
    // training does not change, and that nothing before them needs, are not gone through: their initial states get
    // zeros. `state_gradients`: where those of each record of steps go; empty if they are not wanted.
    void backward(SavedForward<T>& saved, const std::vector<const T*>& d_outputs, const T* d_state,
                  const std::vector<T*>& dx, T* d_initial_state, const std::vector<T*>& state_gradients = {});

    // Of a pass that waits for its backward pass: states or gates of a record of steps, or which of the steps are
    // valid. They throw as `backward` does.
    void copy_steps(const SavedForward<T>& saved, std::size_t record, Recorded what, T* to);
    void copy_valid(const SavedForward<T>& saved, std::size_t record, bool* to);

private:
    void require_waiting(const SavedForward<T>& saved) const;

    Network<T>& network_;
};

}  // namespace fastlstm
