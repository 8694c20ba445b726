// The interface between the engine and everything else: plain structs, and a table of function pointers that each
// instruction set fills. No inline functions here, which the linker would share: this file is compiled with
// every instruction set's flags.
//
// Legend: N rows of the batch, T time steps, D input features, H units, G gate blocks, V lanes of a vector,
// B = ceil(H / V) unit blocks. "Padded" means rounded up to whole vectors.
//
// Packed layouts, all made of panels of V columns so that a product loads whole vectors in order:
//   weights      [B][k][G][V]             columns of one unit block side by side
//   transposed   [ceil(k/V)][B][G][V][V]  the same weights as BPTT multiplies by them
//   bias         [B][G][V]
#pragma once

#include <cstddef>
#include <cstdint>

#include "lists/activations.hpp"
#include "lists/cells.hpp"
#include "lists/constraints.hpp"
#include "lists/losses.hpp"
#include "lists/optimizers.hpp"

#define FASTLSTM_TEXT_OF(value) #value
#define FASTLSTM_TEXT(value) FASTLSTM_TEXT_OF(value)

namespace fastlstm {

using Index = std::ptrdiff_t;

#define FASTLSTM_NAME(name) name,
#define FASTLSTM_FIRST_NAME(name, ...) name,
// Elementwise ones first.
enum class Activation : int {
    FASTLSTM_ELEMENTWISE_ACTIVATIONS(FASTLSTM_NAME) FASTLSTM_ROW_ACTIVATIONS(FASTLSTM_NAME) count
};
enum class Cell : int { FASTLSTM_CELLS(FASTLSTM_FIRST_NAME) count };
enum class Loss : int { FASTLSTM_LOSSES(FASTLSTM_FIRST_NAME) count };
enum class Optimizer : int { FASTLSTM_OPTIMIZERS(FASTLSTM_FIRST_NAME) count };
enum class Constraint : int { FASTLSTM_CONSTRAINTS(FASTLSTM_NAME) count };
#undef FASTLSTM_NAME
#undef FASTLSTM_FIRST_NAME
// How the values of rows and steps become one: divided by their number, by nothing, or by the sum of their weights.
enum class Reduction : int { sum_over_batch_size, sum, mean_with_sample_weight };
// How several inputs become one: elementwise, or side by side.
enum class Merge : int { sum, mul, ave, concat, sub, max, min, count };
// How a step of a query and one of the keys become a score: their product, the sum of tanh(q + k) weighted by feature,
// or by one number.
enum class Scores : int { dot, additive, concat, count };
// What a query step attends to whose every value step is masked: to all by their scores, since masked ones are lowered
// by 1e9; to all alike; or to none.
enum class AllMasked : int { by_scores, alike, none, count };
// How the steps of a window become one.
enum class Pooling : int { max, average, count };
// Random numbers that are added, that are multiplied by, or that choose what is replaced (Klambauer et al. 2017).
enum class Noise : int { gaussian, gaussian_factor, alpha_dropout, count };

constexpr int most_states = 2;
constexpr int most_slots = 3;  // of an optimizer

static constexpr bool is_elementwise(Activation activation) { return activation < Activation::softmax; }

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

// The steps of an input of which each step of an output is made: `taps` of them, `dilation` apart, from `before` steps
// before t * stride on. Those that the input does not have are left out.
struct Windows {
    Index taps, stride, dilation, before;

    constexpr Index first(Index t) const { return t * stride - before; }
    // The taps of step t that lie in an input of so many steps.
    constexpr Range taps_in(Index t, Index steps) const {
        const Index missing = first(t) < 0 ? (-first(t) + dilation - 1) / dilation : 0;
        const Index end = first(t) < steps ? (steps - first(t) + dilation - 1) / dilation : 0;
        const Index last = end < taps ? end : taps;
        return {missing < last ? missing : last, last};
    }
};

// True where a step of a row counts; data is null where all do.
using Mask = Sequence<const unsigned char>;

// A cell's sizes, by which the network plans memory.
struct CellShape {
    Index kernel_gates;         // gate blocks of the kernel
    Index recurrent_gates;      // of the recurrent kernel; none where gates do not see h
    Index bias_rows;            // 1, or 2 where x and h have biases of their own
    Index unit_weights;         // diagonal (peephole) weights of each unit
    Index columns;              // blocks of pre-activations of a step
    Index states;               // h, and others
    Index saved;                // further vectors saved for BPTT
    Index second_phase_inputs;  // 1 where a second phase's product takes something other than h
};

// A layer's weights in Keras's layouts. Null where there is none.
template <class T>
struct RecurrentWeights {
    Index features, units;
    T *kernel, *recurrent, *bias, *unit_weights;
};

// One recurrent layer over one batch. In: read by both passes unless it says otherwise. Slots: `h` and `states` have
// one for the initial state and one for each step (h: when training or where the sequence is the output; states: when
// training), else h has two that alternate and states one. Gates have a slot for each step when training, else x_chunk
// of them, or one if the cell has several phases; otherwise `gates` is null, and pre-activations live in a tile's
// scratch.
template <class T>
struct RecurrentArgs {
    Index rows, steps, features, units;
    Activation activation, recurrent_activation;
    double clip;             // of pre-activations; not positive for none
    bool training, initial;  // initial: the first slots hold something other than zeros
    const T* packed;         // in: by CellWeights::pack
    Sequence<const T> x;     // in
    Mask mask;               // in: a masked step keeps the states
    Sequence<T> h;           // rows padded. In: slot 0, the initial state. Out: slot t + 1, the state after step t
    Index h_slots;
    T* states;  // [slots][N][states - 1][B][V]. In and out as h, of the cell's other states
    Index state_slots;
    // [slots][products][B][N][G][V]. Forward in: nothing. Forward out: what the activations' derivatives need. Backward
    // leaves the gradients of the pre-activations there, which the weight gradients read.
    T* gates;
    Index gate_slots;
    Index x_chunk;          // steps whose products with x are computed together, ahead of them; 0: each in its step
    T* second_phase_input;  // [gate slots][N][B][V]. Out of the first phase, in of the second, and for weight gradients
    T* saved;               // [T][N][saved][B][V]. Forward out (training), backward in: the cell's saved values
    T* dropped_h;           // as h: out, h under recurrent dropout, as products take it; null without
    const T* recurrent_mask;  // [N][B][V]. In, with dropped_h
    bool zoneout;
    double zoneout_rate[most_states];    // the share of the previous state that is kept where there is no zoneout_mask
    const T* zoneout_mask[most_states];  // [T][N][B][V]. In: 1 keeps the previous state; null outside training

    // Backward only
    bool wants_d_initial;
    Sequence<const T> dy;  // rows padded. In: gradient of h, of the steps from dy_begin on
    Index dy_begin;
    Mask dy_mask;  // in: where false, the output was masked, so dy is ignored
    // Before: gradient of the final state. After: gradient of the initial state (if wants_d_initial). Between two
    // chunks of steps: of the state between them.
    T* dh;                    // [N][B][V]
    T* d_states;              // [N][states - 1][B][V]
    T* d_dropped_h;           // [N][B][V], with dropped_h. Before: zeros. Between chunks: of dropped_h, not yet in dh
    T* d_second_phase_input;  // [N][B][V], scratch
    Sequence<T> dx;           // rows padded. Out; data is null where it is not needed
    RecurrentWeights<T> gradients;  // out: of the weights; written by CellWeights::gradients
};

// A recurrent layer's output under a mask: h where the output is valid, else zeros. A step's output is valid if the
// step or one before it is, since the state has then been computed; or only if the step itself is.
template <class T>
struct OutputMaskArgs {
    Index steps, units;
    bool sequence;      // whether each step has an output, or the last one alone
    bool only_valid;    // of a sequence: whether every masked step becomes zeros
    bool begins_valid;  // whether a step before these may have been valid
    Mask mask;
    Sequence<const T> h;            // of the steps with an output; rows padded, as in y
    Sequence<unsigned char> valid;  // out
    Sequence<T> y;
};

// y = x W + b on every row of every step.
template <class T>
struct DenseArgs {
    Index rows, steps, features, units;
    const T *kernel, *bias, *kernel_transposed;  // packed as for one gate
    Sequence<const T> x;
    Sequence<T> y;  // rows padded
    Sequence<const T> dy;
    Sequence<T> dx;
    T *d_kernel, *d_bias;
};

// y = b + sum over the taps of a window of x W[tap].
template <class T>
struct ConvolutionArgs {
    Index rows, steps, output_steps, features, units;
    Index width;  // of a row of the kernel, units of other groups included
    Windows windows;
    // Packed as for one gate, k being taps by features; transposed: [ceil(features/V)][taps][units][V].
    const T *kernel, *bias, *kernel_transposed;
    Sequence<const T> x;
    Sequence<T> y;  // rows padded
    Sequence<const T> dy;
    Sequence<T> dx;
    T *d_kernel, *d_bias;
};

// The same for each feature by itself: y[feature * multiplier + m] = b + sum over taps of x[feature]
// W[tap][feature][m].
template <class T>
struct DepthwiseConvolutionArgs {
    Index rows, steps, output_steps, features, multiplier;
    Windows windows;
    const T *kernel, *bias;  // as Keras has them; bias: null for zeros
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
    T *d_kernel, *d_bias;
};

// y = the largest or the average of the steps of a window, of each feature.
template <class T>
struct PoolingArgs {
    Pooling kind;
    Index steps, output_steps, features;
    Windows windows;
    Mask mask;  // of x: averages leave other steps out
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
};

// y = x, but no more than `most`, where x is above the threshold; below it slope * (x - threshold), or slope * (exp(x)
// - 1) if `exponential`. With `slopes` each step or feature has a slope of its own.
template <class T>
struct RectifierArgs {
    Index rows, steps, features;
    bool exponential;
    double slope, most, threshold;
    const T* slopes;
    Index step_slope, feature_slope;  // from one slope to that of the next step, or feature; 0: they share it
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
    T* d_slopes;
};

// y = activation(x) on every row of every step.
template <class T>
struct ActivationArgs {
    Index steps, features;  // of x
    Activation activation;
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
};

// y = x * m, where m is `drawn_value` with probability `rate` and `other_value` otherwise: a function of the key, row,
// step and feature, so that the backward pass computes the same m again. Without x, y = m.
template <class T>
struct DropoutArgs {
    Index steps, features, first_row;
    double rate, drawn_value, other_value;
    std::uint64_t key;
    Sequence<const T> x;
    Sequence<T> y;
    bool per_row = true, per_step = true, per_feature = true;  // false: shared along that axis
};

// y = x + deviation z, x (1 + deviation z), or x and a replacement, scaled so that mean and variance stay. z is normal,
// and a function of the same numbers as in DropoutArgs.
template <class T>
struct NoiseArgs {
    Noise kind;
    Index steps, features, first_row;
    double deviation, rate;  // rate: of replacing
    std::uint64_t key;
    bool backward;  // whether x and y are gradients, of y and of x
    Sequence<const T> x;
    Sequence<T> y;
    bool per_row = true, per_step = true, per_feature = true;  // false: shared along that axis
};

// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the moments of each feature over all rows and steps.
template <class T>
struct BatchNormalizationArgs {
    Index rows, steps, features;
    double epsilon;
    const T *gamma, *beta;     // null for ones and zeros
    const T *mean, *variance;  // given, or out of `batch_moments`
    Mask mask;                 // of what counts in the moments
    bool moments_of_batch;     // whether the moments depend on x
    Sequence<const T> x;
    Sequence<T> y;
    // Rows are cut into chunks, each with its own sums, which are added in order.
    Index chunks;
    T* sums;              // [chunks][2][padded features]
    double* counts;       // [chunks]
    T *d_gamma, *d_beta;  // out of `batch_gradients`, padded: gradients of gamma and beta
    Sequence<const T> dy;
    Sequence<T> dx;
};

// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta over the features of each row and step.
template <class T>
struct LayerNormalizationArgs {
    Index rows, steps, features;
    double epsilon;
    const T *gamma, *beta;  // null for ones and zeros
    Sequence<const T> x;
    Sequence<T> y;
    // Forward out, backward in.
    Sequence<T> saved_normalized;  // what gamma multiplies
    T* saved_inverse_deviation;    // [T][N]
    Sequence<const T> dy;
    Sequence<T> dx;
    T *d_gamma, *d_beta;
};

// y = x gamma / size over the features of each row and step: of size 1 if `unit`, else of mean square 1.
template <class T>
struct VectorNormalizationArgs {
    Index rows, steps, features;
    bool unit;
    double epsilon;  // unit: of sizes, at least; else added to the mean square
    const T* gamma;  // null for ones
    Sequence<const T> x;
    Sequence<T> y;
    T* saved_inverse_size;  // [T][N]. Forward out, backward in
    Sequence<const T> dy;
    Sequence<T> dx;
    T* d_gamma;
};

// y = (x - mean) / sqrt(variance + epsilon) * gamma + beta, with the moments of each row over all steps and a group of
// features.
template <class T>
struct GroupNormalizationArgs {
    Index rows, steps, features, groups;
    double epsilon;
    const T *gamma, *beta;  // null for ones and zeros
    Sequence<const T> x;
    Sequence<T> y;
    T *saved_mean, *saved_inverse_deviation;  // [N][groups]. Forward out, backward in
    Sequence<const T> dy;
    Sequence<T> dx;
    T *d_gamma, *d_beta;
};

// y = rows of a table, chosen by x.
template <class T>
struct EmbeddingArgs {
    Index rows, steps, entries, features;
    const T* table;
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<unsigned char> valid;  // out: where x is not 0; data is null where it is not needed
    Sequence<const T> dy;
    T* d_table;
};

// One of the inputs that are merged. Their features are equal unless they are concatenated.
template <class T>
struct MergeInput {
    Index features;
    Sequence<const T> x;  // in, forward; backward of mul, max and min as well
    Sequence<T> dx;       // out, backward; data is null where it is not needed
    Mask mask{};          // mul, max and min leave out what is masked
};

// y = the inputs, merged. There is at least one. If all of them are masked, a product is zero, and the largest or
// smallest is the first.
template <class T>
struct MergeArgs {
    Merge kind;
    Index steps, count;
    const MergeInput<T>* inputs;
    Sequence<T> y;
    Sequence<const T> dy;
};

// y = softmax(scores of query and key) value, for each row and head: of T query steps and S value steps. The features
// of a step are those of its heads, one after the other.
template <class T>
struct AttentionArgs {
    Scores scores;
    AllMasked all_masked;
    bool causal;  // whether a query step sees no later value steps
    Index rows, steps, value_steps, heads;
    Index key_features, value_features;  // of each head
    double factor;                       // of the scores
    const T *scale, *concat_weight;      // dot: of the scores. additive: of each feature. concat: of q + k, and of
                                         // the sum. Null for one
    double dropout;                      // rate of the weights that are left out
    std::uint64_t key;                   // of random numbers
    Index first_row;
    Sequence<const T> query, keys, values;
    Mask query_mask, key_mask, value_mask;  // a masked query step's output is zero if `zeros_masked`
    bool zeros_masked;
    bool gives_weights;  // whether y is not that, but the weights
    Sequence<T> y;
    T* weights;  // [N][heads][T][padded S]. Forward out, backward in: before dropout. Null if not training
    T* scratch;  // [N][attention_scratch]. A call uses that of its first row
    Sequence<const T> dy;
    Sequence<T> d_query, d_keys, d_values;  // data is null where it is not needed
    T* row_gradients;                       // [N][attention_row_gradients]. Backward out: of scale and concat_weight
    T *d_scale, *d_concat_weight;
};

// y = a b for each row: matrices of steps and features, transposed or not, whose columns and rows are as many.
template <class T>
struct DotArgs {
    Index a_steps, a_features, b_steps, b_features;
    bool sums_a_steps, sums_b_steps;  // whether the sums go over steps, or over features
    Sequence<const T> a, b;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> da, db;  // data is null where it is not needed
    T* scratch;          // [N][dot_scratch]. A call uses that of its first row
};

// y = x, but zeros at the steps whose every feature is `mask_value`: those do not count.
template <class T>
struct MaskingArgs {
    Index steps, features;
    T mask_value;
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<unsigned char> valid;  // forward out, backward in
    Sequence<const T> dy;
    Sequence<T> dx;
};

// The penalty l1 |x| + l2 x^2 summed over each row, and its gradient added to dy.
template <class T>
struct PenaltyArgs {
    Index steps, features;
    double l1, l2, scale;  // scale: of the gradient
    Sequence<const T> x, dy;
    Sequence<T> dx;       // data is null where only the penalty is wanted
    double* row_penalty;  // added to, unless null
};

// y = (x - mean) / deviation, or back.
template <class T>
struct NormalizationArgs {
    Index steps, features;
    bool invert;
    const T *mean, *deviation;  // padded; deviation is never zero
    Sequence<const T> x;
    Sequence<T> y;
    Sequence<const T> dy;
    Sequence<T> dx;
};

struct LossSettings {
    Loss kind = Loss::mean_squared_error;
    Reduction reduction = Reduction::sum_over_batch_size;
    bool from_logits = false;  // whether outputs are logits instead of probabilities
    double label_smoothing = 0;
    double delta = 1;            // of the Huber loss
    bool ignores_class = false;  // whether steps whose target is this class do not count
    double ignored_class = 0;
    const double* quantiles = nullptr;  // one for each output
    // Of the focal losses.
    double alpha = 0.25, gamma = 2;
    const double* alphas = nullptr;  // one for each output in place of alpha, or null
    bool apply_class_balancing = false;
    double q = 0.5;  // of the generalized cross-entropy
};

// Whether a loss has one value for all steps of a row together, instead of one for each.
static constexpr bool is_of_sequences(Loss loss) { return loss == Loss::ctc; }

// Predictions against targets. Each row and step has a value, times its weight. `row_loss` gets `scale` times each
// row's sum over its steps.
template <class T>
struct LossArgs {
    LossSettings settings;
    Index steps, outputs;
    double scale;      // of the gradient
    double row_scale;  // of the loss
    Sequence<const T> prediction;
    Sequence<const T> target;
    Sequence<const T> weight;  // data is null where all are one
    Mask mask;                 // steps that do not count
    Sequence<T> gradient;      // rows padded; data is null where only the loss is wanted
    double* row_loss;
};

// Whether a row's step is part of the loss.
template <class T>
static inline bool counts(const LossArgs<T>& args, Index t, Index n) {
    if (args.mask.data && !args.mask.data[n * args.mask.row + t * args.mask.step]) return false;
    return !args.settings.ignores_class ||
           static_cast<double>(args.target.data[n * args.target.row + t * args.target.step]) !=
               args.settings.ignored_class;
}

template <class T>
static inline double weight_of(const LossArgs<T>& args, Index t, Index n) {
    return args.weight.data ? static_cast<double>(args.weight.data[n * args.weight.row + t * args.weight.step]) : 1;
}

// One update of the parameters in a range of the flat buffers: gradients are scaled and clipped, parameters decay, and
// updated. Rates are a step's learning rate with what depends on its number, such as bias corrections.
template <class T>
struct UpdateArgs {
    Optimizer kind;
    T* parameters;                            // in: before the step; out: after it
    T* gradients;                             // out: what is left to do, where updates need whole parameters
    T* slots[most_slots];                     // as parameters, in the optimizer's order; null for none
    double scale, clip_value, decay;          // clip_value 0: none; decay: of a parameter, as a share of it
    double rate, gradient_rate, second_rate;  // Nadam: of the average gradient, of this one, of the average square
    double momentum, beta_1, beta_2, rho, epsilon;
    bool nesterov, amsgrad, centered;
    double power, l1, l2, shrinkage;  // of FTRL
    bool first;                       // whether this is the first update
    bool factored;                    // Adafactor: whether the parameter is a matrix, of which only means are kept
};

// What Adafactor keeps of matrices [matrices][rows][columns]: the average of each row and of each column of the squares
// of their gradients, plus epsilon.
template <class T>
struct FactorArgs {
    Index matrices, rows, columns;
    double beta, epsilon;  // the share that averages keep
    T* gradients;          // in; out: divided by the roots of the squares
    T *row, *column;       // averages, [matrices][rows] and [matrices][columns]
    T* squares;            // out: what the averages say they are
};

// result = by * a b + add_by * add, with a of so many columns (`inner`) and b of `columns`, all stored row by row.
template <class T>
struct MatrixProductArgs {
    Index inner, columns;
    const T *a, *b, *add;  // add: null for none
    double by, add_by;
    T* result;
};

// Whether an update needs whole parameters: it is begun element by element, and then finished.
static constexpr bool needs_whole(Optimizer kind) {
    return kind == Optimizer::lamb || kind == Optimizer::adafactor || kind == Optimizer::muon;
}

// The norm of each group of weights, [outer][reduced][inner] over the reduced axis, brought to where it should be.
template <class T>
struct ConstraintArgs {
    Constraint kind;
    double minimum, maximum, rate;
    Index outer, reduced, inner;
    T* weights;
};

// Threads that process the same rows, each a share of the unit blocks, with a barrier wherever one needs another's
// results.
struct UnitTeam {
    Index thread, threads;
    void (*barrier)(const void* team);  // unused by one alone
    const void* team;
};

// The time loop of a cell, or its BPTT. The threads of a unit team call these together, with the same rows. Steps may
// come in chunks, in order: forward those that begin at multiples of x_chunk, backward from the last one.
template <class T>
using CellPass = void (*)(const RecurrentArgs<T>&, Range rows, Range steps, const UnitTeam&);

// A cell's weights: their shapes, packing and gradients.
template <class T>
struct CellWeights {
    CellShape shape;
    Index (*packed_size)(Index features, Index units);
    // Part of `parts`; the transposed kernel only where dx is needed.
    void (*pack)(const RecurrentWeights<T>&, T* packed, bool wants_dx, Index part, Index parts);
    // Weight gradients are tiles of the weights, each summed over all rows and steps in one fixed order.
    Index (*gradient_tiles)(const RecurrentArgs<T>&);
    void (*gradients)(const RecurrentArgs<T>&, Range tiles);
};

// What is done to the flat buffers of parameters and gradients.
template <class T>
struct ParameterKernels {
    void (*update)(const UpdateArgs<T>&, Range parameters);
    // Adds gradients to the sums of those before them; where `mean_of` is not 0, gradients become the mean of so many
    // and sums zero.
    void (*accumulate)(T* gradients, T* sums, double mean_of, Range parameters);
    // Moves averages to momentum * average + (1 - momentum) * parameter, which may take the parameter's place.
    void (*average)(T* averages, T* parameters, double momentum, bool overwrite, Range range);
    double (*sum_squares)(const T* values, Index count);
    void (*constrain)(const ConstraintArgs<T>&, Range groups);
    // Adds copies of the gradients, `step` elements apart, to the first of them, in order.
    void (*sum_copies)(T* gradients, Index copies, Index step, Range parameters);
    void (*add_scaled)(T* to, const T* from, double by, Range range);  // to += by * from
    void (*row_averages)(const FactorArgs<T>&, Range rows);            // of all matrices
    void (*column_averages)(const FactorArgs<T>&, Range columns);
    void (*factored_steps)(const FactorArgs<T>&, Range rows);  // of all matrices
    void (*matrix_product)(const MatrixProductArgs<T>&, Range rows);
    // Writes columns of from [rows][columns] times `by` as rows of to.
    void (*transpose)(const T* from, Index rows, Index columns, double by, T* to, Range range);
    // Adds the gradient of l1 |w| + l2 w^2 and returns the penalty.
    double (*regularize)(const T* weights, T* gradients, double l1, double l2, Index count);
};

template <class T>
struct Kernels {
    Index lanes;
    // One for each cell, in the order of enum Cell.
    const CellWeights<T>* cell_weights;
    const CellPass<T>* cell_forward;
    const CellPass<T>* cell_backward;
    void (*mask_output)(const OutputMaskArgs<T>&, Range rows);

    void (*dense_forward)(const DenseArgs<T>&, Range rows);
    void (*dense_backward)(const DenseArgs<T>&, Range rows);
    Index (*dense_gradient_tiles)(const DenseArgs<T>&);
    void (*dense_gradients)(const DenseArgs<T>&, Range tiles);
    // From Keras's layout, k rows that are `width` apart; a bias is a kernel of one row. Only panels of the range.
    void (*pack)(const T* weights, Index k, Index width, Index units, T* packed, Range panels);
    void (*pack_transposed)(const T* weights, Index k, Index units, T* packed, Range panels);

    void (*convolve)(const ConvolutionArgs<T>&, Range rows);
    void (*convolve_backward)(const ConvolutionArgs<T>&, Range rows);
    Index (*convolution_gradient_tiles)(const ConvolutionArgs<T>&);
    void (*convolution_gradients)(const ConvolutionArgs<T>&, Range tiles);
    void (*pack_taps_transposed)(const ConvolutionArgs<T>&, const T* weights, T* packed, Range panels);
    void (*convolve_depthwise)(const DepthwiseConvolutionArgs<T>&, Range rows);
    void (*convolve_depthwise_backward)(const DepthwiseConvolutionArgs<T>&, Range rows);
    void (*depthwise_gradients)(const DepthwiseConvolutionArgs<T>&, Range blocks);  // blocks of outputs
    void (*pool)(const PoolingArgs<T>&, Range rows);
    void (*pool_backward)(const PoolingArgs<T>&, Range rows);

    void (*rectify)(const RectifierArgs<T>&, Range rows);
    void (*rectify_backward)(const RectifierArgs<T>&, Range rows);
    void (*rectifier_gradients)(const RectifierArgs<T>&, Range blocks);  // blocks of features
    void (*activate)(const ActivationArgs<T>&, Range rows);
    void (*activate_backward)(const ActivationArgs<T>&, Range rows);
    void (*dropout)(const DropoutArgs<T>&, Range rows);
    void (*add_noise)(const NoiseArgs<T>&, Range rows);
    // Of chunks of rows, and from these of all rows.
    void (*sum_chunks)(const BatchNormalizationArgs<T>&, Range chunks);
    void (*batch_moments)(const BatchNormalizationArgs<T>&, T* mean, T* variance, Range blocks);
    void (*batch_normalize)(const BatchNormalizationArgs<T>&, Range rows);
    void (*sum_chunk_gradients)(const BatchNormalizationArgs<T>&, Range chunks);
    void (*batch_gradients)(const BatchNormalizationArgs<T>&, Range blocks);
    void (*batch_normalize_backward)(const BatchNormalizationArgs<T>&, Range rows);
    void (*normalize_vectors)(const VectorNormalizationArgs<T>&, Range rows);
    void (*normalize_vectors_backward)(const VectorNormalizationArgs<T>&, Range rows);
    void (*vector_normalization_gradients)(const VectorNormalizationArgs<T>&, Range blocks);
    void (*normalize_groups)(const GroupNormalizationArgs<T>&, Range rows);
    void (*normalize_groups_backward)(const GroupNormalizationArgs<T>&, Range rows);
    void (*group_normalization_gradients)(const GroupNormalizationArgs<T>&, Range blocks);
    // The deviations that `normalize` divides by: sqrt(variance), but not less than Keras's smallest.
    void (*deviations)(const T* variance, Index features, T* deviation);
    void (*normalize)(const NormalizationArgs<T>&, Range rows);
    void (*normalize_backward)(const NormalizationArgs<T>&, Range rows);
    void (*layer_normalize)(const LayerNormalizationArgs<T>&, Range rows);
    void (*layer_normalize_backward)(const LayerNormalizationArgs<T>&, Range rows);
    void (*layer_normalize_gradients)(const LayerNormalizationArgs<T>&, Range blocks);  // blocks of features
    void (*embed)(const EmbeddingArgs<T>&, Range rows);
    void (*embed_gradients)(const EmbeddingArgs<T>&, Range blocks);
    void (*mask_steps)(const MaskingArgs<T>&, Range rows);
    void (*mask_steps_backward)(const MaskingArgs<T>&, Range rows);
    void (*penalize)(const PenaltyArgs<T>&, Range rows);
    void (*merge)(const MergeArgs<T>&, Range rows);
    void (*merge_backward)(const MergeArgs<T>&, Range rows);
    void (*attend)(const AttentionArgs<T>&, Range rows);
    void (*attend_backward)(const AttentionArgs<T>&, Range rows);
    void (*attention_gradients)(const AttentionArgs<T>&);  // of its weights, from those of all rows
    Index (*attention_scratch)(const AttentionArgs<T>&);   // numbers for a row
    Index (*attention_row_gradients)(const AttentionArgs<T>&);
    void (*dot)(const DotArgs<T>&, Range rows);
    void (*dot_backward)(const DotArgs<T>&, Range rows);
    Index (*dot_scratch)(const DotArgs<T>&);
    // A step of a row is valid where it is in any of the masks.
    void (*unite_masks)(const Mask* masks, Index count, Index steps, Sequence<unsigned char> valid, Range rows);
    // to += from.
    void (*add)(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows);
    void (*sum_steps)(Sequence<const T> from, Index steps, Index features, Sequence<T> to, Range rows);

    void (*loss)(const LossArgs<T>&, Range rows);
    ParameterKernels<T> parameters;
    // The machine's limit, for benchmarks: so many rounds of independent multiply-adds in registers, and how many
    // floating-point operations a round is. The 16 numbers in `sink` only keep the compiler from leaving it out.
    void (*multiply_adds)(Index rounds, T* sink);
    Index operations_of_round;
};

struct KernelTable {
    const char* name;
    unsigned features;  // bits of CpuFeature that the compiler was allowed to use
    const Kernels<float>* f32;
    const Kernels<double>* f64;
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
