"""Special functions that NumPy lacks, of plain and of traced arrays."""

import math

import numpy as np

from ..arrays import Array
from ._vjp import with_backward

_erf_of_arrays = np.vectorize(math.erf, otypes=[np.float64])
_lgamma_of_arrays = np.vectorize(math.lgamma, otypes=[np.float64])


@with_backward(lambda d_y, x, y: d_y * np.exp(-x * x) * (2 / math.sqrt(math.pi)))
def erf(x: Array) -> Array:
    """Return the error function, in the dtype of `x`."""
    return _of_dtype(_erf_of_arrays(x), x)


@with_backward(lambda d_y, x, y: d_y * digamma(x), traceable=False)
def lgamma(x: Array) -> Array:
    """Return the logarithm of the absolute value of the gamma function, in the dtype of `x`."""
    return _of_dtype(_lgamma_of_arrays(x), x)


def digamma(x: Array) -> Array:
    """Return the derivative of `lgamma`, in the dtype of `x`.

    Of a number below 1/2 by reflection; of others by recurrence to one of at least 8, and the asymptotic series there.
    """
    given = np.asarray(x, np.float64)
    reflects = given < 0.5
    z = np.where(reflects, 1 - given, given)
    found = np.zeros(z.shape)
    for _ in range(8):
        found -= 1 / z
        z = z + 1
    inverse = 1 / (z * z)
    series = 1 / 12 - inverse * (1 / 120 - inverse * (1 / 252 - inverse * (1 / 240 - inverse / 132)))
    found += np.log(z) - 0.5 / z - inverse * series
    with np.errstate(all="ignore"):
        found = np.where(reflects, found - math.pi / np.tan(math.pi * given), found)
    return _of_dtype(found, x)


def _of_dtype(values: Array, x: Array) -> Array:
    dtype = getattr(x, "dtype", None)
    return np.asarray(values, dtype if dtype is not None and dtype.kind == "f" else np.float64)
