// The parameters of a network in flat buffers: trained ones first, with their gradients, and packed for the kernels.
#pragma once

#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <utility>
#include <vector>

#include "../kernels.hpp"
#include "graph.hpp"
#include "strided_weight.hpp"

namespace fastlstm {

struct NamedParameter {
    Index layer;
    const Weight* weight;
};

template <class T>
class Parameters {
public:
    // Gives every weight of the layers its place, and makes the buffers. Throws std::bad_alloc.
    void plan(const LayerGraph<T>& graph);
    void make_packed(const Kernels<T>& kernels, Index size);

    const std::vector<NamedParameter>& named() const { return named_; }
    Index trained_count() const { return trained_; }  // elements, which lie first
    Memory<T> memory() const { return {kernels_, values_.get(), gradients_.get(), packed_.get()}; }
    T* values() const { return values_.get(); }
    // Each group of rows has copies of its own, one for each use of the same weights; the first one holds the sum.
    T* gradients(Index group = 0, Index use = 0) const { return gradients_.get() + (group * uses_ + use) * trained_; }
    Index most_groups() const { return most_groups_; }
    // Sums the copies of so many groups.
    void sum_gradients(Index groups, const Team& team) const;

    // Of a weight that is trained; throws std::invalid_argument for another one.
    const Weight& trained_weight(std::size_t parameter) const;
    bool equals(std::size_t parameter, const Strided<const T>& values);  // bit for bit
    void set(std::size_t parameter, const Strided<const T>& values);
    void copy_gradient(std::size_t parameter, const Strided<T>& to);
    void set_gradient(std::size_t parameter, const Strided<const T>& values);

    // Weights change under the exclusive lock and raise the version; packed weights belong to one version.
    std::shared_lock<std::shared_mutex> lock_reading();
    std::shared_lock<std::shared_mutex> lock_packed(const LayerGraph<T>& graph);  // with up-to-date packed weights
    std::unique_lock<std::shared_mutex> lock_writing();
    std::uint64_t version() const { return version_; }
    void changed() { ++version_; }
    void pack(const LayerGraph<T>& graph, const Team& team) const;
    void packed() { packed_version_ = version_; }

    void set_regularizer(std::size_t parameter, double l1, double l2);
    bool regularized() const { return !penalties_.empty(); }
    double penalty() const;             // of all weights
    void regularize(const Team& team);  // adds their gradients
    // `sum` and, one after the other, the penalties of the last call of `regularize`.
    double plus_penalties(double sum) const;

    void set_constraint(std::size_t parameter, const ConstraintArgs<T>& constraint);  // without its weights
    void constrain(const Team& team) const;

private:
    struct PenaltyChunk {
        std::size_t parameter;
        Index offset, count;
        double l1, l2;
    };

    const Kernels<T>* kernels_ = nullptr;
    std::vector<NamedParameter> named_;
    Index trained_ = 0, most_groups_ = 1, uses_ = 1;
    Buffer<T> values_, gradients_, packed_;
    std::vector<PenaltyChunk> penalties_;  // for threads
    std::vector<double> penalty_sums_;
    std::vector<std::pair<std::size_t, ConstraintArgs<T>>> constraints_;  // by parameter

    // Everybody passes the entry first, so that a writer who waits there is not overtaken by readers for ever.
    std::shared_mutex weights_;
    std::mutex entry_;
    std::uint64_t version_ = 1, packed_version_ = 0;
};

}  // namespace fastlstm
