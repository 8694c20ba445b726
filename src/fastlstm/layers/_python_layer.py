"""The base class of layers whose output a function of arrays computes, in Python."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from .._internal.checks import size
from .._internal.native import Branch
from ._python_function import PythonFunction, tried
from .base import Layer, Shape


class PythonLayer(Layer):
    """A layer that Python computes, for one input or several; it has no weights of its own.

    Parameters
    ----------
    **options
        As for `Layer`.
    """

    _in_keras: ClassVar[bool] = False
    _takes_any_input: ClassVar[bool] = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._results: dict[tuple[Shape, ...], Shape] = {}
        """Shapes of a sample of the result by those of the inputs."""

    def remember(self, shapes: Sequence[Shape], result: Shape) -> None:
        """Take note of the shape of the result for inputs of these shapes."""
        self._results[_samples(shapes)] = tuple(result[1:])

    def _shape_of_result(self, shapes: Sequence[Shape], function: Callable[[list[Any]], Any]) -> Shape:
        """Return the shape of what a function returns for inputs of these shapes."""
        samples = _samples(shapes)
        if samples not in self._results:
            self._results[samples] = tried(function, samples, self.dtype)
        return (shapes[0][0], *self._results[samples])

    def _network_input(self, shape: Shape) -> tuple[int, bool]:
        if len(shape) == 2 and shape[1] is None:  # a sequence of numbers of any length
            return 1, True
        return super()._network_input(shape)


def append_function(
    branch: Branch,
    name: str,
    function: Callable[[list[Any], list[Any], bool], Any],
    shapes: Sequence[Shape],
    output: Shape,
    **options: Any,
) -> None:
    """Add a function of inputs of these shapes, weights and whether it is called in training, to a branch."""
    is_of_numbers = output[1:] == (None,)  # a number for each step, with any number of steps
    sequence = len(output) > 2 or is_of_numbers
    sizes = (1,) if is_of_numbers else output[2:] if sequence else output[1:]
    features = math.prod(size("number of features", one) for one in sizes)
    if sequence and output[1] is None and (len(shapes[0]) < 2 or shapes[0][1] is not None):
        raise ValueError(f"{name}: expected a known number of steps of the result, got {output}")

    def arrange(i: int, array: Any) -> Any:
        ndim = len(shapes[i])
        if ndim == array.ndim:
            return array
        return array.reshape(*array.shape[:2], *shapes[i][2:]) if ndim > 3 else array[..., 0]

    branch.add(
        "function",
        function=PythonFunction(name, function, arrange, features, sequence),
        features=features,
        sequence=sequence,
        steps=output[1] or 0 if sequence else 0,
        **options,
    )


def shapes_in(input_shape: Any) -> list[Shape]:
    """Return the shapes of inputs as a list, given as one or as a list of several."""
    return list(input_shape) if isinstance(input_shape, list) else [tuple(input_shape)]


def _samples(shapes: Sequence[Shape]) -> tuple[Shape, ...]:
    return tuple(tuple(shape[1:]) for shape in shapes)
