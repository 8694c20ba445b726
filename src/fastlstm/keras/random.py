"""Keras's `keras.random`: random arrays, reproducible by `keras.utils.set_random_seed`."""

from typing import Any

from .._internal.deferred import defer_functions
from ..config import floatx
from ._arrays import cast, categorical, generator, normal, tensor, uniform
from ._arrays import shuffled as shuffle
from ._missing import missing_names_of
from .backend import dropout as _dropout
from .backend import truncated_normal

__all__ = [
    "SeedGenerator",
    "beta",
    "binomial",
    "categorical",
    "dropout",
    "gamma",
    "normal",
    "randint",
    "shuffle",
    "truncated_normal",
    "uniform",
]

__getattr__ = missing_names_of(__name__)


def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: int | None = None) -> Any:
    """Return random integers from `minval` to `maxval`, which is excluded."""
    return uniform(shape, minval, maxval, dtype, seed)


def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return the numbers of successes in `counts` trials."""
    return cast(generator(seed).binomial(counts, probabilities, shape), dtype or floatx())


def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return random numbers of beta distributions."""
    return cast(generator(seed).beta(alpha, beta, shape), dtype or floatx())


def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Return random numbers of gamma distributions with the scale 1."""
    return cast(generator(seed).gamma(alpha, size=shape), dtype or floatx())


def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Return an array with elements set to 0 at random, the others divided by ``1 - rate``."""
    return _dropout(inputs, rate, noise_shape, seed)


class SeedGenerator:
    """A seed for several calls of the functions of this module, each of which gets other random numbers.

    Parameters
    ----------
    seed : int, optional
        Default: a random one.
    name : str, optional
        Ignored; for Keras compatibility.
    **options
        Ignored; for Keras compatibility.
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **options: Any) -> None:
        self.seed, self._drawing = seed, generator(seed)

    def next(self, ordered: bool = True) -> Any:
        """Return the next seed."""
        return tensor(self._drawing.integers(2**31, size=2))

    def __index__(self) -> int:
        """Return the next seed as a number."""
        return int(self._drawing.integers(2**31))


defer_functions(globals(), ["beta", "binomial", "gamma", "normal", "randint", "truncated_normal", "uniform"])
