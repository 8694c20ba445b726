// One line for each layer: the name by which it is added, its class, and the header of that. A class has `Options` that
// read themselves, and is made of those and a LayerContext.
#pragma once

#include "../network/layers/activation.hpp"
#include "../network/layers/activity_regularizer.hpp"
#include "../network/layers/added_loss.hpp"
#include "../network/layers/attention.hpp"
#include "../network/layers/batch_normalization.hpp"
#include "../network/layers/bidirectional.hpp"
#include "../network/layers/concatenate_steps.hpp"
#include "../network/layers/convolution.hpp"
#include "../network/layers/dense.hpp"
#include "../network/layers/depthwise_convolution.hpp"
#include "../network/layers/dot.hpp"
#include "../network/layers/dropout.hpp"
#include "../network/layers/embedding.hpp"
#include "../network/layers/feature_range.hpp"
#include "../network/layers/function.hpp"
#include "../network/layers/group_normalization.hpp"
#include "../network/layers/layer_normalization.hpp"
#include "../network/layers/mask_values.hpp"
#include "../network/layers/masked_by.hpp"
#include "../network/layers/masking.hpp"
#include "../network/layers/merge.hpp"
#include "../network/layers/noise.hpp"
#include "../network/layers/normalization.hpp"
#include "../network/layers/permute.hpp"
#include "../network/layers/pooling.hpp"
#include "../network/layers/rectifier.hpp"
#include "../network/layers/recurrent.hpp"
#include "../network/layers/repeat_vector.hpp"
#include "../network/layers/reshape.hpp"
#include "../network/layers/step.hpp"
#include "../network/layers/step_range.hpp"
#include "../network/layers/step_rows.hpp"
#include "../network/layers/transposed_convolution.hpp"
#include "../network/layers/up_sampling.hpp"
#include "../network/layers/variables.hpp"
#include "../network/layers/vector_normalization.hpp"

// clang-format off
#define FASTLSTM_LAYERS(layer)                              \
    layer(activation, ActivationLayer)                      \
    layer(activity_regularizer, ActivityRegularizerLayer)   \
    layer(added_loss, AddedLossLayer)                       \
    layer(attention, AttentionLayer)                        \
    layer(batch_normalization, BatchNormalizationLayer)     \
    layer(bidirectional, BidirectionalLayer)                \
    layer(concatenate_steps, ConcatenateStepsLayer)         \
    layer(convolution, ConvolutionLayer)                    \
    layer(dense, DenseLayer)                                \
    layer(depthwise_convolution, DepthwiseConvolutionLayer) \
    layer(dot, DotLayer)                                    \
    layer(dropout, DropoutLayer)                            \
    layer(embedding, EmbeddingLayer)                        \
    layer(feature_range, FeatureRangeLayer)                 \
    layer(function, FunctionLayer)                          \
    layer(group_normalization, GroupNormalizationLayer)     \
    layer(layer_normalization, LayerNormalizationLayer)     \
    layer(mask_values, MaskValuesLayer)                     \
    layer(masked_by, MaskedByLayer)                         \
    layer(masking, MaskingLayer)                            \
    layer(merge, MergeLayer)                                \
    layer(noise, NoiseLayer)                                \
    layer(normalization, NormalizationLayer)                \
    layer(permute, PermuteLayer)                            \
    layer(pooling, PoolingLayer)                            \
    layer(rectifier, RectifierLayer)                        \
    layer(recurrent, RecurrentLayer)                        \
    layer(repeat_vector, RepeatVectorLayer)                 \
    layer(rescaling, RescalingLayer)                        \
    layer(reshape, ReshapeLayer)                            \
    layer(rows_to_steps, RowsToStepsLayer)                  \
    layer(step, StepLayer)                                  \
    layer(step_range, StepRangeLayer)                       \
    layer(steps_to_rows, StepsToRowsLayer)                  \
    layer(transposed_convolution, TransposedConvolutionLayer) \
    layer(up_sampling, UpSamplingLayer)                     \
    layer(variables, VariablesLayer)                        \
    layer(vector_normalization, VectorNormalizationLayer)
// clang-format on
