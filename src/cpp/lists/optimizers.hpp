// One line for each optimizer: its name, its update function in engine/optimizers.hpp, and its slots by Keras's names,
// in the order in which the function takes them. A slot with a condition (network/optimizer.cpp) exists only where it
// holds. The functions of the last three only begin an update, which is finished with whole parameters
// (network/whole_updates.cpp).
#pragma once

// clang-format off
#define FASTLSTM_OPTIMIZERS(optimizer)                                                                        \
    optimizer(sgd, Sgd, {"momentum", has_momentum})                                                           \
    optimizer(adam, Adam, {"momentum"}, {"velocity"}, {"velocity_hat", is_amsgrad})                           \
    optimizer(nadam, Nadam, {"momentum"}, {"velocity"})                                                       \
    optimizer(adamax, Adamax, {"momentum"}, {"norm"})                                                         \
    optimizer(rmsprop, RmsProp, {"velocity"}, {"momentum", has_momentum}, {"average_gradient", is_centered})  \
    optimizer(adagrad, Adagrad, {"accumulator"})                                                              \
    optimizer(adadelta, Adadelta, {"accumulated_grad"}, {"accumulated_delta_var"})                            \
    optimizer(lion, Lion, {"momentum"})                                                                       \
    optimizer(ftrl, Ftrl, {"accumulator"}, {"linear", always, from_zero})                                     \
    optimizer(schedule_free_adamw, ScheduleFreeAdam, {"momentum"}, {"velocity"})                              \
    optimizer(lamb, Lamb, {"momentum"}, {"velocity"})                                                         \
    optimizer(adafactor, Adafactor, {"row"}, {"column"}, {"velocity"})                                        \
    optimizer(muon, Muon, {"momentum"}, {"velocity"})
// clang-format on
