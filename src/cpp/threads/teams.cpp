#include "teams.hpp"

#include "../tuning.hpp"
#include "openmp.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#include <sched.h>
#include <time.h>
#endif

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace fastlstm {
namespace {

// Counts denormals as zero while it lives, then restores the caller's mode.
class FlushDenormals {
public:
#if defined(__x86_64__)
    FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040u); }
    ~FlushDenormals() { _mm_setcsr(before_); }

private:
    unsigned before_;
#else
    FlushDenormals() {
        asm volatile("mrs %0, fpcr" : "=r"(before_));
        asm volatile("msr fpcr, %0" : : "r"(before_ | (std::uint64_t{1} << 24)));
    }
    ~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(before_)); }

private:
    std::uint64_t before_;
#endif
};

void pause_core() {
#if defined(__x86_64__)
    _mm_pause();
#else
    asm volatile("yield");
#endif
}

using Clock = std::chrono::steady_clock;

constexpr auto nap = std::chrono::microseconds(tuning::nap_microseconds);
constexpr auto awake = std::chrono::microseconds(tuning::awake_microseconds);

// A yield returns at once unless another thread wants the core. In a team with a core for each thread, one that took a
// time slice gave it to another program.
constexpr auto slice = std::chrono::microseconds(tuning::slice_microseconds);

// After such a moment work goes on with one thread for a while, since every new attempt costs a slice.
constexpr Clock::duration shortest_retreat = std::chrono::milliseconds(tuning::shortest_retreat_milliseconds);
constexpr Clock::duration longest_retreat = std::chrono::milliseconds(tuning::longest_retreat_milliseconds);
std::atomic<Clock::duration> retreat{shortest_retreat};
std::atomic<Clock::time_point> crowded_until{Clock::time_point{}};

void retreat_from(Clock::time_point now) {
    const Clock::time_point before = crowded_until.load();
    if (now < before) return;
    const Clock::duration last = retreat.load();
    const Clock::duration next = now - before < last ? std::min(2 * last, longest_retreat) : shortest_retreat;
    retreat.store(next);
    crowded_until.store(now + next);
}

// CPU time of this thread.
std::chrono::nanoseconds time_run() {
#if defined(__unix__) || defined(__APPLE__)
    timespec spent;
    if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) == 0)
        return std::chrono::seconds(spent.tv_sec) + std::chrono::nanoseconds(spent.tv_nsec);
#endif
    return std::chrono::nanoseconds(0);
}

void yield_core(bool own_core) {
    const auto before = Clock::now();
    std::this_thread::yield();
    const auto after = Clock::now();
    if (own_core && after - before > slice) retreat_from(after);
}

// Waits for something that a running thread will do soon.
template <class Done>
void wait_for(const Done& done, bool own_core) {
    if (own_core)
        for (int i = 0; i < tuning::spin_pauses; ++i) {
            if (done()) return;
            pause_core();
        }
    for (int i = 0; i < tuning::yields; ++i) {
        if (done()) return;
        yield_core(own_core);
    }
    while (!done()) std::this_thread::sleep_for(nap);
}

// A thread that is woken is often put on the core of the one that woke it, which waits for it there; the scheduler
// takes milliseconds to part them.
int current_core() {
#if defined(__linux__)
    return sched_getcpu();
#else
    return -1;
#endif
}
void leave_core([[maybe_unused]] int core) {
#if defined(__linux__)
    cpu_set_t allowed;
    if (current_core() != core || sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    CPU_CLR(core, &others);
    if (sched_setaffinity(0, sizeof others, &others) == 0) sched_setaffinity(0, sizeof allowed, &allowed);
#endif
}

int core_count() {
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
#endif
    return std::max(1u, std::thread::hardware_concurrency());
}

int default_threads() {
    const char* text = std::getenv("FASTLSTM_NUM_THREADS");
    if (!text || !*text) return core_count();
    char* end = nullptr;
    const long threads = std::strtol(text, &end, 10);
    if (*end || threads < 1 || threads > most_threads)
        throw std::invalid_argument("FASTLSTM_NUM_THREADS: expected a number from 1 to " +
                                    std::to_string(most_threads) + ", got '" + text + "'");
    return static_cast<int>(threads);
}

std::atomic<int>& threads_setting() {
    static std::atomic<int> threads{default_threads()};
    return threads;
}

// What a thread must have to do: more than it takes to wake it, and more than a barrier costs.
int threads_worth(double work, double worth_barriers, Index most) {
    if (crowded()) return 1;
    const double worth = std::min(work / tuning::work_per_thread, worth_barriers);
    const double threads = std::min({worth, static_cast<double>(most), static_cast<double>(thread_count())});
    return std::max(1, static_cast<int>(threads));
}

// Null, or one that is never destroyed.
std::atomic<const OpenMP*> borrowed{nullptr};

// Workers that sleep between jobs. A job's number and the team's size travel in one word, so that a worker that is
// not in a team never reads the job while the next one is written.
class Pool {
public:
    void run(int size, TeamBody body, void* context) {
        const std::unique_lock<std::mutex> only(busy_, std::try_to_lock);
        const OpenMP* openmp = borrowed.load();
        if (size > 1 && only && !openmp) size = std::min(size, hire(size - 1) + 1);
        if (size <= 1 || !only) {
            const FlushDenormals guard;
            return body(context, Team(0, 1, nullptr));
        }
        body_ = body;
        context_ = context;
        size_ = size;
        own_cores_ = size <= core_count_;
        posted_ = Clock::now();
        caller_core_ = current_core();
        barrier_.reset(own_cores_);
        if (openmp) return openmp->parallel(&Pool::join, this, threads_of(*openmp, size), 0);
        running_.store(size - 1, std::memory_order_relaxed);
        {
            const std::lock_guard<std::mutex> lock(sleep_);
            job_.store(((job_.load(std::memory_order_relaxed) >> 16) + 1) << 16 | static_cast<std::uint64_t>(size));
        }
        wake_.notify_all();
        work(0, size);
        wait_for([&] { return running_.load(std::memory_order_acquire) == 0; }, own_cores_);
    }

private:
    // Always as many, and as many as it has anyway: it ends threads that a job does without.
    static unsigned threads_of(const OpenMP& openmp, int size) {
        return static_cast<unsigned>(std::max({size, thread_count(), openmp.max_threads()}));
    }

    // What each thread of OpenMP does, which may be fewer than it was asked for.
    static void join(void* pool) {
        const OpenMP& openmp = *borrowed.load();
        Pool& self = *static_cast<Pool*>(pool);
        const int rank = openmp.thread_num(), size = std::min(self.size_, openmp.num_threads());
        if (rank < size) self.work(rank, size);
    }

    // Whether a thread was kept off its core for so long that one alone would have finished earlier. Of a long job some
    // slices are lost to the system anyway.
    void work(int rank, int size) {
        const FlushDenormals guard;
        if (rank > 0 && own_cores_) leave_core(caller_core_);
        const auto posted = posted_;
        const auto ran_before = time_run();
        body_(context_, Team(rank, size, &barrier_));
        const auto now = Clock::now();
        const auto whole = now - posted, lost = whole - (time_run() - ran_before);
        if (own_cores_ && lost > slice && size * lost > (size - 1) * whole) retreat_from(now);
    }

    // Returns how many workers there are, fewer than asked if the system refuses more.
    int hire(int workers) {
        while (workers_ < workers) {
            try {
                std::thread(&Pool::serve, this, workers_ + 1, job_.load()).detach();
            } catch (const std::system_error&) {
                break;
            }
            ++workers_;
        }
        return workers_;
    }

    void serve(int rank, std::uint64_t seen) {
        for (;;) {
            wait_for_job(seen);
            seen = job_.load(std::memory_order_acquire);
            const int size = static_cast<int>(seen & 0xffff);
            if (rank >= size) continue;
            work(rank, size);
            running_.fetch_sub(1, std::memory_order_release);
        }
    }

    void wait_for_job(std::uint64_t seen) {
        const auto posted = [&] { return job_.load(std::memory_order_acquire) != seen; };
        if (own_cores_.load(std::memory_order_relaxed))
            for (const auto start = Clock::now(); Clock::now() - start < awake;) {
                for (int i = 0; i < tuning::spin_pauses; ++i) {
                    if (posted()) return;
                    pause_core();
                }
                std::this_thread::yield();
            }
        std::unique_lock<std::mutex> lock(sleep_);
        wake_.wait(lock, posted);
    }

    std::mutex busy_, sleep_;
    std::condition_variable wake_;
    TeamBody body_ = nullptr;
    void* context_ = nullptr;
    int size_ = 1;
    Barrier barrier_;
    const int core_count_ = core_count();
    std::atomic<bool> own_cores_{true};
    Clock::time_point posted_{};
    int caller_core_ = -1;
    int workers_ = 0;
    std::atomic<int> running_{0};
    std::atomic<std::uint64_t> job_{0};
};

// Never destroyed: its workers are detached and may outlive the statics. A forked child has none of them, so it
// starts with a new pool.
std::atomic<Pool*>& pool() {
    static std::atomic<Pool*> current = [] {
#if defined(__unix__) || defined(__APPLE__)
        pthread_atfork(nullptr, nullptr, [] {
            borrowed.store(nullptr);
            pool().store(new Pool);
        });
#endif
        return new Pool;
    }();
    return current;
}

}  // namespace

void Barrier::reset(bool own_cores) {
    own_cores_ = own_cores;
    arrived_.store(0, std::memory_order_relaxed);
}

void Barrier::wait(int threads) {
    const unsigned generation = generation_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == threads) {
        arrived_.store(0, std::memory_order_relaxed);
        generation_.fetch_add(1, std::memory_order_release);
        return;
    }
    wait_for([&] { return generation_.load(std::memory_order_acquire) != generation; }, own_cores_);
}

void run_team(int size, TeamBody body, void* context) { pool().load()->run(size, body, context); }

bool borrow_threads(const char* library) {
    pool();  // whose children begin without them
    OpenMP found;
    if (!find_openmp(library, found)) return false;
    borrowed.store(new OpenMP(found));
    return true;
}

bool crowded() { return Clock::now() < crowded_until.load(); }

int team_size(double work, double section, Index most) {
    return threads_worth(work, 2 * section / tuning::work_for_two_threads, most);
}
int unit_team_size(double work, double section, double step, Index most) {
    return threads_worth(work, std::min(section / tuning::unit_team_work, step / tuning::unit_team_step), most);
}

int thread_count() { return threads_setting().load(); }
void set_thread_count(int threads) { threads_setting().store(threads); }

}  // namespace fastlstm
