// The interface between the engine and everything else: plain structs, and a table of function pointers that each
// instruction set fills. No inline functions here, which the linker would share: this file is compiled with
// every instruction set's flags.
//
// Legend: N rows of the batch, T time steps, D input features, H units, G gate blocks, V lanes of a vector,
// B = ceil(H / V) unit blocks. "Padded" means rounded up to whole vectors.
//
// Packed layouts, all made of panels of V columns so that a product loads whole vectors in order:
//   kernel, recurrent kernel   [B][k][G][V]      columns of one unit block side by side
//   transposed                 [ceil(k/V)][B][G][V][V]   the same weights as BPTT multiplies by them
//   bias                       [B][G][V]
#pragma once

#include <cstddef>
#include <cstdint>

#define FASTLSTM_TEXT_OF(value) #value
#define FASTLSTM_TEXT(value) FASTLSTM_TEXT_OF(value)

namespace fastlstm {

using Index = std::ptrdiff_t;

enum class Activation : int { linear, tanh, sigmoid, relu, hard_sigmoid, softmax };
enum class Cell : int { lstm, count };
enum class Loss : int {
    mean_squared_error,
    mean_absolute_error,
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy
};
enum class Update : int { sgd, adam, rmsprop };

constexpr int cell_count = static_cast<int>(Cell::count);

struct Range {
    Index begin, end;
};

// The functions below are static: each file that is compiled has its own.

// The i-th of `count` nearly equal parts of [0, total).
static constexpr Range part_of(Index total, Index i, Index count) {
    return {total * i / count, total * (i + 1) / count};
}

// Vectors of `lanes` that hold `count` elements, and the elements that those hold.
static constexpr Index blocks_of(Index count, Index lanes) { return (count + lanes - 1) / lanes; }
static constexpr Index padded(Index count, Index lanes) { return blocks_of(count, lanes) * lanes; }

// A sequence's rows where they lie: row n of step t starts at data + n * row + t * step, its features side by side.
template <class T>
struct Sequence {
    T* data;
    Index row, step;
};

// What a cell needs to know of its surroundings, beyond the equations.
struct CellShape {
    Index gates;    // blocks of the pre-activation
    Index carried;  // states beside h
    Index kept;     // what BPTT needs beside gates and states
};

// One recurrent layer over one batch. Buffers that belong to steps hold all of them when training; in inference
// `y` alternates between two slots unless the sequence is wanted, `states` has one and `gates` and `kept` are null.
template <class T>
struct RecurrentPass {
    Index rows, steps, features, units;
    Activation activation, recurrent_activation;
    const T *kernel, *recurrent, *bias;                 // packed
    const T *kernel_transposed, *recurrent_transposed;  // packed; read by BPTT only
    Sequence<const T> x;
    Sequence<T> y;  // h of every step, rows padded
    Index y_slots;
    T* states;  // [slots][N][carried][B][V]
    Index state_slots;
    T* gates;  // [T][N][B][G][V]: what each gate's derivative needs; BPTT leaves the pre-activations' gradients here
    T* kept;   // [T][N][kept][B][V]
    // BPTT
    Sequence<const T> dy;  // gradient of y, rows padded; of the steps from dy_begin on, all others have none
    Index dy_begin;
    T* dh;                               // [N][B][V], carried from step to step
    T* dstates;                          // [N][carried][B][V], carried from step to step
    Sequence<T> dx;                      // rows padded; data is null where nobody wants it
    T *d_kernel, *d_recurrent, *d_bias;  // Keras's layouts; d_bias is null without a bias
};

// y = activation(x W + b) on every row of every step.
template <class T>
struct DensePass {
    Index rows, steps, features, units;
    Activation activation;
    const T *kernel, *bias, *kernel_transposed;  // packed as for one gate
    Sequence<const T> x;
    Sequence<T> y;  // rows padded
    Sequence<const T> dy;
    T* dz;  // [T][N][B][V]
    Sequence<T> dx;
    T *d_kernel, *d_bias;
};

// y = (x - mean) / deviation, or back.
template <class T>
struct NormalizationPass {
    Index steps, features;
    bool invert;
    const T *mean, *deviation;  // padded; deviation is never zero
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
};

// Predictions against targets. `row_loss` gets each row's sum over its steps, in units of the mean loss.
template <class T>
struct LossPass {
    Index steps, outputs;
    double scale;  // one over the number of terms in the mean
    Sequence<const T> prediction;
    Sequence<const T> target;
    Sequence<T> gradient;  // rows padded; data is null where only the loss is wanted
    double* row_loss;
};

// One optimizer step over a range of the flat buffers. `rate` is the step's effective learning rate.
template <class T>
struct UpdatePass {
    Update rule;
    T* parameters;
    const T* gradients;
    T* slots[3];
    double rate, momentum, beta_1, beta_2, epsilon, rho;
    bool nesterov, amsgrad, centered;
};

template <class T>
struct CellKernels {
    CellShape shape;
    void (*forward)(const RecurrentPass<T>&, Range rows);
    void (*backward)(const RecurrentPass<T>&, Range rows);
    // Weight gradients are tiles of the weights, each summed over all rows and steps in one fixed order.
    Index (*gradient_tiles)(const RecurrentPass<T>&);
    void (*gradients)(const RecurrentPass<T>&, Range tiles);
};

template <class T>
struct Kernels {
    Index lanes;
    const CellKernels<T>* cells;  // in the order of enum Cell

    void (*dense_forward)(const DensePass<T>&, Range rows);
    void (*dense_backward)(const DensePass<T>&, Range rows);
    Index (*dense_gradient_tiles)(const DensePass<T>&);
    void (*dense_gradients)(const DensePass<T>&, Range tiles);

    void (*normalize)(const NormalizationPass<T>&, Range rows);
    void (*normalize_backward)(const NormalizationPass<T>&, Range rows);
    void (*sum_steps)(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows);

    void (*loss)(Loss, const LossPass<T>&, Range rows);
    void (*update)(const UpdatePass<T>&, Range parameters);
    // Adds copies of the gradients, `step` elements apart, to the first of them, in order.
    void (*sum_copies)(T* gradients, Index copies, Index step, Range parameters);

    // From Keras's layout, (k, blocks * units) row by row; a bias is a kernel of one row. Only panels of the range.
    void (*pack)(const T* weights, Index k, Index blocks, Index units, T* packed, Range panels);
    void (*pack_transposed)(const T* weights, Index k, Index blocks, Index units, T* packed, Range panels);
};

struct KernelTable {
    const char* name;
    unsigned features;  // bits of CpuFeature that the compiler was allowed to use
    Kernels<float> f32;
    Kernels<double> f64;
};

enum CpuFeature : unsigned {
    cpu_avx2 = 1,
    cpu_fma = 2,
    cpu_avx512f = 4,
    cpu_avx512vl = 8,
    cpu_avx512dq = 16,
    cpu_avx512bw = 32
};

}  // namespace fastlstm
