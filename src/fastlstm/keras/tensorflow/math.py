"""`tf.math` on NumPy arrays."""

from typing import Any

import numpy as np

from .. import activations
from .._arrays import *
from .._arrays import absolute as abs
from .._arrays import all_ as reduce_all
from .._arrays import any_ as reduce_any
from .._arrays import floor_divide as floordiv
from .._arrays import isfinite as is_finite
from .._arrays import isinf as is_inf
from .._arrays import isnan as is_nan
from .._arrays import logsumexp as reduce_logsumexp
from .._arrays import max_ as reduce_max
from .._arrays import mean as reduce_mean
from .._arrays import min_ as reduce_min
from .._arrays import mod as floormod
from .._arrays import plain, tensor, wrapped
from .._arrays import power as pow
from .._arrays import prod as reduce_prod
from .._arrays import round_ as round
from .._arrays import std as reduce_std
from .._arrays import sum_ as reduce_sum
from .._arrays import var as reduce_variance
from .._missing import missing_names_of
from ..backend import l2_normalize
from ._functions import *
from ._places import (
    bincount,
    invert_permutation,
    segment_max,
    segment_mean,
    segment_min,
    segment_sum,
    unsorted_segment_mean,
    unsorted_segment_sum,
    zero_fraction,
)
from .nn import in_top_k

__getattr__ = missing_names_of(__name__)

real, imag, angle = map(wrapped, (np.real, np.imag, np.angle))
sigmoid, softplus = activations.sigmoid, activations.softplus


def confusion_matrix(labels: Any, predictions: Any, num_classes: int | None = None, **_: Any) -> Any:
    """Return how often each class, by row, was predicted as each, by column."""
    labels, predictions = (plain(each).astype(int) for each in (labels, predictions))
    size = num_classes or int(max(labels.max(initial=-1), predictions.max(initial=-1))) + 1
    counts = np.zeros((size, size), np.int32)
    np.add.at(counts, (labels, predictions), 1)
    return tensor(counts)
