"""Layers that make one output of several inputs of equal shapes, and Concatenate."""

import functools
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, real_array
from .._internal.native import Branch
from .base import Layer, Shape, registry
from .symbolic import are_symbolic, listed


class Merge(Layer):
    """Base class of the layers with several inputs."""

    _mode: ClassVar[str]
    """The core's name of the merge."""
    _takes_several = True

    def build(self, input_shape: Any) -> None:
        """Check the shapes of the inputs; there are no weights.

        Parameters
        ----------
        input_shape : list of tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the shapes do not fit each other.
        TypeError
            If `input_shape` is not a list of tuples of integers and None.
        """
        self._features = self._check_shape("input_shape", input_shape)

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for inputs of these shapes.

        Parameters
        ----------
        input_shape : list of tuple
            With the batch axis.

        Returns
        -------
        tuple
            With the batch axis.

        Raises
        ------
        ValueError
            If the shapes do not fit each other.
        TypeError
            If `input_shape` is not a list of tuples of integers and None.
        """
        return self._output_shape_of(self._checked_shapes("input_shape", input_shape))

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the output for several arrays or symbolic tensors.

        Parameters
        ----------
        x : list of array_like or of SymbolicTensor
            Of equal shapes, (N, D) or (N, T, D), arrays also with other numbers of axes; those of a Concatenate may
            differ in D.
        mask : None
            Accepted as in Keras; masks matter in models only.
        training : bool
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype.

        Raises
        ------
        ValueError
            If the shapes do not fit each other.
        TypeError
            If `x` is not a list, or an array is not made of real integers or floats.
        """
        if are_symbolic(x):
            return self._symbolic_output(listed(x), mask=mask)
        if not isinstance(x, (list, tuple)):
            raise TypeError(f"x: layer {self.name!r} expected a list of arrays, got {type(x).__name__}")
        arrays = [real_array(f"x[{i}]", array, self.dtype) for i, array in enumerate(x)]
        self._output_shape_of(self._checked_shapes("x", [array.shape for array in arrays], of_arrays=True))
        return self._merged(arrays)

    def _merged(self, arrays: list[Array]) -> Array:
        """Return the output for arrays whose shapes were checked."""
        raise NotImplementedError(f"{type(self).__name__} must define _merged(arrays)")

    def _only_shape(self, shapes: Sequence[Shape]) -> list[Shape]:
        return list(shapes)

    def _check_shape(self, argument: str, shape: Any) -> int:
        features: int = self._output_shape_of(self._checked_shapes(argument, shape))[-1] or 0
        return features

    def _checked_shapes(self, argument: str, shapes: Any, *, of_arrays: bool = False) -> list[Shape]:
        """Return shapes that fit each other; those `of_arrays` may have any number of axes."""
        if not isinstance(shapes, (list, tuple)) or not all(isinstance(shape, (list, tuple)) for shape in shapes):
            raise TypeError(f"{argument}: layer {self.name!r} expected a list of shapes, got {shapes!r}")
        if not shapes:
            raise ValueError(f"{argument}: layer {self.name!r} expected at least one input, got none")
        if not of_arrays or not all(shapes):
            for i, shape in enumerate(shapes):
                self._check_axes(f"{argument}[{i}]", shape)
        first = shapes[0]
        for shape in shapes[1:]:
            same = len(shape) == len(first) and all(
                a == b or None in (a, b) for a, b in zip(self._compared(shape), self._compared(first), strict=True)
            )
            if not same:
                raise ValueError(
                    f"{argument}: layer {self.name!r} expected inputs of equal shapes{self._except}, got"
                    f" {tuple(first)} and {tuple(shape)}"
                )
        return [tuple(shape) for shape in shapes]

    _except: ClassVar[str] = ""

    def _compared(self, shape: Sequence[int | None]) -> Sequence[int | None]:
        """Return the part of a shape that must be equal."""
        return shape

    def _output_shape_of(self, shapes: list[Shape]) -> Shape:
        return tuple(
            next((extent for extent in extents if extent is not None), None) for extents in zip(*shapes, strict=True)
        )

    def _append_to(self, branch: Branch, shape: Any) -> None:
        branch.add("merge", mode=self._mode)


def _summed(arrays: list[Array]) -> Array:
    total: Array = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total


@registry.register()
class Add(Merge):
    """The sum of several inputs of equal shapes.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Add
    >>> Add()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[11.0, 22.0]]
    """

    _mode = "sum"

    def _merged(self, arrays: list[Array]) -> Array:
        return _summed(arrays)


@registry.register()
class Multiply(Merge):
    """The product of several inputs of equal shapes.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Multiply
    >>> Multiply()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[10.0, 40.0]]
    """

    _mode = "mul"

    def _merged(self, arrays: list[Array]) -> Array:
        product: Array = arrays[0].copy()
        for array in arrays[1:]:
            product *= array
        return product


@registry.register()
class Average(Merge):
    """The mean of several inputs of equal shapes.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Average
    >>> Average()([[[1.0, 2.0]], [[3.0, 6.0]]]).tolist()
    [[2.0, 4.0]]
    """

    _mode = "ave"

    def _merged(self, arrays: list[Array]) -> Array:
        mean: Array = _summed(arrays) / np.dtype(self.dtype).type(len(arrays))
        return mean


@registry.register()
class Subtract(Merge):
    """The first of two inputs of equal shapes, less the second.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Subtract
    >>> Subtract()([[[1.0, 2.0]], [[10.0, 20.0]]]).tolist()
    [[-9.0, -18.0]]
    """

    _mode = "sub"

    def _checked_shapes(self, argument: str, shapes: Any, *, of_arrays: bool = False) -> list[Shape]:
        checked = super()._checked_shapes(argument, shapes, of_arrays=of_arrays)
        if len(checked) != 2:
            raise ValueError(f"{argument}: layer {self.name!r} expected two inputs, got {len(checked)}")
        return checked

    def _merged(self, arrays: list[Array]) -> Array:
        difference: Array = arrays[0] - arrays[1]
        return difference


@registry.register()
class Maximum(Merge):
    """The largest of several inputs of equal shapes, element by element.

    In a model, masked steps are left out, as in Keras.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Maximum
    >>> Maximum()([[[1.0, 5.0]], [[3.0, 4.0]]]).tolist()
    [[3.0, 5.0]]
    """

    _mode = "max"

    def _merged(self, arrays: list[Array]) -> Array:
        return functools.reduce(np.maximum, arrays[1:], arrays[0].copy())


@registry.register()
class Minimum(Merge):
    """The smallest of several inputs of equal shapes, element by element.

    In a model, masked steps are left out, as in Keras.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If an argument is wrong.

    Examples
    --------
    >>> from fastlstm.layers import Minimum
    >>> Minimum()([[[1.0, 5.0]], [[3.0, 4.0]]]).tolist()
    [[1.0, 4.0]]
    """

    _mode = "min"

    def _merged(self, arrays: list[Array]) -> Array:
        return functools.reduce(np.minimum, arrays[1:], arrays[0].copy())


@registry.register()
class Concatenate(Merge):
    """Several inputs one after the other along an axis: their features, or the steps of sequences.

    Parameters
    ----------
    axis : int
        The last axis, -1 or its index, for features; 1 or -2 for the steps of sequences. The batch's axis 0 raises
        ValueError.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If an argument is out of range; when called, if the inputs do not have the axis.
    TypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> from fastlstm.layers import Concatenate
    >>> Concatenate()([[[1.0, 2.0]], [[3.0]]]).tolist()
    [[1.0, 2.0, 3.0]]
    """

    _mode = "concat"
    _except = " but for the axis"

    def __init__(self, axis: int = -1, **options: Any) -> None:
        super().__init__(**options)
        self.axis = checks.integer("axis", axis, -2)

    def _axis_of(self, shape: Sequence[int | None]) -> int:
        """Return the axis, counted from the front."""
        axis = self.axis + len(shape) if self.axis < 0 else self.axis
        if not 0 < axis < len(shape):
            known = "-1 or 1" if len(shape) == 2 else "-1 or 2, or -2 or 1 for the steps"
            raise ValueError(f"axis: layer {self.name!r} joins the last axis, {known}, got {self.axis}")
        return axis

    def _compared(self, shape: Sequence[int | None]) -> Sequence[int | None]:
        axis = self._axis_of(shape)
        return [*shape[:axis], *shape[axis + 1 :]]

    def _output_shape_of(self, shapes: list[Shape]) -> Shape:
        axis = self._axis_of(shapes[0])
        rest = super()._output_shape_of([tuple(self._compared(shape)) for shape in shapes])
        extents = [shape[axis] for shape in shapes]
        if axis == len(shapes[0]) - 1:
            extents = [checks.size("number of features", extent) for extent in extents]
        total = None if None in extents else sum(extent or 0 for extent in extents)
        return (*rest[:axis], total, *rest[axis:])

    def _append_to(self, branch: Branch, shape: Any) -> None:
        if self._axis_of(shape[0]) < len(shape[0]) - 1:
            branch.add("concatenate_steps")
        else:
            super()._append_to(branch, shape)

    @property
    def _works_step_by_step(self) -> bool:
        return self.axis not in (1, -2)

    def _merged(self, arrays: list[Array]) -> Array:
        return np.concatenate(arrays, axis=self.axis)

    def _arguments(self) -> dict[str, Any]:
        return {"axis": self.axis}
