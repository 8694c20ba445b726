"""Mean and variance of features: what normalization, in a model or before it, subtracts and divides by."""

import numpy as np

from ._engine import Array


def moments(rows: Array) -> tuple[Array, Array]:
    """Return the mean and the variance (D,) of each feature of rows (n, D), both as means over n."""
    mean = rows.mean(axis=0)
    return mean, np.square(rows - mean).mean(axis=0)
