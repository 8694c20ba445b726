"""Initial values of weights, as in Keras: classes, their names, and `get`."""

from __future__ import annotations  # so that numpy.random is imported when it is first used

import math
from typing import Any, ClassVar

import numpy as np

from . import _checks, _rng, config
from ._engine import Array, dtype_name
from ._names import lookup, snake_case

__all__ = [
    "GlorotUniform",
    "Initializer",
    "Ones",
    "Orthogonal",
    "RandomNormal",
    "RandomUniform",
    "Zeros",
    "get",
]


class Initializer:
    """Base class: calling an initializer with a shape returns a new array. Subclass it to write one."""

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        """Return a new array.

        Parameters
        ----------
        shape : tuple of int
            Shape of the weight.
        dtype : {'float32', 'float64'}, optional
            Default: `fastlstm.config.floatx()`.
        """
        dtype = config.floatx() if dtype is None else dtype_name("dtype", dtype)
        shape = tuple(_checks.integer("shape", size, 0) for size in shape)
        return np.asarray(self._values(shape), dtype=dtype)

    def _values(self, shape: tuple[int, ...]) -> Array:
        raise NotImplementedError(f"{type(self).__name__} must define _values(shape)")

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {}


class Zeros(Initializer):
    """All zeros.

    Examples
    --------
    >>> Zeros()((2,)).tolist()
    [0.0, 0.0]
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape)


class Ones(Initializer):
    """All ones.

    Examples
    --------
    >>> Ones()((2,)).tolist()
    [1.0, 1.0]
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        return np.ones(shape)


class _Random(Initializer):
    """Draws from the package's generator, or from one of its own, the same values at each call, if given a seed."""

    _arguments: ClassVar[tuple[str, ...]] = ()

    def __init__(self, seed: int | None = None) -> None:
        self.seed = None if seed is None else _checks.seed(seed)

    def _generator(self) -> np.random.Generator:
        return _rng.generator() if self.seed is None else np.random.default_rng(self.seed)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {name: getattr(self, name) for name in (*self._arguments, "seed")}


class RandomNormal(_Random):
    """Normal distribution.

    Parameters
    ----------
    mean, stddev : float
        Of the distribution; `stddev` is at least 0.
    seed : int, optional
        With a seed, every call returns the same values.

    Examples
    --------
    >>> RandomNormal(stddev=0.1)((3, 4)).shape
    (3, 4)
    """

    _arguments = ("mean", "stddev")

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.mean = _checks.number("mean", mean)
        self.stddev = _checks.number("stddev", stddev, 0.0)

    def _values(self, shape: tuple[int, ...]) -> Array:
        return self._generator().normal(self.mean, self.stddev, shape)


class RandomUniform(_Random):
    """Uniform distribution over [minval, maxval).

    Parameters
    ----------
    minval, maxval : float
        The limits, ``minval <= maxval``.
    seed : int, optional
        With a seed, every call returns the same values.

    Examples
    --------
    >>> bool(abs(RandomUniform(-0.1, 0.1)((3, 4))).max() <= 0.1)
    True
    """

    _arguments = ("minval", "maxval")

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: int | None = None) -> None:
        super().__init__(seed)
        self.minval = _checks.number("minval", minval)
        self.maxval = _checks.number("maxval", maxval, self.minval)

    def _values(self, shape: tuple[int, ...]) -> Array:
        return self._generator().uniform(self.minval, self.maxval, shape)


class GlorotUniform(_Random):
    """Uniform over [-a, a] with ``a = sqrt(6 / (fan_in + fan_out))``.

    The fans of a kernel (D, G*H) are D and G*H, over all gates together, as in Keras.

    Parameters
    ----------
    seed : int, optional
        With a seed, every call returns the same values.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010,
    equation 16.

    Examples
    --------
    >>> bool(abs(GlorotUniform()((1, 5))).max() <= 1.0)
    True
    """

    def _values(self, shape: tuple[int, ...]) -> Array:
        fan_in, fan_out = _fans(shape)
        limit = math.sqrt(6 / max(1, fan_in + fan_out))
        return self._generator().uniform(-limit, limit, shape)


class Orthogonal(_Random):
    """An orthogonal matrix: its rows are orthonormal, or its columns if there are fewer of them, times `gain`.

    The factor Q of a normal random matrix, with the signs of R's diagonal, which makes it uniformly distributed.
    A recurrent kernel (H, 4*H) is one matrix with orthonormal rows, not four blocks, as in Keras.

    Parameters
    ----------
    gain : float
        Factor.
    seed : int, optional
        With a seed, every call returns the same values.

    Raises
    ------
    ValueError
        When called with a shape of fewer than two axes.

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
        self.gain = _checks.number("gain", gain)

    def _values(self, shape: tuple[int, ...]) -> Array:
        if len(shape) < 2:
            raise ValueError(f"shape: Orthogonal expected at least two axes, got {shape}")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self._generator().standard_normal((max(rows, columns), min(rows, columns))))
        q = np.where(np.diagonal(r) < 0, -q, q)
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


def _fans(shape: tuple[int, ...]) -> tuple[int, int]:
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    return math.prod(shape[:-1]), shape[-1]


_classes: tuple[type[Initializer], ...] = (GlorotUniform, Ones, Orthogonal, RandomNormal, RandomUniform, Zeros)
_by_name: dict[str, type[Initializer]] = {
    name: cls for cls in _classes for name in (snake_case(cls.__name__), cls.__name__)
}


def get(identifier: Any) -> Initializer:
    """Return an initializer.

    Parameters
    ----------
    identifier : str, Initializer or dict
        A name such as 'glorot_uniform' or 'GlorotUniform', an initializer (returned as it is), or what
        `serialize` returns.

    Raises
    ------
    ValueError
        If the name is unknown.
    TypeError
        If it is none of these.

    Examples
    --------
    >>> get("zeros")((2,)).tolist()
    [0.0, 0.0]
    """
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, str):
        return lookup("initializer", identifier, _by_name)()
    if isinstance(identifier, dict) and isinstance(identifier.get("class_name"), str):
        return lookup("initializer", identifier["class_name"], _by_name)(**identifier.get("config", {}))
    raise TypeError(f"initializer: expected a name or an Initializer, got {identifier!r}")


def serialize(initializer: Initializer) -> dict[str, Any]:
    """Return an initializer's class name and arguments as Keras writes them; `get` reads it.

    Examples
    --------
    >>> serialize(Zeros())
    {'class_name': 'Zeros', 'config': {}}
    """
    return {"class_name": type(initializer).__name__, "config": initializer.get_config()}
