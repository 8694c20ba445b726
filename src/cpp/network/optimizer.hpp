// An optimizer's settings, its slots, and a step's update.
#pragma once

#include <cstdint>
#include <vector>

#include "arena.hpp"

namespace fastlstm {

// As Keras's arguments; 0 clips nothing, and overwrites nothing with averages.
struct OptimizerSettings {
    Optimizer kind = Optimizer::sgd;
    double momentum = 0, beta_1 = 0, beta_2 = 0, epsilon = 0, rho = 0, initial_accumulator_value = 0;
    bool nesterov = false, amsgrad = false, centered = false, use_ema = false;
    double weight_decay = 0, clipvalue = 0, clipnorm = 0, global_clipnorm = 0, ema_momentum = 0;
    std::int64_t ema_overwrite_frequency = 0, gradient_accumulation_steps = 1;
    std::vector<std::size_t> without_decay;  // parameters
};

// One rate for all steps, or, with a count, one for each of the next steps, which are all that a call makes then.
struct LearningRates {
    const double* values;
    Index count;
    double of(Index step) const { return values[count > 0 ? step : 0]; }
};

// One value for each trained parameter.
template <class T>
struct Slot {
    const char* name;
    Buffer<T> values;
};

struct TrainedParameter {
    Range elements, chunks;
    bool decays;
};

// What one thread of a team makes of a step's number and rate for all of them.
template <class T>
struct PreparedUpdate {
    UpdateArgs<T> args{};
    T *average = nullptr, *gradient_sums = nullptr;  // slots, or null
    bool due = false, overwrites = false;            // whether parameters are updated, and averages take their place
    double average_momentum = 0;
    std::int64_t momenta = 0;  // of Nadam, and their product
    double momentum_product = 1;
};

}  // namespace fastlstm
