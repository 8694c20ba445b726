"""The training loop: epochs of native calls of many steps each, with callbacks and progress between them."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from . import _rng
from ._data import Examples
from ._engine import Array
from ._progress import EpochProgress
from .callbacks import Callback, overrides_batch_hook
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
    validate: Callable[[], float] | None
    """Returns the validation loss."""


class Schedule(NamedTuple):
    """How long and in which portions."""

    batch_size: int
    initial_epoch: int
    epochs: int
    shuffle: bool
    verbose: int


def train(what: Trainee, schedule: Schedule, callbacks: list[Callback]) -> None:
    """Train for the epochs of the schedule, or until a callback sets ``model.stop_training``."""
    model = what.model
    steps = -(-len(what.data.x) // schedule.batch_size)
    params = {"verbose": schedule.verbose, "epochs": schedule.epochs, "steps": steps}
    progress = EpochProgress(schedule.verbose, schedule.epochs, steps)
    model.stop_training = False
    for callback in callbacks:
        callback.set_model(model)
        callback.set_params(dict(params))
    logs: dict[str, Any] = {}
    for callback in callbacks:
        callback.on_train_begin({})
    try:
        for epoch in range(schedule.initial_epoch, schedule.epochs):
            for callback in callbacks:
                callback.on_epoch_begin(epoch, {})
            progress.begin(epoch)
            logs = {"loss": _train_epoch(what, schedule, callbacks, progress)}
            if what.validate is not None:
                logs["val_loss"] = what.validate()
            progress.end(logs)
            for callback in callbacks:
                callback.on_epoch_end(epoch, logs)
            if model.stop_training:
                break
    finally:
        progress.close()
        if schedule.epochs > schedule.initial_epoch:
            what.optimizer.finalize_variable_values()
    for callback in callbacks:
        callback.on_train_end(logs)


def _train_epoch(what: Trainee, schedule: Schedule, callbacks: list[Callback], progress: EpochProgress) -> float:
    """Train on every sample once and return the mean loss of the samples."""
    rows = len(what.data.x)
    order = _rng.generator().permutation(rows) if schedule.shuffle else np.arange(rows)
    order = order.astype(np.int64, copy=False)
    each_step = any(map(overrides_batch_hook, callbacks))
    seconds = 0.0 if each_step else _SECONDS_PER_CALL
    step = seen = 0
    total = 0.0
    while seen < rows:
        if each_step:
            for callback in callbacks:
                callback.on_train_batch_begin(step, {})
        step, total = _steps(what, order, schedule.batch_size, step, seconds, total)
        seen = min(step * schedule.batch_size, rows)
        progress.advance(step, total / seen)
        if each_step:
            for callback in callbacks:
                callback.on_train_batch_end(step - 1, {"loss": total / seen})
        if what.model.stop_training:
            break
    return total / seen


def _steps(
    what: Trainee, order: Array, batch_size: int, first_step: int, seconds: float, loss_sum: float
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
    )
    return next_step, total


def train_batch(what: Trainee) -> float:
    """Make one step on all of the samples and return their mean loss before it."""
    rows = len(what.data.x)
    _, total = _steps(what, np.arange(rows, dtype=np.int64), rows, 0, 0.0, 0.0)
    return total / rows
