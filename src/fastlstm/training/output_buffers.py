"""OutputBuffers: arrays into which the core writes the outputs for metrics."""

from typing import NamedTuple

import numpy as np

from .._internal.arrays import Array
from ..metrics._compiled import CompiledMetrics
from .compiled import Compiled
from .native_model import NativeModel


class OutputBuffers(NamedTuple):
    """Buffers for outputs and their mask, as arguments of `train` and `evaluate`; empty without metrics."""

    metrics: CompiledMetrics
    arguments: dict[str, Array]

    @classmethod
    def for_input(
        cls, native: NativeModel, compiled: Compiled, x: Array, previous: "OutputBuffers | None" = None
    ) -> "OutputBuffers":
        """Return buffers for the outputs for x, reusing the `previous` ones if they fit."""
        shape = native.output_shape(x)
        if previous is not None and previous._fit(shape):
            return previous
        arguments: dict[str, Array] = {}
        if compiled.metrics:
            arguments["predictions"] = np.empty(shape, x.dtype)
            if compiled.trainer(native).masked_output:
                arguments["valid"] = np.ones(shape[:-1], bool)
        return cls(compiled.metrics, arguments)

    def _fit(self, shape: tuple[int, ...]) -> bool:
        """Return whether the buffers are for outputs of exactly this shape."""
        return all(array.shape == shape[: array.ndim] for array in self.arguments.values())

    def first(self, rows: int) -> dict[str, Array]:
        """Return the arguments for a call with this number of rows."""
        return {name: array[:rows] for name, array in self.arguments.items()}

    def update(self, y: Array, rows: slice, batch_size: int, sample_weight: Array | None = None) -> None:
        """Update the metrics with the outputs of these rows, their targets and weights."""
        if self.metrics:
            valid = self.arguments.get("valid")
            mask = None if valid is None else valid[rows]
            self.metrics.update(y, self.arguments["predictions"][rows], sample_weight, mask, batch_size)
