"""The training loop: epochs of native calls of many steps each, with metrics, callbacks and progress between them."""

import math
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import _rng
from ._data import Examples
from ._engine import Array
from .callbacks import CallbackList
from .metrics._compiled import CompiledMetrics, Observation
from .optimizers import Optimizer

_SECONDS_PER_CALL = 0.05
"""How long one native call of many steps takes: progress and signals wait so long, or for one step if it is longer."""


class Trainee(NamedTuple):
    """What is trained, and on what."""

    model: Any
    network: Any
    """Of the core, or what trains as it does."""
    optimizer: Optimizer
    data: Examples
    metrics: CompiledMetrics
    validate: Callable[[CallbackList], dict[str, Any]] | None
    """Returns the validation loss and metrics."""

    def observation(self) -> Observation:
        """Return room for the outputs of all samples."""
        shape = self.model._output_shape_for(self.data.x)
        return Observation.of(self.metrics, self.network, shape, str(self.data.x.dtype))


class Schedule(NamedTuple):
    """How long and in which portions."""

    batch_size: int
    initial_epoch: int
    epochs: int
    shuffle: bool


def train(what: Trainee, schedule: Schedule, callbacks: CallbackList) -> None:
    """Train for the epochs of the schedule, or until a callback sets ``model.stop_training``."""
    model = what.model
    model.stop_training = False
    model._initial_epoch = None
    observed = what.observation()
    watch = _LossWatch()
    logs: dict[str, Any] = {}
    try:
        callbacks.on_train_begin()
        first = schedule.initial_epoch if model._initial_epoch is None else model._initial_epoch
        try:
            for epoch in range(first, schedule.epochs):
                callbacks.on_epoch_begin(epoch)
                logs = _train_epoch(what, schedule, callbacks, observed, watch, epoch)
                if what.validate is not None:
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


def _train_epoch(
    what: Trainee,
    schedule: Schedule,
    callbacks: CallbackList,
    observed: Observation,
    watch: "_LossWatch",
    epoch: int,
) -> dict[str, Any]:
    """Train on every sample once and return the mean loss of the samples, and the metrics."""
    rows = len(what.data.x)
    order = _rng.generator().permutation(rows) if schedule.shuffle else np.arange(rows)
    order = order.astype(np.int64, copy=False)
    seconds = 0.0 if callbacks.wants_each_batch("train") else _SECONDS_PER_CALL
    what.metrics.reset()
    step = seen = 0
    total = 0.0
    logs: dict[str, Any] = {}
    while seen < rows:
        callbacks.on_train_batch_begin(step)
        done = seen
        step, total = _steps(what, order, schedule.batch_size, step, seconds, total, observed)
        seen = min(step * schedule.batch_size, rows)
        watch.see(total, epoch, step)
        if what.metrics:
            weight = None if what.data.weight is None else what.data.weight[order[done:seen]]
            observed.update(what.data.y[order[done:seen]], slice(done, seen), schedule.batch_size, weight)
        logs = {"loss": total / seen, **what.metrics.results()}
        callbacks.on_train_batch_end(step - 1, logs)
        if what.model.stop_training:
            break
    return logs


def _steps(
    what: Trainee,
    order: Array,
    batch_size: int,
    first_step: int,
    seconds: float,
    loss_sum: float,
    observed: Observation,
) -> tuple[int, float]:
    """Make at least one step, and more for so many seconds; return the next step, and the sum of the losses so far."""
    data = what.data
    steps = -(-len(order) // batch_size) - first_step if seconds else 1
    next_step, total = what.network.train(
        data.x,
        data.y,
        order,
        batch_size=batch_size,
        first_step=first_step,
        learning_rate=what.optimizer.rates(steps),
        seconds=seconds,
        loss_sum=loss_sum,
        sample_weight=data.weight,
        **observed.arguments,
    )
    return next_step, total


def train_batch(what: Trainee) -> dict[str, Any]:
    """Make one step on all of the samples and return their mean loss and the metrics before it."""
    rows = len(what.data.x)
    observed = what.observation()
    what.metrics.reset()
    _, total = _steps(what, np.arange(rows, dtype=np.int64), rows, 0, 0.0, 0.0, observed)
    observed.update(what.data.y, slice(0, rows), rows, what.data.weight)
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
