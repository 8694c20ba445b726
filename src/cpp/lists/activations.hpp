// One line for each activation: functions of one element, and functions of a whole row.
#pragma once

// clang-format off
#define FASTLSTM_ELEMENTWISE_ACTIVATIONS(activation) \
    activation(linear)                               \
    activation(tanh)                                 \
    activation(sigmoid)                              \
    activation(relu)                                 \
    activation(hard_sigmoid)                         \
    activation(celu)                                 \
    activation(elu)                                  \
    activation(exponential)                          \
    activation(gelu)                                 \
    activation(hard_shrink)                          \
    activation(hard_silu)                            \
    activation(hard_tanh)                            \
    activation(leaky_relu)                           \
    activation(log_sigmoid)                          \
    activation(mish)                                 \
    activation(relu6)                                \
    activation(selu)                                 \
    activation(silu)                                 \
    activation(soft_shrink)                          \
    activation(softplus)                             \
    activation(softsign)                             \
    activation(sparse_plus)                          \
    activation(sparse_sigmoid)                       \
    activation(squareplus)                           \
    activation(tanh_shrink)

#define FASTLSTM_ROW_ACTIVATIONS(activation) \
    activation(softmax)                      \
    activation(log_softmax)                  \
    activation(sparsemax)                    \
    activation(glu)
// clang-format on
