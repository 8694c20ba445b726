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
StepShape LayerGraph<T>::shape(Value value) const {
    const auto output = static_cast<std::size_t>(value.output);
    return value.node == input ? input_shapes_[output] : layer(value.node).output_shape(output);
}

template <class T>
bool LayerGraph<T>::masked(Value value, bool input_masked) const {
    if (value.output > 0) return false;
    return value.node == input ? input_masked : node(value.node).masked[input_masked];
}

template <class T>
bool LayerGraph<T>::wants_dx(Index node, std::size_t input) const {
    return learns(this->node(node).inputs[input]) && layer(node).differentiates(input);
}

// Of the outputs of a layer with these inputs.
template <class T>
Index LayerGraph<T>::divider_behind(const Layer<T>& layer, const std::vector<Value>& inputs) const {
    const Index divider = this->divider(inputs.front());
    if (layer.divides_rows()) return size();
    if (layer.unites_rows()) {
        if (divider < 0 || !(node(divider).inputs.front() == inputs[1]))
            throw std::invalid_argument("inputs: expected rows and the sequence whose steps they were");
        return this->divider(inputs[1]);
    }
    for (const Value value : inputs)
        if (this->divider(value) != divider)
            throw std::invalid_argument("inputs: expected the same rows in all of them");
    if (divider >= 0 && layer.stateful())
        throw std::invalid_argument("stateful: expected false for a layer that is applied to every step");
    return divider;
}

// The value whose steps are the rows of this one, if it is nothing else.
template <class T>
Value LayerGraph<T>::before_division(Value value) const {
    while (value.node != input && layer(value.node).divides_rows()) value = node(value.node).inputs.front();
    return value;
}

template <class T>
void LayerGraph<T>::require_value(Value value) const {
    if (value.node < input || value.node >= size())
        throw std::invalid_argument("inputs: expected " + std::to_string(input) + " for the network's input, or " +
                                    "layers before this one, got " + std::to_string(value.node));
    const std::size_t count = value.node == input ? input_count() : layer(value.node).output_count();
    if (value.output < 0 || value.output >= static_cast<Index>(count))
        throw std::invalid_argument("inputs: expected one of " + std::to_string(count) + " outputs of node " +
                                    std::to_string(value.node) + ", got " + std::to_string(value.output));
}

template <class T>
Index LayerGraph<T>::add(const std::string& name, OptionReader& reader, std::vector<Value> inputs, Index weights_of,
                         const Kernels<T>& kernels) {
    if (inputs.empty()) inputs.push_back({size() - 1});
    std::vector<StepShape> shapes;
    for (const Value value : inputs) {
        require_value(value);
        shapes.push_back(shape(value));
    }
    const LayerContext<T> context{shapes, kernels};
    std::string known;
#define FASTLSTM_ADD(layer, LayerOf)                                                                              \
    if (name == #layer) return append(make_layer<T, LayerOf<T>>(reader, context), std::move(inputs), weights_of); \
    known += (known.empty() ? "" : ", ") + std::string(#layer);
    FASTLSTM_LAYERS(FASTLSTM_ADD)
#undef FASTLSTM_ADD
    throw std::invalid_argument("layer: expected one of " + known + ", got '" + name + "'");
}

template <class T>
Index LayerGraph<T>::append(std::unique_ptr<Layer<T>> layer, std::vector<Value> inputs, Index weights_of) {
    if (inputs.size() != layer->input_count())
        throw std::invalid_argument("inputs: the layer expects " + std::to_string(layer->input_count()) + ", got " +
                                    std::to_string(inputs.size()));
    Node<T> node;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const StepShape given = shape(inputs[i]), expected = layer->input_shape(i);
        if (expected.sequence != given.sequence)
            throw std::invalid_argument(
                expected.sequence ? "the layer expects a sequence (N, T, D), but what comes before gives (N, D)"
                                  : "the layer expects (N, D), but what comes before gives a sequence (N, T, D)");
        if (expected.features != given.features)
            throw std::invalid_argument("the layer expects " + std::to_string(expected.features) + " features, got " +
                                        std::to_string(given.features));
        if (layer->entries() > 0 && before_division(inputs[i]).node != input)
            throw std::invalid_argument("an embedding must be the first layer");
    }
    for (const bool input_masked : {false, true}) {
        std::vector<bool> given;
        for (const Value value : inputs) given.push_back(masked(value, input_masked));
        node.masked[input_masked] = layer->gives_mask(given);
    }
    if (weights_of >= 0) {
        require_same_weights(*layer, weights_of);
        for (std::size_t i = 0; i < layer->weights.size(); ++i) {
            layer->weights[i].of_node = weights_of;
            layer->weights[i].of_weight = i;
        }
    }
    for (Weight& weight : layer->weights)
        if (weight.of_node >= 0) take_shared(weight);
    node.use = free_use(*layer);
    node.divider = divider_behind(*layer, inputs);
    if (node.divider >= 0) layer->state_size = 0;  // its states are nobody's between calls
    layer->number = nodes_.size();
    node.first_value = value_count_;
    value_count_ += layer->output_count();
    node.layer = std::move(layer);
    node.inputs = std::move(inputs);
    node.weights_of = weights_of;
    nodes_.push_back(std::move(node));
    return size() - 1;
}

template <class T>
void LayerGraph<T>::take_shared(Weight& weight) const {
    if (weight.of_node >= size() || weight.of_weight >= layer(weight.of_node).weights.size())
        throw std::invalid_argument("shared_weights: expected weights of earlier layers");
    const Weight& source = layer(weight.of_node).weights[weight.of_weight];
    if (source.of_node >= 0 || source.shape != weight.shape)
        throw std::invalid_argument("shared_weights: expected weights of their own, of the same shapes");
    weight.trainable = source.trainable;
}

// The number of this use of the weights that the layer shares: no other use of any of them has it.
template <class T>
Index LayerGraph<T>::free_use(const Layer<T>& layer) const {
    Index use = 0;
    for (const Weight& weight : layer.weights) {
        if (weight.of_node < 0) continue;
        use = std::max(use, node(weight.of_node).use + 1);
        for (const Node<T>& other : nodes_)
            for (const Weight& of_other : other.layer->weights)
                if (of_other.of_node == weight.of_node && of_other.of_weight == weight.of_weight)
                    use = std::max(use, other.use + 1);
    }
    return use;
}

template <class T>
void LayerGraph<T>::require_same_weights(const Layer<T>& layer, Index weights_of) const {
    const auto alike = [](const Weight& one, const Weight& other) {
        return one.name == other.name && one.shape == other.shape && one.trainable == other.trainable;
    };
    if (weights_of >= size() || node(weights_of).weights_of >= 0 ||
        !std::equal(layer.weights.begin(), layer.weights.end(), this->layer(weights_of).weights.begin(),
                    this->layer(weights_of).weights.end(), alike))
        throw std::invalid_argument("weights_of: expected an earlier layer with weights of its own of the same shapes");
}

template <class T>
void LayerGraph<T>::set_outputs(std::vector<Value> outputs) {
    if (outputs.empty()) throw std::invalid_argument("outputs: expected at least one, got none");
    for (const Value value : outputs) {
        require_value(value);
        if (value.node == input) throw std::invalid_argument("outputs: expected outputs of layers, got an input");
        if (divider(value) >= 0) throw std::invalid_argument("outputs: expected rows of the network, got their steps");
    }
    outputs_ = std::move(outputs);
}

template <class T>
void LayerGraph<T>::set_trainable(const std::vector<bool>& flags) {
    std::vector<Weight*> weights;
    std::vector<bool> same_as_before;
    for (const Node<T>& node : nodes_) {
        if (node.weights_of >= 0) continue;
        auto weight = node.layer->weights.begin();
        for (const Index group : node.layer->weight_groups())
            for (Index i = 0; i < group; ++i, ++weight) {
                if (weight->of_node >= 0) continue;
                weights.push_back(&*weight);
                same_as_before.push_back(i > 0);
            }
    }
    if (flags.size() != weights.size())
        throw std::invalid_argument("flags: expected " + std::to_string(weights.size()) + ", got " +
                                    std::to_string(flags.size()));
    for (std::size_t i = 0; i < flags.size(); ++i)
        if (same_as_before[i] && flags[i] != flags[i - 1])
            throw std::invalid_argument(
                "flags: expected the same for all weights of a layer, got another for parameter " + std::to_string(i));
    for (std::size_t i = 0; i < flags.size(); ++i) weights[i]->trainable = weights[i]->trainable && flags[i];
    for (const Node<T>& node : nodes_)
        for (Weight& weight : node.layer->weights)
            if (weight.of_node >= 0) weight.trainable = layer(weight.of_node).weights[weight.of_weight].trainable;
}

template <class T>
void LayerGraph<T>::finish(const Kernels<T>& kernels, bool wants_dx) {
    std::vector<Index> uses(nodes_.size());
    const auto use = [&](Value value) {
        if (value.node != input) ++uses[static_cast<std::size_t>(value.node)];
    };
    if (outputs_.empty() && size() > 0) set_outputs({{size() - 1}});
    if (outputs_.empty()) outputs_.push_back({input});
    for (const Value value : outputs_) use(value);
    wants_dx_ = wants_dx;
    state_size_ = packed_size_ = 0;
    for (Node<T>& node : nodes_) {
        Layer<T>& layer = *node.layer;
        layer.gives_dx = false;
        for (std::size_t k = 0; k < node.inputs.size(); ++k) {
            layer.gives_dx = layer.gives_dx || (learns(node.inputs[k]) && layer.differentiates(k));
            use(node.inputs[k]);
        }
        layer.packed_offset = packed_size_;
        layer.state_offset = state_size_;
        layer.planned(kernels);
        packed_size_ += layer.packed_size(kernels);
        state_size_ += layer.state_size;
        node.learns = layer.gives_dx || std::any_of(layer.weights.begin(), layer.weights.end(),
                                                    [](const Weight& weight) { return weight.trainable; });
    }
    for (std::size_t i = 0; i < uses.size(); ++i) {
        if (uses[i] == 0 && !nodes_[i].layer->has_effect())
            throw std::invalid_argument("layers: expected that each is an input of another or an output of the " +
                                        std::string("network, but nothing takes the output of layer ") +
                                        std::to_string(i));
        if (i + 1 == uses.size()) continue;
        Node<T>& next = nodes_[i + 1];
        next.continues = uses[i] == 1 && next.inputs == std::vector<Value>{{static_cast<Index>(i)}};
    }
}

template <class T>
SharedLengths LayerGraph<T>::lengths(const std::vector<Index>& input_steps) const {
    {
        const std::lock_guard<std::mutex> lock(lengths_lock_);
        if (latest_lengths_ && latest_lengths_->inputs == input_steps) return latest_lengths_;
    }
    auto found = std::make_shared<const SequenceLengths>(find_lengths(input_steps));
    const std::lock_guard<std::mutex> lock(lengths_lock_);
    return latest_lengths_ = std::move(found);
}

template <class T>
SequenceLengths LayerGraph<T>::find_lengths(const std::vector<Index>& input_steps) const {
    SequenceLengths found;
    found.inputs = found.values = input_steps;
    found.parts.assign(input_count(), 1);
    std::vector<Index> given;
    for (Index i = 0; i < size(); ++i) {
        const Layer<T>& layer = this->layer(i);
        given.clear();
        for (const Value value : node(i).inputs) given.push_back(found.values[number(value)]);
        const Index parts = parts_of_node(i, found.parts);
        found.forward_work += layer.work_of(given) * static_cast<double>(parts);
        const Index divided = layer.divides_rows() ? given.front() : 1;
        found.parts.insert(found.parts.end(), layer.output_count(), parts * divided);
        for (std::size_t output = 0; output < layer.output_count(); ++output)
            found.values.push_back(layer.output_steps_of(output, given));
    }
    found.most_parts = std::max<Index>(1, *std::max_element(found.parts.begin(), found.parts.end()));
    for (const Value value : outputs_) found.outputs.push_back(found.values[number(value)]);
    return found;
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
bool LayerGraph<T>::couples_rows_of_groups() const {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [](const Node<T>& node) { return node.layer->couples_rows_of_group(); });
}

template <class T>
Index LayerGraph<T>::most_uses() const {
    Index most = 1;
    for (const Node<T>& node : nodes_) most = std::max(most, node.use + 1);
    return most;
}

template <class T>
Index LayerGraph<T>::entries(std::size_t chosen) const {
    Index fewest = 0;
    for (const Node<T>& node : nodes_)
        if (const Index entries = node.layer->entries();
            entries > 0 && before_division(node.inputs.front()) == Value{input, static_cast<Index>(chosen)})
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
std::vector<Index> LayerGraph<T>::recorded_nodes() const {
    std::vector<Index> found;
    for (Index i = 0; i < size(); ++i) found.insert(found.end(), layer(i).step_record_shapes().size(), i);
    return found;
}

template <class T>
std::vector<std::vector<Index>> LayerGraph<T>::state_record_shapes(Index rows, const SequenceLengths& lengths) const {
    std::vector<std::vector<Index>> shapes;
    for (Index i = 0; i < size(); ++i)
        for (const StepRecordShape& each : layer(i).step_record_shapes()) {
            const std::size_t value = number(node(i).inputs.front());
            shapes.push_back({rows * parts_of_node(i, lengths.parts), lengths.values[value], each.states, each.units});
        }
    return shapes;
}

template class LayerGraph<float>;
template class LayerGraph<double>;

}  // namespace fastlstm
