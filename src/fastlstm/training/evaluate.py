"""Evaluation: the loss and metrics of given samples, in native calls of many rows with callbacks in between."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from .._internal.row_arrays import for_core
from ..callbacks import CallbackList
from .array_data import BatchGroup
from .compiled import Compiled
from .fit import TrainedModel
from .output_buffers import OutputBuffers


class EvaluationJob(NamedTuple):
    """A model and the data to evaluate it on."""

    model: TrainedModel
    compiled: Compiled
    name: str
    """The name of the data, for error messages."""
    groups: Callable[[], Iterable[BatchGroup]]
    """Returns all samples as one group, or one group per batch."""

    def rows_of_a_call(self, group: BatchGroup) -> int:
        """Return the rows to evaluate at once: one batch, or several if the loss does not depend on batches.

        Raises ValueError if the batches do not fit the states of a stateful model.
        """
        native = self.model._native_model()
        x, batch_size = group.data.x, group.batch_size
        if native.stateful:
            return native.rows_of_a_batch(self.name, len(x), batch_size)
        if self.compiled.trainer(native).loss_depends_on_batch:
            return batch_size
        return max(1, native.rows_of_a_call(x) // batch_size) * batch_size


def evaluate(job: EvaluationJob, callbacks: CallbackList) -> dict[str, Any]:
    """Return the mean loss, weighted by batch size, and the metrics."""
    metrics = job.compiled.metrics
    each_batch = callbacks.wants_each_batch("test")
    job.model.stop_evaluating = False
    metrics.reset()
    callbacks.on_test_begin()
    sums: list[float] = []
    batches = seen = 0  # of the groups before
    logs: dict[str, Any] = {}
    buffers: OutputBuffers | None = None
    for group in job.groups():
        rows = group.batch_size if each_batch else job.rows_of_a_call(group)
        data, samples, native = group.data, len(group.order), job.model._native_model()
        trainer = job.compiled.trainer(native)
        buffers = OutputBuffers.for_input(native, job.compiled, data.x[:rows], buffers)
        for start in range(0, samples, rows):
            callbacks.on_test_batch_begin(batches + start // group.batch_size)
            end = min(start + rows, samples)
            few = data.part(start, end)
            found = trainer.evaluate(
                for_core(few.x), for_core(few.y), sample_weight=for_core(few.weight), **buffers.first(end - start)
            )
            losses = found if isinstance(found, list) else [found]
            sums = [
                before + loss * (end - start) for before, loss in zip(sums or [0.0] * len(losses), losses, strict=True)
            ]
            buffers.update(few.y, slice(0, end - start), group.batch_size, few.weight)
            logs = {**job.compiled.logs(sums, seen + end), **metrics.results()}
            callbacks.on_test_batch_end(batches + (end - 1) // group.batch_size, logs)
            if job.model.stop_evaluating:
                break
        if job.model.stop_evaluating:
            break
        batches, seen = batches + group.steps, seen + samples
    callbacks.on_test_end(logs)
    return logs
