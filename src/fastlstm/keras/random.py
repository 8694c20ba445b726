"""Keras's `keras.random`: random arrays, reproducible by `keras.utils.set_random_seed`."""

from typing import Any

from ._arrays import categorical, normal, uniform
from ._arrays import shuffled as shuffle
from ._missing import missing_names_of

__all__ = ["categorical", "normal", "randint", "shuffle", "uniform"]

__getattr__ = missing_names_of(__name__)


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: int | None = None) -> Any:
    """Return random integers from `minval` to `maxval`, which is excluded."""
    return uniform(shape, minval, maxval, dtype, seed)
