"""Computation: functions of NumPy on symbolic tensors, as one node of a graph that is computed in Python."""

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .._internal.checks import size
from .._internal.native import Branch
from ._python_function import PythonFunction
from .base import Layer, Shape
from .symbolic import ROWS, UNKNOWN
from .variable import TRACING, Variable


class Slot(NamedTuple):
    """What stands for a value in the arguments of a step."""

    kind: str
    """'input', 'variable' or 'step': what the number counts."""
    number: int


class Step(NamedTuple):
    """A function with its arguments, among which are slots."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    options: dict[str, Any]


def _described(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(map(_described, value))
    if isinstance(value, dict):
        return tuple((name, _described(one)) for name, one in value.items())
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    return "phase" if isinstance(value, Phase) else repr(value)


class Phase:
    """What `training` is in a call that is traced: whether training runs is known when the model runs.

    Parameters
    ----------
    assumed : bool
        What it counts as in a branch of Python.
    """

    def __init__(self, assumed: bool = False) -> None:
        self.assumed, self.was_asked = assumed, False

    def __bool__(self) -> bool:
        """Return what is assumed, and remember that it was asked for."""
        self.was_asked = True
        return self.assumed


class Computation(Layer):
    """Functions of arrays, one after the other; their gradients are found by automatic differentiation.

    Parameters
    ----------
    steps : sequence of Step
        The last one gives the output.
    variables : sequence of Variable
        Those among the arguments of the steps.
    function : str
        The name of the function that gives the output.
    **options
        As for `Layer`.
    """

    _in_keras: ClassVar[bool] = False
    _takes_any_input: ClassVar[bool] = True
    _has_own_weights: ClassVar[bool] = False

    def __init__(self, steps: Sequence[Step], variables: Sequence[Variable], function: str, **options: Any) -> None:
        super().__init__(**options)
        self._steps, self._variables, self._function = list(steps), list(variables), function
        self._results: dict[tuple[Shape, ...], Shape] = {}  # shapes of samples by those of the inputs

    @property
    def built(self) -> bool:
        """Whether the layer has its weights, of which it has none: variables belong to other layers."""
        return True

    def build(self, input_shape: Any) -> None:
        """Do nothing: there are no weights.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            Ignored.
        """

    def remember(self, shapes: Sequence[Shape], result: Shape) -> None:
        """Take note of the shape of the result for inputs of these shapes."""
        self._results[tuple(shape[1:] for shape in shapes)] = result[1:]

    def described(self) -> Any:
        """Return what is equal for another layer that computes the same."""
        steps = [(step.function, _described(step.arguments), _described(step.options)) for step in self._steps]
        return tuple(steps), tuple(map(id, self._variables))

    def run(self, inputs: Sequence[Any], variables: Sequence[Any], training: bool = False) -> Any:
        """Return the output for arrays."""
        values: dict[str, list[Any]] = {"input": list(inputs), "variable": list(variables), "step": []}

        def replaced(value: Any) -> Any:
            if isinstance(value, Slot):
                return values[value.kind][value.number]
            if isinstance(value, Phase):
                return training
            if isinstance(value, (list, tuple)):
                parts = [replaced(one) for one in value]
                if hasattr(value, "_fields"):
                    return type(value)(*parts)
                return tuple(parts) if isinstance(value, tuple) else parts
            if isinstance(value, dict):
                return {name: replaced(one) for name, one in value.items()}
            if isinstance(value, slice):
                return slice(replaced(value.start), replaced(value.stop), replaced(value.step))
            return value

        token = TRACING.set(None)
        try:
            for step in self._steps:
                values["step"].append(step.function(*replaced(step.arguments), **replaced(step.options)))
        finally:
            TRACING.reset(token)
        return values["step"][-1]

    def compute_output_shape(self, input_shape: Any) -> Shape:
        """Return the shape of the output for inputs of these shapes.

        Parameters
        ----------
        input_shape : tuple or list of tuple
            With the batch axis.

        Returns
        -------
        tuple
            With the batch axis; None stands for any size.
        """
        shapes = list(input_shape) if isinstance(input_shape, list) else [tuple(input_shape)]
        samples = tuple(tuple(shape[1:]) for shape in shapes)
        if samples not in self._results:
            known = [variable._current() for variable in self._variables]
            found = []
            for rows, unknown in zip(ROWS, UNKNOWN, strict=True):
                arrays = [
                    np.zeros((rows, *(unknown if one is None else one for one in sample)), self.dtype)
                    for sample in samples
                ]
                with np.errstate(all="ignore"):
                    found.append(np.shape(self.run(arrays, known)))
            self._results[samples] = tuple(a if a == b else None for a, b in zip(*found, strict=True))[1:]
        return (shapes[0][0], *self._results[samples])

    def _only_shape(self, shapes: Sequence[Shape]) -> Any:
        return list(shapes) if len(shapes) > 1 else shapes[0]

    def _check_shape(self, argument: str, shape: Any) -> int:
        return 1

    def _append_to(self, branch: Branch, shape: Any) -> None:
        shapes = shape if isinstance(shape, list) else [shape]
        output = self.compute_output_shape(shape)
        features = math.prod(size("number of features", one) for one in output[2:] or output[1:])
        sequence = len(output) > 2
        steps = output[1] if sequence else 0
        if steps is None:
            first = shapes[0]
            if len(first) < 2 or first[1] is not None:
                raise ValueError(f"{self._function}: expected a known number of steps of the result, got {output}")
            steps = 0
        own = [variable for variable in self._variables if branch.weight_of(variable) is not None]
        places = [branch.weight_of(variable) for variable in own]

        def computed(inputs: list[Any], weights: list[Any], training: bool) -> Any:
            given = iter(weights)
            variables = [
                next(given) if any(one is variable for one in own) else variable._current()
                for variable in self._variables
            ]
            return self.run(inputs, variables, training)

        def arrange(i: int, array: Any) -> Any:
            ndim = len(shapes[i])
            if ndim == array.ndim:
                return array
            if ndim > 3:
                return np.reshape(array, (*array.shape[:2], *shapes[i][2:]))
            return array[..., 0]

        function = PythonFunction(self._function, computed, arrange, features, sequence)
        branch.add(
            "function",
            function=function,
            features=features,
            sequence=sequence,
            steps=steps,
            weights=[list(variable.shape) for variable in own],
            shared_weights=places,
        )

    def _network_input(self, shape: Shape) -> tuple[int, bool]:
        if len(shape) == 2 and shape[1] is None:  # a sequence of numbers of any length
            return 1, True
        return super()._network_input(shape)
