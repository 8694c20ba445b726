"""Dot: products of the vectors of two inputs."""

from collections.abc import Sequence
from typing import Any

from .._internal import checks
from .._internal.arrays import Array
from .._internal.native import Branch, Output, PairScores
from ._calls_on_arrays import call_on_arrays
from ._pair_scores import append_values
from .base import Shape, registry
from .merging import Merge

_EPSILON = 1e-7  # the least length by which Keras divides


@registry.register()
class Dot(Merge):
    """Products of all vectors along an axis of one input with those along an axis of another one.

    The shape of the output is that of the first input without its axis, followed by that of the second input without
    its axis and the axis of the batch: of (N, T, D) and (N, S, D), `axes` 2 gives (N, T, S); of two (N, D), `axes` 1
    gives (N, 1). A mask is not passed on, as in Keras.

    Parameters
    ----------
    axes : int or (int, int)
        The axis, or one for each input; not 0, that of the batch.
    normalize : bool
        Whether to divide the vectors by their lengths, so that products are cosines.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If an argument is out of range; when called, if the shapes do not fit each other. In a model, a number of steps
        that becomes one of features must be known, unless a softmax and another Dot follow, as in attention.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import Dot
    >>> Dot(axes=1)([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[50.0]]
    """

    def __init__(self, axes: int | Sequence[int], normalize: bool = False, **options: Any) -> None:
        super().__init__(**options)
        if isinstance(axes, (list, tuple)):
            if len(axes) != 2:
                raise ValueError(f"axes: expected one or two, got {axes!r}")
            self.axes: int | tuple[int, ...] = tuple(checks.integer("axes", axis, -3, 2) for axis in axes)
        else:
            self.axes = checks.integer("axes", axes, -3, 2)
        self.normalize = checks.flag("normalize", normalize)

    @property
    def _passes_mask(self) -> bool:
        return False

    def _checked_shapes(self, argument: str, shapes: Any, *, of_arrays: bool = False) -> list[Shape]:
        if not isinstance(shapes, (list, tuple)) or not all(isinstance(shape, (list, tuple)) for shape in shapes):
            raise TypeError(f"{argument}: layer {self.name!r} expected a list of shapes, got {shapes!r}")
        if len(shapes) != 2:
            raise ValueError(f"{argument}: layer {self.name!r} expected two inputs, got {len(shapes)}")
        for i, shape in enumerate(shapes):
            self._check_axes(f"{argument}[{i}]", shape)
        axes = self._axes_of(shapes)
        sizes = [shape[axis] for shape, axis in zip(shapes, axes, strict=True)]
        if None not in sizes and sizes[0] != sizes[1]:
            raise ValueError(
                f"{argument}: layer {self.name!r} expected axes of the same size, got {sizes[0]} and {sizes[1]} in"
                f" {tuple(shapes[0])} and {tuple(shapes[1])}"
            )
        return [tuple(shape) for shape in shapes]

    def _axes_of(self, shapes: Sequence[Shape]) -> list[int]:
        """Return the axis of each input, counted from the front."""
        given = (self.axes, self.axes) if isinstance(self.axes, int) else self.axes
        axes = []
        for axis, shape in zip(given, shapes, strict=True):
            if not -len(shape) <= axis < len(shape) or axis % len(shape) == 0:
                raise ValueError(
                    f"axes: layer {self.name!r} expected 1 to {len(shape) - 1} for the input {tuple(shape)}, got {axis}"
                )
            axes.append(axis % len(shape))
        return axes

    def _output_shape_of(self, shapes: list[Shape]) -> Shape:
        first, second = (
            [extent for i, extent in enumerate(shape) if i not in (0, axis)]
            for shape, axis in zip(shapes, self._axes_of(shapes), strict=True)
        )
        rest = [*first, *second] or [1]
        if rest[-1] is None and not self._gives_pair_scores(shapes):
            raise ValueError(
                f"layer {self.name!r}: the number of steps must be known where it becomes the number of features, got"
                f" {shapes[0]} and {shapes[1]}"
            )
        return (shapes[0][0], *rest)

    def _gives_pair_scores(self, shapes: Sequence[Shape]) -> bool:
        """Whether the products are those of all steps of two sequences, which a softmax makes attention."""
        return not self.normalize and [len(shape) for shape in shapes] == [3, 3] and self._axes_of(shapes) == [2, 2]

    def _append_to(self, branch: Branch, shape: Any) -> None:
        axes = self._axes_of(shape)
        scores, values = branch.outputs
        if isinstance(scores, PairScores) and scores.normalized and axes == [2, 1] and not self.normalize:
            append_values(branch, scores, values)
            return
        if self._output_shape_of(list(shape))[-1] is None:
            branch.outputs = [PairScores(scores, values, False)]
            return
        first, second = (
            self._vectors(branch, place, one, axis)
            for place, one, axis in zip(branch.outputs, shape, axes, strict=True)
        )
        options: dict[str, Any] = {"sums_first_steps": first[1], "sums_second_steps": second[1]}
        if not second[1]:
            # the second input's other axis, which may be its features if they were turned
            others = [extent for i, extent in enumerate(shape[1]) if i not in (0, axes[1])] or [1]
            options["second_steps"] = checks.size("number of steps", others[0])
        branch.outputs = [branch.add_on([first[0], second[0]], "dot", **options)]
        output = self._output_shape_of(list(shape))
        if len(output) == 2:
            branch.add("reshape", steps=1, features=output[1], sequence=False)

    def _vectors(self, branch: Branch, place: Output, shape: Shape, axis: int) -> tuple[Output, bool]:
        """Return a sequence with the vectors of an input, and whether they go over its steps."""
        if len(shape) == 2:
            place = branch.add_on([place], "reshape", steps=1, features=shape[1], sequence=True)
        over_steps = len(shape) == 3 and axis == 1
        if not self.normalize:
            return place, over_steps
        if over_steps:
            steps = checks.size("number of steps", shape[1])
            place = branch.add_on([place], "permute", steps=steps)
        return branch.add_on([place], "vector_normalization", unit=True, epsilon=_EPSILON), False

    def _merged(self, arrays: list[Array]) -> Array:
        self._features = arrays[0].shape[-1]
        return call_on_arrays(self, arrays, [None, None])

    @property
    def _works_step_by_step(self) -> bool:
        return False

    def _arguments(self) -> dict[str, Any]:
        return {"axes": self.axes, "normalize": self.normalize}
