// What the kernels of layers without recurrence need.
#pragma once

#include "arrays.hpp"

namespace fastlstm {

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
    Sequence<const T> pair_mask;            // [T][N][S], zero where a query step does not see a value step; or null
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

template <class T>
struct LayerKernels {
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
};

}  // namespace fastlstm
