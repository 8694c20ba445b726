"""Evaluation: the loss and the metrics of given samples, in native calls of many rows, with callbacks between them."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from ..callbacks import CallbackList
from ..metrics._compiled import CompiledMetrics, Observation
from .batches import Part


class Evaluated(NamedTuple):
    """What is evaluated: a model, and the samples."""

    model: Any
    parts: Callable[[], Iterable[Part]]
    """Returns the samples that are at hand together: all of them, or one batch after the other."""
    metrics: CompiledMetrics
    rows: Callable[[Part], int]
    """Returns how many rows are evaluated at once: a batch or, where the loss does not depend on batches, several."""


def evaluate(what: Evaluated, callbacks: CallbackList) -> dict[str, Any]:
    """Return the mean of the losses, weighted with the sizes of their batches, and the metrics."""
    each_batch = callbacks.wants_each_batch("test")
    what.model.stop_evaluating = False
    what.metrics.reset()
    callbacks.on_test_begin()
    total = 0.0
    batches = seen = 0  # of the parts before
    logs: dict[str, Any] = {}
    observed: Observation | None = None
    for part in what.parts():
        rows = part.batch_size if each_batch else what.rows(part)
        data, samples, network = part.data, len(part.order), what.model._runner()
        observed = Observation.of(what.metrics, what.model, data.x[:rows], observed)
        for start in range(0, samples, rows):
            callbacks.on_test_batch_begin(batches + start // part.batch_size)
            end = min(start + rows, samples)
            few = data.part(start, end)
            loss = network.evaluate(few.x, few.y, sample_weight=few.weight, **observed.first(end - start))
            total += loss * (end - start)
            observed.update(few.y, slice(0, end - start), part.batch_size, few.weight)
            logs = {"loss": total / (seen + end), **what.metrics.results()}
            callbacks.on_test_batch_end(batches + (end - 1) // part.batch_size, logs)
            if what.model.stop_evaluating:
                break
        if what.model.stop_evaluating:
            break
        batches, seen = batches + part.steps, seen + samples
    callbacks.on_test_end(logs)
    return logs
