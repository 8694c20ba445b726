// The layers of a network, and which outputs each of them takes.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "layers/layer.hpp"
#include "layers/option_reader.hpp"
#include "sequence_lengths.hpp"

namespace fastlstm {

// An output of a node, or an input of the network.
struct Value {
    Index node;        // or LayerGraph::input
    Index output = 0;  // which of the node's outputs, or of the network's inputs

    bool operator==(const Value& other) const { return node == other.node && output == other.output; }
};

template <class T>
struct Node {
    std::unique_ptr<Layer<T>> layer;
    std::vector<Value> inputs;  // of the layer
    Index weights_of = -1;      // the earlier node whose weights it uses; -1: it has its own
    Index use = 0;              // how many nodes use the same weights before it
    std::size_t first_value = 0;
    Index divider = -1;      // the node of whose steps the rows of its outputs are made; -1: they are the network's
    bool masked[2] = {};     // whether the first output has a mask, where the network's input has none and has one
    bool continues = false;  // whether its only input is the node before it, whose output nobody else takes
    bool learns = false;     // whether training changes it or something before it, so that it needs a backward pass
};

// Nodes come after those whose outputs they take. A chain is the graph in which each takes the output of the one before
// it, and the last one gives the only output.
template <class T>
class LayerGraph {
public:
    static constexpr Index input = -1;  // in place of a node: what the network is given

    explicit LayerGraph(std::vector<StepShape> inputs) : input_shapes_(std::move(inputs)) {}

    // Adds a layer and returns its node. Without inputs it takes the first output of the node before it. A layer may
    // share the weights of an earlier node with the same ones. Throws std::invalid_argument where something does not
    // fit.
    Index add(const std::string& layer, OptionReader& options, std::vector<Value> inputs, Index weights_of,
              const Kernels<T>& kernels);
    // Chooses the outputs of the network; the last node's first one otherwise.
    void set_outputs(std::vector<Value> outputs);
    // Marks weights, in the order of the layers, that training leaves as they are. Weights of one cell are trained or
    // not together.
    void set_trainable(const std::vector<bool>& flags);
    // Gives each layer its place among states and packed weights. `wants_dx`: whether gradients of the inputs are
    // wanted. Throws std::invalid_argument if an output is never used.
    void finish(const Kernels<T>& kernels, bool wants_dx);

    const std::vector<Node<T>>& nodes() const { return nodes_; }
    Index size() const { return static_cast<Index>(nodes_.size()); }
    Layer<T>& layer(Index node) const { return *nodes_[static_cast<std::size_t>(node)].layer; }
    const Node<T>& node(Index node) const { return nodes_[static_cast<std::size_t>(node)]; }
    StepShape shape(Value value) const;
    std::size_t input_count() const { return input_shapes_.size(); }
    std::size_t output_count() const { return outputs_.size(); }
    StepShape input_shape(std::size_t input = 0) const { return input_shapes_[input]; }
    StepShape output_shape(std::size_t output = 0) const { return shape(outputs_[output]); }
    const std::vector<Value>& outputs() const { return outputs_; }
    bool learns(Value value) const { return value.node == input ? wants_dx_ : node(value.node).learns; }
    bool continues(Index i) const { return node(i).continues; }
    bool masked(Value value, bool input_masked) const;
    // Whether a gradient of this input of a node is needed.
    bool wants_dx(Index node, std::size_t input) const;
    // The nodes with records of steps, one for each record.
    std::vector<Index> recorded_nodes() const;
    // Of each record's gradients of states: (rows, steps, states, units).
    std::vector<std::vector<Index>> state_record_shapes(Index rows, const SequenceLengths& lengths) const;
    // Whether the rows of a node's workspace are parts of the network's rows.
    bool divided(Index i) const { return divider(node(i).inputs.back()) >= 0; }

    // All values have a number: the network's inputs, then the outputs of one node after the other.
    std::size_t value_count() const { return value_count_; }
    std::size_t number(Value value) const {
        const auto output = static_cast<std::size_t>(value.output);
        return value.node == input ? output : node(value.node).first_value + output;
    }

    // Of a graph that is finished.
    SharedLengths lengths(const std::vector<Index>& input_steps) const;
    // How many rows of a node's workspace belong to one row of the network, given those of all values.
    Index parts_of_node(Index i, const std::vector<Index>& parts) const { return parts[number(node(i).inputs.back())]; }
    bool masked_output(std::size_t output, bool input_masked) const { return masked(outputs_[output], input_masked); }
    bool stateful() const;
    bool couples_rows() const;               // in training
    bool couples_rows_of_groups() const;     // in backward passes
    Index most_uses() const;                 // of the weights of any layer
    Index entries(std::size_t input) const;  // of the smallest table that it chooses from; 0 without one
    Index widest() const;                    // outputs of a step
    Index packed_size() const { return packed_size_; }
    Index state_size() const { return state_size_; }  // of a row in all layers
    std::vector<Index> state_sizes() const;

private:
    Index append(std::unique_ptr<Layer<T>> layer, std::vector<Value> inputs, Index weights_of);
    void require_value(Value value) const;
    Index divider(Value value) const { return value.node == input ? -1 : node(value.node).divider; }
    Index divider_behind(const Layer<T>& layer, const std::vector<Value>& inputs) const;
    Value before_division(Value value) const;
    void take_shared(Weight& weight) const;
    Index free_use(const Layer<T>& layer) const;
    void require_same_weights(const Layer<T>& layer, Index weights_of) const;
    SequenceLengths find_lengths(const std::vector<Index>& input_steps) const;

    std::vector<StepShape> input_shapes_;
    std::vector<Node<T>> nodes_;
    std::vector<Value> outputs_;
    std::size_t value_count_ = input_shapes_.size();
    bool wants_dx_ = false;
    Index packed_size_ = 0, state_size_ = 0;
    mutable std::mutex lengths_lock_;
    mutable SharedLengths latest_lengths_;  // most calls have the lengths of the call before
};

}  // namespace fastlstm
