#include "optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <stdexcept>

namespace fastlstm {
namespace {

bool always(const OptimizerSettings&) { return true; }
bool has_momentum(const OptimizerSettings& settings) { return settings.momentum != 0; }
bool is_amsgrad(const OptimizerSettings& settings) { return settings.amsgrad; }
bool is_centered(const OptimizerSettings& settings) { return settings.centered; }

constexpr bool from_zero = true;

struct OptimizerSlot {
    const char* name = nullptr;
    bool (*used)(const OptimizerSettings&) = always;
    bool starts_from_zero = false;  // instead of initial_accumulator_value
};

struct OptimizerSlots {
    OptimizerSlot slots[most_slots];
};

// In the order of enum Optimizer.
constexpr OptimizerSlots optimizer_slots[] = {
#define FASTLSTM_SLOTS(name, function, ...) {{__VA_ARGS__}},
    FASTLSTM_OPTIMIZERS(FASTLSTM_SLOTS)
#undef FASTLSTM_SLOTS
};

}  // namespace

template <class T>
void OptimizerState<T>::set(const OptimizerSettings& settings, const Kernels<T>& kernels) {
    const Index trained_count = parameters_.trained_count();
    std::vector<Slot> slots;
    const auto add = [&](const char* name, double initial) {
        slots.push_back({name, make_buffer<T>(trained_count)});
        std::fill_n(slots.back().values.get(), trained_count, static_cast<T>(initial));
        return slots.back().values.get();
    };
    UpdateArgs<T> args{};
    T* average = settings.use_ema ? add("average", 0) : nullptr;
    T* gradient_sums = settings.gradient_accumulation_steps > 1 ? add("gradient_accumulator", 0) : nullptr;
    const OptimizerSlots& own = optimizer_slots[static_cast<int>(settings.kind)];
    for (int i = 0; i < most_slots; ++i)
        if (own.slots[i].name && own.slots[i].used(settings))
            args.slots[i] =
                add(own.slots[i].name, own.slots[i].starts_from_zero ? 0 : settings.initial_accumulator_value);
    args.kind = settings.kind;
    args.parameters = parameters_.values();
    args.gradients = parameters_.gradients();
    args.clip_value = settings.clipvalue;
    args.momentum = settings.momentum;
    args.beta_1 = settings.beta_1;
    args.beta_2 = settings.beta_2;
    args.rho = settings.rho;
    args.epsilon = settings.epsilon;
    args.nesterov = settings.nesterov;
    args.amsgrad = settings.amsgrad;
    args.centered = settings.centered;
    args.power = -settings.learning_rate_power;
    args.l1 = settings.l1_regularization_strength;
    args.shrinkage = settings.l2_shrinkage_regularization_strength;

    std::vector<TrainedParameter> trained;
    std::vector<WholeParameter> whole;
    const bool is_muon = settings.kind == Optimizer::muon;
    const auto names = [](const std::vector<std::size_t>& list, std::size_t i) {
        return std::find(list.begin(), list.end(), i) != list.end();
    };
    std::vector<Range> chunks;
    for (std::size_t i = 0; i < parameters_.named().size(); ++i) {
        const Weight& weight = *parameters_.named()[i].weight;
        if (!weight.trainable) continue;
        const Index first_chunk = static_cast<Index>(chunks.size()), end = weight.offset + weight.size();
        constexpr Index chunk = tuning::parameter_chunk;
        for (Index first = weight.offset; first < end; first += chunk)
            chunks.push_back({first, std::min(first + chunk, end)});
        const Range of_chunks{first_chunk, static_cast<Index>(chunks.size())};
        const std::size_t rank = weight.shape.size();
        const bool is_matrix = is_muon ? rank == 2 && !names(settings.by_elements, i) : rank >= 2;
        trained.push_back({{weight.offset, end}, of_chunks, !names(settings.without_decay, i), is_matrix});
        const Index columns = is_matrix ? weight.shape[rank - 1] : 1, rows = is_matrix ? weight.shape[rank - 2] : 1;
        whole.push_back(
            {{weight.offset, end}, of_chunks, is_matrix ? weight.size() / (rows * columns) : 0, rows, columns});
    }

    const auto lock = parameters_.lock_writing();
    kernels_ = &kernels;
    settings_ = settings;
    slots_ = std::move(slots);
    update_ = {args, average, gradient_sums};
    trained_ = std::move(trained);
    chunks_ = std::move(chunks);
    square_sums_.assign(chunks_.size(), 0);
    if (needs_whole(settings.kind)) whole_.set(settings.whole, kernels, std::move(whole), chunks_, settings.kind);
    is_set_ = true;
    slots_set_ = false;
    iterations = 0;
}

template <class T>
std::vector<std::string> OptimizerState<T>::slots() {
    const auto lock = parameters_.lock_reading();
    std::vector<std::string> names;
    for (const Slot& slot : slots_) names.emplace_back(slot.name);
    return names;
}

template <class T>
T* OptimizerState<T>::slot_values(const std::string& name) const {
    std::string known;
    for (const Slot& slot : slots_) {
        if (name == slot.name) return slot.values.get();
        known += (known.empty() ? "" : ", ") + std::string(slot.name);
    }
    throw std::invalid_argument("slot: expected " + (known.empty() ? "none, there being none" : "one of " + known) +
                                ", got '" + name + "'");
}

template <class T>
void OptimizerState<T>::copy_slot(const std::string& name, std::size_t parameter, T* to) {
    const Weight& weight = parameters_.trained_weight(parameter);
    const auto lock = parameters_.lock_reading();
    const T* from = slot_values(name);
    // Until the first update, the parameters may still be set.
    if (settings_.kind == Optimizer::schedule_free_adamw && iterations == 0 && !slots_set_ && name == "momentum")
        from = parameters_.values();
    std::memcpy(to, from + weight.offset, static_cast<std::size_t>(weight.size()) * sizeof(T));
}

template <class T>
void OptimizerState<T>::set_slot(const std::string& name, std::size_t parameter, const T* values) {
    const Weight& weight = parameters_.trained_weight(parameter);
    const auto lock = parameters_.lock_writing();
    slots_set_ = true;
    std::memcpy(slot_values(name) + weight.offset, values, static_cast<std::size_t>(weight.size()) * sizeof(T));
}

// Before the first step there are no averages yet.
template <class T>
void OptimizerState<T>::swap_averages() {
    const auto lock = parameters_.lock_writing();
    T* averages = slot_values("average");
    if (iterations == 0) return;
    std::swap_ranges(averages, averages + parameters_.trained_count(), parameters_.values());
    parameters_.changed();
}

template <class T>
void OptimizerState<T>::take_averages() {
    const auto lock = parameters_.lock_writing();
    const T* averages = slot_values("average");
    if (iterations == 0) return;
    std::copy_n(averages, parameters_.trained_count(), parameters_.values());
    parameters_.changed();
}

// Dozat, "Incorporating Nesterov momentum into Adam", 2016: the momentum of a step, counted from 1.
inline double nadam_momentum(double beta, double step) { return beta * (1 - 0.5 * std::pow(0.96, step)); }

// The product of the momenta of the first steps, in the order in which training multiplies them. A momentum is beta
// once 0.96^i is nothing beside 1, and the product is 0 once it has underflowed, both soon; only for a beta near 1 and
// more steps than anyone makes are the last of them a power.
inline double nadam_momentum_product(double beta, std::int64_t steps) {
    constexpr std::int64_t varying = 1000, most = 1 << 20;
    double product = 1;
    std::int64_t i = 1;
    for (; i <= std::min(steps, most) && product > 0; ++i)
        product *= i > varying ? beta : nadam_momentum(beta, static_cast<double>(i));
    return i <= steps && product > 0 ? product * std::pow(beta, static_cast<double>(steps - i + 1)) : product;
}

// With accumulation there are steps that update nothing, and updates count where otherwise steps do.
template <class T>
void OptimizerState<T>::prepare(double learning_rate, std::int64_t step) {
    const OptimizerSettings& by = settings_;
    const std::int64_t before = step / by.gradient_accumulation_steps;
    update_.due = (step + 1) % by.gradient_accumulation_steps == 0;
    update_.average_momentum = before > 0 ? by.ema_momentum : 0;
    update_.overwrites = by.ema_overwrite_frequency > 0 && (before + 1) % by.ema_overwrite_frequency == 0;
    if (!update_.due) return;

    const double t = static_cast<double>(before + 1);
    const auto bias = [&](double beta) { return 1 - std::pow(beta, t); };
    UpdateArgs<T>& args = update_.args;
    args.decay = by.weight_decay * learning_rate;
    args.rate = learning_rate;
    args.first = before == 0 && !slots_set_;
    update_.adam_decay = by.adam_weight_decay * learning_rate;
    // Keras rounds betas here, though not in the averages.
    const auto rounded_bias = [&](double beta) { return bias(static_cast<double>(static_cast<T>(beta))); };
    const auto adam_correction = [&] { return std::sqrt(rounded_bias(by.beta_2)) / rounded_bias(by.beta_1); };
    if (by.kind == Optimizer::adam) args.rate *= adam_correction();
    if (by.kind == Optimizer::muon) args.gradient_rate = learning_rate * by.adam_lr_ratio * adam_correction();
    if (by.kind == Optimizer::lamb) {
        args.gradient_rate = 1 / rounded_bias(by.beta_1);
        args.second_rate = 1 / rounded_bias(by.beta_2);
    }
    if (by.kind == Optimizer::schedule_free_adamw) {
        if (by.warmup_steps > 0) args.rate *= std::min(t / static_cast<double>(by.warmup_steps), 1.0);
        args.gradient_rate = 1 / t;
        args.second_rate = 1 / rounded_bias(by.beta_2);
    }
    if (by.kind == Optimizer::adafactor) {
        args.rate = std::min(learning_rate, 1 / std::sqrt(t));
        args.beta_2 = 1 - std::pow(t, by.beta_2_decay);
    }
    if (by.kind == Optimizer::ftrl) args.l2 = by.l2_regularization_strength + by.beta / (2 * learning_rate);
    if (by.kind == Optimizer::adamax) args.rate /= bias(by.beta_1);
    if (by.kind == Optimizer::nadam) {
        const auto momentum = [&](double at) { return nadam_momentum(by.beta_1, at); };
        if (update_.momenta != before) update_.momentum_product = nadam_momentum_product(by.beta_1, before);
        update_.momenta = before + 1;
        update_.momentum_product *= momentum(t);
        args.rate *= momentum(t + 1) / (1 - update_.momentum_product * momentum(t + 1));
        args.gradient_rate = learning_rate * (1 - momentum(t)) / (1 - update_.momentum_product);
        args.second_rate = 1 / bias(by.beta_2);
    }
}

// What gradients are multiplied by so that their norm, over the chunks, is at most `most`; NaN for an infinite one.
template <class T>
double OptimizerState<T>::clipping(Range chunks, double most) const {
    const double norm =
        std::sqrt(std::accumulate(square_sums_.begin() + chunks.begin, square_sums_.begin() + chunks.end, 0.0));
    return most / std::max(norm, most) + (norm - norm);
}

template <class T>
void OptimizerState<T>::update(const Team& team) {
    const OptimizerSettings& by = settings_;
    const Range mine = team.share(parameters_.trained_count()), all{0, static_cast<Index>(chunks_.size())};
    if (update_.gradient_sums)
        kernels_->parameters.accumulate(parameters_.gradients(), update_.gradient_sums,
                                        update_.due ? static_cast<double>(by.gradient_accumulation_steps) : 0, mine);
    if (update_.due) {
        // Chunks do not depend on the number of threads, and each has its own sum.
        if (by.clipnorm > 0 || by.global_clipnorm > 0) {
            team.barrier();
            const Range share = team.share(all);
            for (Index i = share.begin; i < share.end; ++i) {
                const Range chunk = chunks_[static_cast<std::size_t>(i)];
                square_sums_[static_cast<std::size_t>(i)] =
                    kernels_->parameters.sum_squares(parameters_.gradients() + chunk.begin, chunk.end - chunk.begin);
            }
            team.barrier();
        }
        UpdateArgs<T> args = update_.args;
        const double of_all = by.global_clipnorm > 0 ? clipping(all, by.global_clipnorm) : 1;
        for (const TrainedParameter& parameter : trained_) {
            const Range range{std::max(mine.begin, parameter.elements.begin),
                              std::min(mine.end, parameter.elements.end)};
            if (range.begin >= range.end) continue;
            args.scale = by.clipnorm > 0 ? clipping(parameter.chunks, by.clipnorm) : of_all;
            args.decay = parameter.decays ? update_.args.decay : 0;
            args.factored = parameter.is_matrix;
            const bool left_to_adam = by.kind == Optimizer::muon && !parameter.is_matrix;
            args.kind = left_to_adam ? Optimizer::adam : by.kind;
            args.rate = left_to_adam ? update_.args.gradient_rate : update_.args.rate;
            if (left_to_adam && parameter.decays) args.decay = update_.adam_decay;
            kernels_->parameters.update(args, range);
        }
        if (needs_whole(by.kind)) {
            team.barrier();
            whole_.finish(update_.args, team);
            team.barrier();
        }
    }
    if (update_.average)
        kernels_->parameters.average(update_.average, parameters_.values(), update_.average_momentum,
                                     update_.overwrites, mine);
    parameters_.constrain(team);
}

template class OptimizerState<float>;
template class OptimizerState<double>;

}  // namespace fastlstm
