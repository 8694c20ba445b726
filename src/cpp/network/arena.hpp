// Memory that is planned once and then used by every step.
#pragma once

#include <cstring>
#include <memory>
#include <new>
#include <vector>

#include "../kernels.hpp"

namespace fastlstm {

struct AlignedDelete {
    void operator()(void* memory) const { ::operator delete(memory, std::align_val_t(64)); }
};

template <class T>
using Buffer = std::unique_ptr<T[], AlignedDelete>;

// Zeroed and aligned to a cache line.
template <class T>
Buffer<T> make_buffer(Index count) {
    constexpr Index most = Index{1} << 56;
    if (count < 0 || count > most) throw std::bad_alloc();
    const std::size_t bytes = static_cast<std::size_t>(count > 0 ? count : 1) * sizeof(T);
    void* memory = ::operator new(bytes, std::align_val_t(64));
    std::memset(memory, 0, bytes);
    return Buffer<T>(static_cast<T*>(memory));
}

template <class T>
class Arena {
public:
    T* take(Index count) {
        buffers_.push_back(make_buffer<T>(count));
        return buffers_.back().get();
    }

private:
    std::vector<Buffer<T>> buffers_;
};

}  // namespace fastlstm
