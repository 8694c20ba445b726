// The interface of layers. A layer is a description; its workspace holds the memory for a batch of a given size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "../../threads/teams.hpp"
#include "../../tuning.hpp"
#include "../arena.hpp"
#include "step_record.hpp"

namespace fastlstm {

enum class Mode { inference, training };

// One named weight: where it lies in the flat buffer of parameters, and in that of gradients if it is trained.
struct Weight {
    std::string name;
    std::vector<Index> shape;
    bool trainable;
    Index offset = 0;
    Index of_node = -1;  // the earlier node of whose weights it is one; -1: it is the layer's own
    std::size_t of_weight = 0;

    Index size() const {
        Index count = 1;
        for (Index extent : shape) count *= extent;
        return count;
    }
};

// The buffers of a network that its layers and workspaces point into.
template <class T>
struct Memory {
    const Kernels<T>* kernels;
    T *parameters, *gradients, *packed;
};

// The inputs of a call other than x, shared by all layers of a workspace. States are (rows, state_size) each.
template <class T>
struct Call {
    bool training = false;       // whether there is dropout, and batches are normalized by their own moments
    std::uint64_t rng_step = 0;  // of the random numbers
    Index first_row = 0;         // of the workspace's rows in the batch
    Index state_size = 0;
    bool only_stateful = false;  // whether states are those of stateful layers only
    bool continues = false;      // whether the steps go on from others, which a mask may have counted
    const T* initial_state = nullptr;
    T* final_state = nullptr;
    const T* d_final_state = nullptr;
    T* d_initial_state = nullptr;
    double* row_penalty = nullptr;  // activity regularizers add here
    double penalty_scale = 1;       // of their gradient

    void set_rng_step(const std::int64_t* number) {
        training = number != nullptr;
        rng_step = number ? static_cast<std::uint64_t>(*number) : 0;
    }
};

// The rows and steps of a layer's workspace, and whether its inputs come with masks.
struct Extent {
    Index rows;
    std::vector<Index> input_steps;
    std::vector<bool> input_masked;
    Index parts = 1;                     // of each of the network's rows that are rows here
    Index steps = input_steps.front();   // of the first input
    bool masked = input_masked.front();  // the same
};

// What a layer outputs, and another one takes.
template <class T>
struct Output {
    Sequence<const T> values;
    Mask mask;
};

// One layer on a batch of given size. Rows are independent until `gradients`, which needs all of them and is cut into
// tiles of the weights instead. Forward and backward are called by all threads of a unit team with the same rows, and
// done when all have returned: each takes a share of the rows, or of something else.
template <class T>
struct LayerWorkspace {
    // Of the first input and the first output, which are the only ones of most layers.
    Sequence<const T> x{};
    Mask mask{};
    Sequence<T> dx{};  // data is null where it is not needed
    Sequence<const T> dy{};
    const Call<T>* call = nullptr;

    virtual ~LayerWorkspace() = default;
    // One output of another layer for each input; `call` is shared by the layers of a workspace, and is set already.
    virtual void connect(const Output<T>* inputs, const Call<T>& shared) {
        x = inputs[0].values;
        mask = inputs[0].mask;
        call = &shared;
    }
    // Where the gradient of an input is to be written.
    virtual void set_dx(std::size_t /*input*/, Sequence<T> to) { dx = to; }
    // Where the gradient of an output is to be read.
    virtual void set_dy(std::size_t /*output*/, Sequence<const T> from) { dy = from; }
    virtual Sequence<const T> output() const = 0;
    virtual Sequence<const T> further_output(std::size_t /*output*/) const { return {}; }
    virtual Mask output_mask() const { return mask; }  // of the first output; others have none
    // Before `forward` (in training) and `backward`, of layers that couple rows: called by all threads of a team, with
    // all rows of the batch in this workspace. They begin and end with a barrier.
    virtual void forward_batch(const Team& /*team*/) {}
    virtual void backward_batch(const Team& /*team*/) {}
    // Moves weights that training changes without gradients, after a train step's passes.
    virtual void update_statistics(const Team& /*team*/) {}
    virtual void forward(Range rows, const Team& unit_team) { forward_rows(unit_team.share(rows)); }
    virtual void backward(Range rows, const Team& unit_team) { backward_rows(unit_team.share(rows)); }
    // For layer pipelining: the number of chunks of steps that one thread can run, each as soon as the layer below has
    // finished the same chunk (backward: the layer above, from the last chunk on). 0 if the layer cannot be pipelined.
    virtual Index chunks() const { return 0; }
    virtual void begin_forward(Range /*rows*/) {}
    virtual void forward_chunk(Range /*rows*/, Index /*chunk*/) {}
    virtual void end_forward(Range /*rows*/) {}
    virtual void begin_backward(Range /*rows*/) {}
    virtual void backward_chunk(Range /*rows*/, Index /*chunk*/) {}
    virtual void end_backward(Range /*rows*/) {}
    virtual Index gradient_tiles() const { return 0; }
    virtual void gradients(Range /*tiles*/) {}
    // Of the layers that it is, or consists of, if their steps can be seen.
    virtual std::vector<StepRecord<T>*> step_records() { return {}; }

protected:
    virtual void forward_rows(Range /*rows*/) {}
    virtual void backward_rows(Range /*rows*/) {}
};

// The features of each step, and whether there are steps.
struct StepShape {
    Index features;
    bool sequence;
};

// What is known where a layer is made: the shapes of its inputs, and the kernels.
template <class T>
struct LayerContext {
    const std::vector<StepShape>& inputs;
    const Kernels<T>& kernels;
};

// What speaks for sharing a layer's units, and not its rows, among threads.
struct UnitParallelism {
    Index most_threads = 1;   // that have something to do
    double work_of_step = 0;  // floating-point operations of one row between two barriers
    double weight_bytes = 0;  // that every step goes through
};

template <class T>
class Layer {
public:
    Index features, outputs;  // of each step; features: of the first input; outputs: of the first output
    bool takes_sequence, gives_sequence;
    std::vector<Weight> weights;
    Index state_size = 0, state_offset = 0;  // of a row's states, among those of the network
    Index packed_offset = 0;
    std::uint64_t number = 0;  // tells the random numbers of layers apart
    bool gives_dx = false;     // whether the gradient of an input is needed

    Layer(StepShape input, StepShape output)
        : features(input.features),
          outputs(output.features),
          takes_sequence(input.sequence),
          gives_sequence(output.sequence) {}
    virtual ~Layer() = default;

    virtual std::size_t input_count() const { return 1; }
    virtual StepShape input_shape(std::size_t /*input*/) const { return {features, takes_sequence}; }
    virtual bool takes_equal_steps() const { return true; }  // in all of its inputs
    virtual std::size_t output_count() const { return 1; }
    virtual StepShape output_shape(std::size_t /*output*/) const { return {outputs, gives_sequence}; }
    virtual Index output_steps(Index steps) const { return gives_sequence ? steps : 1; }
    // Of each output, by those of the inputs.
    virtual Index output_steps_of(std::size_t /*output*/, const std::vector<Index>& input_steps) const {
        return output_steps(input_steps.front());
    }
    // Whether the first output has a mask, by whether each input has one.
    virtual bool gives_mask(const std::vector<bool>& masked) const {
        return masked.front() && takes_sequence && gives_sequence;
    }
    // Whether each step of a row of the input is a row of the output, and whether it makes such rows steps again. Rows
    // of a workspace are those of what is divided, or what is united.
    virtual bool divides_rows() const { return false; }
    virtual bool unites_rows() const { return false; }
    // Whether the output depends on the values of an input, which otherwise gets no gradient.
    virtual bool differentiates(std::size_t /*input*/) const { return true; }
    virtual bool stateful() const { return false; }
    // Whether it is there although nothing takes its output.
    virtual bool has_effect() const { return false; }
    // Whether a row's output depends on the other rows of its batch in training, so that all are in one workspace.
    virtual bool couples_rows() const { return false; }
    // Whether a workspace goes backward with all of its rows at once.
    virtual bool couples_rows_of_group() const { return false; }
    // Of its workspace's records.
    virtual std::vector<StepRecordShape> step_record_shapes() const { return {}; }
    virtual Index entries() const { return 0; }  // of a table, where x chooses from one
    virtual bool works_step_by_step() const { return true; }
    virtual double work(Index steps) const = 0;  // floating-point operations of one row's forward pass
    virtual double work_of(const std::vector<Index>& input_steps) const { return work(input_steps.front()); }
    virtual UnitParallelism unit_parallelism(const Kernels<T>&) const { return {}; }
    // How many of the weights, one group after the other, are trained or not together: those of a cell.
    virtual std::vector<Index> weight_groups() const { return {static_cast<Index>(weights.size())}; }
    virtual Index packed_size(const Kernels<T>&) const { return 0; }
    virtual void planned(const Kernels<T>&) {}  // the network has set what is above
    virtual void pack(const Memory<T>&, const Team&) const {}
    virtual std::unique_ptr<LayerWorkspace<T>> make_workspace(const Memory<T>&, Arena<T>&, const Extent&,
                                                              Mode) const = 0;

protected:
    T* parameter(const Memory<T>& memory, std::size_t weight) const {
        return memory.parameters + weights[weight].offset;
    }
    // Null for a weight that is not trained.
    T* gradient(const Memory<T>& memory, std::size_t weight) const {
        return weights[weight].trainable ? memory.gradients + weights[weight].offset : nullptr;
    }
    T* packed(const Memory<T>& memory) const { return memory.packed + packed_offset; }
    double elementwise_work(Index steps) const {
        return tuning::operations_per_element * static_cast<double>(output_steps(steps) * outputs);
    }
};

// The workspace of a layer that is one kernel.
template <class T, class Args>
struct KernelWorkspace : LayerWorkspace<T> {
    const Kernels<T>& kernels;
    Args args{};

    explicit KernelWorkspace(const Kernels<T>& kernels) : kernels(kernels) {}
    Sequence<const T> output() const override { return {args.y.data, args.y.row, args.y.step}; }

protected:
    Args args_of_call() const {
        Args whole = args;
        whole.x = this->x;
        whole.dx = this->dx;
        whole.dy = this->dy;
        return whole;
    }
};

template <class T>
Sequence<const T> read_only(const Sequence<T>& s) {
    return {s.data, s.row, s.step};
}

// The steps in the opposite order.
template <class S>
S reversed(const S& s, Index steps) {
    return {steps > 0 && s.data ? s.data + (steps - 1) * s.step : s.data, s.row, -s.step};
}

template <class T>
T* row_at(const Sequence<T>& s, Index t, Index n) {
    return s.data + t * s.step + n * s.row;
}

// Rows (steps, features) one after the other, without gaps.
template <class T>
void copy_rows(const Sequence<const T>& from, Index rows, Index steps, Index features, T* to) {
    for (Index n = 0; n < rows; ++n)
        for (Index t = 0; t < steps; ++t, to += features) std::copy_n(row_at(from, t, n), features, to);
}

// Of rows and steps, one after the other; everything is valid without a mask.
inline void copy_mask(const Mask& mask, Index rows, Index steps, bool* to) {
    for (Index n = 0; n < rows; ++n)
        for (Index t = 0; t < steps; ++t, ++to) *to = !mask.data || mask.data[t * mask.step + n * mask.row];
}

template <class T>
void fill_zeros(const Sequence<T>& to, Index steps, Index features, Range rows) {
    for (Index t = 0; t < steps; ++t)
        for (Index n = rows.begin; n < rows.end; ++n) std::fill_n(row_at(to, t, n), features, T(0));
}

// A buffer of whole vectors for every row of every step, steps outermost.
template <class T>
Sequence<T> make_sequence(Arena<T>& arena, Index rows, Index steps, Index features, Index lanes) {
    const Index row = padded(features, lanes);
    return {arena.take(rows * steps * row), row, rows * row};
}

// Dropout at a rate; the caller adds the extent, the key and what is shared.
template <class T>
DropoutArgs<T> dropout_args(const Call<T>& call, double rate, Sequence<const T> from, Sequence<T> to) {
    DropoutArgs<T> args{};
    args.first_row = call.first_row;
    args.rate = rate;
    args.drawn_value = 0;
    args.other_value = rate < 1 ? 1 / (1 - rate) : 0;
    args.x = from;
    args.y = to;
    return args;
}

// The shape of a weight for each of the features: one dimension, or the only one of `given`. With `may_be_one`, it may
// also be one number for all.
inline std::vector<Index> weight_shape(const std::vector<std::vector<Index>>& given, Index features,
                                       bool may_be_one = false) {
    if (given.empty()) return {features};
    Weight weight{"", given[0], true};
    if (given.size() != 1 || (weight.size() != features && !(may_be_one && given[0].empty())))
        throw std::invalid_argument("weight_shapes: expected one of " + std::to_string(features) + " numbers");
    return given[0];
}

// The key of a layer's random numbers for one purpose.
inline std::uint64_t rng_key(std::uint64_t seed, std::uint64_t rng_step, std::uint64_t number, std::uint64_t purpose) {
    std::uint64_t key = seed;
    for (const std::uint64_t part : {rng_step, number, purpose}) {
        key = (key ^ (key >> 29)) * 0xbf58476d1ce4e5b9u + (part + 1) * 0x9e3779b97f4a7c15u;
        key ^= key >> 32;
    }
    return key;
}

}  // namespace fastlstm
