// The one place that knows threads: teams that run one function together, each thread on its own share.
//
// A whole train step, or many, is one function with barriers in it, so that steps of some 50 microseconds pay for a
// barrier (two cache-line transfers) instead of for waking threads.
#pragma once

#include <atomic>
#include <type_traits>

#include "../kernels.hpp"

namespace fastlstm {

class Barrier {
public:
    // `own_cores`: whether there is one for every thread, so that waiting by spinning takes no time from another.
    void reset(bool own_cores);
    void wait(int threads);

private:
    bool own_cores_ = true;
    alignas(64) std::atomic<int> arrived_{0};
    alignas(64) std::atomic<unsigned> generation_{0};
};

// One thread's view of its team.
class Team {
public:
    Team(int rank, int size, Barrier* barrier) : rank_(rank), size_(size), barrier_(barrier) {}
    int rank() const { return rank_; }
    int size() const { return size_; }
    Range share(Index count) const { return part_of(count, rank_, size_); }
    Range share(Range whole) const {
        const Range part = share(whole.end - whole.begin);
        return {whole.begin + part.begin, whole.begin + part.end};
    }
    void barrier() const {
        if (size_ > 1) barrier_->wait(size_);
    }

private:
    int rank_, size_;
    Barrier* barrier_;
};

// Runs body(context, team) on up to `size` threads, the caller's among them, with denormals counted as zero. When
// other threads' teams are at work, the caller runs alone: results do not depend on the size. A body must not throw,
// for its threads could not be stopped.
using TeamBody = void (*)(void* context, const Team& team) noexcept;
void run_team(int size, TeamBody body, void* context);

template <class Body>
void run_team(int size, Body&& body) {
    run_team(
        size,
        [](void* context, const Team& team) noexcept { (*static_cast<std::remove_reference_t<Body>*>(context))(team); },
        &body);
}

// Threads worth having: `work` is all floating-point operations of a call, `section` those between two barriers,
// `most` the number of chunks that it can be cut into. A unit team shares single steps of a `section`, which may be
// shorter, since its threads find their share of the weights in their own caches.
int team_size(double work, double section, Index most);
int unit_team_size(double work, double section, double step, Index most);

// Whether other programs have lately kept a thread from its core. A team whose threads wait for each other's time
// slices is a hundred times slower than one thread, so `team_size` is one for a while, and work in progress should ask
// again and go on with another team when the answer changes.
bool crowded();

// Teams run on the threads of the OpenMP runtime that a library has loaded, from now on; false if it has none. Its
// threads spin for milliseconds after each of their jobs, and would take the cores from threads of our own.
bool borrow_threads(const char* library);

constexpr int most_threads = 1024;

int thread_count();
void set_thread_count(int threads);

}  // namespace fastlstm
