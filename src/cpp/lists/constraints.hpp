// One line for each constraint of weights: its name, which has a function in engine/constraints.hpp.
#pragma once

// clang-format off
#define FASTLSTM_CONSTRAINTS(constraint) \
    constraint(non_neg)                  \
    constraint(max_norm)                 \
    constraint(unit_norm)                \
    constraint(min_max_norm)
// clang-format on
