// One line for each layer: the name by which it is added, its class, and the header of that. A class has `Options` that
// read themselves, and is made of those and a LayerContext.
#pragma once

#include "../network/layers/activation.hpp"
#include "../network/layers/activity_regularizer.hpp"
#include "../network/layers/bidirectional.hpp"
#include "../network/layers/dense.hpp"
#include "../network/layers/dropout.hpp"
#include "../network/layers/embedding.hpp"
#include "../network/layers/layer_normalization.hpp"
#include "../network/layers/masking.hpp"
#include "../network/layers/merge.hpp"
#include "../network/layers/normalization.hpp"
#include "../network/layers/recurrent.hpp"
#include "../network/layers/repeat_vector.hpp"
#include "../network/layers/reshape.hpp"

// clang-format off
#define FASTLSTM_LAYERS(layer)                                \
    layer(activation, ActivationLayer)                        \
    layer(activity_regularizer, ActivityRegularizerLayer)     \
    layer(bidirectional, BidirectionalLayer)                  \
    layer(dense, DenseLayer)                                  \
    layer(dropout, DropoutLayer)                              \
    layer(embedding, EmbeddingLayer)                          \
    layer(layer_normalization, LayerNormalizationLayer)       \
    layer(masking, MaskingLayer)                              \
    layer(merge, MergeLayer)                                  \
    layer(normalization, NormalizationLayer)                  \
    layer(recurrent, RecurrentLayer)                          \
    layer(repeat_vector, RepeatVectorLayer)                   \
    layer(rescaling, RescalingLayer)                          \
    layer(reshape, ReshapeLayer)
// clang-format on
