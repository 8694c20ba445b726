// Prediction, roll-out and evaluation: each member of a team takes a share of the rows through all layers, in blocks
// whose buffers stay in its cache.
#include <algorithm>
#include <cstring>
#include <numeric>

#include "network.hpp"

namespace fastlstm {
namespace {

constexpr Index block_rows = 48;

template <class T>
void copy_rows(const Sequence<const T>& from, Index rows, Index steps, Index features, T* to) {
    for (Index n = 0; n < rows; ++n)
        for (Index t = 0; t < steps; ++t, to += features)
            std::memcpy(to, from.data + n * from.row + t * from.step, static_cast<std::size_t>(features) * sizeof(T));
}

}  // namespace

template <class T>
std::vector<typename Network<T>::Bound> Network<T>::acquire_blocks(int members, Index rows, Index steps) {
    std::vector<Bound> bindings;
    const Index block = std::min(block_rows, (rows + members - 1) / members);
    for (int i = 0; i < members; ++i) bindings.push_back(acquire(block, steps));
    return bindings;
}

template <class T>
void Network<T>::release_all(std::vector<Bound>& bindings) {
    for (Bound& binding : bindings) release(std::move(binding));
}

template <class T>
template <class Visit>
void Network<T>::for_each_block(const Team& team, std::vector<Bound>& bindings, Index rows, const Visit& visit) const {
    const Range mine = team.share(rows);
    Binding<T>& binding = *bindings[static_cast<std::size_t>(team.rank())];
    for (Index n = mine.begin; n < mine.end; n += binding.rows)
        visit(binding, Range{n, std::min(n + binding.rows, mine.end)});
}

template <class T>
void Network<T>::predict(const T* x, Index rows, Index steps, T* out) {
    finish();
    if (rows == 0) return;
    const auto lock = lock_packed();
    const double work = forward_work(steps) * static_cast<double>(rows);
    const int members = team_size(work, work, rows);
    auto bindings = acquire_blocks(members, rows, steps);
    const Index out_steps = output_steps(steps), row = steps * features_, out_row = out_steps * outputs();
    run_team(members, [&](const Team& team) {
        for_each_block(team, bindings, rows, [&](Binding<T>& binding, Range block) {
            const Index count = block.end - block.begin;
            binding.set_input({x + block.begin * row, row, features_});
            binding.forward({0, count});
            copy_rows(binding.output(), count, out_steps, outputs(), out + block.begin * out_row);
        });
    });
    release_all(bindings);
}

template <class T>
void Network<T>::forecast(const T* history, Index rows, Index window, Index steps, T* out) {
    finish();
    if (rows == 0 || steps == 0) return;
    const auto lock = lock_packed();
    const double work = forward_work(window) * static_cast<double>(rows * steps);
    const int members = team_size(work, work, rows);
    auto bindings = acquire_blocks(members, rows, window);
    // Each row's history with its forecast behind it: the window slides over both and nothing is moved.
    const Index given = window * features_, made = steps * features_, row = given + made;
    const Buffer<T> series = make_buffer<T>(rows * row);
    run_team(members, [&](const Team& team) {
        for_each_block(team, bindings, rows, [&](Binding<T>& binding, Range block) {
            T* first = series.get() + block.begin * row;
            const Index count = block.end - block.begin;
            for (Index n = 0; n < count; ++n)
                std::memcpy(first + n * row, history + (block.begin + n) * given,
                            static_cast<std::size_t>(given) * sizeof(T));
            for (Index t = 0; t < steps; ++t) {
                binding.set_input({first + t * features_, row, features_});
                binding.forward({0, count});
                for (Index n = 0; n < count; ++n)
                    copy_rows<T>({binding.output().data + n * binding.output().row, 0, 0}, 1, 1, features_,
                                 first + n * row + given + t * features_);
            }
            copy_rows<T>({first + given, row, features_}, count, steps, features_, out + block.begin * made);
        });
    });
    release_all(bindings);
}

template <class T>
double Network<T>::evaluate(const T* x, const T* y, Index rows, Index steps, Index target_width) {
    finish();
    const auto lock = lock_packed();
    require_target_width(target_width);
    const double work = forward_work(steps) * static_cast<double>(rows);
    const int members = team_size(work, work, rows);
    auto bindings = acquire_blocks(members, rows, steps);
    const Index row = steps * features_, target_row = output_steps(steps) * target_features();
    std::vector<double> row_loss(static_cast<std::size_t>(rows));
    run_team(members, [&](const Team& team) {
        for_each_block(team, bindings, rows, [&](Binding<T>& binding, Range block) {
            binding.set_input({x + block.begin * row, row, features_});
            binding.forward({0, block.end - block.begin});
            LossPass<T> pass = loss_pass(binding);
            pass.target = {y + block.begin * target_row, target_row, target_features()};
            pass.row_loss = row_loss.data() + block.begin;
            kernels_->loss(loss_, pass, {0, block.end - block.begin});
        });
    });
    release_all(bindings);
    return std::accumulate(row_loss.begin(), row_loss.end(), 0.0) / static_cast<double>(rows);
}

template void Network<float>::predict(const float*, Index, Index, float*);
template void Network<double>::predict(const double*, Index, Index, double*);
template void Network<float>::forecast(const float*, Index, Index, Index, float*);
template void Network<double>::forecast(const double*, Index, Index, Index, double*);
template double Network<float>::evaluate(const float*, const float*, Index, Index, Index);
template double Network<double>::evaluate(const double*, const double*, Index, Index, Index);

}  // namespace fastlstm
