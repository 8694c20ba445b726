"""Activations along an axis. Dense and Activation accept them; recurrent layers do not."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from ._arrays import axis_of, floats, like, quiet
from ._definitions import Operator, of_rows
from ._sigmoids import sigmoid

__all__ = ["glu", "log_softmax", "softmax", "sparsemax"]


@of_rows(lambda d_y, x, y: y * (d_y - (d_y * y).sum(axis=-1, keepdims=True)), onnx=Operator("Softmax", {"axis": -1}))
def softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Array:
    """Softmax: ``exp(x)`` divided by its sum over an axis.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one axis.
    axis : int or tuple of int
        The axis along which the result sums to 1; or several, over all of whose elements it does.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. Slices that contain NaN or +Inf, or only -Inf,
        become NaN.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `axis` is not made of integers.
    ValueError
        If `x` is ragged or has no axis `axis`.

    References
    ----------
    Bridle, "Probabilistic interpretation of feedforward classification network outputs", 1990.

    Examples
    --------
    >>> softmax([[1.0, 1.0]]).tolist()
    [[0.5, 0.5]]
    """
    x = floats(x)
    axes = _axes_of(x, axis)
    with quiet():
        powers = np.exp(_below_zero(x, axes))
        return like(x, powers / powers.sum(axis=axes, keepdims=True))


@of_rows(lambda d_y, x, y: d_y - np.exp(y) * d_y.sum(axis=-1, keepdims=True), onnx=Operator("LogSoftmax", {"axis": -1}))
def log_softmax(x: Any, axis: int | tuple[int, ...] = -1) -> Array:
    """Logarithm of `softmax`, accurate even where the softmax underflows.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one axis.
    axis : int or tuple of int
        The axis, or axes, of the softmax.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. Slices that contain NaN or +Inf, or only -Inf,
        become NaN.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `axis` is not made of integers.
    ValueError
        If `x` is ragged or has no axis `axis`.

    References
    ----------
    Keras 3, `keras.activations.log_softmax`.

    Examples
    --------
    >>> log_softmax([0.0, 1000.0]).tolist()
    [-1000.0, 0.0]
    """
    x = floats(x)
    axes = _axes_of(x, axis)
    with quiet():
        x = _below_zero(x, axes)
        return like(x, x - np.log(np.exp(x).sum(axis=axes, keepdims=True)))


def _axes_of(x: Array, axis: Any) -> int | tuple[int, ...]:
    """Return the given axis, or several of them, as numbers from 0 on."""
    return tuple(axis_of(x, one) for one in axis) if isinstance(axis, (tuple, list)) else axis_of(x, axis)


def _backward_of_sparsemax(d_y: Array, x: Array, y: Array) -> Array:
    # On the support S, y = x - tau with tau = (sum of x over S - 1) / |S|: subtract the mean of d_y over S.
    support = y > 0
    mean = (d_y * support).sum(axis=-1, keepdims=True) / support.sum(axis=-1, keepdims=True).astype(y.dtype)
    d_x: Array = support * (d_y - mean)
    return d_x


def _sparsemax_in_onnx(x: Any) -> Any:
    graph, last, one = x.graph, x.graph.integers(-1), x.graph.constant(np.int64(1))
    width = x.apply("Shape", start=-1)
    ordered, _ = graph.node("TopK", x, width, outputs=2, axis=-1)
    ranks = one.apply("Range", width.apply("Squeeze") + one, one).apply("CastLike", x)
    sums = ordered.apply("CumSum", graph.constant(np.int64(-1)))
    supported = (ranks * ordered + 1.0).apply("Greater", sums).apply("CastLike", x)
    threshold = ((supported * ordered).apply("ReduceSum", last) - 1.0) / supported.apply("ReduceSum", last)
    return (x - threshold).apply("Relu")


@of_rows(_backward_of_sparsemax, onnx=_sparsemax_in_onnx)
def sparsemax(x: Any, axis: int = -1) -> Array:
    """Sparsemax: Euclidean projection of ``x`` onto the probability simplex, ``max(x - tau, 0)``.

    `tau` is chosen so that the result sums to 1. Keras up to 3.15.1 computes something else under this name: its result
    sums to less than 1 when more than one element is nonzero.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one axis.
    axis : int
        The axis along which the result sums to 1.

    Returns
    -------
    ndarray
        The shape and dtype of `x`; `config.floatx()` for integers. Slices that contain NaN or +Inf, or only -Inf,
        become NaN.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `axis` is not an integer.
    ValueError
        If `x` is ragged or has no axis `axis`.

    References
    ----------
    Martins and Astudillo, "From softmax to sparsemax", ICML 2016, algorithm 1.

    Examples
    --------
    >>> sparsemax([0.5, 1.0, -3.0]).tolist()
    [0.25, 0.75, 0.0]
    """
    x = floats(x)
    axis = axis_of(x, axis)
    with quiet():
        x = _below_zero(x, axis)  # tau shifts along with x; in sums of large numbers the 1 would be rounded away
        ordered = -np.sort(-x, axis=axis)
        place = np.arange(1, x.shape[axis] + 1).reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
        support = 1 + place * ordered > np.cumsum(ordered, axis=axis)
        total = np.where(support, ordered, 0).sum(axis=axis, keepdims=True)
        return like(x, np.maximum(x - (total - 1) / support.sum(axis=axis, keepdims=True), 0))


def _backward_of_glu(d_y: Array, x: Array, y: Array) -> Array:
    first, second = np.split(x, 2, axis=-1)
    gate = sigmoid(second)
    return np.concatenate([d_y * gate, d_y * first * gate * (1 - gate)], axis=-1)


def _glu_in_onnx(x: Any) -> Any:
    half, gate = x.graph.node("Split", x, outputs=2, axis=-1, num_outputs=2)
    return half * gate.apply("Sigmoid")


@of_rows(_backward_of_glu, onnx=_glu_in_onnx)
def glu(x: Any, axis: int = -1) -> Array:
    """Gated linear unit: ``first * sigmoid(second)`` for the two halves of ``x`` along an axis.

    Parameters
    ----------
    x : array_like
        Real numbers, at least one axis.
    axis : int
        The axis to split; its size must be even.

    Returns
    -------
    ndarray
        The shape of `x` with that axis halved, and its dtype; `config.floatx()` for integers.

    Raises
    ------
    TypeError
        If `x` does not hold real integers or floats, or `axis` is not an integer.
    ValueError
        If `x` is ragged, has no axis `axis`, or an odd size along it.

    References
    ----------
    Dauphin, Fan, Auli and Grangier, "Language modeling with gated convolutional networks", ICML 2017, equation 1.

    Examples
    --------
    >>> glu([4.0, 8.0, 0.0, 1000.0]).tolist()
    [2.0, 8.0]
    """
    x = floats(x)
    axis = axis_of(x, axis)
    if x.shape[axis] % 2:
        raise ValueError(f"x: glu expected an even size of axis {axis}, got shape {x.shape}")
    first, second = np.split(x, 2, axis=axis)
    with quiet():
        return like(x, first * sigmoid(second))


def _below_zero(x: Array, axis: int | tuple[int, ...]) -> Array:
    """Return `x` minus its maximum along the axis, which may be empty."""
    shifted: Array = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    return shifted
