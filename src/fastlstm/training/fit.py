"""The training loop: epochs of native calls of many steps each, with metrics, callbacks and progress between them."""

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ..callbacks import CallbackList
from ..metrics._compiled import CompiledMetrics, Observation
from ..optimizers import Optimizer
from .batches import Part, Source

_SECONDS_PER_CALL = 0.05
"""How long one native call of many steps takes: progress and signals wait so long, or for one step if it is longer."""


class Trainee(NamedTuple):
    """What is trained, and on what."""

    model: Any
    optimizer: Optimizer
    data: Source
    metrics: CompiledMetrics
    validate: Callable[[CallbackList], dict[str, Any]] | None = None
    """Returns the validation loss and metrics; nothing where the data for them has run out."""


class Schedule(NamedTuple):
    """How long, and after which epochs there is a validation."""

    initial_epoch: int
    epochs: int
    validation_freq: int | frozenset[int]

    def validates(self, epoch: int) -> bool:
        """Return whether there is a validation after this epoch, counted from 0."""
        every = self.validation_freq
        return (epoch + 1) % every == 0 if isinstance(every, int) else epoch + 1 in every


def train(what: Trainee, schedule: Schedule, callbacks: CallbackList) -> None:
    """Train for the epochs of the schedule, or until a callback sets ``model.stop_training``."""
    model = what.model
    model.stop_training = False
    model._initial_epoch = None
    pace = _Pace(what, callbacks)
    logs: dict[str, Any] = {}
    try:
        callbacks.on_train_begin()
        first = schedule.initial_epoch if model._initial_epoch is None else model._initial_epoch
        try:
            for epoch in range(first, schedule.epochs):
                if not what.data.more():
                    warnings.warn(
                        f"x: no batch is left for epoch {epoch + 1}; the fit has ended", UserWarning, stacklevel=3
                    )
                    break
                callbacks.on_epoch_begin(epoch)
                logs = pace.train_epoch(epoch)
                if what.validate is not None and schedule.validates(epoch):
                    logs |= {f"val_{name}": value for name, value in what.validate(callbacks).items()}
                callbacks.on_epoch_end(epoch, logs)
                if model.stop_training:
                    break
        finally:
            if schedule.epochs > schedule.initial_epoch:
                what.optimizer.finalize_variable_values()
        callbacks.on_train_end(logs)
    finally:
        callbacks.close()


class _Pace:
    """Epochs of one fit: what is kept from one to the next."""

    def __init__(self, what: Trainee, callbacks: CallbackList) -> None:
        self._what, self._callbacks = what, callbacks
        self._observed: Observation | None = None
        self._watch = _LossWatch()

    def train_epoch(self, epoch: int) -> dict[str, Any]:
        """Train on every sample of an epoch once; return the mean loss of the samples, and the metrics."""
        what, callbacks = self._what, self._callbacks
        seconds = 0.0 if callbacks.wants_each_batch("train") else _SECONDS_PER_CALL
        what.metrics.reset()
        steps = samples = 0  # of the parts before
        total = 0.0
        logs: dict[str, Any] = {}
        for part in what.data.epoch():
            observed = self._observed = Observation.of(what.metrics, what.model, part.data.x, self._observed)
            data, order = part.data, part.order
            step = done = 0
            while step < part.steps:
                callbacks.on_train_batch_begin(steps + step)
                step, total = _steps(what, part, step, seconds, total, observed)
                start, done = done, min(step * part.batch_size, len(order))
                self._watch.see(total, epoch, steps + step)
                if what.metrics:
                    rows = order[start:done]
                    weight = None if data.weight is None else data.weight[rows]
                    observed.update(data.y[rows], slice(start, done), part.batch_size, weight)
                logs = {"loss": total / (samples + done), **what.metrics.results()}
                callbacks.on_train_batch_end(steps + step - 1, logs)
                if what.model.stop_training:
                    return logs
            steps, samples = steps + step, samples + done
        return logs


def _steps(
    what: Trainee, part: Part, first_step: int, seconds: float, loss_sum: float, observed: Observation
) -> tuple[int, float]:
    """Make at least one step, and more for so many seconds; return the next step, and the sum of the losses so far.

    A callback may have changed what is trainable, so that the model has another network.
    """
    data = part.data
    next_step, total = what.model._runner().train(
        data.x,
        data.y,
        part.order,
        batch_size=part.batch_size,
        first_step=first_step,
        learning_rate=what.optimizer.rates(part.steps - first_step if seconds else 1),
        seconds=seconds,
        loss_sum=loss_sum,
        sample_weight=data.weight,
        **observed.arguments,
    )
    return next_step, total


def train_batch(what: Trainee) -> dict[str, Any]:
    """Make one step on the one batch that there is; return the mean loss of its samples and the metrics before it."""
    (part,) = what.data.epoch()
    rows = len(part.order)
    observed = Observation.of(what.metrics, what.model, part.data.x)
    what.metrics.reset()
    _, total = _steps(what, part, 0, 0.0, 0.0, observed)
    observed.update(part.data.y, slice(0, rows), rows, part.data.weight)
    return {"loss": total / rows, **what.metrics.results()}


class _LossWatch:
    """Reports the first loss of a fit that is NaN or infinite. A native call ends with the first one of an epoch."""

    def __init__(self) -> None:
        self._reported = False

    def see(self, loss_sum: float, epoch: int, batch: int) -> None:
        """Take the sum of the losses of an epoch, counted from 0, after so many batches of it."""
        if math.isfinite(loss_sum) or self._reported:
            return
        self._reported = True
        warnings.warn(
            f"fit: the loss became {'NaN' if math.isnan(loss_sum) else 'infinite'} in batch {batch} of epoch"
            f" {epoch + 1} (both counted from 1). What usually helps: a lower learning rate, clipping the gradients"
            " (clipnorm or global_clipnorm of the optimizer), data of moderate size;"
            " callbacks.TerminateOnNaN() ends such a training",
            RuntimeWarning,
            stacklevel=5,  # the caller of fit
        )
