"""A function written in Python as the core calls it: forward, and backward by automatic differentiation."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._internal.arrays import Array, numbers
from .._internal.tape import NotDifferentiableError, vjp
from .symbolic import ROWS, UNKNOWN

_SAVED = 31
"""How many forward passes before the last one may wait for their backward pass."""


class PythonFunction:
    """A function of arrays, called by the core.

    Parameters
    ----------
    name : str
        What it is, for messages.
    function : callable
        ``function(inputs, weights, training)`` takes lists of arrays and returns an array.
    arrange : callable, optional
        Returns an input, as the core has it, in the shape that the function takes.
    features : int
        The number of features of the output.
    sequence : bool
        Whether the output has steps.
    """

    def __init__(
        self,
        name: str,
        function: Callable[[list[Any], list[Any], bool], Any],
        arrange: Callable[[int, Any], Any],
        features: int,
        sequence: bool,
    ) -> None:
        self._name, self._function, self._arrange = name, function, arrange
        self._features, self._sequence = features, sequence
        self._saved: list[tuple[list[Array], Any, Any]] = []
        """Of forward passes in training: what was taken, the shape of the result, and how its gradient goes back."""

    def forward(self, inputs: Sequence[Array], weights: Sequence[Array], training: bool) -> Array:
        """Return the output for a batch."""
        if training:
            with contextlib.suppress(NotDifferentiableError):  # which matters only if a gradient is needed
                result, pullback = self._traced(inputs, weights, training)
                self._saved = [*self._saved[-_SAVED:], ([*inputs, *weights], np.shape(result), pullback)]
                return self._for_core(result, inputs[0])
        arranged = [self._arrange(i, array) for i, array in enumerate(inputs)]
        return self._for_core(self._function(arranged, list(weights), training), inputs[0])

    def _traced(self, inputs: Sequence[Array], weights: Sequence[Array], training: bool) -> Any:
        def traced(*arguments: Any) -> Any:
            arranged = [self._arrange(i, array) for i, array in enumerate(arguments[: len(inputs)])]
            return self._function(arranged, list(arguments[len(inputs) :]), training)

        return vjp(traced, *inputs, *weights)

    def _pullback(self, inputs: Sequence[Array], weights: Sequence[Array], training: bool) -> Any:
        """Return the shape of the result and how its gradient goes back, of a forward pass if there was one."""
        arrays = [*inputs, *weights]
        for i, (given, shape, pullback) in enumerate(self._saved):
            if all(map(np.array_equal, given, arrays)):
                del self._saved[i]
                return shape, pullback
        result, pullback = self._traced(inputs, weights, training)
        return np.shape(result), pullback

    def backward(
        self, inputs: Sequence[Array], weights: Sequence[Array], training: bool, d_output: Array, wanted: Sequence[bool]
    ) -> list[Array]:
        """Return the gradients of those inputs and weights that are wanted."""
        arrays = [*inputs, *weights]

        shape, pullback = self._pullback(inputs, weights, training)
        gradients = pullback(d_output.reshape(shape))
        return [
            np.zeros_like(array) if found is None else np.ascontiguousarray(found, dtype=array.dtype)
            for array, found, one in zip(arrays, gradients, wanted, strict=True)
            if one
        ]

    def _for_core(self, result: Any, like: Array) -> Array:
        """Return what the function returned as the core takes it."""
        array = numbers(self._name, result)
        rows = len(like)
        if array.ndim == 0 or len(array) != rows:
            raise ValueError(
                f"{self._name}: expected that its function returns as many rows as it gets, {rows}, got shape"
                f" {array.shape}"
            )
        shape = (rows, -1, self._features) if self._sequence else (rows, self._features)
        return np.ascontiguousarray(array.reshape(shape), dtype=like.dtype)


def tried(function: Callable[..., Any], samples: Sequence[tuple[int | None, ...]], dtype: str) -> tuple[Any, ...]:
    """Return the shape of a sample of what a function returns, for those of its inputs.

    Sizes are None where they depend on sizes that are.
    """
    found = []
    for rows, unknown in zip(ROWS, UNKNOWN, strict=True):
        arrays = [
            np.zeros((rows, *(unknown if size is None else size for size in sample)), dtype) for sample in samples
        ]
        with np.errstate(all="ignore"):
            found.append(np.shape(function(arrays)))
    first, second = found
    if len(first) != len(second) or not first or (first[0], second[0]) != ROWS:
        raise ValueError(f"expected a function that returns as many rows as it gets, got shape {first} for {ROWS[0]}")
    return tuple(a if a == b else None for a, b in zip(first[1:], second[1:], strict=True))
