// Updates that need whole parameters: norms, averages of rows and columns, singular values. The optimizer has begun
// them element by element: gradients are what is left to do.
#pragma once

#include <vector>

#include "../threads/teams.hpp"
#include "arena.hpp"
#include "parameters.hpp"

namespace fastlstm {

// A trained parameter as matrices, which lie one behind the other.
struct WholeParameter {
    Range elements, chunks;
    Index matrices, rows, columns;  // no matrices: updated element by element
};

struct WholeSettings {
    double epsilon_2 = 0, clip_threshold = 1;   // of Adafactor
    double muon_a = 0, muon_b = 0, muon_c = 0;  // the polynomial of a Newton-Schulz step of Muon
    double rms_rate = -1;                       // by which the step grows with the root of the size; < 0: none
    std::int64_t ns_steps = 0;
};

template <class T>
class WholeUpdates {
public:
    // Parameters and chunks (of all of them) are those of the optimizer.
    void set(const WholeSettings& settings, const Kernels<T>& kernels, std::vector<WholeParameter> parameters,
             std::vector<Range> chunks, Optimizer kind);
    // All threads of a team, after a barrier.
    void finish(const UpdateArgs<T>& args, const Team& team);

private:
    void lamb(const UpdateArgs<T>& args, const Team& team);
    void adafactor(const UpdateArgs<T>& args, const Team& team);
    void muon(const UpdateArgs<T>& args, const Team& team);
    void muon(const UpdateArgs<T>& args, const WholeParameter& parameter, const Team& team);

    Range own_chunks(const Team& team) const { return team.share(static_cast<Index>(chunks_.size())); }
    void sum_squares(const T* values, std::vector<double>& sums, const Team& team) const;
    static double sum_of(const std::vector<double>& sums, Range chunks);
    // parameters += factor(parameter) * gradients, chunk by chunk.
    template <class Factor>
    void add_gradients(const UpdateArgs<T>& args, const Team& team, const Factor& factor) const;

    WholeSettings settings_;
    const Kernels<T>* kernels_ = nullptr;
    std::vector<WholeParameter> parameters_;
    std::vector<Range> chunks_;
    std::vector<std::size_t> owners_;                    // of each chunk: its parameter
    std::vector<double> weight_squares_, step_squares_;  // sums over chunks
    // Muon's matrix, with at most as many rows as columns; the next one, and its transpose; and two squares.
    Buffer<T> matrix_, next_, transposed_, square_, polynomial_;
};

}  // namespace fastlstm
