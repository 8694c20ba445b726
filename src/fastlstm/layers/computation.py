"""Computation: functions of NumPy on symbolic tensors, as one node of a graph that is computed in Python."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from .._internal.native import Branch
from ._python_layer import PythonLayer, append_function, shapes_in
from .base import Shape
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


class Computation(PythonLayer):
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

    _has_own_weights: ClassVar[bool] = False

    def __init__(self, steps: Sequence[Step], variables: Sequence[Variable], function: str, **options: Any) -> None:
        super().__init__(**options)
        self._steps, self._variables, self._function = list(steps), list(variables), function

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
        shapes = shapes_in(input_shape)
        known = [variable._current() for variable in self._variables]
        return self._shape_of_result(shapes, lambda arrays: self.run(arrays, known))

    def _keras_call(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        return [inputs[0] if len(inputs) == 1 else inputs], {}

    def _arguments(self) -> dict[str, Any]:
        return {"steps": self._steps, "variables": self._variables, "function": self._function}

    def _append_to(self, branch: Branch, shape: Any) -> None:
        own = [variable for variable in self._variables if branch.weight_of(variable) is not None]

        def computed(inputs: list[Any], weights: list[Any], training: bool) -> Any:
            given = iter(weights)
            variables = [
                next(given) if any(one is variable for one in own) else variable._current()
                for variable in self._variables
            ]
            return self.run(inputs, variables, training)

        append_function(
            branch,
            self._function,
            computed,
            shapes_in(shape),
            self.compute_output_shape(shape),
            weights=[list(variable.shape) for variable in own],
            shared_weights=[branch.weight_of(variable) for variable in own],
        )
