"""Evaluation: the loss and the metrics of given samples, in native calls of many rows, with callbacks between them."""

from typing import Any, NamedTuple

from ._data import Examples
from .callbacks import CallbackList
from .metrics._compiled import CompiledMetrics, Observation


class Evaluated(NamedTuple):
    """What is evaluated: a model, and the samples."""

    model: Any
    network: Any
    """Of the core, or what evaluates as it does."""
    data: Examples
    metrics: CompiledMetrics
    batch_size: int
    rows: int
    """How many rows are evaluated at once: a batch or, where the loss does not depend on batches, several."""


def evaluate(what: Evaluated, callbacks: CallbackList) -> dict[str, Any]:
    """Return the mean of the losses, weighted with the sizes of their batches, and the metrics."""
    rows = what.batch_size if callbacks.wants_each_batch("test") else what.rows
    samples = len(what.data.x)
    shape = what.model._output_shape_for(what.data.x[:rows])
    observed = Observation.of(what.metrics, what.network, shape, str(what.data.x.dtype))
    what.model.stop_evaluating = False
    what.metrics.reset()
    callbacks.on_test_begin()
    total = 0.0
    logs: dict[str, Any] = {}
    for start in range(0, samples, rows):
        callbacks.on_test_batch_begin(start // what.batch_size)
        end = min(start + rows, samples)
        part = what.data.part(start, end)
        loss = what.network.evaluate(part.x, part.y, sample_weight=part.weight, **observed.first(end - start))
        total += loss * (end - start)
        observed.update(part.y, slice(0, end - start), what.batch_size, part.weight)
        logs = {"loss": total / end, **what.metrics.results()}
        callbacks.on_test_batch_end((end - 1) // what.batch_size, logs)
        if what.model.stop_evaluating:
            break
    callbacks.on_test_end(logs)
    return logs
