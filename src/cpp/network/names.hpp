// The names of what the core offers, by which its users ask for it.
#pragma once

#include <stdexcept>
#include <string>

#include "../kernels.hpp"

namespace fastlstm {

template <class E>
struct Named {
    const char* name;
    E value;
};

#define FASTLSTM_NAMED_CELL(name, equations) {#name, Cell::name},
#define FASTLSTM_NAMED_ACTIVATION(name) {#name, Activation::name},
#define FASTLSTM_NAMED_LOSS(name, function, width) {#name, Loss::name},
#define FASTLSTM_NAMED_CONSTRAINT(name) {#name, Constraint::name},
#define FASTLSTM_NAMED_OPTIMIZER(name, ...) {#name, Optimizer::name},
constexpr Named<Cell> cell_names[] = {FASTLSTM_CELLS(FASTLSTM_NAMED_CELL)};
constexpr Named<Activation> activation_names[] = {FASTLSTM_ELEMENTWISE_ACTIVATIONS(FASTLSTM_NAMED_ACTIVATION)
                                                      FASTLSTM_ROW_ACTIVATIONS(FASTLSTM_NAMED_ACTIVATION)};
constexpr Named<Loss> loss_names[] = {FASTLSTM_LOSSES(FASTLSTM_NAMED_LOSS)};
constexpr Named<Constraint> constraint_names[] = {FASTLSTM_CONSTRAINTS(FASTLSTM_NAMED_CONSTRAINT)};
constexpr Named<Optimizer> optimizer_names[] = {FASTLSTM_OPTIMIZERS(FASTLSTM_NAMED_OPTIMIZER)};
#undef FASTLSTM_NAMED_CELL
#undef FASTLSTM_NAMED_ACTIVATION
#undef FASTLSTM_NAMED_LOSS
#undef FASTLSTM_NAMED_CONSTRAINT
#undef FASTLSTM_NAMED_OPTIMIZER

constexpr Named<Merge> merge_names[] = {{"sum", Merge::sum},       {"mul", Merge::mul}, {"ave", Merge::ave},
                                        {"concat", Merge::concat}, {"sub", Merge::sub}, {"max", Merge::max},
                                        {"min", Merge::min}};

constexpr Named<Scores> score_names[] = {
    {"dot", Scores::dot}, {"additive", Scores::additive}, {"concat", Scores::concat}};

constexpr Named<AllMasked> all_masked_names[] = {
    {"by_scores", AllMasked::by_scores}, {"alike", AllMasked::alike}, {"none", AllMasked::none}};

constexpr Named<Pooling> pooling_names[] = {{"max", Pooling::max}, {"average", Pooling::average}};

constexpr Named<Noise> noise_names[] = {{"gaussian", Noise::gaussian},
                                        {"gaussian_factor", Noise::gaussian_factor},
                                        {"alpha_dropout", Noise::alpha_dropout}};

constexpr Named<Reduction> reduction_names[] = {{"sum_over_batch_size", Reduction::sum_over_batch_size},
                                                {"sum", Reduction::sum},
                                                {"mean_with_sample_weight", Reduction::mean_with_sample_weight}};

template <class E, std::size_t Count>
E value_of(const Named<E> (&names)[Count], const std::string& name, const char* argument) {
    std::string known;
    for (const Named<E>& each : names) {
        if (name == each.name) return each.value;
        known += (known.empty() ? "" : ", ") + std::string(each.name);
    }
    throw std::invalid_argument(std::string(argument) + ": expected one of " + known + ", got '" + name + "'");
}

template <class E, std::size_t Count>
const char* name_of(const Named<E> (&names)[Count], E value) {
    for (const Named<E>& each : names)
        if (value == each.value) return each.name;
    throw std::logic_error("a value without a name");
}

}  // namespace fastlstm
