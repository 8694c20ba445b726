// All records of the steps of a batch: states, gates, and gradients of states.
#pragma once

#include <optional>
#include <vector>

#include "training_batch.hpp"

namespace fastlstm {

enum class Recorded { states, gates, state_gradients };

template <class T>
class StepRecords {
public:
    explicit StepRecords(TrainingBatch<T>& batch) {
        for (auto& group : batch.groups) {
            std::size_t number = 0;
            for (auto& layer : group->layers)
                for (StepRecord<T>* record : layer->step_records()) {
                    if (number == of_groups_.size()) of_groups_.emplace_back();
                    of_groups_[number++].push_back(record);
                }
        }
    }

    std::size_t count() const { return of_groups_.size(); }
    // Of a record: (rows, steps, vectors of each step, units).
    std::vector<Index> shape(std::size_t number, Recorded what) const {
        const StepRecord<T>& first = *of_groups_[number].front();
        Index rows = 0;
        for (const StepRecord<T>* record : of_groups_[number]) rows += record->record_rows();
        return {rows, first.record_steps(), vectors(first, what), first.record_shape().units};
    }
    void copy(std::size_t number, Recorded what, T* to) const {
        for (const StepRecord<T>* record : of_groups_[number]) {
            if (what == Recorded::states) record->copy_states(to);
            if (what == Recorded::gates) record->copy_gates(to);
            if (what == Recorded::state_gradients) record->copy_state_gradients(to);
            to +=
                record->record_rows() * record->record_steps() * vectors(*record, what) * record->record_shape().units;
        }
    }
    void copy_valid(std::size_t number, bool* to) const {
        for (const StepRecord<T>* record : of_groups_[number]) {
            record->copy_valid(to);
            to += record->record_rows() * record->record_steps();
        }
    }
    void keep_state_gradients(bool keep) const {
        for (const auto& records : of_groups_)
            for (StepRecord<T>* record : records) record->keep_state_gradients(keep);
    }

private:
    static Index vectors(const StepRecord<T>& record, Recorded what) {
        const StepRecordShape shape = record.record_shape();
        return what == Recorded::gates ? shape.gates : shape.states;
    }

    std::vector<std::vector<StepRecord<T>*>> of_groups_;  // by record
};

// Keeps the gradients of states in a backward pass of a batch, if they are wanted.
template <class T>
class StateGradients {
public:
    // `to`: where those of each record go; empty if they are not wanted.
    StateGradients(TrainingBatch<T>& batch, const std::vector<T*>& to) : to_(to) {
        if (to_.empty()) return;
        records_.emplace(batch);
        records_->keep_state_gradients(true);
    }
    ~StateGradients() { stop(); }
    StateGradients(const StateGradients&) = delete;
    StateGradients& operator=(const StateGradients&) = delete;

    // Before somebody else uses the batch.
    void copy_and_stop() {
        for (std::size_t number = 0; number < to_.size(); ++number)
            records_->copy(number, Recorded::state_gradients, to_[number]);
        stop();
    }

private:
    void stop() {
        if (records_) records_->keep_state_gradients(false);
        records_.reset();
    }

    std::optional<StepRecords<T>> records_;
    const std::vector<T*>& to_;
};

}  // namespace fastlstm
