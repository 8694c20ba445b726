"""The metrics of a compiled model: their names, updates and numeric results."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .._internal.arrays import Array
from .._internal.names import snake_case
from . import (
    BinaryAccuracy,
    BinaryCrossentropy,
    CategoricalAccuracy,
    CategoricalCrossentropy,
    Mean,
    Metric,
    SparseCategoricalAccuracy,
    SparseCategoricalCrossentropy,
    Sum,
    get,
)
from ._base import Direction
from ._reduction import MeanMetricWrapper

_ACCURACIES = (BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy)
_CROSSENTROPIES = (BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy)
_CHOSEN_BY_SHAPE: dict[str, tuple[type[Metric], ...]] = {
    "accuracy": _ACCURACIES,
    "acc": _ACCURACIES,
    "crossentropy": _CROSSENTROPIES,
    "ce": _CROSSENTROPIES,
}


class _Entry:
    """A metric under its name. For some names the class is chosen once the shapes are known."""

    def __init__(self, given: Any, weighted: bool) -> None:
        self.weighted = weighted
        self.metric: Metric | None = None
        self.choices = _CHOSEN_BY_SHAPE.get(given.lower(), ()) if isinstance(given, str) else ()
        self.name = given if isinstance(given, str) else ""
        self.key = ""
        self.source = given
        """The argument of `compile`: a name, a metric or a function."""
        if not self.choices:
            found = get(given)
            if found is None:
                raise TypeError("metrics: expected a name, a metric or a function, got None")
            if getattr(type(found), "update_state", None) in (Mean.update_state, Sum.update_state):
                raise TypeError(
                    f"metrics: expected metrics of targets and predictions, got {given!r}, which is updated with values"
                )
            self.source = given if isinstance(given, str) else found
            self.name = self.name or _name_of(found)
            self.metric = found if isinstance(found, Metric) else MeanMetricWrapper(found, self.name)
            self.metric.name = self.name

    def resolved(self, y_true: Array, y_pred: Array) -> Metric:
        if self.metric is None:
            binary, sparse, categorical = self.choices
            classes = y_pred.shape[-1]
            by_class = y_true.ndim < y_pred.ndim or (y_true.shape[-1] == 1 and classes > 1)
            self.metric = (binary if classes == 1 else sparse if by_class else categorical)(name=self.name)
        return self.metric

    def weights(self, sample_weight: Array | None, mask: Array | None) -> Array | None:
        """Return the weights of samples or steps, of those (N,) or (N, T) that are given, and of the mask (N, T)."""
        valid = None if mask is None else mask.astype(np.float64)
        if sample_weight is None or not self.weighted:
            return valid
        if valid is None:
            return sample_weight
        found: Array = valid * (sample_weight[:, None] if sample_weight.ndim == 1 else sample_weight)
        return found


def _name_of(found: Any) -> str:
    name = getattr(found, "name", None)
    if isinstance(name, str):
        return name
    return snake_case(getattr(found, "__name__", type(found).__name__))


def _flat(value: Any) -> Iterator[Any]:
    """Yield the metrics in nested lists and dicts, all of which apply to the one output."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        for one in value:
            yield from _flat(one)
    else:
        yield value


class CompiledMetrics:
    """The metrics of a model, updated together.

    Parameters
    ----------
    metrics, weighted_metrics : metric, or list, tuple or dict of them, optional
        Metrics without and with sample weights.

    Raises
    ------
    TypeError
        If an argument is not a collection, or an item is not a metric of targets and predictions.
    ValueError
        If a name is unknown.
    """

    def __init__(self, metrics: Any = None, weighted_metrics: Any = None) -> None:
        self._entries: list[_Entry] = []
        for argument, given in (("metrics", metrics), ("weighted_metrics", weighted_metrics)):
            if given is not None and not isinstance(given, (list, tuple, dict, str)) and not callable(given):
                raise TypeError(f"{argument}: expected a metric or a list of them, got {given!r}")
            weighted = argument == "weighted_metrics"
            self._entries += [_Entry(one, weighted) for one in _flat(() if given is None else given)]
        used: dict[str, int] = {}
        for entry in self._entries:
            key = entry.name
            if entry.weighted and key in used:
                key = f"weighted_{key}"
            count = used.get(key, 0)
            used[key] = count + 1
            entry.key = f"{key}_{count}" if count else key

    def __bool__(self) -> bool:
        return bool(self._entries)

    @property
    def names(self) -> list[str]:
        """The names of the results, in the order of the arguments."""
        return [entry.key for entry in self._entries]

    @property
    def metrics(self) -> list[Metric]:
        """The metrics; those chosen by shape only once there has been data."""
        return [entry.metric for entry in self._entries if entry.metric is not None]

    def sources(self, *, weighted: bool) -> list[Any]:
        """Return the names, metrics and functions with sample weights, or those without."""
        return [entry.source for entry in self._entries if entry.weighted == weighted]

    def direction(self, name: str) -> Direction | None:
        """Return 'up' if larger values of a result are better, 'down' if smaller ones are, None if unknown."""
        for entry in self._entries:
            if name in (entry.key, entry.name) and entry.metric is not None:
                return entry.metric._direction
        return None

    def reset(self) -> None:
        """Reset all metrics."""
        for metric in self.metrics:
            metric.reset_state()

    def update(
        self, y_true: Array, y_pred: Array, sample_weight: Array | None, mask: Array | None, batch_size: int
    ) -> None:
        """Add the samples of one or several batches.

        `sample_weight` (N,) or (N, T) goes to the weighted metrics only, `mask` (N, T), True for valid steps, to all.
        """
        for entry in self._entries:
            metric = entry.resolved(y_true, y_pred)
            weights = entry.weights(sample_weight, mask)
            each = len(y_true) if metric._sums_samples else batch_size
            for start in range(0, len(y_true), each):
                part = slice(start, start + each)
                options = {} if weights is None else {"sample_weight": weights[part]}
                metric.update_state(y_true[part], y_pred[part], **options)

    def state(self) -> list[list[Array]]:
        """Return the values of the variables of each metric, none for one without data."""
        return [
            [] if entry.metric is None else [one.value for one in entry.metric.variables] for entry in self._entries
        ]

    def set_state(self, state: Sequence[Sequence[Any]], y_true: Array, y_pred: Array) -> None:
        """Set the variables to values from `state`; arrays of no samples show the shapes of the data."""
        for entry, values in zip(self._entries, state, strict=True):
            metric = entry.resolved(y_true, y_pred)
            if len(metric.variables) < len(values):  # they are created with the first data
                metric.update_state(y_true, y_pred)
            for variable, value in zip(metric.variables, values, strict=True):
                variable.assign(value)

    def results(self) -> dict[str, Any]:
        """Return the results by name, as Python floats, or as arrays if they have several elements."""
        found: dict[str, Any] = {}
        for entry in self._entries:
            value = None if entry.metric is None else entry.metric.result()
            values = value if isinstance(value, dict) else {entry.key: value}
            found.update((name, _number(one)) for name, one in values.items())
        return found


def _number(value: Any) -> Any:
    array = np.array(np.nan if value is None else value)
    return float(array.reshape(())) if array.size == 1 else array
