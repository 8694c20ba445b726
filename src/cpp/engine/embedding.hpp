// Embedding: rows of a table. Indices have been checked, but another thread may have changed one since: clamping limits
// the damage to a wrong row.
#pragma once

#include "elementwise.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

template <class T>
FASTLSTM_INLINE Index entry_of(const EmbeddingArgs<T>& args, Index t, Index n) {
    const T value = *element(args.x, t, n, 0);
    return value > 0 ? value < static_cast<T>(args.entries) ? static_cast<Index>(value) : args.entries - 1 : 0;
}

template <class T>
void embed(const EmbeddingArgs<T>& args, Range rows) {
    if (args.valid.data)
        for (Index t = 0; t < args.steps; ++t)
            for (Index n = rows.begin; n < rows.end; ++n)
                *element(args.valid, t, n, 0) = *element(args.x, t, n, 0) != T(0);
    for_each_vector<T>(args.steps, rows, args.features, [&](Index t, Index n, Index i, Index count) {
        store(element(args.y, t, n, i), load(args.table + entry_of(args, t, n) * args.features + i, count));
    });
}

template <class T>
void embed_gradients(const EmbeddingArgs<T>& args, Range blocks) {
    constexpr Index L = Simd<T>::lanes;
    for (Index i = blocks.begin * L; i < least(blocks.end * L, args.features); i += L) {
        const Index count = args.features - i;
        for (Index entry = 0; entry < args.entries; ++entry)
            store(args.d_table + entry * args.features + i, typename Simd<T>::V{}, count);
        for (Index t = args.steps - 1; t >= 0; --t)
            for (Index n = 0; n < args.rows; ++n) {
                T* to = args.d_table + entry_of(args, t, n) * args.features + i;
                store(to, load(to, count) + load(element(args.dy, t, n, i), count), count);
            }
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
