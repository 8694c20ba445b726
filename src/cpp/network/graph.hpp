// The layers of a network, and which outputs each of them takes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layers/layer.hpp"
#include "layers/option_reader.hpp"

namespace fastlstm {

template <class T>
struct Node {
    std::unique_ptr<Layer<T>> layer;
    std::vector<Index> inputs;  // of the layer: earlier nodes, or LayerGraph::input
    bool masked[2] = {};        // whether the output has a mask, where the graph's input has none and where it has one
    bool continues = false;     // whether its only input is the node before it, whose output nobody else takes
    bool learns = false;        // whether training changes it or something before it, so that it needs a backward pass
};

// Nodes come after those whose outputs they take, and the last one gives the output. A chain is the graph in which each
// takes the output of the one before it.
template <class T>
class LayerGraph {
public:
    static constexpr Index input = -1;  // in place of a node: what the graph is given

    LayerGraph(Index features, bool sequence) : input_shape_{features, sequence} {}

    // Adds a layer and returns its node. Without inputs it takes the output so far. Throws std::invalid_argument where
    // something does not fit.
    Index add(const std::string& layer, OptionReader& options, std::vector<Index> inputs, const Kernels<T>& kernels);
    // Marks weights, in the order of the layers, that training leaves as they are. Weights of one cell are trained or
    // not together.
    void set_trainable(const std::vector<bool>& flags);
    // Gives each layer its place among states and packed weights. `wants_dx`: whether the gradient of the input is
    // wanted. Throws std::invalid_argument if an output is never used.
    void finish(const Kernels<T>& kernels, bool wants_dx);

    const std::vector<Node<T>>& nodes() const { return nodes_; }
    Index size() const { return static_cast<Index>(nodes_.size()); }
    Layer<T>& layer(Index node) const { return *nodes_[static_cast<std::size_t>(node)].layer; }
    const std::vector<Index>& inputs(Index node) const { return nodes_[static_cast<std::size_t>(node)].inputs; }
    StepShape shape(Index node) const;
    StepShape input_shape() const { return input_shape_; }
    StepShape output_shape() const { return shape(size() - 1); }
    bool learns(Index node) const { return node == input ? wants_dx_ : nodes_[static_cast<std::size_t>(node)].learns; }
    bool continues(Index node) const { return nodes_[static_cast<std::size_t>(node)].continues; }
    bool masked(Index node, bool input_masked) const {
        return node == input ? input_masked : nodes_[static_cast<std::size_t>(node)].masked[input_masked];
    }

    Index output_steps(Index steps) const { return steps_of(size() - 1, steps); }
    bool masked_output(bool input_masked) const { return masked(size() - 1, input_masked); }
    bool stateful() const;
    bool couples_rows() const;  // in training
    Index entries() const;      // of the smallest table that the graph's input chooses from; 0 without one
    Index widest() const;       // outputs of a step
    Index packed_size() const { return packed_size_; }
    Index state_size() const { return state_size_; }  // of a row in all layers
    std::vector<Index> state_sizes() const;

    // Calls visit(node, steps of its input) for each node in order, for so many steps of the graph's input.
    template <class Visit>
    void for_each(Index steps, const Visit& visit) const {
        Index last = input, last_steps = steps;
        for (Index i = 0; i < size(); ++i) {
            const Index source = inputs(i).front();
            const Index input_steps = source == last ? last_steps : steps_of(source, steps);
            visit(i, input_steps);
            last = i;
            last_steps = layer(i).output_steps(input_steps);
        }
    }
    Index steps_of(Index node, Index steps) const {
        return node == input ? steps : layer(node).output_steps(steps_of(inputs(node).front(), steps));
    }
    double forward_work(Index steps) const;  // floating-point operations of one row

private:
    Index append(std::unique_ptr<Layer<T>> layer, std::vector<Index> inputs);

    StepShape input_shape_;
    std::vector<Node<T>> nodes_;
    bool wants_dx_ = false;
    Index packed_size_ = 0, state_size_ = 0;
};

}  // namespace fastlstm
