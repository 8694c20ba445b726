// The names of what the engine has: cells, activations, losses and so on.
#pragma once

#include <cstddef>
#include <cstdint>

#include "../lists/activations.hpp"
#include "../lists/cells.hpp"
#include "../lists/constraints.hpp"
#include "../lists/losses.hpp"
#include "../lists/optimizers.hpp"

#define FASTLSTM_TEXT_OF(value) #value
#define FASTLSTM_TEXT(value) FASTLSTM_TEXT_OF(value)

namespace fastlstm {

using Index = std::ptrdiff_t;

#define FASTLSTM_NAME(name) name,
#define FASTLSTM_FIRST_NAME(name, ...) name,
// Elementwise ones first.
enum class Activation : int {
    FASTLSTM_ELEMENTWISE_ACTIVATIONS(FASTLSTM_NAME) FASTLSTM_ROW_ACTIVATIONS(FASTLSTM_NAME) count
};
enum class Cell : int { FASTLSTM_CELLS(FASTLSTM_FIRST_NAME) count };
enum class Loss : int { FASTLSTM_LOSSES(FASTLSTM_FIRST_NAME) count };
enum class Optimizer : int { FASTLSTM_OPTIMIZERS(FASTLSTM_FIRST_NAME) count };
enum class Constraint : int { FASTLSTM_CONSTRAINTS(FASTLSTM_NAME) count };
#undef FASTLSTM_NAME
#undef FASTLSTM_FIRST_NAME
// How the values of rows and steps become one: divided by their number, by nothing, or by the sum of their weights.
enum class Reduction : int { sum_over_batch_size, sum, mean_with_sample_weight };
// How several inputs become one: elementwise, or side by side.
enum class Merge : int { sum, mul, ave, concat, sub, max, min, count };
// How a step of a query and one of the keys become a score: their product, the sum of tanh(q + k) weighted by feature,
// or by one number.
enum class Scores : int { dot, additive, concat, count };
// What a query step attends to whose every value step is masked: to all by their scores, since masked ones are lowered
// by 1e9; to all alike; or to none.
enum class AllMasked : int { by_scores, alike, none, count };
// How the steps of a window become one.
enum class Pooling : int { max, average, count };
// Random numbers that are added, that are multiplied by, or that choose what is replaced (Klambauer et al. 2017).
enum class Noise : int { gaussian, gaussian_factor, alpha_dropout, count };

constexpr int most_states = 2;
constexpr int most_slots = 3;  // of an optimizer

static constexpr bool is_elementwise(Activation activation) { return activation < Activation::softmax; }

}  // namespace fastlstm
