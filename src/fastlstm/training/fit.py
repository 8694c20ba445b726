"""The training loop: epochs of native calls of many steps, with metrics, callbacks and progress in between."""

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from .._internal import rng
from .._internal.row_arrays import for_core
from ..callbacks import CallbackList
from ..callbacks._resuming import Position, ResumePoint
from .array_data import ArraySource, BatchGroup
from .batch_data import Source
from .compiled import Compiled
from .native_model import NativeModel
from .output_buffers import OutputBuffers

_SECONDS_PER_CALL = 0.05
"""Duration of a native call, or one step if that is longer; progress and signals wait for it."""


class TrainedModel(Protocol):
    """The interface of a model to training and evaluation. Callbacks may change any of it between native calls."""

    stop_training: bool
    stop_evaluating: bool
    _resume_from: ResumePoint | None
    """Set by a callback that resumes an interrupted training."""
    _position: Position | None
    """Where the training is, for a callback that saves it."""

    @property
    def _compiled(self) -> Compiled | None: ...

    def _native_model(self) -> NativeModel: ...


class TrainingJob(NamedTuple):
    """A model and the data to train it on."""

    model: TrainedModel
    compiled: Compiled
    data: Source
    validate: Callable[[CallbackList], dict[str, Any]] | None = None
    """Returns the validation loss and metrics; empty if the validation data has run out."""


class TrainedData(NamedTuple):
    """The data of a `fit` as callbacks may be told about it."""

    samples: int | None
    """None for batches, whose sizes are not known."""
    batch_size: int | None
    is_validated: bool


class Epochs(NamedTuple):
    """The epochs to train, and those after which to validate."""

    first: int
    end: int
    validation_freq: int | frozenset[int]

    def validates(self, epoch: int) -> bool:
        """Return whether there is a validation after this epoch, counted from 0."""
        every = self.validation_freq
        return (epoch + 1) % every == 0 if isinstance(every, int) else epoch + 1 in every


def fit(job: TrainingJob, epochs: Epochs, callbacks: CallbackList) -> None:
    """Train for these epochs, or until a callback sets ``model.stop_training``."""
    model = job.model
    model.stop_training = False
    model._resume_from = None
    loop = _EpochLoop(job, callbacks)
    logs: dict[str, Any] = {}
    try:
        callbacks.on_train_begin()
        resumed, model._resume_from = model._resume_from, None
        if resumed is not None:
            job.data.set_state(resumed.source)
            rng.set_state(resumed.generator)
        try:
            for epoch in range(epochs.first if resumed is None else resumed.epoch, epochs.end):
                if not job.data.more():
                    warnings.warn(
                        f"x: no batch is left for epoch {epoch + 1}; fit has ended", UserWarning, stacklevel=3
                    )
                    break
                callbacks.on_epoch_begin(epoch)
                logs = loop.train_epoch(epoch, resumed)
                resumed = None
                if job.validate is not None and epochs.validates(epoch):
                    logs |= {f"val_{name}": value for name, value in job.validate(callbacks).items()}
                model._position = Position(job.data)
                callbacks.on_epoch_end(epoch, logs)
                if model.stop_training:
                    break
        finally:
            if epochs.end > epochs.first:
                job.compiled.optimizer.finalize_variable_values()
        callbacks.on_train_end(logs)
    finally:
        model._position = None
        callbacks.close()


class _EpochLoop:
    """Trains the epochs of one fit; buffers are reused from one to the next."""

    def __init__(self, job: TrainingJob, callbacks: CallbackList) -> None:
        self._job, self._callbacks = job, callbacks
        self._buffers: OutputBuffers | None = None
        self._watch = _LossWatch()

    def train_epoch(self, epoch: int, resumed: ResumePoint | None) -> dict[str, Any]:
        """Train for one epoch, or the rest of it; return the mean loss of the samples and the metrics."""
        job, callbacks = self._job, self._callbacks
        metrics = job.compiled.metrics
        seconds = 0.0 if callbacks.wants_each_batch("train") else _SECONDS_PER_CALL
        metrics.reset()
        steps = samples = 0  # of the groups before
        left_out = 0 if resumed is None else resumed.step
        sums: list[float] = [] if resumed is None else list(resumed.sums)
        logs: dict[str, Any] = {} if resumed is None else dict(resumed.logs)
        for group in job.data.epoch():
            if left_out >= group.steps:
                left_out, steps, samples = left_out - group.steps, steps + group.steps, samples + len(group.order)
                continue
            native = job.model._native_model()
            buffers = self._buffers = OutputBuffers.for_input(native, job.compiled, group.data.x, self._buffers)
            data, order = group.data, group.order
            step, left_out = left_out, 0
            done = step * group.batch_size
            if resumed is not None and resumed.step:
                if metrics and buffers.predictions is not None:
                    metrics.set_state(resumed.metrics, data.y[:0], buffers.predictions[:0])
                rng.set_state(resumed.generator)
                resumed = None
            while step < group.steps:
                callbacks.on_train_batch_begin(steps + step)
                step, sums = _train_steps(job, group, step, seconds, sums, buffers)
                start, done = done, min(step * group.batch_size, len(order))
                self._watch.see(sums[0], epoch, steps + step)
                if metrics:
                    rows = order[start:done]
                    weight = None if data.weight is None else data.weight[rows]
                    buffers.update(data.y[rows], slice(start, done), group.batch_size, weight)
                logs = {**job.compiled.logs(sums, samples + done), **metrics.results()}
                job.model._position = Position(job.data, steps + step, sums, logs, metrics.state)
                callbacks.on_train_batch_end(steps + step - 1, logs)
                if job.model.stop_training:
                    return logs
            steps, samples = steps + step, samples + done
        return logs


def _train_steps(
    job: TrainingJob, group: BatchGroup, first_step: int, seconds: float, sums: list[float], buffers: OutputBuffers
) -> tuple[int, list[float]]:
    """Make at least one step and more for `seconds`; return the next step and the sums of the losses so far.

    The sums are of the loss and, of a model with several outputs, of the loss of each.

    The native model is fetched anew: a callback may have changed what is trained.
    """
    data = group.data
    trainer = job.compiled.trainer(job.model._native_model())
    step, found = trainer.train(
        for_core(data.x),
        for_core(data.y),
        group.order,
        batch_size=group.batch_size,
        first_step=first_step,
        learning_rate=job.compiled.optimizer.rates(group.steps - first_step if seconds else 1),
        seconds=seconds,
        loss_sum=sums if len(sums) > 1 else sum(sums, 0.0),
        sample_weight=for_core(data.weight),
        **buffers.arguments,
    )
    return step, found if isinstance(found, list) else [found]


def train_batch(job: TrainingJob) -> dict[str, Any]:
    """Make one step on the only batch; return its mean loss and the metrics before the step."""
    assert isinstance(job.data, ArraySource)
    (group,) = job.data.epoch()
    rows = len(group.order)
    buffers = OutputBuffers.for_input(job.model._native_model(), job.compiled, group.data.x)
    job.compiled.metrics.reset()
    _, sums = _train_steps(job, group, 0, 0.0, [], buffers)
    buffers.update(group.data.y, slice(0, rows), rows, group.data.weight)
    return {**job.compiled.logs(sums, rows), **job.compiled.metrics.results()}


class _LossWatch:
    """Warns of the first loss of a fit that is NaN or infinite. A native call ends at such a loss."""

    def __init__(self) -> None:
        self._reported = False

    def see(self, loss_sum: float, epoch: int, batch: int) -> None:
        """Check the sum of losses after the first `batch` batches of an epoch."""
        if math.isfinite(loss_sum) or self._reported:
            return
        self._reported = True
        warnings.warn(
            f"fit: the loss became {'NaN' if math.isnan(loss_sum) else 'infinite'} in batch {batch} of epoch"
            f" {epoch + 1} (both counted from 1). What usually helps: a lower learning rate, clipping the gradients"
            " (clipnorm or global_clipnorm of the optimizer), scaling the data;"
            " callbacks.TerminateOnNaN() stops training in this case",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )
