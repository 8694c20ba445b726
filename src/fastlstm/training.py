"""The training loop: epochs of native calls of many steps each, with callbacks and progress between them."""

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from ._batches import Part, Source
from ._progress import EpochProgress
from .callbacks import Callback, overrides_batch_hook
from .optimizers import Optimizer

_SECONDS_PER_CALL = 0.05
"""How long one native call of many steps takes: progress and signals wait so long, or for one step if it is longer."""


class Trainee(NamedTuple):
    """What is trained, and on what."""

    model: Any
    optimizer: Optimizer
    data: Source
    validate: Callable[[], float | None] | None = None
    """Returns the validation loss, or None where the data for it has run out."""


class Schedule(NamedTuple):
    """How long, and what happens after which epochs."""

    initial_epoch: int
    epochs: int
    verbose: int
    validation_freq: int | frozenset[int]

    def validates(self, epoch: int) -> bool:
        """Return whether this epoch, counted from 0, is one after which there is a validation."""
        every = self.validation_freq
        return (epoch + 1) % every == 0 if isinstance(every, int) else epoch + 1 in every


def train(what: Trainee, schedule: Schedule, callbacks: list[Callback]) -> None:
    """Train for the epochs of the schedule, or until a callback sets ``model.stop_training``."""
    model, steps = what.model, what.data.steps
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
            if not what.data.more():
                warnings.warn(
                    f"x: no batch is left for epoch {epoch + 1}; the fit has ended", UserWarning, stacklevel=3
                )
                break
            for callback in callbacks:
                callback.on_epoch_begin(epoch, {})
            progress.begin(epoch)
            logs = {"loss": _train_epoch(what, callbacks, progress)}
            if what.validate is not None and schedule.validates(epoch):
                loss = what.validate()
                if loss is not None:
                    logs["val_loss"] = loss
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


def _train_epoch(what: Trainee, callbacks: list[Callback], progress: EpochProgress) -> float:
    """Train on every sample of an epoch once and return the mean loss of the samples."""
    each_step = any(map(overrides_batch_hook, callbacks))
    seconds = 0.0 if each_step else _SECONDS_PER_CALL
    total = 0.0
    steps = samples = 0  # of the parts before
    for part in what.data.epoch():
        step = 0
        while step < part.steps:
            if each_step:
                for callback in callbacks:
                    callback.on_train_batch_begin(steps + step, {})
            step, total = _steps(what, part, step, seconds, total)
            seen = samples + min(step * part.batch_size, len(part.order))
            progress.advance(steps + step, total / seen)
            if each_step:
                for callback in callbacks:
                    callback.on_train_batch_end(steps + step - 1, {"loss": total / seen})
            if what.model.stop_training:
                return total / seen
        steps, samples = steps + step, samples + len(part.order)
    return total / samples


def _steps(what: Trainee, part: Part, first_step: int, seconds: float, loss_sum: float) -> tuple[int, float]:
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
    )
    return next_step, total


def train_batch(what: Trainee) -> float:
    """Make one step on the one batch that there is, and return the mean loss of its samples before it."""
    (part,) = what.data.epoch()
    _, total = _steps(what, part, 0, 0.0, 0.0)
    return total / len(part.order)
