// An optimizer's settings, its slots, and a step's update.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "arena.hpp"
#include "parameters.hpp"

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
        bool decays;
    };
    // A step's number and rate, made ready for all threads.
    struct PreparedUpdate {
        UpdateArgs<T> args{};
        T *average = nullptr, *gradient_sums = nullptr;  // slots, or null
        bool due = false, overwrites = false;  // whether parameters are updated, and averages take their place
        double average_momentum = 0;
        std::int64_t momenta = 0;  // of Nadam, and their product
        double momentum_product = 1;
    };

    T* slot_values(const std::string& name) const;
    double clipping(Range chunks, double most) const;

    Parameters<T>& parameters_;
    const Kernels<T>* kernels_ = nullptr;
    std::atomic<bool> is_set_{false};
    OptimizerSettings settings_;
    std::vector<Slot> slots_;
    std::vector<TrainedParameter> trained_;
    std::vector<Range> chunks_;  // of the trained parameters, for norms by threads
    std::vector<double> square_sums_;
    PreparedUpdate update_;
};

}  // namespace fastlstm
