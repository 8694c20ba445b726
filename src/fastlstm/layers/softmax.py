"""Softmax as a layer."""

from collections.abc import Sequence
from typing import Any

from .._internal.checks import integer
from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class Softmax(Layer):
    """``exp(x) / sum(exp(x))`` along an axis.

    Parameters
    ----------
    axis : int or sequence of int
        The axis of the sum: the last one, that of the features, or 1, that of the steps of a sequence; or both.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`.

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

    _keras_takes_mask = True

    def __init__(self, axis: int | Sequence[int] = -1, **options: Any) -> None:
        super().__init__(**options)
        given = [integer("axis", each, -2, 2) for each in (axis if isinstance(axis, (list, tuple)) else (axis,))]
        if 0 in given:
            raise ValueError(f"axis: expected axes of each sample, got 0, that of the samples, in {axis!r}")
        self._over_all = sorted(each % 3 for each in given) == [1, 2]
        if len(given) != 1 and not self._over_all:
            raise ValueError(f"axis: expected one axis, or those of steps and features, (1, 2), got {axis!r}")
        self.axis: int | tuple[int, ...] = tuple(given) if self._over_all else given[0]
        self._each_step = self.axis == -1

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis in (-1, 2)

    def _output_shape(self, shape: Shape) -> Shape:
        if isinstance(self.axis, tuple):
            missing = len(shape) != 3
        else:
            missing = self.axis >= len(shape) or self.axis == -len(shape)
        if missing:
            raise ValueError(f"axis: layer {self.name!r} got an input of shape {shape}, which has no axis {self.axis}")
        if self._over_steps(shape) and not shape[1]:
            raise ValueError(f"layer {self.name!r} needs to know the number of steps, got {shape}")
        return shape

    def _over_steps(self, shape: Shape) -> bool:
        return isinstance(self.axis, tuple) or self.axis % len(shape) != len(shape) - 1

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        if not self._over_steps(shape):
            branch.add("activation", activation="softmax")
            return
        steps, features = shape[1] or 0, shape[2] or 0
        if self._over_all:
            branch.add("reshape", steps=1, features=steps * features, sequence=False)
            branch.add("activation", activation="softmax")
            branch.add("reshape", steps=steps, features=features, sequence=True)
            return
        branch.add("permute", steps=steps)
        branch.add("activation", activation="softmax")
        branch.add("permute", steps=features)

    def _arguments(self) -> dict[str, Any]:
        return {"axis": self.axis}
