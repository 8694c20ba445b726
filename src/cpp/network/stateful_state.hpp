// The states that stateful layers keep from call to call.
#pragma once

#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "graph.hpp"

namespace fastlstm {

template <class T>
class StatefulState {
public:
    class Guard;

    explicit StatefulState(const LayerGraph<T>& graph) : graph_(graph) {}

    std::pair<Index, std::vector<T>> get() {  // rows (-1: none yet), values
        const std::lock_guard<std::mutex> lock(mutex_);
        if (rows_ < 0) return {-1, {}};
        return {rows_, {values_.get(), values_.get() + rows_ * graph_.state_size()}};
    }
    void set(Index rows, const T* values) {  // rows -1: none
        const Index size = std::max<Index>(rows, 0) * graph_.state_size();
        Buffer<T> copy = make_buffer<T>(size);
        if (rows > 0) std::memcpy(copy.get(), values, static_cast<std::size_t>(size) * sizeof(T));
        const std::lock_guard<std::mutex> lock(mutex_);
        values_ = std::move(copy);
        rows_ = rows;
    }

private:
    const LayerGraph<T>& graph_;
    Index rows_ = -1;
    Buffer<T> values_;
    std::mutex mutex_;  // of stateful networks, one call at a time
};

// A stateful network's states during a call: held by it alone, of as many rows as the batch, zeros at first. If the
// call fails, states that did not exist before it do not exist after it. Nothing for a network that is not stateful.
template <class T>
class StatefulState<T>::Guard {
public:
    Guard(StatefulState& state, Index rows) : state_(state) {
        if (!state.graph_.stateful()) return;
        lock_ = std::unique_lock<std::mutex>(state.mutex_);
        if (state.rows_ < 0) {
            state.values_ = make_buffer<T>(rows * state.graph_.state_size());
            state.rows_ = rows;
            fresh_ = true;
        }
        if (rows != state.rows_)
            throw std::invalid_argument("x: a stateful model carries the states of " + std::to_string(state.rows_) +
                                        " rows, got a batch of " + std::to_string(rows) +
                                        " (batches must be of one size; reset_state() forgets the states)");
    }
    ~Guard() {
        if (fresh_) state_.rows_ = -1;
    }
    Guard(const Guard&) = delete;

    // Lets a call of rows from this one on begin with the states, and end by writing them.
    void use(Call<T>& call, Index first_row) const {
        if (!lock_.owns_lock()) return;
        call.only_stateful = true;
        call.initial_state = call.final_state = state_.values_.get() + first_row * state_.graph_.state_size();
    }
    void succeed() { fresh_ = false; }

private:
    StatefulState& state_;
    std::unique_lock<std::mutex> lock_;
    bool fresh_ = false;
};

}  // namespace fastlstm
