"""The metrics of a model: those of each output, with the names of the outputs if there are several."""

from collections.abc import Iterator, Sequence
from typing import Any

from .._internal.arrays import Array
from .._internal.row_arrays import Rows, parts
from ._base import Direction, Metric
from ._compiled import CompiledMetrics


class ModelMetrics:
    """The metrics of all outputs, updated together.

    Parameters
    ----------
    of_outputs : sequence of CompiledMetrics
        One for each output.
    output_names : sequence of str
        The names of the outputs.
    """

    def __init__(self, of_outputs: Sequence[CompiledMetrics], output_names: Sequence[str]) -> None:
        self._of_outputs = list(of_outputs)
        self._prefixes = [f"{name}_" for name in output_names] if len(of_outputs) > 1 else [""]

    def __bool__(self) -> bool:
        return any(self._of_outputs)

    def _pairs(self) -> Iterator[tuple[str, CompiledMetrics]]:
        return zip(self._prefixes, self._of_outputs, strict=True)

    @property
    def entries(self) -> list[tuple[str, int, Any]]:
        """The name of each result, the number of its output, and the metric as `CompiledMetrics` has it."""
        found = enumerate(self._pairs())
        return [(prefix + one.key, k, one) for k, (prefix, metrics) in found for one in metrics._entries]

    @property
    def names(self) -> list[str]:
        """The names of the results."""
        return [prefix + name for prefix, metrics in self._pairs() for name in metrics.names]

    @property
    def metrics(self) -> list[Metric]:
        """The metrics; those chosen by shape only once there has been data."""
        return [metric for metrics in self._of_outputs for metric in metrics.metrics]

    def sources(self, *, weighted: bool) -> list[Any]:
        """Return the names, metrics and functions with sample weights, or those without; a list for each output."""
        found = [metrics.sources(weighted=weighted) for metrics in self._of_outputs]
        return found[0] if len(found) == 1 else found if any(found) else []

    def direction(self, name: str) -> Direction | None:
        """Return 'up' if larger values of a result are better, 'down' if smaller ones are, None if unknown."""
        for prefix, metrics in self._pairs():
            if name.startswith(prefix) and (found := metrics.direction(name.removeprefix(prefix))) is not None:
                return found
        return None

    def reset(self) -> None:
        """Reset all metrics."""
        for metrics in self._of_outputs:
            metrics.reset()

    def update(
        self, y_true: Rows, y_pred: Rows, sample_weight: Rows | None, mask: Rows | None, batch_size: int
    ) -> None:
        """Add the samples of one or several batches, as in `CompiledMetrics.update`."""
        count = len(self._of_outputs)
        weights = [None] * count if sample_weight is None else parts(sample_weight)
        masks = [None] * count if mask is None else parts(mask)
        for metrics, y, outputs, weight, valid in zip(
            self._of_outputs, parts(y_true), parts(y_pred), weights, masks, strict=True
        ):
            if metrics:
                metrics.update(y, outputs, weight, valid, batch_size)

    def state(self) -> list[list[list[Array]]]:
        """Return the values of the variables of the metrics of each output."""
        return [metrics.state() for metrics in self._of_outputs]

    def set_state(self, state: Sequence[Sequence[Sequence[Any]]], y_true: Rows, y_pred: Rows) -> None:
        """Set the variables to values from `state`; rows of no samples show the shapes of the data."""
        for metrics, values, y, outputs in zip(self._of_outputs, state, parts(y_true), parts(y_pred), strict=True):
            metrics.set_state(values, y, outputs)

    def results(self) -> dict[str, Any]:
        """Return the results by name, as Python floats, or as arrays if they have several elements."""
        return {prefix + name: value for prefix, metrics in self._pairs() for name, value in metrics.results().items()}
