#include "dispatch.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace fastlstm {

#if defined(__x86_64__)
namespace baseline {
extern const KernelTable table;
}
namespace avx2 {
extern const KernelTable table;
}
namespace avx512 {
extern const KernelTable table;
}
#else
namespace neon {
extern const KernelTable table;
}
#endif

namespace {

const KernelTable* const best_first[] = {
#if defined(__x86_64__)
    &avx512::table, &avx2::table, &baseline::table
#else
    &neon::table
#endif
};

// The compiler's run-time library asks the processor and, through XCR0, whether the operating system saves the
// registers.
unsigned machine_features() {
    unsigned features = 0;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) features |= cpu_avx2;
    if (__builtin_cpu_supports("fma")) features |= cpu_fma;
    if (__builtin_cpu_supports("avx512f")) features |= cpu_avx512f;
    if (__builtin_cpu_supports("avx512vl")) features |= cpu_avx512vl;
    if (__builtin_cpu_supports("avx512dq")) features |= cpu_avx512dq;
    if (__builtin_cpu_supports("avx512bw")) features |= cpu_avx512bw;
#endif
    return features;
}

bool runs_here(const KernelTable& table) {
    static const unsigned features = machine_features();
    return (table.features & ~features) == 0;
}

std::atomic<const KernelTable*> selected{nullptr};

}  // namespace

std::vector<std::string> available_isas() {
    std::vector<std::string> names;
    for (const KernelTable* table : best_first)
        if (runs_here(*table)) names.emplace_back(table->name);
    return names;
}

const KernelTable& active_kernels() {
    if (const KernelTable* table = selected.load()) return *table;
    for (const KernelTable* table : best_first)
        if (runs_here(*table)) return *table;
    throw std::runtime_error("fastlstm: no compiled instruction set runs on this processor");
}

const KernelTable& kernels_for(const KernelTable& active, Index bytes) {
    if (selected.load()) return active;
    const KernelTable* chosen = &active;
    for (const KernelTable* table : best_first) {
        const Index lanes = table->f32->lanes;
        if (lanes < chosen->f32->lanes && lanes * static_cast<Index>(sizeof(float)) >= bytes &&
            (table->features & cpu_fma) && runs_here(*table))
            chosen = table;
    }
    return *chosen;
}

void select_isa(const std::string& name) {
    for (const KernelTable* table : best_first)
        if (name == table->name && runs_here(*table)) {
            selected.store(table);
            return;
        }
    std::string known;
    for (const std::string& available : available_isas()) known += (known.empty() ? "" : ", ") + available;
    throw std::invalid_argument("FASTLSTM_ISA: expected one of " + known + " (what this machine runs), got '" + name +
                                "'");
}

void select_isa_from_environment() {
    const char* name = std::getenv("FASTLSTM_ISA");
    if (name && *name) select_isa(name);
}

}  // namespace fastlstm
