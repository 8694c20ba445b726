// The memory that attention needs for one row and head at a time.
#pragma once

#include "elementwise.hpp"
#include "matrices.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Rows of a result that are copied to where they belong while they are in the first cache: four product tiles.
constexpr Index result_rows = 4 * tuning::most_tile_rows;

// Query steps that go through scores, softmax and product with the values together.
template <class T>
Index tile_height(const AttentionArgs<T>& args) {
    const Index most = tuning::attention_tile / (padded<T>(args.value_steps) + 1) / tuning::most_tile_rows;
    const Index height = tuning::most_tile_rows * (most < 1 ? 1 : most);
    return height < result_rows ? height : result_rows;
}

// Hands out parts of a buffer one after the other. Without a buffer it only counts.
template <class T>
class Parts {
public:
    explicit Parts(T* buffer) : next_(buffer) {}
    T* take(Index count) {
        T* part = next_;
        if (next_) next_ += count;
        taken += count;
        return part;
    }
    Index taken = 0;

private:
    T* next_;
};

template <class T>
struct ForwardScratch {
    T *added, *keys, *values, *tile, *dropped, *result;
    Index size;

    ForwardScratch(const AttentionArgs<T>& args, T* buffer) {
        Parts<T> parts(buffer);
        const Index row = padded<T>(args.value_steps), height = tile_height(args);
        added = parts.take(row);
        keys = parts.take(args.key_features * row);
        values = parts.take(args.value_steps * padded<T>(args.value_features));
        tile = parts.take(height * row);
        dropped = parts.take(args.dropout > 0 ? height * row : 0);
        result = parts.take(height * padded<T>(args.value_features));
        size = parts.taken;
    }
};

template <class T>
struct BackwardScratch {
    T *added, *keys, *values, *query, *dy, *d_scores, *dropped, *result;
    T *d_keys, *d_weights;  // not of products
    Index size;

    BackwardScratch(const AttentionArgs<T>& args, T* buffer) {
        Parts<T> parts(buffer);
        const Index row = padded<T>(args.value_steps), steps = args.steps;
        const Index keys_row = padded<T>(args.key_features), values_row = padded<T>(args.value_features);
        const bool product = args.scores == Scores::dot;
        added = parts.take(row);
        keys = parts.take(product ? args.value_steps * keys_row : args.key_features * row);
        values = parts.take(args.value_features * row);
        query = parts.take(product ? steps * keys_row : 0);
        dy = parts.take(steps * values_row);
        d_scores = parts.take(steps * row);
        dropped = parts.take(args.dropout > 0 ? steps * row : 0);
        result = parts.take(result_rows * (keys_row > values_row ? keys_row : values_row));
        d_keys = parts.take(product ? 0 : args.key_features * row);
        d_weights = parts.take(product ? 0 : args.key_features * Simd<T>::lanes);
        size = parts.taken;
    }
};

template <class T>
Index attention_scratch(const AttentionArgs<T>& args) {
    const Index forward = ForwardScratch<T>(args, nullptr).size;
    const Index backward = args.weights ? BackwardScratch<T>(args, nullptr).size : 0;
    return forward > backward ? forward : backward;
}

// Those of the weights `scale` and `concat_weight`, for each row.
template <class T>
Index attention_row_gradients(const AttentionArgs<T>& args) {
    return args.scores == Scores::additive ? args.key_features : 2;
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
