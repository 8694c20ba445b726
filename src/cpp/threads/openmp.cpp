#include "openmp.hpp"

#if defined(__unix__) || defined(__APPLE__)
#include <dlfcn.h>
#endif

namespace fastlstm {

#if defined(__unix__) || defined(__APPLE__)
namespace {

template <class Function>
bool find(void* library, const char* name, Function*& found) {
    found = reinterpret_cast<Function*>(dlsym(library, name));
    return found != nullptr;
}

}  // namespace

bool find_openmp(const char* library, OpenMP& found) {
    void* handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (!handle) return false;
    const bool complete = find(handle, "GOMP_parallel", found.parallel) &&
                          find(handle, "omp_get_thread_num", found.thread_num) &&
                          find(handle, "omp_get_num_threads", found.num_threads) &&
                          find(handle, "omp_get_max_threads", found.max_threads);
    if (!complete) dlclose(handle);  // else it stays, so that what was found does
    return complete;
}
#else
bool find_openmp(const char*, OpenMP&) { return false; }
#endif

}  // namespace fastlstm
