"""Initializers whose distribution does not depend on the shape, and orthogonal matrices."""

from __future__ import annotations  # so that numpy.random is imported when it is first used

import math
from typing import Any, ClassVar

import numpy as np

from .._internal import checks, rng
from .._internal.arrays import Array
from ._base import Initializer, registry


class Random(Initializer):
    """Base class of random initializers, which use the package's generator or, given a seed, their own."""

    _arguments: ClassVar[tuple[str, ...]] = ()

    def __init__(self, seed: int | None = None) -> None:
        self.seed = None if seed is None else checks.seed(seed)

    def _generator(self) -> np.random.Generator:
        return rng.generator() if self.seed is None else np.random.default_rng(self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {name: getattr(self, name) for name in (*self._arguments, "seed")}


def truncated_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Sample the standard normal distribution, resampling values farther than 2 from the mean."""
    values = np.array(generator.standard_normal(shape))
    outside = np.abs(values) > 2
    while outside.any():
        values[outside] = generator.standard_normal(np.count_nonzero(outside))
        outside = np.abs(values) > 2
    return values


class _Normal(Random):
    _arguments = ("mean", "stddev")

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = checks.number("mean", mean)
        self.stddev = checks.number("stddev", stddev, 0.0)


@registry.register("normal")
class RandomNormal(_Normal):
    """Normal distribution.

    Parameters
    ----------
    mean : float
        The mean.
    stddev : float
        The standard deviation, at least 0.
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.

    Raises
    ------
    TypeError
        If `mean` or `stddev` is not a real number, or `seed` is not an integer.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Keras 3, `keras.initializers.RandomNormal`.

    Examples
    --------
    >>> RandomNormal(stddev=0.1)((3, 4)).shape
    (3, 4)
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return self._generator().normal(self.mean, self.stddev, shape)


@registry.register()
class TruncatedNormal(_Normal):
    """Normal distribution truncated at two standard deviations from the mean.

    Parameters
    ----------
    mean : float
        The mean.
    stddev : float
        The standard deviation before truncation, at least 0. Truncation leaves 0.88 of it.
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.

    Raises
    ------
    TypeError
        If `mean` or `stddev` is not a real number, or `seed` is not an integer.
    ValueError
        If an argument is out of range, NaN or infinite.

    References
    ----------
    Keras 3, `keras.initializers.TruncatedNormal`.

    Examples
    --------
    >>> bool(abs(TruncatedNormal(stddev=0.1)((3, 4), dtype="float64")).max() <= 0.2)
    True
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return self.mean + self.stddev * truncated_normal(self._generator(), shape)


@registry.register("uniform")
class RandomUniform(Random):
    """Uniform distribution over [minval, maxval).

    Parameters
    ----------
    minval, maxval : float
        The limits, ``minval <= maxval``.
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.

    Raises
    ------
    TypeError
        If a limit is not a real number, or `seed` is not an integer.
    ValueError
        If ``minval > maxval``, a limit is NaN or infinite, or `seed` is negative.

    References
    ----------
    Keras 3, `keras.initializers.RandomUniform`.

    Examples
    --------
    >>> bool(abs(RandomUniform(-0.1, 0.1)((3, 4))).max() <= 0.1)
    True
    """

    _arguments = ("minval", "maxval")

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = checks.number("minval", minval)
        self.maxval = checks.number("maxval", maxval, self.minval)

    def _values(self, shape: tuple[int, ...]) -> Array:
        return self._generator().uniform(self.minval, self.maxval, shape)


@registry.register("OrthogonalInitializer")
class Orthogonal(Random):
    """An orthogonal matrix times `gain`: its rows are orthonormal, or its columns if there are fewer of them.

    It is the factor Q of a QR decomposition of a normal random matrix, with the signs of R's diagonal, so that it is
    uniformly distributed. As in Keras, a recurrent kernel (H, 4*H) is one matrix with orthonormal rows rather than four
    blocks.

    Parameters
    ----------
    gain : float
        The factor.
    seed : int, optional
        With a seed, every call returns the same values. Default: the package's generator, see
        `fastlstm.utils.set_random_seed`.

    Raises
    ------
    TypeError
        If `gain` is not a real number, or `seed` is not an integer.
    ValueError
        If `gain` is NaN or infinite, or `seed` is negative; when called, if the shape has fewer than two axes.

    References
    ----------
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks", ICLR 2014. Mezzadri, "How to generate random matrices from the classical compact groups", 2007.

    Examples
    --------
    >>> import numpy as np
    >>> q = Orthogonal()((2, 8), dtype="float64")
    >>> bool(np.allclose(q @ q.T, np.eye(2)))
    True
    """

    _arguments = ("gain",)

    def __init__(self, gain: float = 1.0, seed: int | None = None) -> None:
        super().__init__(seed)
        self.gain = checks.number("gain", gain)

    def _values(self, shape: tuple[int, ...]) -> Array:
        if len(shape) < 2:
            raise ValueError(f"shape: Orthogonal expected at least two axes, got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self._generator().standard_normal((max(rows, columns), min(rows, columns))))
        q = np.where(np.diagonal(r) < 0, -q, q)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)
