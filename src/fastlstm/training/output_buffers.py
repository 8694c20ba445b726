"""OutputBuffers: arrays into which the core writes the outputs for metrics."""

from typing import Any, NamedTuple

import numpy as np

from .._internal.row_arrays import RowArrays, Rows, for_core, parts
from ..metrics._model_metrics import ModelMetrics
from .compiled import Compiled
from .native_model import NativeModel


class OutputBuffers(NamedTuple):
    """Buffers for outputs and their masks; empty without metrics."""

    metrics: ModelMetrics
    predictions: Rows | None
    valid: Rows | None

    @classmethod
    def for_input(
        cls, native: NativeModel, compiled: Compiled, x: Rows, previous: "OutputBuffers | None" = None
    ) -> "OutputBuffers":
        """Return buffers for the outputs for x, reusing the `previous` ones if they fit."""
        if not compiled.metrics:
            return cls(compiled.metrics, None, None)
        shapes = native.output_shapes(x)
        if previous is not None and previous._fit(shapes):
            return previous
        masked: Any = compiled.trainer(native).masked_output
        predictions = [np.empty(shape, native.dtype) for shape in shapes]
        if len(shapes) == 1:
            return cls(compiled.metrics, predictions[0], np.ones(shapes[0][:-1], bool) if masked else None)
        valid = [np.ones(shape[:-1], bool) if one else None for shape, one in zip(shapes, masked, strict=True)]
        return cls(compiled.metrics, RowArrays(predictions), RowArrays(valid, len(x)))

    def _fit(self, shapes: list[tuple[int, ...]]) -> bool:
        """Return whether the buffers are for outputs of exactly these shapes."""
        return self.predictions is not None and [array.shape for array in parts(self.predictions)] == shapes

    @property
    def arguments(self) -> dict[str, Any]:
        """Arguments of `train`."""
        found = {"predictions": for_core(self.predictions), "valid": for_core(self.valid)}
        return {name: array for name, array in found.items() if array is not None}

    def first(self, rows: int) -> dict[str, Any]:
        """Return arguments of `evaluate` for this number of rows."""
        part = slice(rows)
        return OutputBuffers(
            self.metrics,
            None if self.predictions is None else self.predictions[part],
            None if self.valid is None else self.valid[part],
        ).arguments

    def update(self, y: Rows, rows: slice, batch_size: int, sample_weight: Rows | None = None) -> None:
        """Update the metrics with the outputs of these rows, their targets and weights."""
        if self.predictions is not None:
            valid = None if self.valid is None else self.valid[rows]
            self.metrics.update(y, self.predictions[rows], sample_weight, valid, batch_size)
