"""Arrays scaled to norm 1."""

from typing import Any

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, numbers


def normalize(x: Any, axis: int = -1, order: int = 2) -> Array:
    """Divide an array by its norms along an axis, as Keras does.

    Parameters
    ----------
    x : array_like
        Real numbers.
    axis : int
        The axis along which norms are 1 afterwards.
    order : int
        Order of the norm: 2 is the Euclidean one, 1 the sum of absolute values.

    Returns
    -------
    ndarray
        Float, of the shape of `x`; of a vector (n,) it is (1, n), as in Keras. Where the norm is 0, the numbers stay 0.

    Raises
    ------
    TypeError
        If `x` does not hold real numbers.
    ValueError
        If `order` is less than 1, or there is no such axis.

    References
    ----------
    Keras 3, `keras.utils.normalize`.

    Examples
    --------
    >>> normalize([[3.0, 4.0], [0.0, 0.0]])
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    array = np.atleast_1d(numbers("x", x))
    along = checks.integer("axis", axis, -array.ndim, array.ndim - 1)
    norms = np.atleast_1d(np.linalg.norm(array, checks.integer("order", order, 1), along))
    return np.asarray(array / np.expand_dims(np.where(norms == 0, 1, norms), axis))
