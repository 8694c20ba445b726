// What the kernels of normalizing layers need.
#pragma once

#include "arrays.hpp"

namespace fastlstm {

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
    bool keeps_mean;        // whether x is only divided by its deviation
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

template <class T>
struct NormalizationKernels {
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
};

}  // namespace fastlstm
