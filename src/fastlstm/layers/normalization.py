"""Normalization: features scaled to zero mean and unit variance, and back."""

import itertools
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from .._internal.arrays import Array, finite_array, moments
from .._internal.checks import flag
from .._internal.native import Branch
from ._axes import only_axis, require_last
from ._weights import Weight
from .base import Layer, Shape, registry


@registry.register()
class Normalization(Layer):
    """``(x - mean) / max(sqrt(variance), 1e-7)`` for each feature, or its inverse.

    Mean and variance are non-trainable weights: 0 and 1 unless given to the constructor or set by `adapt`.

    Parameters
    ----------
    axis : int or sequence of one int
        The axis of the features: the last one.
    mean, variance : float or array_like of shape (D,), optional
        Give both or neither.
    invert : bool
        Whether to compute ``x * max(sqrt(variance), 1e-7) + mean`` instead.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

    Raises
    ------
    ValueError
        If `axis` is not one axis, one of `mean` and `variance` is missing, or a number is not finite.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import Normalization
    >>> layer = Normalization()
    >>> layer.adapt([[1.0], [3.0]])
    >>> layer([[3.0], [5.0]]).tolist()
    [[1.0], [3.0]]
    >>> Normalization(mean=2.0, variance=1.0, invert=True)([[1.0]]).tolist()
    [[3.0]]
    """

    _each_step = True
    _keras_extra = (("count", 0),)

    def __init__(
        self,
        axis: int | Sequence[int] = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.axis = only_axis(axis)
        if (mean is None) != (variance is None):
            raise ValueError("mean, variance: expected both or neither")
        self.invert = flag("invert", invert)
        self._given: tuple[Array, Array] | None = None
        if mean is not None:
            self._given = (
                finite_array("mean", mean, self.dtype),
                _variance("variance", variance, self.dtype),
            )

    @property
    def mean(self) -> Array | None:
        """Mean of each feature (D,), a read-only view."""
        return self._weight("mean")

    @property
    def variance(self) -> Array | None:
        """Variance of each feature (D,), a read-only view."""
        return self._weight("variance")

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Set mean and variance to those of `data` over all axes but the last.

        Parameters
        ----------
        data : array_like or iterable
            (N, T, D) or (N, D), finite, at least one row; or a generator, a data set or a `keras.utils.PyDataset` of
            such batches, of which tuples (x, y, ...) count with x.
        batch_size : int, optional
            For Keras compatibility, without effect.
        steps : int, optional
            The number of batches to take. Default: all.

        Raises
        ------
        ValueError
            If the shape is wrong, there is no row, a number is not finite, or mean and variance were given to the
            constructor.
        TypeError
            If `data` is not made of real integers or floats.
        """
        if self._given is not None:
            raise ValueError(f"adapt: layer {self.name!r} was given its mean and variance, there is nothing to adapt")
        rows: list[Array] = []
        shape: Shape | None = None
        for batch in _batches(data, steps):
            array = finite_array("data", batch, "float64")
            features = self._check_shape("data", array.shape)
            if rows and features != rows[0].shape[1]:
                raise ValueError(f"data: expected batches with {rows[0].shape[1]} features, got shape {array.shape}")
            require_last(self.name, self.axis, array.shape)
            rows.append(array.reshape(-1, features))
            shape = shape or array.shape
        if shape is None or not sum(map(len, rows)):
            raise ValueError(f"data: expected at least one row, got shape {shape}")
        mean, variance = moments(np.concatenate(rows))
        self.build(shape)
        self.set_weights([finite_array("mean", mean, self.dtype), _variance("variance", variance, self.dtype)])

    @property
    def _weights_are_arguments(self) -> bool:
        return self._given is not None

    def _declare(self, features: int) -> list[Weight]:
        mean, variance = self._given or (np.zeros(()), np.ones(()))
        for name, value in (("mean", mean), ("variance", variance)):
            if value.shape not in ((), (1,), (features,)):
                raise ValueError(f"{name}: expected one number or shape ({features},), got {value.shape}")
        return [
            Weight("mean", (features,), partial(_spread, mean), trainable=False),
            Weight("variance", (features,), partial(_spread, variance), trainable=False),
        ]

    def _output_shape(self, shape: Shape) -> Shape:
        require_last(self.name, self.axis, shape)
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("normalization", invert=self.invert)

    def _arguments(self) -> dict[str, Any]:
        given = self.weights if self._weights_are_arguments and self.built else self._given
        mean, variance = (None, None) if given is None else (value.tolist() for value in given)
        return {"axis": self.axis, "mean": mean, "variance": variance, "invert": self.invert}


def _batches(data: Any, steps: int | None) -> Iterator[Any]:
    """Yield the batches of x; one for an array."""
    is_array = isinstance(data, (list, tuple, np.ndarray)) or hasattr(data, "to_numpy")
    if is_array or hasattr(data, "__array__"):
        yield data
        return
    if hasattr(data, "__getitem__") and hasattr(data, "__len__"):
        data = map(data.__getitem__, range(len(data)))
    try:
        batches = iter(data)
    except TypeError:
        yield data
        return
    for batch in batches if steps is None else itertools.islice(batches, steps):
        yield batch[0] if isinstance(batch, tuple) else batch


def _spread(value: Array, shape: tuple[int, ...], dtype: str) -> Array:
    return np.broadcast_to(value, shape)


def _variance(name: str, value: Any, dtype: str) -> Array:
    array = finite_array(name, value, dtype)
    if (array < 0).any():
        raise ValueError(f"{name}: expected numbers of at least 0, got {array.min()}")
    return array
