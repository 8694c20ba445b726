#include "graph.hpp"

#include <algorithm>
#include <stdexcept>

#include "../lists/layers.hpp"

namespace fastlstm {
namespace {

template <class T, class L>
std::unique_ptr<Layer<T>> make_layer(OptionReader& reader, const LayerContext<T>& context) {
    typename L::Options options;
    options.read(reader);
    reader.require_all_read();
    return std::make_unique<L>(options, context);
}

}  // namespace

template <class T>
StepShape LayerGraph<T>::shape(Index node) const {
    if (node == input) return input_shape_;
    return {layer(node).outputs, layer(node).gives_sequence};
}

template <class T>
Index LayerGraph<T>::add(const std::string& name, OptionReader& reader, std::vector<Index> inputs,
                         const Kernels<T>& kernels) {
    if (inputs.empty()) inputs.push_back(size() - 1);
    std::vector<StepShape> shapes;
    for (const Index node : inputs) {
        if (node < input || node >= size())
            throw std::invalid_argument("inputs: expected " + std::to_string(input) + " for the network's input, or " +
                                        "layers before this one, got " + std::to_string(node));
        shapes.push_back(shape(node));
    }
    const LayerContext<T> context{shapes, kernels};
    std::string known;
#define FASTLSTM_ADD(layer, LayerOf)                                                                  \
    if (name == #layer) return append(make_layer<T, LayerOf<T>>(reader, context), std::move(inputs)); \
    known += (known.empty() ? "" : ", ") + std::string(#layer);
    FASTLSTM_LAYERS(FASTLSTM_ADD)
#undef FASTLSTM_ADD
    throw std::invalid_argument("layer: expected one of " + known + ", got '" + name + "'");
}

template <class T>
Index LayerGraph<T>::append(std::unique_ptr<Layer<T>> layer, std::vector<Index> inputs) {
    if (inputs.size() != layer->input_count())
        throw std::invalid_argument("inputs: the layer expects " + std::to_string(layer->input_count()) + ", got " +
                                    std::to_string(inputs.size()));
    Node<T> node;
    bool masked[2] = {true, true};
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const StepShape given = shape(inputs[i]);
        if (layer->takes_sequence != given.sequence)
            throw std::invalid_argument(
                layer->takes_sequence ? "the layer expects a sequence (N, T, D), but what comes before gives (N, D)"
                                      : "the layer expects (N, D), but what comes before gives a sequence (N, T, D)");
        if (layer->input_features(i) != given.features)
            throw std::invalid_argument("the layer expects " + std::to_string(layer->input_features(i)) +
                                        " features, got " + std::to_string(given.features));
        if (layer->entries() > 0 && inputs[i] != input)
            throw std::invalid_argument("an embedding must be the first layer");
        for (const bool input_masked : {false, true})
            masked[input_masked] = masked[input_masked] && this->masked(inputs[i], input_masked);
    }
    for (const bool input_masked : {false, true}) node.masked[input_masked] = layer->gives_mask(masked[input_masked]);
    layer->number = nodes_.size();
    node.layer = std::move(layer);
    node.inputs = std::move(inputs);
    nodes_.push_back(std::move(node));
    return size() - 1;
}

template <class T>
void LayerGraph<T>::set_trainable(const std::vector<bool>& flags) {
    std::vector<Weight*> weights;
    std::vector<bool> same_as_before;
    for (const Node<T>& node : nodes_) {
        for (Weight& weight : node.layer->weights) weights.push_back(&weight);
        for (const Index group : node.layer->weight_groups())
            for (Index i = 0; i < group; ++i) same_as_before.push_back(i > 0);
    }
    if (flags.size() != weights.size())
        throw std::invalid_argument("flags: expected " + std::to_string(weights.size()) + ", got " +
                                    std::to_string(flags.size()));
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (same_as_before[i] && flags[i] != flags[i - 1])
            throw std::invalid_argument(
                "flags: expected the same for all weights of a layer, got another for parameter " + std::to_string(i));
    for (std::size_t i = 0; i < flags.size(); ++i) weights[i]->trainable = weights[i]->trainable && flags[i];
}

template <class T>
void LayerGraph<T>::finish(const Kernels<T>& kernels, bool wants_dx) {
    std::vector<Index> uses(nodes_.size());
    wants_dx_ = wants_dx;
    state_size_ = packed_size_ = 0;
    for (Node<T>& node : nodes_) {
        Layer<T>& layer = *node.layer;
        layer.gives_dx = false;
        for (const Index source : node.inputs) {
            layer.gives_dx = layer.gives_dx || learns(source);
            if (source != input) ++uses[static_cast<std::size_t>(source)];
        }
        layer.packed_offset = packed_size_;
        layer.state_offset = state_size_;
        layer.planned(kernels);
        packed_size_ += layer.packed_size(kernels);
        state_size_ += layer.state_size;
        node.learns = layer.gives_dx || std::any_of(layer.weights.begin(), layer.weights.end(),
                                                    [](const Weight& weight) { return weight.trainable; });
    }
    for (std::size_t i = 0; i + 1 < uses.size(); ++i) {
        if (uses[i] == 0)
            throw std::invalid_argument("layers: expected that each but the last is an input of another, but nothing" +
                                        std::string(" takes the output of layer ") + std::to_string(i));
        Node<T>& next = nodes_[i + 1];
        next.continues = uses[i] == 1 && next.inputs == std::vector<Index>{static_cast<Index>(i)};
    }
}

template <class T>
bool LayerGraph<T>::stateful() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const Node<T>& node) { return node.layer->stateful(); });
}

template <class T>
bool LayerGraph<T>::couples_rows() const {
    return std::any_of(nodes_.begin(), nodes_.end(), [](const Node<T>& node) { return node.layer->couples_rows(); });
}

template <class T>
Index LayerGraph<T>::entries() const {
    Index fewest = 0;
    for (const Node<T>& node : nodes_)
        if (const Index entries = node.layer->entries(); entries > 0)
            fewest = fewest > 0 ? std::min(fewest, entries) : entries;
    return fewest;
}

template <class T>
Index LayerGraph<T>::widest() const {
    Index widest = 1;
    for (const Node<T>& node : nodes_) widest = std::max(widest, node.layer->outputs);
    return widest;
}

template <class T>
std::vector<Index> LayerGraph<T>::state_sizes() const {
    std::vector<Index> sizes;
    for (const Node<T>& node : nodes_) sizes.push_back(node.layer->state_size);
    return sizes;
}

template <class T>
double LayerGraph<T>::forward_work(Index steps) const {
    double work = 0;
    for_each(steps, [&](Index node, Index input_steps) { work += layer(node).work(input_steps); });
    return work;
}

template class LayerGraph<float>;
template class LayerGraph<double>;

}  // namespace fastlstm
