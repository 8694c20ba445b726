// Embedding: rows of a table. Indices are checked before; one that another thread has changed since is brought into
// bounds, so that it can do no more than give a wrong row.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
FASTLSTM_INLINE Index entry_of(const EmbeddingPass<T>& pass, Index t, Index n) {
    const T value = *element(pass.x, t, n, 0);
    return value > 0 ? value < static_cast<T>(pass.entries) ? static_cast<Index>(value) : pass.entries - 1 : 0;
}

template <class T>
void embed(const EmbeddingPass<T>& pass, Range rows) {
    for_each_vector<T>(pass.steps, rows, pass.features, [&](Index t, Index n, Index i, Index count) {
        store(element(pass.y, t, n, i), load(pass.table + entry_of(pass, t, n) * pass.features + i, count));
    });
}

template <class T>
void embed_gradients(const EmbeddingPass<T>& pass, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, pass.features); i += L) {
        const Index count = pass.features - i;
        for (Index entry = 0; entry < pass.entries; ++entry)
            store(pass.d_table + entry * pass.features + i, typename Simd<T>::V{}, count);
        for (Index t = pass.steps - 1; t >= 0; --t)
            for (Index n = 0; n < pass.rows; ++n) {
                T* to = pass.d_table + entry_of(pass, t, n) * pass.features + i;
                store(to, load(to, count) + load(element(pass.dy, t, n, i), count), count);
            }
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
