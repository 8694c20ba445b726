"""Helpers of all losses: checks, clipping of probabilities, and the weighted mean."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from .._arrays import FloatArray, check_array

Scalar: TypeAlias = "np.floating[Any]"

EPSILON = 1e-7
"""Probabilities are clipped to [EPSILON, 1 - EPSILON] before taking logarithms."""


def weighted_mean(
    values: FloatArray, gradient: FloatArray, sample_weight: FloatArray | None
) -> tuple[Scalar, FloatArray]:
    """Return the sum of the weighted values divided by their number, and its gradient.

    values (...), gradient (..., O): the derivatives of each value; sample_weight: (...), or without its last axes.
    """
    if sample_weight is not None:
        check_array("sample_weight", sample_weight, values.shape[: np.ndim(sample_weight)], "(...)", like=gradient)
        weight = sample_weight.reshape(sample_weight.shape + (1,) * (values.ndim - sample_weight.ndim))
        values, gradient = weight * values, weight[..., None] * gradient
    return np.sum(values) / values.size, gradient / values.size


def mean_of_elements(
    values: FloatArray, slopes: FloatArray, sample_weight: FloatArray | None
) -> tuple[Scalar, FloatArray]:
    """Return the weighted mean of a loss whose values are means of elements (..., O) over the last axis."""
    return weighted_mean(values.mean(axis=-1), slopes / values.shape[-1], sample_weight)


def check_pair(y_true: FloatArray, y_pred: FloatArray) -> None:
    """Require predictions (..., O) and targets of the same shape and dtype."""
    check_array("y_pred", y_pred, np.shape(y_pred), "(..., O)")
    check_array("y_true", y_true, y_pred.shape, "(..., O)", like=y_pred)


def clip(p: FloatArray, high: float = 1 - EPSILON) -> tuple[FloatArray, FloatArray]:
    """Return p clipped to [EPSILON, high] and its derivative, which is 1/2 at a bound."""
    raised, above = larger(p, EPSILON)
    lowered, below = larger(-raised, -high)
    return -lowered, above * below


def larger(x: FloatArray, bound: float) -> tuple[FloatArray, FloatArray]:
    """Return max(x, bound) and its derivative, which is 1/2 at the bound."""
    return np.maximum(x, bound), np.where(x == bound, 0.5, x > bound).astype(x.dtype)
