// How threads share the work of a call.
#pragma once

#include "graph.hpp"

namespace fastlstm {

// What the threads of a work share: rows, each taking its own through all layers; units of the same rows, with a
// barrier each step; or layers of the same rows, each a chunk of steps behind the one below it.
enum class Sharing { rows, units, layers };

struct Plan {
    int threads;
    Sharing sharing;
};

// One thread's part in a planned work: the rows that it goes about, and with whom.
struct Work {
    const Team& team;
    const Team alone{0, 1, nullptr};
    const Team& unit_team;
    const bool by_layers;

    Work(const Plan& plan, const Team& team)
        : team(team),
          unit_team(plan.sharing == Sharing::rows ? alone : team),
          by_layers(plan.sharing == Sharing::layers) {}
    Work(const Work&) = delete;
    Range rows(Index count) const { return unit_team.size() > 1 ? Range{0, count} : team.share(count); }
};

template <class T>
class Planner {
public:
    explicit Planner(const LayerGraph<T>& graph) : graph_(graph) {}

    void finish(const Kernels<T>& kernels);
    // For so many floating-point operations in all, and between two barriers. `apart`: whether each thread has rows
    // of its own, and gradients. `groups`: if not 0, rows may be divided only between so many groups of them.
    Plan plan(double work, double section, Index rows, bool apart = true, Index groups = 0) const;
    // Bytes of weights that a step of one layer goes through, at most.
    double heaviest_step() const { return heaviest_step_; }

private:
    const LayerGraph<T>& graph_;
    std::vector<UnitParallelism> layers_;
    double heaviest_step_ = 0;
};

}  // namespace fastlstm
