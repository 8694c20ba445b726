"""The base class of initializers."""

from typing import Any

import numpy as np

from .. import config
from .._internal import checks
from .._internal.arrays import Array, dtype_name
from .._internal.not_available import has_attributes_of_keras
from .._internal.registry import Registry, snake_case_and_class_name


@has_attributes_of_keras
class Initializer:
    """Base class of initializers: calling one with a shape returns a new array.

    A subclass defines ``_values(shape)``, or ``__call__(shape, dtype=None)`` as in Keras.

    References
    ----------
    Keras 3, `keras.initializers.Initializer`.

    Examples
    --------
    >>> import numpy as np
    >>> class Ramp(Initializer):
    ...     def __call__(self, shape, dtype=None):
    ...         return np.arange(np.prod(shape), dtype=dtype).reshape(shape)
    >>> Ramp()((2, 2), dtype="float64").tolist()
    [[0.0, 1.0], [2.0, 3.0]]
    """

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        """Return a new array of initial values.

        Parameters
        ----------
        shape : tuple of int
            The shape of the weight.
        dtype : {'float32', 'float64'}, optional
            Default: `fastlstm.config.floatx()`.

        Returns
        -------
        ndarray
            An array of this shape and dtype.

        Raises
        ------
        TypeError
            If `shape` is not a sequence of integers.
        ValueError
            If a size is negative, `dtype` is any other, or the initializer does not support the shape.

        Examples
        --------
        >>> from fastlstm.initializers import Ones
        >>> float(Ones()((2, 3), dtype="float64").sum())
        6.0
        """
        dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        shape = tuple(checks.integer("shape", size, 0) for size in shape)
        return np.asarray(self._values(shape), dtype=dtype)

    def _values(self, shape: tuple[int, ...]) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _values(shape)")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name.

        Returns
        -------
        dict
            Arguments that `from_config` accepts.

        Examples
        --------
        >>> from fastlstm.initializers import Constant
        >>> Constant(0.5).get_config()
        {'value': 0.5}
        """
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Initializer":
        """Return an initializer with these constructor arguments.

        Parameters
        ----------
        config : dict
            Arguments by name, as returned by `get_config`.

        Returns
        -------
        Initializer
            An instance of the class.

        Raises
        ------
        TypeError
            If an argument is unknown or has the wrong type.
        ValueError
            If an argument is out of range.

        Examples
        --------
        >>> from fastlstm.initializers import Constant
        >>> Constant.from_config({"value": 0.5}).value
        0.5
        """
        return cls(**config)


registry: Registry[type[Initializer]] = Registry("initializer", snake_case_and_class_name)
