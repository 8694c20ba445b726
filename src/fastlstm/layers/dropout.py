"""Dropout and SpatialDropout1D: in training, zeros in place of a random part of the input."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from .._internal.checks import integer
from .._internal.native import Branch
from ._random_layer import RandomLayer
from ._rates import dropout_rate
from ._rng import Seed
from .base import SEQUENCES, Shape, registry


@registry.register()
class Dropout(RandomLayer):
    """In training, set each number to 0 with probability `rate` and divide the others by ``1 - rate``.

    Parameters
    ----------
    rate : float
        Probability of setting a number to 0, from 0 to 1.
    noise_shape : tuple, optional
        One entry per axis of the input, (N, D) or (N, T, D): 1 for an axis along which numbers are dropped together,
        None or the size for an axis along which they are dropped one by one. ``(None, 1, None)`` drops the same
        features in all steps.
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
    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", Journal of Machine Learning
    Research 15, 2014.

    Examples
    --------
    >>> from fastlstm.layers import Dropout
    >>> Dropout(0.5)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    >>> set(Dropout(0.5)([[1.0] * 100], training=True)[0].tolist())
    {0.0, 2.0}
    """

    def __init__(
        self, rate: float, noise_shape: Iterable[int | None] | None = None, seed: int | None = None, **options: Any
    ) -> None:
        super().__init__(**options)
        self.rate = dropout_rate("rate", rate)
        self.noise_shape = checked_noise_shape(noise_shape)
        self._seed = Seed(seed)
        self._each_step = self.noise_shape is None  # the random numbers of each step are independent then

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    def _output_shape(self, shape: Shape) -> Shape:
        require_noise_shape(self.noise_shape, shape)
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        axes = noise_axes(self.noise_shape, shape)
        branch.add("dropout", rate=self.rate, seed=self._seed.drawn() if self.rate else 0, **axes)

    def _arguments(self) -> dict[str, Any]:
        return {"rate": self.rate, "noise_shape": self.noise_shape, "seed": self.seed}


@registry.register()
class SpatialDropout1D(RandomLayer):
    """In training, set each feature of a sequence to 0 in all steps with probability `rate`, or in none.

    The others are divided by ``1 - rate``.

    Parameters
    ----------
    rate : float
        Probability of setting a feature to 0, from 0 to 1.
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
    Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015.

    Examples
    --------
    >>> from fastlstm.layers import SpatialDropout1D
    >>> SpatialDropout1D(0.5)([[[1.0, 2.0]]]).tolist()
    [[[1.0, 2.0]]]
    """

    _axes = SEQUENCES
    _beyond_keras: ClassVar[Mapping[str, Any]] = {"activity_regularizer": None, "trainable": ...}

    def __init__(self, rate: float, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.rate = dropout_rate("rate", rate)
        self._seed = Seed(seed)

    @property
    def seed(self) -> int | None:
        """The `seed` given to the constructor."""
        return self._seed.given

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        axes = noise_axes((None, 1, None), shape)
        branch.add("dropout", rate=self.rate, seed=self._seed.drawn() if self.rate else 0, **axes)

    def _arguments(self) -> dict[str, Any]:
        return {"rate": self.rate, "seed": self.seed}


def checked_noise_shape(value: Any) -> tuple[int | None, ...] | None:
    """Return the argument `noise_shape` of a layer as a tuple."""
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise TypeError(f"noise_shape: expected a tuple such as (None, 1, None), got {value!r}")
    return tuple(None if extent is None else integer("noise_shape", extent, 1) for extent in value)


def require_noise_shape(noise_shape: tuple[int | None, ...] | None, shape: Shape) -> None:
    """Raise ValueError unless an input of this shape fits `noise_shape`."""
    if noise_shape is None:
        return
    fits = len(noise_shape) == len(shape) and all(
        want in (None, 1) or extent in (None, want) for want, extent in zip(noise_shape, shape, strict=True)
    )
    if not fits:
        raise ValueError(f"noise_shape: {noise_shape} does not fit an input of shape {shape}")


def noise_axes(noise_shape: tuple[int | None, ...] | None, shape: Shape) -> dict[str, bool]:
    """Return the options of the core for the axes along which random numbers differ."""
    rows, *steps, features = [extent != 1 for extent in noise_shape or (None,) * len(shape)]
    return {"per_row": rows, "per_step": all(steps), "per_feature": features}
