"""Noise in training: GaussianNoise, GaussianDropout and AlphaDropout."""

import math
from collections.abc import Iterable
from typing import Any

from .._internal.checks import number
from .._internal.native import Branch
from ._random_layer import RandomLayer
from ._rng import Seed
from .base import Shape, registry
from .dropout import checked_noise_shape, noise_axes, require_noise_shape


class _Noise(RandomLayer):
    """The common part of the layers that do something random in training."""

    def __init__(self, seed: int | None, **options: Any) -> None:
        super().__init__(**options)
        self._seed = Seed(seed)

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    def _output_shape(self, shape: Shape) -> Shape:
        return shape


@registry.register()
class GaussianNoise(_Noise):
    """In training, add normal random numbers with mean 0.

    Parameters
    ----------
    stddev : float
        Standard deviation of the numbers, from 0 to 1.
    seed : int, optional
        Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import GaussianNoise
    >>> layer = GaussianNoise(0.1, seed=1)
    >>> layer([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    >>> bool((layer([[1.0, 2.0]], training=True) != [[1.0, 2.0]]).all())
    True
    """

    _each_step = True

    _adds = True

    def __init__(self, stddev: float, seed: int | None = None, **options: Any) -> None:
        super().__init__(seed, **options)
        self.stddev = number("stddev", stddev, 0.0, 1.0)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if self.stddev:
            branch.add("noise", kind="gaussian", deviation=self.stddev, seed=self._seed.drawn())

    def _arguments(self) -> dict[str, Any]:
        return {"stddev": self.stddev, "seed": self.seed}


@registry.register()
class GaussianDropout(_Noise):
    """In training, multiply by normal random numbers with mean 1 and variance ``rate / (1 - rate)``.

    Parameters
    ----------
    rate : float
        The probability of `Dropout` with the same variance, in [0, 1).
    seed : int, optional
        Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", Journal of Machine Learning
    Research 15, 2014, section 10.

    Examples
    --------
    >>> from fastlstm.layers import GaussianDropout
    >>> GaussianDropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    _each_step = True

    def __init__(self, rate: float, seed: int | None = None, **options: Any) -> None:
        super().__init__(seed, **options)
        self.rate = number("rate", rate, 0.0, 1.0, below_high=True)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if self.rate:
            deviation = math.sqrt(self.rate / (1 - self.rate))
            branch.add("noise", kind="gaussian_factor", deviation=deviation, seed=self._seed.drawn())

    def _arguments(self) -> dict[str, Any]:
        return {"rate": self.rate, "seed": self.seed}


@registry.register()
class AlphaDropout(_Noise):
    """In training, replace a random part of the input by the lowest value of SELU; mean and variance stay.

    Parameters
    ----------
    rate : float
        Probability of replacing a number, in [0, 1).
    noise_shape : tuple, optional
        As in `Dropout`: 1 for an axis along which numbers are replaced together.
    seed : int, optional
        Default: drawn from the generator that `fastlstm.utils.set_random_seed` seeds.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a value is out of range. When built or called: if the input does not fit `noise_shape`.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Klambauer et al., "Self-normalizing neural networks", NeurIPS 2017.

    Examples
    --------
    >>> from fastlstm.layers import AlphaDropout
    >>> AlphaDropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(
        self, rate: float, noise_shape: Iterable[int | None] | None = None, seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(seed, **options)
        self.rate = number("rate", rate, 0.0, 1.0, below_high=True)
        self.noise_shape = checked_noise_shape(noise_shape)
        self._each_step = self.noise_shape is None

    def _output_shape(self, shape: Shape) -> Shape:
        require_noise_shape(self.noise_shape, shape)
        return shape

    def _append_random(self, branch: Branch, shape: Shape) -> None:
        raise ValueError(f"training: expected None or False for layer {self.name!r} in a model, got True")

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if self.rate:
            axes = noise_axes(self.noise_shape, shape)
            branch.add("noise", kind="alpha_dropout", rate=self.rate, seed=self._seed.drawn(), **axes)

    def _arguments(self) -> dict[str, Any]:
        return {"rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}
