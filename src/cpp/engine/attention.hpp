// Attention (Luong et al. 2015, Vaswani et al. 2017): softmax of the scores, and the values weighted by it.
//
// The factors of each product are packed for a head before it, so that its tiles read whole vectors in order wherever
// the steps of a row lie. Tiles of query steps go through scores, softmax and product with the values while they are in
// the first cache.
#pragma once

#include "additive_scores.hpp"
#include "attention_scratch.hpp"
#include "dropout.hpp"

namespace fastlstm::FASTLSTM_ISA {
namespace {

// Scores become weights, in place: of a query step and its first `blocks` vectors of value steps. The others become 0.
template <class T>
void softmax_of_scores(const RowMask<T>& mask, Index t, typename Simd<T>::V factor, Index blocks, Index all_blocks,
                       T* z) {
    using S = Simd<T>;
    using V = typename S::V;
    constexpr Index L = S::lanes;
    V most = broadcast(RowMask<T>::none);
    for (Index i = 0; i < blocks * L; i += L) {
        const V score = fma(load(z + i), factor, mask.added(t, i));
        store(z + i, score);
        most = larger(most, score);
    }
    most = broadcast(largest_lane<S>(most));
    V sum = {};
    for (Index i = 0; i < blocks * L; i += L) {
        const V e = exp_nonpositive<S>(load(z + i) - most);
        store(z + i, e);
        sum += e;
    }
    const V share = broadcast(T(1)) / broadcast(sum_of_lanes<S>(sum));
    for (Index i = 0; i < blocks * L; i += L) store(z + i, load(z + i) * share);
    for (Index i = blocks * L; i < all_blocks * L; i += L) store(z + i, V{});
}

// The weights of a query step that sees nothing.
template <class T>
void weights_without_scores(const AttentionArgs<T>& args, T* z) {
    const T each = args.all_masked == AllMasked::alike ? T(1) / static_cast<T>(args.value_steps) : T(0);
    for (Index s = 0; s < padded<T>(args.value_steps); ++s) z[s] = s < args.value_steps ? each : T(0);
}

// to = from where dropout keeps it, scaled. Also of gradients.
template <class T>
void drop_weights(const AttentionArgs<T>& args, Index n, Index head, Index t, const T* from, T* to) {
    constexpr Index L = Simd<T>::lanes;
    DropoutArgs<T> numbers{};
    numbers.key = args.key;
    numbers.first_row = args.first_row;
    const RandomBits bits(numbers, head * args.steps + t, n);
    const std::uint64_t threshold = static_cast<std::uint64_t>(args.dropout * 4294967296.0);
    const T kept = args.dropout < 1 ? static_cast<T>(1 / (1 - args.dropout)) : T(0);
    for (Index i = 0; i < args.value_steps; i += L) {
        T factor[L];
        for (Index lane = 0; lane < L; ++lane) factor[lane] = bits[i + lane] < threshold ? T(0) : kept;
        store(to + i, load(from + i) * load(factor));
    }
}

// Whole vectors of rows, `from_row` apart, to the steps of a row from `first` on; zeros where a step is masked.
template <class T>
void copy_steps(const T* from, Index from_row, T factor, Range steps, Index features, const Sequence<T>& to, Index n,
                Index first, const RowMask<T>* mask) {
    constexpr Index L = Simd<T>::lanes;
    for (Index t = steps.begin; t < steps.end; ++t, from += from_row) {
        const auto by = broadcast(factor);
        const bool zero = mask && mask->zeros_output(t);
        for (Index i = 0; i < features; i += L)
            store(element(to, t, n, first + i), zero ? typename Simd<T>::V{} : load(from + i) * by, features - i);
    }
}

// Of a product's scores.
template <class T>
T factor_of(const AttentionArgs<T>& args) {
    if (args.scores != Scores::dot) return 1;
    return static_cast<T>(args.factor) * (args.scale ? *args.scale : T(1));
}

// The tile's scores in rows that are padded S apart.
template <class T>
void score_tile(const AttentionArgs<T>& args, const Matrix<T>& query, const Panels<T>& keys, Index blocks, T* z) {
    const Index row = padded<T>(args.value_steps);
    const Panels<T> seen{keys.data, keys.rows, blocks};
    if (args.scores == Scores::dot)
        multiply_matrices(query, seen, {0, args.key_features}, z, row);
    else
        additive_scores(AdditiveTerms<T>(args), query, seen, z, row);
}

template <class T>
void attend_head(const AttentionArgs<T>& args, const RowMask<T>& mask, const ForwardScratch<T>& scratch, Index n,
                 Index head) {
    constexpr Index L = Simd<T>::lanes;
    const Index K = args.key_features, E = args.value_features, S = args.value_steps, row = padded<T>(S);
    const Panels<T> keys = pack_matrix(steps_of(args.keys, n, S, head * K, K).transposed(), scratch.keys);
    const Panels<T> values = pack_matrix(steps_of(args.values, n, S, head * E, E), scratch.values);
    const Index height = tile_height(args);
    const auto factor = broadcast(factor_of(args));
    for (Index first = 0; first < args.steps; first += height) {
        const Range tile{first, least(first + height, args.steps)};
        const Index seen = mask.seen(tile), blocks = blocks_of<T>(seen), count = tile.end - tile.begin;
        T* weights = args.weights ? args.weights + ((n * args.heads + head) * args.steps + first) * row : scratch.tile;
        score_tile(args, steps_of(args.query, n, args.steps, head * K, K).rows_in(tile), keys, blocks, weights);
        for (Index i = 0; i < count; ++i)
            if (args.all_masked != AllMasked::by_scores && mask.is_empty(first + i))
                weights_without_scores(args, weights + i * row);
            else
                softmax_of_scores(mask, first + i, factor, blocks, row / L, weights + i * row);
        const T* used = weights;
        if (args.dropout > 0) {
            for (Index i = 0; i < count; ++i)
                drop_weights(args, n, head, first + i, weights + i * row, scratch.dropped + i * row);
            used = scratch.dropped;
        }
        if (args.gives_weights) {
            copy_steps<T>(used, row, T(1), tile, S, args.y, n, head * S, nullptr);
            continue;
        }
        multiply_matrices<T>({used, count, seen, row, 1}, values, {0, seen}, scratch.result, padded<T>(E));
        copy_steps(scratch.result, padded<T>(E), T(1), tile, E, args.y, n, head * E, &mask);
    }
}

template <class T>
void attend(const AttentionArgs<T>& args, Range rows) {
    if (rows.begin >= rows.end) return;
    const ForwardScratch<T> scratch(args, args.scratch + rows.begin * attention_scratch(args));
    for (Index n = rows.begin; n < rows.end; ++n) {
        const RowMask<T> mask(args, n, scratch.added);
        for (Index head = 0; head < args.heads; ++head) attend_head(args, mask, scratch, n, head);
    }
}

// The gradients of the scores from those of the weights, in place.
template <class T>
void softmax_backward(const T* weights, T* d, Index blocks, Index all_blocks) {
    using V = typename Simd<T>::V;
    constexpr Index L = Simd<T>::lanes;
    V sum = {};
    for (Index i = 0; i < blocks * L; i += L) sum = fma(load(weights + i), load(d + i), sum);
    const V dot = broadcast(sum_of_lanes<Simd<T>>(sum));
    for (Index i = 0; i < blocks * L; i += L) store(d + i, load(weights + i) * (load(d + i) - dot));
    for (Index i = blocks * L; i < all_blocks * L; i += L) store(d + i, V{});
}

// to[s] = factor times the sum over query steps t of a[t][s] b[t], for each value step.
template <class T>
void sum_over_query_steps(const AttentionArgs<T>& args, const T* a, const Panels<T>& b, bool all_seen, T factor,
                          T* result, Index features, const Sequence<T>& to, Index n, Index first) {
    const Index S = args.value_steps, row = padded<T>(S), height = result_rows;
    const Matrix<T> weights = Matrix<T>{a, args.steps, S, row, 1}.transposed();
    for (Index s = 0; s < S; s += height) {
        const Range steps{s, least(s + height, S)};
        const Range terms{args.causal && !all_seen ? least(s, args.steps) : 0, args.steps};
        multiply_matrices(weights.rows_in(steps), b, terms, result, padded<T>(features));
        copy_steps<T>(result, padded<T>(features), factor, steps, features, to, n, first, nullptr);
    }
}

// The query's gradients, and that of the scores' factor: the sum of q dq, before that factor.
template <class T>
T query_gradients(const AttentionArgs<T>& args, const BackwardScratch<T>& scratch, const RowMask<T>& mask, Index n,
                  Index head) {
    const Index K = args.key_features, S = args.value_steps, row = padded<T>(S), width = padded<T>(K);
    const Panels<T> keys = pack_matrix(steps_of(args.keys, n, S, head * K, K), scratch.keys);
    typename Simd<T>::V sum = {};
    for (Index first = 0; first < args.steps; first += result_rows) {
        const Range tile{first, least(first + result_rows, args.steps)};
        const Index seen = mask.seen(tile), count = tile.end - tile.begin;
        multiply_matrices<T>({scratch.d_scores + first * row, count, seen, row, 1}, keys, {0, seen}, scratch.result,
                             width);
        for (Index t = tile.begin; t < tile.end; ++t)
            for (Index i = 0; i < K; i += Simd<T>::lanes)
                sum = fma(load(element(args.query, t, n, head * K + i), K - i),
                          load(scratch.result + (t - first) * width + i), sum);
        if (args.d_query.data)
            copy_steps<T>(scratch.result, width, factor_of(args), tile, K, args.d_query, n, head * K, nullptr);
    }
    return sum_of_lanes<Simd<T>>(sum);
}

// Zeros where the output is the weights alone.
template <class T>
void value_gradients(const AttentionArgs<T>& args, const T* weights, const BackwardScratch<T>& scratch,
                     const RowMask<T>& mask, Index n, Index head) {
    constexpr Index L = Simd<T>::lanes;
    const Index E = args.value_features, S = args.value_steps, row = padded<T>(S);
    if (args.gives_weights) {
        for (Index s = 0; s < S; ++s)
            for (Index i = 0; i < E; i += L)
                store(element(args.d_values, s, n, head * E + i), typename Simd<T>::V{}, E - i);
        return;
    }
    const T* used = weights;
    if (args.dropout > 0) {
        for (Index t = 0; t < args.steps; ++t)
            drop_weights(args, n, head, t, weights + t * row, scratch.dropped + t * row);
        used = scratch.dropped;
    }
    const Panels<T> dy = pack_matrix(steps_of(args.dy, n, args.steps, head * E, E), scratch.dy);
    for (Index t = 0; t < args.steps; ++t)
        for (Index panel = 0; mask.zeros_output(t) && panel < dy.count; ++panel)
            store(dy.data + (panel * dy.rows + t) * L, typename Simd<T>::V{});
    sum_over_query_steps(args, used, dy, mask.sees_all({0, args.steps}), T(1), scratch.result, E, args.d_values, n,
                         head * E);
}

// Where the output is the weights: its gradients, in rows that are padded S apart.
template <class T>
void copy_gradients_of_weights(const AttentionArgs<T>& args, Range tile, Index blocks, Index n, Index head, T* to) {
    constexpr Index L = Simd<T>::lanes;
    const Index S = args.value_steps, row = padded<T>(S);
    for (Index t = tile.begin; t < tile.end; ++t)
        for (Index i = 0; i < blocks * L; i += L)
            store(to + t * row + i, i < S ? load(element(args.dy, t, n, head * S + i), S - i) : typename Simd<T>::V{});
}

template <class T>
void attend_head_backward(const AttentionArgs<T>& args, const RowMask<T>& mask, const BackwardScratch<T>& scratch,
                          Index n, Index head, T* row_gradients) {
    constexpr Index L = Simd<T>::lanes;
    const Index K = args.key_features, E = args.value_features, S = args.value_steps, row = padded<T>(S);
    const T* weights = args.weights + (n * args.heads + head) * args.steps * row;
    const bool all_seen = mask.sees_all({0, args.steps});
    if (args.d_values.data) value_gradients(args, weights, scratch, mask, n, head);
    if (!args.d_query.data && !args.d_keys.data && !args.d_scale && !args.d_concat_weight) return;

    Panels<T> values{};
    if (!args.gives_weights)
        values = pack_matrix(steps_of(args.values, n, S, head * E, E).transposed(), scratch.values);
    for (Index first = 0; first < args.steps; first += result_rows) {
        const Range tile{first, least(first + result_rows, args.steps)};
        const Index blocks = blocks_of<T>(mask.seen(tile));
        if (args.gives_weights)
            copy_gradients_of_weights(args, tile, blocks, n, head, scratch.d_scores);
        else
            multiply_matrices<T>(steps_of(args.dy, n, args.steps, head * E, E).rows_in(tile),
                                 {values.data, values.rows, blocks}, {0, E}, scratch.d_scores + first * row, row);
        for (Index t = tile.begin; t < tile.end; ++t) {
            T* d = scratch.d_scores + t * row;
            const bool blocked = args.all_masked != AllMasked::by_scores && mask.is_empty(t);
            if (blocked || (mask.zeros_output(t) && !args.gives_weights)) {
                for (Index i = 0; i < row; i += L) store(d + i, typename Simd<T>::V{});
                continue;
            }
            if (args.dropout > 0) drop_weights(args, n, head, t, d, d);
            softmax_backward(weights + t * row, d, blocks, row / L);
        }
    }
    if (args.scores != Scores::dot) {
        additive_backward(args, mask, scratch, n, head, row_gradients);
        return;
    }
    if (args.d_query.data || args.d_scale)
        row_gradients[0] += static_cast<T>(args.factor) * query_gradients(args, scratch, mask, n, head);
    if (args.d_keys.data) {
        const Panels<T> query = pack_matrix(steps_of(args.query, n, args.steps, head * K, K), scratch.query);
        sum_over_query_steps(args, scratch.d_scores, query, all_seen, factor_of(args), scratch.result, K, args.d_keys,
                             n, head * K);
    }
}

template <class T>
void attend_backward(const AttentionArgs<T>& args, Range rows) {
    if (rows.begin >= rows.end) return;
    const BackwardScratch<T> scratch(args, args.scratch + rows.begin * attention_scratch(args));
    const Index weights = attention_row_gradients(args);
    for (Index n = rows.begin; n < rows.end; ++n) {
        const RowMask<T> mask(args, n, scratch.added);
        T* row_gradients = args.row_gradients + n * weights;
        for (Index i = 0; i < weights; ++i) row_gradients[i] = 0;
        for (Index head = 0; head < args.heads; ++head)
            attend_head_backward(args, mask, scratch, n, head, row_gradients);
    }
}

template <class T>
void attention_gradients(const AttentionArgs<T>& args) {
    const Index weights = attention_row_gradients(args), scales = args.scores == Scores::additive ? weights : 1;
    for (Index i = 0; i < weights; ++i) {
        T* to = i < scales ? args.d_scale + i : args.d_concat_weight;
        if (!(i < scales ? args.d_scale : args.d_concat_weight)) continue;
        T sum = 0;
        for (Index n = 0; n < args.rows; ++n) sum += args.row_gradients[n * weights + i];
        *to = sum;
    }
}

}  // namespace
}  // namespace fastlstm::FASTLSTM_ISA
