"""MultiHeadAttention with a mask of pairs of steps, or with its weights as a second output: computed in NumPy."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal import rng, tape
from .._internal.deferred import deferring
from .variable import Variable

_LARGE = -1e9
"""What is added to the scores of pairs that a mask leaves out, as in Keras."""


class WeightOf(Variable):
    """A weight of a layer of this package, as a variable.

    Parameters
    ----------
    layer : Layer
        The layer, which is built.
    number : int
        Which of its weights.
    """

    def __init__(self, layer: Any, number: int) -> None:
        array = layer.weights[number]
        self._store, self._index, self._number = array._store, array._index, number
        self.holder, self.constraint = layer, None

    @property
    def number(self) -> int:
        """Which of the weights of its layer it is."""
        return self._number


def attended(layer: Any, inputs: Sequence[Any], mask: Any, causal: bool, training: Any) -> tuple[Any, Any]:
    """Return the output (N, T, D) of a built MultiHeadAttention, and its weights (N, heads, T, S).

    Parameters
    ----------
    layer : MultiHeadAttention
        The layer.
    inputs : sequence
        Query, value and perhaps key.
    mask : array_like
        True where a step of the query may attend to a step of the value: (T, S), (N, T, S) or (N, heads, T, S).
    causal : bool
        Whether steps attend to earlier ones only.
    training : bool or Phase
        Whether there is dropout.
    """
    query, value, *key = inputs
    weights = [WeightOf(layer, i) for i in range(len(layer.weights))]
    each = 2 if layer.use_bias else 1
    parts = [(weights[i], weights[i + 1] if layer.use_bias else None) for i in range(0, 4 * each, each)]
    scale = 1 / math.sqrt(layer.key_dim)
    found: tuple[Any, Any] = _attention(
        query, (key or [value])[0], value, mask, parts, scale, causal, layer.dropout, training
    )
    return found


@deferring
def _attention(
    query: Any, key: Any, value: Any, mask: Any, parts: Any, scale: float, causal: bool, rate: float, training: Any
) -> tuple[Any, Any]:
    (of_query, of_key, of_value, of_output) = parts
    q, k, v = (_product(x, *part) for x, part in ((query, of_query), (key, of_key), (value, of_value)))
    scores = np.einsum("nthk,nshk->nhts", q * np.asarray(scale, q.dtype), k)
    steps = np.shape(scores)[-2:]
    allowed = np.ones(steps, bool) if mask is None else np.asarray(tape.plain(mask)).astype(bool)
    if allowed.ndim == 3:
        allowed = allowed[:, None]
    if causal:
        allowed = allowed & (np.tri(*steps) > 0)
    scores = scores + np.where(allowed, 0, _LARGE).astype(scores.dtype)
    exponentials = np.exp(scores - np.max(tape.plain(scores), axis=-1, keepdims=True))
    weights = exponentials / np.sum(exponentials, axis=-1, keepdims=True)
    used = weights
    if rate and training:
        kept = rng.generator().random(np.shape(weights)) >= rate
        used = weights * (kept / (1 - rate)).astype(weights.dtype)
    kernel, bias = of_output
    output = np.einsum("nthk,hkd->ntd", np.einsum("nhts,nshk->nthk", used, v), _current(kernel))
    return (output if bias is None else output + _current(bias)), weights


def _product(x: Any, kernel: Any, bias: Any) -> Any:
    found = np.einsum("ntd,dhk->nthk", x, _current(kernel))
    return found if bias is None else found + _current(bias)


def _current(x: Any) -> Any:
    return x._current() if isinstance(x, Variable) else x
