// One line for each loss: its name, its function in engine/, and the width of its targets at each row and step (0: that
// of the output).
#pragma once

// clang-format off
#define FASTLSTM_LOSSES(loss)                                                        \
    loss(mean_squared_error, MeanOf<SquaredError>, 0)                                \
    loss(mean_absolute_error, MeanOf<AbsoluteError>, 0)                              \
    loss(mean_absolute_percentage_error, MeanOf<AbsolutePercentageError>, 0)         \
    loss(mean_squared_logarithmic_error, MeanOf<SquaredLogarithmicError>, 0)         \
    loss(huber, MeanOf<HuberError>, 0)                                               \
    loss(log_cosh, MeanOf<LogCosh>, 0)                                               \
    loss(poisson, MeanOf<Poisson>, 0)                                                \
    loss(hinge, MeanOf<Hinge>, 0)                                                    \
    loss(squared_hinge, MeanOf<SquaredHinge>, 0)                                     \
    loss(categorical_hinge, CategoricalHinge, 0)                                     \
    loss(binary_crossentropy, MeanOf<BinaryCrossentropy>, 0)                         \
    loss(categorical_crossentropy, CategoricalCrossentropy, 0)                       \
    loss(sparse_categorical_crossentropy, SparseCategoricalCrossentropy, 1)          \
    loss(binary_focal_crossentropy, MeanOf<BinaryFocalCrossentropy>, 0)              \
    loss(categorical_focal_crossentropy, CategoricalFocalCrossentropy, 0)            \
    loss(categorical_generalized_cross_entropy, GeneralizedCrossEntropy, 1)          \
    loss(ctc, Ctc, 1)                                                                \
    loss(kl_divergence, KlDivergence, 0)                                             \
    loss(cosine_similarity, CosineSimilarity, 0)                                     \
    loss(quantile, Quantile, 1)
// clang-format on
