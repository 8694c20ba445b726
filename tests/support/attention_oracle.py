"""Attention in plain NumPy, as Keras defines it, and the calls of the core that compute it."""

import numpy as np

INPUT = -1


def softmax(scores):
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def heads_of(x, heads):
    """Return (N, heads, T, features of a head)."""
    rows, steps, features = x.shape
    return x.reshape(rows, steps, heads, features // heads).transpose(0, 2, 1, 3)


def scores_of(query, key, kind, scale, concat_weight):
    if kind == "dot":
        return (1.0 if scale is None else scale) * query @ key.swapaxes(-1, -2)
    inside = 1.0 if kind == "additive" or scale is None else scale
    outside = (1.0 if scale is None else scale) if kind == "additive" else concat_weight
    return (outside * np.tanh(inside * (query[..., :, None, :] + key[..., None, :, :]))).sum(-1)


def attention(
    query,
    value,
    key,
    *,
    heads=1,
    scores="dot",
    scale=None,
    concat_weight=None,
    factor=1.0,
    causal=False,
    query_mask=None,
    value_mask=None,
    key_mask=None,
    pair_mask=None,
    all_masked="by_scores",
    zeros_masked=True,
):
    """Return the output (N, T, features) and the weights (N, heads, T, S)."""
    q, v, k = (heads_of(np.asarray(x, np.float64), heads) for x in (query, value, key))
    found = factor * scores_of(q, k, scores, scale, concat_weight)
    seen = np.ones(found.shape, bool)
    if causal:
        seen &= np.tri(*found.shape[-2:], dtype=bool)
    if pair_mask is not None:
        seen &= pair_mask[:, None]
    for mask in (value_mask, key_mask):
        if mask is not None:
            seen &= mask[:, None, None, :]
    if all_masked == "by_scores":
        weights = softmax(np.where(seen, found, found - 1e9))
    else:
        if query_mask is not None:
            seen &= query_mask[:, None, :, None]
        weights = softmax(np.where(seen, found, -1e300))
        if all_masked == "none":
            weights = np.where(seen, weights, 0)
    output = (weights @ v).transpose(0, 2, 1, 3).reshape(*query.shape[:2], value.shape[-1])
    if zeros_masked and query_mask is not None:
        output = np.where(query_mask[..., None], output, 0)
    return output, weights
