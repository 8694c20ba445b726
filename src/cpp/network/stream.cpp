#include "stream.hpp"

#include <cstring>
#include <string>

namespace fastlstm {

template <class T>
Stream<T>::Stream(Network<T>& network) : network_(network) {
    network.require_steps();
}

template <class T>
void Stream<T>::begin(Index rows) {
    workspace_ = network_.make_step_workspace(rows);
    state_.assign(static_cast<std::size_t>(rows * network_.state_size()), T(0));
    workspace_->call.initial_state = workspace_->call.final_state = state_.data();
    rows_ = rows;
}

template <class T>
void Stream<T>::step(const T* x, Index rows, T* out) {
    const std::lock_guard<std::mutex> lock(busy_);
    if (rows == 0) return;
    if (rows_ == 0) begin(rows);
    if (rows != rows_)
        throw std::invalid_argument("x: the stream has begun with " + std::to_string(rows_) + " rows, got " +
                                    std::to_string(rows) + " (reset() lets it begin with any number)");
    network_.step(*workspace_, x, out);
}

template <class T>
std::pair<Index, std::vector<T>> Stream<T>::state() {
    const std::lock_guard<std::mutex> lock(busy_);
    return {rows_, state_};
}

template <class T>
void Stream<T>::set_state(Index rows, const T* values) {
    const std::lock_guard<std::mutex> lock(busy_);
    if (rows != rows_) begin(rows);
    std::memcpy(state_.data(), values, state_.size() * sizeof(T));
}

template <class T>
void Stream<T>::reset() {
    const std::lock_guard<std::mutex> lock(busy_);
    rows_ = 0;
    state_.clear();
    workspace_.reset();
}

template class Stream<float>;
template class Stream<double>;

}  // namespace fastlstm
