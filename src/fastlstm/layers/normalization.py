"""Normalization: features scaled to zero mean and unit variance, and back."""

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from .._internal.arrays import Array, finite_array, moments
from .._internal.checks import flag
from .._internal.native import Branch
from ._axes import append_over, axes_of, extents_of, given_axes, require_possible
from ._weights import Weight
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry


@registry.register()
class Normalization(Layer):
    """``(x - mean) / max(sqrt(variance), 1e-7)`` for each feature, or as the axes say; or its inverse.

    Mean and variance are non-trainable weights: 0 and 1 unless given to the constructor or set by `adapt`.

    Parameters
    ----------
    axis : int, sequence of int or None
        The axes along which means and variances differ: the last one, that of the features; 1, the steps of a sequence
        (N, T, D); or both. None: there is one mean and one variance.
    mean, variance : float or array_like, optional
        Of the shape of the axes, (D,) for the last one, or what can be broadcast to it. Give both or neither.
    invert : bool
        Whether to compute ``x * max(sqrt(variance), 1e-7) + mean`` instead.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If one of `mean` and `variance` is missing, or a number is not finite. When built or called: if the input lacks
        the axes, or has another number of steps than before where steps have their own means.
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

    _axes = VECTORS | SEQUENCES | NESTED
    _keras_extra = (("count", 0),)

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.axis = None if axis is None or list(np.atleast_1d(axis)) == [] else given_axes(axis)
        self._each_step = self.axis in (-1, None)
        self._extents: tuple[int, ...] | None = None if axis is not None else ()  # of the axes, unless the last one
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
        """Means of the shape of the axes, a read-only view."""
        return self._weight("mean")

    @property
    def variance(self) -> Array | None:
        """Variances of the shape of the axes, a read-only view."""
        return self._weight("variance")

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Set mean and variance to those of `data` over all axes but those of the layer.

        Parameters
        ----------
        data : array_like or iterable
            (N, T, D) or (N, D), or (N,) for one feature, finite, at least one row; or a generator, a data set or a
            `keras.utils.PyDataset` of such batches, of which tuples (x, y, ...) count with x.
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
            array = array[:, None] if array.ndim == 1 else array
            features = self._check_shape("data", array.shape)
            if shape is not None and features != shape[-1]:
                raise ValueError(f"data: expected batches with {shape[-1]} features, got shape {array.shape}")
            axes = self._axes_of(array.shape)
            kept = np.moveaxis(array, axes, range(-len(axes), 0)) if axes else array[..., None]
            rows.append(kept.reshape(-1, math.prod(extents_of(axes, array.shape))))
            if rows[0].shape[1] != rows[-1].shape[1]:
                raise ValueError(f"data: expected batches of shape {shape} without the rows, got {array.shape}")
            shape = shape or array.shape
        if shape is None or not sum(map(len, rows)):
            raise ValueError(f"data: expected at least one row, got shape {shape}")
        self.build(shape)
        extents = self._weights.declared[0].shape
        mean, variance = (found.reshape(extents) for found in moments(np.concatenate(rows)))
        self.set_weights([finite_array("mean", mean, self.dtype), _variance("variance", variance, self.dtype)])

    @property
    def _weights_are_arguments(self) -> bool:
        return self._given is not None

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis in (-1, 2, None)

    def _axes_of(self, shape: Shape) -> tuple[int, ...]:
        return () if self.axis is None else axes_of(self.name, self.axis, shape)

    def _check_shape(self, argument: str, shape: Any) -> int:
        features = super()._check_shape(argument, shape)
        if self.axis is None:
            return features
        axes = self._axes_of(tuple(shape))
        require_possible(self.name, axes, tuple(shape))
        extents = None if axes == (len(shape) - 1,) else extents_of(axes, tuple(shape))
        if self.built and extents != self._extents:
            raise ValueError(f"{argument}: layer {self.name!r} has means of shape {self._extents}, got {tuple(shape)}")
        self._extents = extents
        return features

    def _declare(self, features: int) -> list[Weight]:
        shape = (features,) if self._extents is None else self._extents
        mean, variance = self._given or (np.zeros(()), np.ones(()))
        for name, value in (("mean", mean), ("variance", variance)):
            fits = value.ndim <= len(shape) and all(
                size in (1, wanted) for size, wanted in zip(value.shape[::-1], shape[::-1], strict=False)
            )
            if not fits and value.size != 1:
                raise ValueError(f"{name}: expected one number or shape {shape}, got {value.shape}")
        return [
            Weight("mean", shape, partial(_spread, mean), trainable=False),
            Weight("variance", shape, partial(_spread, variance), trainable=False),
        ]

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        options: dict[str, Any] = {"invert": self.invert}
        if self._extents is not None:
            options["weight_shapes"] = [list(self._extents)]
        axes = self._axes_of(shape) or (len(shape) - 1,)
        append_over(self, branch, shape, axes, "normalization", **options)

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
    return np.broadcast_to(value.reshape(()) if value.size == 1 else value, shape)


def _variance(name: str, value: Any, dtype: str) -> Array:
    array = finite_array(name, value, dtype)
    if (array < 0).any():
        raise ValueError(f"{name}: expected numbers of at least 0, got {array.min()}")
    return array
