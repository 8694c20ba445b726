"""Activation functions and their backward passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ._arrays import FloatArray


class Activation(NamedTuple):
    """A function y = f(x) and what it does to a gradient.

    Attributes
    ----------
    forward : callable
        ``forward(x)`` gives y.
    backward : callable
        ``backward(d_y, x, y)`` gives the gradient with respect to x from the one with respect to y.
    """

    forward: Callable[[FloatArray], FloatArray]
    backward: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _sigmoid(x: FloatArray) -> FloatArray:
    # exp(-|x|) cannot overflow, and both branches keep their relative accuracy.
    e: FloatArray = np.exp(-np.abs(x))
    y: FloatArray = np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    return y


def _softmax(x: FloatArray) -> FloatArray:
    e: FloatArray = np.exp(x - x.max(axis=-1, keepdims=True))
    y: FloatArray = e / e.sum(axis=-1, keepdims=True)
    return y


def _softmax_backward(d_y: FloatArray, x: FloatArray, y: FloatArray) -> FloatArray:
    # dy_j/dx_i = y_j (1[i = j] - y_i)
    d_x: FloatArray = y * (d_y - (d_y * y).sum(axis=-1, keepdims=True))
    return d_x


ELEMENTWISE_ACTIVATIONS = {
    "linear": Activation(lambda x: x.copy(), lambda d_y, x, y: d_y.copy()),
    "tanh": Activation(np.tanh, lambda d_y, x, y: d_y * (1 - y * y)),
    "sigmoid": Activation(_sigmoid, lambda d_y, x, y: d_y * y * (1 - y)),
    "relu": Activation(lambda x: np.maximum(x, 0), lambda d_y, x, y: d_y * (x > 0)),
    "hard_sigmoid": Activation(
        lambda x: np.clip(x / 6 + 0.5, 0, 1),
        lambda d_y, x, y: d_y * (np.abs(x) < 3) / 6,
    ),
}

ACTIVATIONS = {**ELEMENTWISE_ACTIVATIONS, "softmax": Activation(_softmax, _softmax_backward)}
