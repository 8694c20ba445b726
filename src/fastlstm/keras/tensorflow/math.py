"""`tf.math` on NumPy arrays."""

from typing import Any

import numpy as np

from ... import activations
from .._arrays import *
from .._arrays import absolute as abs
from .._arrays import all_ as reduce_all
from .._arrays import any_ as reduce_any
from .._arrays import isfinite as is_finite
from .._arrays import isinf as is_inf
from .._arrays import isnan as is_nan
from .._arrays import logsumexp as reduce_logsumexp
from .._arrays import max_ as reduce_max
from .._arrays import mean as reduce_mean
from .._arrays import min_ as reduce_min
from .._arrays import mod as floormod
from .._arrays import power as pow
from .._arrays import prod as reduce_prod
from .._arrays import round_ as round
from .._arrays import std as reduce_std
from .._arrays import sum_ as reduce_sum
from .._arrays import tensor
from .._arrays import var as reduce_variance
from .._missing import missing_names_of
from ..backend import l2_normalize

__getattr__ = missing_names_of(__name__)

sigmoid, softplus = activations.sigmoid, activations.softplus


def divide_no_nan(x: Any, y: Any, name: str | None = None) -> Any:
    """Return quotients, and 0 where the divisor is 0."""
    x, y = (value if hasattr(value, "dtype") else convert_to_tensor(value) for value in (x, y))
    quotients = np.zeros(np.broadcast(x, y).shape, np.result_type(x, y, np.float32))
    return tensor(np.divide(x, y, out=quotients, where=np.not_equal(y, 0)))


def confusion_matrix(labels: Any, predictions: Any, num_classes: int | None = None, **_: Any) -> Any:
    """Return how often each class, by row, was predicted as each, by column."""
    labels, predictions = np.asarray(labels).astype(int), np.asarray(predictions).astype(int)
    size = num_classes or int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    counts = np.zeros((size, size), np.int32)
    np.add.at(counts, (labels, predictions), 1)
    return tensor(counts)


def top_k(input: Any, k: int = 1, sorted: bool = True, name: str | None = None) -> tuple[Any, Any]:
    """Return the largest entries of the last axis, and their indices."""
    indices = np.argsort(-np.asarray(input), axis=-1, kind="stable")[..., :k]
    return tensor(np.take_along_axis(np.asarray(input), indices, -1)), tensor(indices)
