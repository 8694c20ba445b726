"""Softmax as a layer."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .._internal.native import Branch
from .._internal.tensor import like
from ._axes import append_over, axes_of, given_axes, require_known
from ._pair_scores import are_pair_scores, normalized_scores
from .base import NESTED, SEQUENCES, VECTORS, Layer, Shape, registry
from .symbolic import are_symbolic

_LARGE = 1e9  # below which Keras puts what is masked


@registry.register()
class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along an axis.

    Parameters
    ----------
    axis : int or sequence of int
        The axes of the sum: the last one, that of the features; 1, that of the steps of a sequence (N, T, D); any
        other axis but that of the samples; or several.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `axis` is out of range. When built or called: if the input lacks the axis, or the sum is over steps and
        their number is unknown.
    TypeError
        If `axis` does not consist of integers.

    Examples
    --------
    >>> from fastlstm.layers import Softmax
    >>> Softmax()([[1.0, 1.0]]).tolist()
    [[0.5, 0.5]]
    >>> Softmax(axis=1)([[[1.0], [1.0]]]).tolist()
    [[[0.5], [0.5]]]
    """

    _axes = VECTORS | SEQUENCES | NESTED
    _keras_takes_mask = True
    _any_width = False
    """Whether it is called on products with steps, whose number of features is that of steps."""

    def __init__(self, axis: int | Sequence[int] = -1, **options: Any) -> None:
        super().__init__(**options)
        self.axis = given_axes(axis)
        if 0 in np.atleast_1d(self.axis):
            raise ValueError(f"axis: expected axes of each sample, got 0, that of the samples, in {axis!r}")
        self._each_step = self.axis == -1

    def __call__(self, x: Any, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array or a symbolic tensor.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, D), (N, T, D) or (N, S, T, D).
        mask : array_like of bool or SymbolicTensor, optional
            What has a shape that can be broadcast to that of x; where it is False, the output is 0 and the sum leaves
            the input out.
        training : bool
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype, of the shape of x.

        Raises
        ------
        ValueError
            If a shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        if mask is None:
            return super().__call__(x, training=training)
        if are_symbolic(x) or are_symbolic(mask):
            return super().__call__(x + (1.0 - mask) * -_LARGE) * mask
        array, kept = self._as_input("x", x), np.asarray(mask)
        if kept.ndim > array.ndim or any(
            size not in (1, wanted) for size, wanted in zip(kept.shape[::-1], array.shape[::-1], strict=False)
        ):
            raise ValueError(f"mask: expected a shape that can be broadcast to {array.shape}, got {kept.shape}")
        kept = kept > 0.5
        found = super().__call__(np.where(kept, array, np.asarray(-_LARGE, array.dtype)))
        return like(x, np.where(kept, found, np.zeros((), found.dtype)))

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis in (-1, 2)

    def _check_shape(self, argument: str, shape: Any) -> int:
        if self.axis in (-1, 2) and are_pair_scores(shape):
            self._any_width = True
        if self._any_width and len(shape) == 3:
            return self._features or 1
        return super()._check_shape(argument, shape)

    def _output_shape(self, shape: Shape) -> Shape:
        if are_pair_scores(shape):
            return shape
        require_known(self.name, axes_of(self.name, self.axis, shape), shape)
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if normalized_scores(branch):
            return
        axes = axes_of(self.name, self.axis, shape)
        append_over(self, branch, shape, axes, "activation", activation="softmax")

    def _arguments(self) -> dict[str, Any]:
        return {"axis": self.axis}
