// What a network needs to know to make each layer.
#pragma once

#include <cstdint>
#include <vector>

#include "../../kernels.hpp"

namespace fastlstm {

struct RecurrentOptions {
    Cell cell = Cell::lstm;
    Index units = 1;
    Activation activation = Activation::tanh, recurrent_activation = Activation::sigmoid;
    bool use_bias = true, return_sequences = false, go_backwards = false, stateful = false,
         zero_output_for_mask = false;
    double dropout = 0, recurrent_dropout = 0;
    double zoneout[most_states] = {0, 0};  // of h, and of c
    double clip = 0;                       // not positive: none
    std::uint64_t seed = 0;
};

struct BidirectionalOptions {
    RecurrentOptions forward, backward;
    Merge merge;
};

struct DenseOptions {
    Index units;
    bool use_bias;
};

struct ActivationOptions {
    Activation activation;
};

struct DropoutOptions {
    double rate;
    std::uint64_t seed;
    bool per_row, per_step, per_feature;
};

struct EmbeddingOptions {
    Index entries, outputs;
    bool mask_zero;
};

struct MaskingOptions {
    double mask_value;
};

struct LayerNormalizationOptions {
    double epsilon;
    bool center, scale;
};

struct RescalingOptions {
    std::vector<double> scale, offset;  // one for each feature
};

struct NormalizationOptions {
    bool invert;
};

struct RepeatVectorOptions {
    Index n;
};

struct ReshapeOptions {
    Index steps, features;
    bool sequence;
};

struct ActivityRegularizerOptions {
    double l1, l2;
};

}  // namespace fastlstm
