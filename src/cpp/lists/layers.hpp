// One line for each layer: its name, and its options in network/layers/options.hpp. A network has an `add` for each,
// which network/build.cpp defines.
#pragma once

// clang-format off
#define FASTLSTM_LAYERS(layer)                                \
    layer(recurrent, RecurrentOptions)                        \
    layer(bidirectional, BidirectionalOptions)                \
    layer(dense, DenseOptions)                                \
    layer(activation, ActivationOptions)                      \
    layer(dropout, DropoutOptions)                            \
    layer(embedding, EmbeddingOptions)                        \
    layer(masking, MaskingOptions)                            \
    layer(layer_normalization, LayerNormalizationOptions)     \
    layer(rescaling, RescalingOptions)                        \
    layer(normalization, NormalizationOptions)                \
    layer(repeat_vector, RepeatVectorOptions)                 \
    layer(reshape, ReshapeOptions)                            \
    layer(activity_regularizer, ActivityRegularizerOptions)
// clang-format on
