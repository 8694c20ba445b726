// What a network asks of its layers. A layer is a description; bound to a batch it becomes a run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../parallel.hpp"
#include "arena.hpp"

namespace fastlstm {

enum class Mode { inference, training };

// One named weight: where it lies in the flat buffer of parameters, and in that of gradients if it is trained.
struct Weight {
    std::string name;
    std::vector<Index> shape;
    bool trainable;
    Index offset = 0;

    Index size() const {
        Index count = 1;
        for (Index extent : shape) count *= extent;
        return count;
    }
};

// The buffers of a network that its layers and runs point into.
template <class T>
struct Memory {
    const Kernels<T>* kernels;
    T *parameters, *gradients, *packed;
};

// One layer on a batch of given size. Rows are independent until `gradients`, which needs all of them and is cut into
// tiles of the weights instead.
template <class T>
struct Run {
    Sequence<const T> x{};
    Sequence<T> dx{};  // data is null where nobody wants it
    Sequence<const T> dy{};

    virtual ~Run() = default;
    virtual Sequence<const T> output() const = 0;
    virtual void forward(Range rows) = 0;
    virtual void backward(Range rows) = 0;
    virtual Index gradient_tiles() const { return 0; }
    virtual void gradients(Range /*tiles*/) {}
};

template <class T>
class Layer {
public:
    Index features, outputs;  // of each step
    bool takes_sequence, gives_sequence;
    std::vector<Weight> weights;
    Index packed_offset = 0;
    bool gives_dx = false;  // whether a layer before it learns

    Layer(Index features, Index outputs, bool takes_sequence, bool gives_sequence)
        : features(features), outputs(outputs), takes_sequence(takes_sequence), gives_sequence(gives_sequence) {}
    virtual ~Layer() = default;

    virtual Index output_steps(Index steps) const { return gives_sequence ? steps : 1; }
    virtual double work(Index steps) const = 0;  // floating-point operations of one row's forward pass
    virtual Index packed_size(const Kernels<T>&) const { return 0; }
    virtual void pack(const Memory<T>&, const Team&) const {}
    virtual std::unique_ptr<Run<T>> bind(const Memory<T>&, Arena<T>&, Index rows, Index steps, Mode) const = 0;

protected:
    T* parameter(const Memory<T>& memory, std::size_t weight) const {
        return memory.parameters + weights[weight].offset;
    }
    T* gradient(const Memory<T>& memory, std::size_t weight) const { return memory.gradients + weights[weight].offset; }
    T* packed(const Memory<T>& memory) const { return memory.packed + packed_offset; }
};

template <class T>
Sequence<const T> read_only(const Sequence<T>& s) {
    return {s.data, s.row, s.step};
}

// A buffer of whole vectors for every row of every step, steps outermost.
template <class T>
Sequence<T> make_sequence(Arena<T>& arena, Index rows, Index steps, Index features, Index lanes) {
    const Index row = padded(features, lanes);
    return {arena.take(rows * steps * row), row, rows * row};
}

}  // namespace fastlstm
