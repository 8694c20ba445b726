// An optimizer's settings, its slots, and a step's update.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "arena.hpp"
#include "parameters.hpp"
#include "whole_updates.hpp"

namespace fastlstm {

// As Keras's arguments; 0 clips nothing, and overwrites nothing with averages.
struct OptimizerSettings {
    Optimizer kind = Optimizer::sgd;
    double momentum = 0, beta_1 = 0, beta_2 = 0, epsilon = 0, rho = 0, initial_accumulator_value = 0;
    bool nesterov = false, amsgrad = false, centered = false, use_ema = false;
    double learning_rate_power = 0, beta = 0;  // of FTRL, as its regularization
    double l1_regularization_strength = 0, l2_regularization_strength = 0, l2_shrinkage_regularization_strength = 0;
    double beta_2_decay = 0;                          // of Adafactor
    double adam_lr_ratio = 1, adam_weight_decay = 0;  // of what Muon leaves to Adam
    std::int64_t warmup_steps = 0;
    WholeSettings whole;
    double weight_decay = 0, clipvalue = 0, clipnorm = 0, global_clipnorm = 0, ema_momentum = 0;
    std::int64_t ema_overwrite_frequency = 0, gradient_accumulation_steps = 1;
    std::vector<std::size_t> without_decay, by_elements;  // parameters; by_elements: that Muon leaves to Adam
};

// One rate for all steps, or, with a count, one for each of the next steps, which are all that a call makes then.
struct LearningRates {
    const double* values;
    Index count;
    double of(Index step) const { return values[count > 0 ? step : 0]; }
};

template <class T>
class OptimizerState {
public:
    explicit OptimizerState(Parameters<T>& parameters) : parameters_(parameters) {}

    std::atomic<std::int64_t> iterations{0};

    void set(const OptimizerSettings& settings, const Kernels<T>& kernels);
    bool is_set() const { return is_set_; }

    std::vector<std::string> slots();                                       // names
    void copy_slot(const std::string& name, std::size_t parameter, T* to);  // of a parameter that is trained
    void set_slot(const std::string& name, std::size_t parameter, const T* values);
    // Parameters and their averages change places, or averages take the place of parameters.
    void swap_averages();
    void take_averages();

    // One thread prepares a step's update, the others see it after a barrier; then all make it together, each from the
    // gradients of its share of the parameters.
    void prepare(double learning_rate, std::int64_t step);
    void update(const Team& team);

private:
    // One value for each trained element.
    struct Slot {
        const char* name;
        Buffer<T> values;
    };
    struct TrainedParameter {
        Range elements, chunks;
        bool decays, is_matrix;  // is_matrix: where updates take whole matrices
    };
    // A step's number and rate, made ready for all threads.
    struct PreparedUpdate {
        UpdateArgs<T> args{};
        T *average = nullptr, *gradient_sums = nullptr;  // slots, or null
        bool due = false, overwrites = false;         // whether parameters are updated, and averages take their place
        double average_momentum = 0, adam_decay = 0;  // adam_decay: of what Muon leaves to Adam
        std::int64_t momenta = 0;                     // of Nadam, and their product
        double momentum_product = 1;
    };

    T* slot_values(const std::string& name) const;
    double clipping(Range chunks, double most) const;

    Parameters<T>& parameters_;
    const Kernels<T>* kernels_ = nullptr;
    std::atomic<bool> is_set_{false};
    bool slots_set_ = false;  // by hand, instead of by updates
    OptimizerSettings settings_;
    std::vector<Slot> slots_;
    std::vector<TrainedParameter> trained_;
    std::vector<Range> chunks_;  // of the trained parameters, for norms by threads
    std::vector<double> square_sums_;
    PreparedUpdate update_;
    WholeUpdates<T> whole_;
};

}  // namespace fastlstm
