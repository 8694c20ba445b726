// Prediction, roll-out and evaluation.
#pragma once

#include "network.hpp"

namespace fastlstm {

// The rows of a call: of each of the network's inputs (rows, steps, features).
template <class T>
struct Inputs {
    Index rows = 0;
    SharedLengths lengths;
    std::vector<const T*> values;         // of each
    const unsigned char* mask = nullptr;  // of the only one: (rows, steps), or null

    const std::vector<Index>& steps() const { return lengths->inputs; }
    NetworkExtent extent(Index some_rows) const { return {some_rows, lengths, mask != nullptr}; }
};

// The optional inputs of a call; states are (rows, state_size).
template <class T>
struct CallInputs {
    const T* state = nullptr;
    const std::int64_t* rng_step = nullptr;  // of random numbers in training; null outside of it
    bool penalized = false;                  // whether activity regularizers are part of the loss
};

// What an output should become: y (rows, steps, width), as wide as the loss's targets were when it was checked. Null
// for an output without a loss.
template <class T>
struct Targets {
    const T* y = nullptr;
    Index width = 0;
    SampleWeights<T> weights;
};

// Samples with what each output should become.
template <class T>
struct Samples {
    Inputs<T> inputs;
    std::vector<Targets<T>> targets;

    std::vector<SampleWeights<T>> weights() const {
        std::vector<SampleWeights<T>> all;
        for (const Targets<T>& each : targets) all.push_back(each.weights);
        return all;
    }
};

template <class T>
class Inference {
public:
    explicit Inference(Network<T>& network) : network_(network) {}

    // To arrays of each output. With `penalty`, also what all regularizers add to the loss of these rows.
    void predict(const Inputs<T>& x, const OutputArrays<T>& out, double* penalty = nullptr);
    void run(const Inputs<T>& x, const CallInputs<T>& call, const OutputArrays<T>& out, T* final_state);
    // Each prediction is the next step's newest input, with the future covariates of that step (rows, steps, features -
    // outputs) beside it. Of a network with one input and one output.
    void forecast(const T* history, const T* covariates, Index rows, Index window, Index steps, T* out);
    // The loss, and those of the outputs if there are several. Throws std::logic_error if another thread has set
    // another loss since the targets were checked.
    std::vector<double> evaluate(const Samples<T>& samples, const OutputArrays<T>& outputs);

private:
    using Workspaces = std::vector<std::unique_ptr<Workspace<T>>>;

    Workspaces acquire_blocks(const Plan& plan, NetworkExtent extent, bool together = false);
    void release(Workspaces& workspaces);
    template <class Visit>
    static void for_each_block(const Work& work, Workspaces& workspaces, Index rows, const Visit& visit);
    template <class Prepare, class Visit>
    void infer(const Inputs<T>& x, const Prepare& prepare, const Visit& visit, bool together = false);

    Network<T>& network_;
};

}  // namespace fastlstm
