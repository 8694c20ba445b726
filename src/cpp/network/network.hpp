// A model as a list of layers over one flat buffer of parameters: prediction, roll-out, loss, training. No Python.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "../lists/layers.hpp"
#include "layers/layer.hpp"
#include "layers/options.hpp"
#include "layers/recurrent.hpp"
#include "optimizer.hpp"
#include "strided_weight.hpp"
#include "workspace.hpp"

namespace fastlstm {

// A batch in training: groups of rows, each with memory of its own, a copy of the gradients included. How many there
// are depends on the batch and the network, never on threads, so that the sum over groups has one order; and a core
// that works on its own group neither fetches what another has written nor takes lines from it.
template <class T>
struct TrainingBatch {
    Extent extent;
    Index target_features;
    std::vector<std::unique_ptr<Workspace<T>>> groups;
    std::vector<double> terms;  // what each row adds to the number that the loss is divided by

    // Calls visit(group, its rows, first row of the group) for each group that has some of the rows.
    template <class Visit>
    void for_each_group(Range rows_wanted, const Visit& visit) {
        Index first = 0;
        for (auto& group : groups) {
            const Range own{std::max(rows_wanted.begin - first, Index{0}),
                            std::min(rows_wanted.end - first, group->extent.rows)};
            if (own.begin < own.end) visit(*group, own, first);
            first += group->extent.rows;
        }
    }
};

// A forward pass, saved for one backward pass.
template <class T>
struct SavedForward {
    const void* network;
    Extent extent;
    std::unique_ptr<TrainingBatch<T>> batch;  // null once it is used
    std::vector<T> initial_state;
    std::uint64_t version;  // of the weights
    double penalty = 0;     // of the activity regularizers, if it was asked for
};

// The optional inputs of a call; states are (rows, state_size).
template <class T>
struct CallInputs {
    const T* state = nullptr;
    const unsigned char* mask = nullptr;     // (rows, steps)
    const std::int64_t* rng_step = nullptr;  // of dropout; null for none
    bool penalized = false;                  // whether activity regularizers are part of the loss
};

// What each row adds to the number that a loss is divided by, where that depends on the batch.
template <class T>
void count_terms(const LossArgs<T>& args, Range rows, double* terms) {
    const bool weighted = args.settings.reduction == Reduction::mean_with_sample_weight;
    for (Index n = rows.begin; n < rows.end; ++n) {
        terms[n] = 0;
        for (Index t = 0; t < args.steps; ++t)
            if (counts(args, t, n)) terms[n] += weighted ? weight_of(args, t, n) : 1;
    }
}

#define FASTLSTM_WIDTH(name, function, width) width,
constexpr Index target_widths[] = {FASTLSTM_LOSSES(FASTLSTM_WIDTH)};  // by loss; 0: as many as the output
#undef FASTLSTM_WIDTH

// The settings of a loss, with its quantiles.
struct LossOptions : LossSettings {
    std::vector<double> own_quantiles;
};

struct WeightPenalty {
    std::size_t parameter;
    Index offset, count;
    double l1, l2;
};

// Samples for a fit: x (samples, steps, D) and y, gathered in the given order; no batch is larger than all of them.
template <class T>
struct TrainingData {
    const T *x, *y;
    const unsigned char* mask;  // (samples, steps), or null
    const std::int64_t* order;
    Index samples, steps, batch_size, target_width;
    SampleWeights<T> weights;
    Outputs<T> outputs;  // of the samples in this order, before the step of their batch
};

template <class T>
class Network {
public:
    Network(Index features, bool sequence, bool input_gradient);

    // Building. Throws std::invalid_argument where a layer does not fit, std::logic_error after the first use.
#define FASTLSTM_ADD(name, Options) void add(const Options& options);
    FASTLSTM_LAYERS(FASTLSTM_ADD)
#undef FASTLSTM_ADD
    // Which weights, in the order of the parameters, training changes. Weights of one cell are trained or not together.
    void set_trainable(const std::vector<bool>& flags);

    const char* isa() const { return table_->name; }  // whose kernels are used, once nothing can be added any more
    Index features() const { return features_; }
    bool takes_sequence() const { return sequence_; }
    Index outputs() const { return layers_.empty() ? features_ : layers_.back()->outputs; }
    bool gives_sequence() const { return layers_.empty() ? sequence_ : layers_.back()->gives_sequence; }
    Index output_steps(Index steps) const;

    struct NamedParameter {
        Index layer;
        const Weight* weight;
    };
    const std::vector<NamedParameter>& named_parameters();
    const T* weight(std::size_t parameter);
    bool weight_equals(std::size_t parameter, const Strided<const T>& values);  // bit for bit
    void set_weight(std::size_t parameter, const Strided<const T>& values);
    void copy_gradient(std::size_t parameter, const Strided<T>& to);  // of a parameter that is trained
    void set_regularizer(std::size_t parameter, double l1, double l2);
    void set_constraint(std::size_t parameter, const ConstraintArgs<T>& constraint);  // without its weights

    // States: of a row in all layers, and those that stateful layers carry from call to call.
    Index state_size();
    std::vector<Index> state_sizes();
    bool stateful() const;
    std::pair<Index, std::vector<T>> stateful_state();     // rows (-1: none yet), values
    void set_stateful_state(Index rows, const T* values);  // rows -1: none
    // Whether a mask may reach the loss when x has none.
    bool masked_output(bool masked_input = false) const;
    Index entries() const;  // of an embedding in the first place; otherwise 0

    void set_loss(const LossOptions& options);
    void set_loss_weight(double weight);  // of the loss beside the penalties, from the next step on
    void set_optimizer(const OptimizerSettings& settings);
    std::vector<std::string> slots();                                       // names of the optimizer's slots
    void copy_slot(const std::string& name, std::size_t parameter, T* to);  // of a parameter that is trained
    void set_slot(const std::string& name, std::size_t parameter, const T* values);
    // Parameters and their averages change places, or averages take the place of parameters.
    void swap_averages();
    void take_averages();
    bool has_loss() const { return has_loss_; }
    bool has_optimizer() const { return has_optimizer_; }
    std::atomic<std::int64_t> iterations{0};

    Index target_features() const { return target_width_ > 0 ? target_width_.load() : outputs(); }
    // Whether the loss of several batches is not what it is for all of their rows at once.
    bool loss_depends_on_batch();

    Plan prediction_plan(Index rows, Index steps);  // what threads would do now
    // With `penalty`, also what all regularizers add to the loss of these rows.
    void predict(const T* x, Index rows, Index steps, T* out, double* penalty = nullptr);
    void run(const T* x, const CallInputs<T>& inputs, Index rows, Index steps, T* out, T* final_state);
    std::unique_ptr<SavedForward<T>> forward(const T* x, const CallInputs<T>& inputs, Index rows, Index steps, T* out,
                                             T* final_state);
    // Throws std::invalid_argument if the pass is another network's, was used before, or weights have changed since.
    // Any gradient but d_output may be null. Layers below the lowest one that learns are not gone through, unless the
    // gradient of the input is wanted, so that their initial states get zeros.
    void backward(SavedForward<T>& saved, const T* d_output, const T* d_state, T* dx, T* d_initial_state);
    // What a stream needs: layers that work step by step, a workspace for one step, and the step from the call's
    // states.
    void require_steps();
    std::unique_ptr<Workspace<T>> make_step_workspace(Index rows);
    void step(Workspace<T>& workspace, const T* x, T* out);
    // Each prediction is the next step's newest input, with what is `known` of that step (rows, steps, features -
    // outputs) beside it.
    void forecast(const T* history, const T* known, Index rows, Index window, Index steps, T* out);
    // What follows takes targets whose last axis is as wide as `target_features` was when they were checked, and throws
    // std::logic_error if another thread has set another loss since.
    double evaluate(const T* x, const T* y, const unsigned char* mask, Index rows, Index steps, Index target_width,
                    const SampleWeights<T>& weights, const Outputs<T>& outputs);
    double loss_and_gradients(const T* x, const T* y, const unsigned char* mask, Index rows, Index steps,
                              Index target_width, const SampleWeights<T>& weights);
    // The optimizer's step from the gradients of `backward`, to which the regularizers of weights are added. Returns
    // their penalty.
    double apply_gradients(double learning_rate);

    // Runs steps from `first_step` on until the end of the epoch or, after at least one, until `seconds` have passed or
    // `loss_sum` is no longer finite, so that its caller knows which step made it so.
    // Throws std::invalid_argument if `order` names a sample that there is not; the step that met it changes nothing.
    // Returns the next step, and `loss_sum` with the samples' losses added: one running sum for an epoch, so that it
    // does not depend on how many steps a call has made.
    std::pair<Index, double> train(const TrainingData<T>& from, Index first_step, const LearningRates& rates,
                                   double seconds, double loss_sum);

private:
    using WorkspacePtr = std::unique_ptr<Workspace<T>>;

    void append(std::unique_ptr<Layer<T>> layer);
    std::unique_ptr<RecurrentLayer<T>> recurrent(const RecurrentOptions& options) const;
    void finish();  // plans the flat buffers; nothing can be added after it
    Memory<T> memory() const;
    double forward_work(Index steps) const;
    Plan plan(double work, double section, Index rows, bool apart = true) const;  // whether rows go apart

    WorkspacePtr make_workspace(const Extent& extent, Mode mode, T* gradients);
    WorkspacePtr acquire(const Extent& extent);  // for inference
    void release(WorkspacePtr workspace);
    std::unique_ptr<TrainingBatch<T>> acquire_batch(const Extent& extent);
    void release_batch(std::unique_ptr<TrainingBatch<T>> batch);
    std::shared_lock<std::shared_mutex> lock_reading();
    std::shared_lock<std::shared_mutex> lock_packed();  // the same, with up-to-date packed weights
    std::unique_lock<std::shared_mutex> lock_weights();
    void require_target_width(Index width) const;
    class StateGuard;
    void use_stateful_state(Workspace<T>& workspace, Index first_row);
    void pack_all(const Team& team) const;
    LossArgs<T> loss_args(const Workspace<T>& workspace) const;
    bool terms_decide(bool masked, bool weighted) const;
    double loss_scale(const std::vector<double>& terms, Index values, bool decided_by_terms) const;
    template <class Visit>
    void for_each_block(const Work& work, std::vector<WorkspacePtr>& workspaces, Index rows, const Visit& visit) const;
    std::vector<WorkspacePtr> acquire_blocks(const Plan& plan, const Extent& extent);
    void release_all(std::vector<WorkspacePtr>& workspaces);
    template <class Prepare, class Visit>
    void infer(const T* x, const unsigned char* mask, Index rows, Index steps, const Prepare& prepare,
               const Visit& visit);
    double weight_penalty() const;

    bool gather(TrainingBatch<T>& batch, const TrainingData<T>& from, Index first_sample, const Team& team) const;
    template <class Prepare>
    void set_calls(TrainingBatch<T>& batch, const SampleWeights<T>& weights, const std::int64_t* rng_step,
                   const Prepare& prepare);
    void forward_and_backward(TrainingBatch<T>& batch, const Work& work, const Outputs<T>& outputs = {});
    void sum_gradients(TrainingBatch<T>& batch, const Team& team);
    void regularize(const Team& team);
    void constrain(const Team& team) const;
    double loss_of(const TrainingBatch<T>& batch) const;
    const Weight& trained_weight(std::size_t parameter);
    T* slot_values(const std::string& name) const;
    double clipping(Range chunks, double most) const;
    // One thread prepares a step's update, the others see it after a barrier; then all make it together, each from the
    // gradients of its share of the parameters.
    void prepare_update(double learning_rate, std::int64_t step);
    void update(const Team& team);

    Index features_;
    bool sequence_, input_gradient_;
    const KernelTable* table_;
    const Kernels<T>* kernels_;
    std::vector<std::unique_ptr<Layer<T>>> layers_;
    std::vector<NamedParameter> named_parameters_;
    bool finished_ = false;
    Index trainable_ = 0;       // parameters that are trained lie first
    double heaviest_step_ = 0;  // bytes of weights that a step of one layer goes through
    Index first_trained_ = 0;   // the first layer that has some, or whose input's gradient is wanted
    Buffer<T> parameters_, gradients_, packed_;
    Index gradient_copies_ = 1;
    std::vector<WeightPenalty> penalties_;  // in chunks, for threads
    std::vector<double> penalty_sums_;
    std::vector<std::pair<std::size_t, ConstraintArgs<T>>> constraints_;  // by parameter
    Index state_size_ = 0, stateful_rows_ = -1;
    Buffer<T> stateful_state_;
    std::mutex stateful_mutex_;  // of stateful networks, one call at a time

    std::atomic<bool> has_loss_{false}, has_optimizer_{false};
    std::atomic<Index> target_width_{0};
    LossOptions loss_;
    double loss_weight_ = 1;
    OptimizerSettings optimizer_;
    std::vector<Slot<T>> slots_;
    std::vector<TrainedParameter> trained_;
    std::vector<Range> chunks_;  // of the trained parameters, for norms by threads
    std::vector<double> square_sums_;
    PreparedUpdate<T> update_;

    // Weights change under the exclusive lock and raise the version; packed weights belong to one version.
    // Everybody passes the entry first, so that a writer who waits there is not overtaken by readers for ever.
    std::shared_mutex weights_;
    std::mutex entry_;
    std::uint64_t version_ = 1, packed_version_ = 0;
    std::mutex idle_lock_;
    std::vector<WorkspacePtr> idle_;  // for calls to come
    std::vector<std::unique_ptr<TrainingBatch<T>>> idle_batches_;
};

// A fresh call for each group, which prepare(group, its first row) completes; `rng_step` numbers a step's random
// numbers.
template <class T>
template <class Prepare>
void Network<T>::set_calls(TrainingBatch<T>& batch, const SampleWeights<T>& weights, const std::int64_t* rng_step,
                           const Prepare& prepare) {
    Index first = 0;
    for (auto& group : batch.groups) {
        Call<T>& call = group->call;
        call = {};
        call.state_size = state_size_;
        call.first_row = first;
        call.set_rng_step(rng_step);
        call.row_penalty = group->row_penalty.data();
        call.penalty_scale = 1 / static_cast<double>(batch.extent.rows);
        prepare(*group, first);
        group->weights = {weights.values ? group->weight : nullptr, weights.steps};
        group->set_gathered_input(features_);
        first += group->extent.rows;
    }
}

// A stateful network's states during a call: held by it alone, of as many rows as the batch, zeros at first. If the
// call fails, states that did not exist before it do not exist after it.
template <class T>
class Network<T>::StateGuard {
public:
    StateGuard(Network& network, Index rows) : network_(network) {
        if (!network.stateful()) return;
        lock_ = std::unique_lock<std::mutex>(network.stateful_mutex_);
        if (network.stateful_rows_ < 0) {
            network.stateful_state_ = make_buffer<T>(rows * network.state_size_);
            network.stateful_rows_ = rows;
            fresh_ = true;
        }
        if (rows != network.stateful_rows_)
            throw std::invalid_argument("x: a stateful model carries the states of " +
                                        std::to_string(network.stateful_rows_) + " rows, got a batch of " +
                                        std::to_string(rows) +
                                        " (batches must be of one size; reset_state() forgets the states)");
    }
    ~StateGuard() {
        if (fresh_) network_.stateful_rows_ = -1;
    }
    StateGuard(const StateGuard&) = delete;

    explicit operator bool() const { return lock_.owns_lock(); }
    void succeed() { fresh_ = false; }

private:
    Network& network_;
    std::unique_lock<std::mutex> lock_;
    bool fresh_ = false;
};

}  // namespace fastlstm
