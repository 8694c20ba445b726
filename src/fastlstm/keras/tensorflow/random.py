"""`tf.random`: seeds and random arrays."""

from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from ...utils import set_random_seed as set_seed
from .._arrays import cast, categorical, generator, normal, plain, uniform
from .._arrays import shuffled as shuffle
from .._missing import missing_names_of
from ..backend import truncated_normal

__all__ = [
    "Generator",
    "categorical",
    "gamma",
    "multinomial",
    "normal",
    "poisson",
    "set_random_seed",
    "set_seed",
    "shuffle",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]

__getattr__ = missing_names_of(__name__)

set_random_seed = set_seed
multinomial = categorical


def _of_each(shape: Any, parameters: Any) -> tuple[int, ...]:
    """Return the shape of draws for each of several parameters."""
    return (*np.ravel(shape).astype(int).tolist(), *np.shape(parameters))


def gamma(
    shape: Any, alpha: Any, beta: Any = None, dtype: Any = "float32", seed: int | None = None, name: str | None = None
) -> Any:
    """Return random numbers of gamma distributions."""
    alpha, beta = plain(alpha), plain(1.0 if beta is None else beta)
    drawn = generator(seed).gamma(alpha, size=_of_each(shape, alpha * beta))
    return cast(drawn / beta, dtype)


def poisson(shape: Any, lam: Any, dtype: Any = "float32", seed: int | None = None, name: str | None = None) -> Any:
    """Return random numbers of Poisson distributions."""
    return cast(generator(seed).poisson(plain(lam), _of_each(shape, lam)), dtype)


def _seed(seed: Any) -> Any:
    return plain(seed)


def stateless_normal(
    shape: Any, seed: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32", **_: Any
) -> Any:
    """Return normally distributed random numbers, the same ones for the same seed."""
    return normal(shape, mean, stddev, dtype, _seed(seed))


def stateless_truncated_normal(
    shape: Any, seed: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32", **_: Any
) -> Any:
    """Return normally distributed random numbers within two standard deviations, the same ones for the same seed."""
    return truncated_normal(shape, mean, stddev, dtype, _seed(seed))


def stateless_uniform(
    shape: Any, seed: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", **_: Any
) -> Any:
    """Return uniformly distributed random numbers, the same ones for the same seed."""
    return uniform(shape, minval, 1 if maxval is None else maxval, dtype, _seed(seed))


class Generator:
    """A source of random arrays with a seed of its own.

    Parameters
    ----------
    seed : int, optional
        Default: a random one.
    """

    def __init__(self, seed: int | None = None) -> None:
        self._drawing = generator(seed)

    @classmethod
    def from_seed(cls, seed: int, alg: Any = None) -> "Generator":
        """Return a generator with a seed."""
        return cls(seed)

    @classmethod
    def from_non_deterministic_state(cls, alg: Any = None) -> "Generator":
        """Return a generator with a random seed."""
        return cls()

    def _seed(self) -> int:
        return int(self._drawing.integers(2**31))

    def normal(self, shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32", **_: Any) -> Any:
        """Return normally distributed random numbers."""
        return normal(shape, mean, stddev, dtype, self._seed())

    def truncated_normal(
        self, shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = "float32", **_: Any
    ) -> Any:
        """Return normally distributed random numbers within two standard deviations."""
        return truncated_normal(shape, mean, stddev, dtype, self._seed())

    def uniform(self, shape: Any, minval: Any = 0, maxval: Any = None, dtype: Any = "float32", **_: Any) -> Any:
        """Return uniformly distributed random numbers."""
        return uniform(shape, minval, 1 if maxval is None else maxval, dtype, self._seed())

    def make_seeds(self, count: int = 1) -> Any:
        """Return seeds (2, count) for the functions whose names begin with `stateless`."""
        return cast(self._drawing.integers(2**31, size=(2, count)), "int64")


defer_functions(globals(), ["gamma", "poisson", "stateless_normal", "stateless_uniform"])
