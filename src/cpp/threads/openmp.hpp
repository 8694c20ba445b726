// The OpenMP runtime that another package has brought into the process, if it has one.
#pragma once

namespace fastlstm {

// Functions of the interface that GCC and LLVM have in common; names are those of the runtime.
struct OpenMP {
    void (*parallel)(void (*body)(void*), void* context, unsigned threads, unsigned flags);
    int (*thread_num)();
    int (*num_threads)();
    int (*max_threads)();
};

// Looks in a shared library that is loaded, and in all that it needs. False if there is none.
bool find_openmp(const char* library, OpenMP& found);

}  // namespace fastlstm
