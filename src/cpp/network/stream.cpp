#include "stream.hpp"

#include <cstring>
#include <string>

namespace fastlstm {

template <class T>
Stream<T>::Stream(Network<T>& network) : network_(network) {
    network.finish();
    if (network.graph.input_count() != 1 || network.graph.output_count() != 1)
        throw std::invalid_argument("stream: expected a network with one input and one output");
    if (!network.graph.input_shape().sequence) throw std::invalid_argument("stream: expected a network of sequences");
    for (Index i = 0; i < network.graph.size(); ++i)
        if (!network.graph.divided(i) && !network.graph.layer(i).works_step_by_step())
            throw std::invalid_argument("stream: expected layers that work step by step");
    lengths_ = network.graph.lengths({1});
}

template <class T>
void Stream<T>::begin(Index rows) {
    workspace_ = network_.workspaces.make({rows, lengths_, false});
    state_.assign(static_cast<std::size_t>(rows * network_.graph.state_size()), T(0));
    Call<T>& call = workspace_->call;
    call.state_size = network_.graph.state_size();
    call.continues = true;
    call.initial_state = call.final_state = state_.data();
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
    const auto weights = network_.parameters.lock_packed(network_.graph);
    const Index features = network_.graph.input_shape().features;
    workspace_->set_inputs([&](std::size_t) { return Sequence<const T>{x, features, features}; });
    const Plan planned = network_.prediction_plan(rows, *lengths_);
    run_team(planned.threads, [&](const Team& team) {
        const Work mine(planned, team);
        workspace_->forward(mine.rows(rows), mine);
    });
    copy_rows(workspace_->output().values, rows, 1, network_.graph.output_shape().features, out);
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
