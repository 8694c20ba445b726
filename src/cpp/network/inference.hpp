// Prediction, roll-out and evaluation.
#pragma once

#include "network.hpp"

namespace fastlstm {

// The optional inputs of a call; states are (rows, state_size).
template <class T>
struct CallInputs {
    const T* state = nullptr;
    const unsigned char* mask = nullptr;     // (rows, steps)
    const std::int64_t* rng_step = nullptr;  // of random numbers in training; null outside of it
    bool penalized = false;                  // whether activity regularizers are part of the loss
};

// Samples with what they should become: x (rows, steps, D), and y whose last axis is as wide as the loss's
// `target_features` was when it was checked.
template <class T>
struct Samples {
    const T *x, *y;
    const unsigned char* mask;  // (rows, steps), or null
    Index rows, steps, target_width;
    SampleWeights<T> weights;
};

template <class T>
class Inference {
public:
    explicit Inference(Network<T>& network) : network_(network) {}

    // With `penalty`, also what all regularizers add to the loss of these rows.
    void predict(const T* x, Index rows, Index steps, T* out, double* penalty = nullptr);
    void run(const T* x, const CallInputs<T>& inputs, Index rows, Index steps, T* out, T* final_state);
    // Each prediction is the next step's newest input, with the future covariates of that step (rows, steps, features -
    // outputs) beside it.
    void forecast(const T* history, const T* covariates, Index rows, Index window, Index steps, T* out);
    // The loss. Throws std::logic_error if another thread has set another loss since the targets were checked.
    double evaluate(const Samples<T>& samples, const Outputs<T>& outputs);

private:
    using Workspaces = std::vector<std::unique_ptr<Workspace<T>>>;

    Workspaces acquire_blocks(const Plan& plan, const Extent& extent, bool together = false);
    void release(Workspaces& workspaces);
    template <class Visit>
    static void for_each_block(const Work& work, Workspaces& workspaces, Index rows, const Visit& visit);
    template <class Prepare, class Visit>
    void infer(const T* x, const unsigned char* mask, Index rows, Index steps, const Prepare& prepare,
               const Visit& visit, bool together = false);

    Network<T>& network_;
};

}  // namespace fastlstm
