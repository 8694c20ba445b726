"""Callbacks that monitor a value in the logs, and stop or lower the learning rate when it stops improving."""

import inspect
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from .._internal import checks
from .._internal.arrays import Array
from .._internal.progress import message
from ._base import Callback
from ._notebook import direction_of


class MonitorCallback(Callback):
    """Base class of callbacks that compare values in the logs.

    Parameters
    ----------
    monitor : str
        The name of the monitored value in the logs.
    mode : {'auto', 'min', 'max'}
        Whether smaller ('min') or larger ('max') values are better. 'auto' means smaller for a loss; a metric knows its
        own direction.
    baseline : float, optional
        The best value so far.
    min_delta : float
        Smaller improvements are ignored. The sign does not matter.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range or unknown; in `fit`, if ``mode='auto'`` cannot tell which values are better.
    """

    def __init__(
        self, monitor: str = "val_loss", mode: str = "auto", baseline: float | None = None, min_delta: float = 0.0
    ) -> None:
        if not isinstance(monitor, str):
            raise TypeError(f"monitor: expected a name, got {monitor!r}")
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"mode: expected 'auto', 'min' or 'max', got {mode!r}")
        self.monitor = monitor
        self.mode = mode
        self.best = None if baseline is None else checks.number("baseline", baseline)
        self.min_delta = abs(checks.number("min_delta", min_delta))

    _remembers: ClassVar[tuple[str, ...]] = ("best",)
    """The attributes that change in a training."""

    def get_state(self) -> dict[str, Any]:
        """Return the best value so far, and counters.

        Returns
        -------
        dict
            By the names of the attributes.

        Examples
        --------
        >>> MonitorCallback().get_state()
        {'best': None}
        """
        return {name: getattr(self, name) for name in self._remembers}

    def set_state(self, state: dict[str, Any]) -> None:
        """Set the best value so far, and counters.

        Parameters
        ----------
        state : dict
            From `get_state`.
        """
        for name in self._remembers:
            setattr(self, name, state[name])

    def _larger_is_better(self) -> bool:
        if self.mode != "auto":
            return self.mode == "max"
        direction = direction_of(self.model, self.monitor)
        if direction is None:
            raise ValueError(
                f"mode: {type(self).__name__} does not know whether a larger {self.monitor!r} is better; give"
                " mode='max' or mode='min'"
            )
        return bool(direction == "up")

    def _is_improvement(self, value: float, reference: float | None) -> bool:
        if reference is None:
            return True
        larger = self._larger_is_better()
        return value - self.min_delta > reference if larger else value + self.min_delta < reference

    def _current(self, logs: dict[str, Any]) -> float | None:
        """Return the current value, or warn and return None if it is not in the logs.

        An unknown name without a direction raises ValueError first, as in Keras.
        """
        self._larger_is_better()
        found: float | None = logs.get(self.monitor)
        if found is None:
            warnings.warn(
                f"{type(self).__name__}: there is no {self.monitor!r} in the logs, which have: {', '.join(logs)}",
                UserWarning,
                stacklevel=2,
            )
        return found


class EarlyStopping(MonitorCallback):
    """Stop training when a monitored value has stopped improving.

    Parameters
    ----------
    monitor : str
        The name of the monitored value in the logs.
    min_delta : float
        Smaller improvements are ignored. The sign does not matter.
    patience : int
        The number of epochs without improvement after which training stops, at least 0.
    verbose : {0, 1}
        Whether to print a message when training is stopped or weights are restored.
    mode : {'auto', 'min', 'max'}
        Whether smaller ('min') or larger ('max') values are better. 'auto' means smaller for a loss; a metric knows its
        own direction.
    baseline : float, optional
        A value that must also be reached for an epoch to count as an improvement.
    restore_best_weights : bool
        Whether the model ends with the weights of its best epoch.
    start_from_epoch : int
        The first epoch to monitor, counted from 0.

    Attributes
    ----------
    stopped_epoch : int
        The epoch after which training was stopped; 0 if it was not.
    best_epoch : int
        The best epoch, counted from 0.

    Raises
    ------
    TypeError
        If an argument has the wrong type.
    ValueError
        If an argument is out of range or unknown; in `fit`, if ``mode='auto'`` cannot tell which values are better.

    Warns
    -----
    UserWarning
        In `fit`, if the monitored value is not in the logs.

    References
    ----------
    Prechelt, "Early stopping - but when?", 1998. Keras 3, `keras.callbacks.EarlyStopping`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(0.0), loss="mse")
    >>> history = model.fit([[1.0]], [2.0], epochs=10, verbose=0, callbacks=[EarlyStopping("loss", patience=3)])
    >>> len(history.epoch)
    4
    """

    _remembers = ("best", "wait", "stopped_epoch", "best_epoch", "best_weights")

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.patience = checks.integer("patience", patience, 0)
        self.verbose = verbose
        self.baseline = None if baseline is None else checks.number("baseline", baseline)
        self.restore_best_weights = checks.flag("restore_best_weights", restore_best_weights)
        self.start_from_epoch = checks.integer("start_from_epoch", start_from_epoch, 0)
        self._begin()

    def _begin(self) -> None:
        self.wait = self.stopped_epoch = self.best_epoch = 0
        self.best = None
        self.best_weights: list[Array] | None = None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Reset the counters and the best value."""
        self._begin()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the value with the best one, and stop if it is time."""
        current = self._current(logs or {})
        if current is None or epoch < self.start_from_epoch:
            return
        if self.restore_best_weights and self.best_weights is None:
            self.best_weights, self.best_epoch = self.model.get_weights(), epoch
        self.wait += 1
        if self._is_improvement(current, self.best):
            self.best, self.best_epoch = current, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self._is_improvement(current, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the best weights, if there are any stored."""
        if self.stopped_epoch > 0 and self.verbose > 0:
            message(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose > 0:
                message(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)


class ReduceLROnPlateau(MonitorCallback):
    """Lower the learning rate when a monitored value has stopped improving.

    The logs of each epoch contain the rate as 'learning_rate'.

    Parameters
    ----------
    monitor : str
        The name of the monitored value in the logs.
    factor : float
        The factor by which the rate is multiplied, in [0, 1).
    patience : int
        The number of epochs without improvement after which the rate is lowered, at least 0.
    verbose : {0, 1}
        Whether to print a message when the rate is lowered.
    mode : {'auto', 'min', 'max'}
        Whether smaller ('min') or larger ('max') values are better. 'auto' means smaller for a loss; a metric knows its
        own direction.
    min_delta : float
        Smaller improvements are ignored. The sign does not matter.
    cooldown : int
        The number of epochs after a change that are not counted, at least 0.
    min_lr : float
        The lowest rate, at least 0.

    Raises
    ------
    TypeError
        If an argument has the wrong type; in `fit`, if the optimizer follows a schedule.
    ValueError
        If an argument is out of range or unknown; in `fit`, if ``mode='auto'`` cannot tell which values are better.

    Warns
    -----
    UserWarning
        In `fit`, if the monitored value is not in the logs.

    References
    ----------
    Keras 3, `keras.callbacks.ReduceLROnPlateau`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(1e-9), loss="mse")
    >>> reduce = ReduceLROnPlateau("loss", factor=0.5, patience=2)
    >>> model.fit([[1.0]], [2.0], epochs=4, verbose=0, callbacks=[reduce]).history["learning_rate"]
    [1e-09, 1e-09, 1e-09, 5e-10]
    """

    _remembers = ("best", "wait", "cooldown_counter")

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
    ) -> None:
        super().__init__(monitor, mode, min_delta=min_delta)
        self.factor = checks.number("factor", factor, 0.0, 1.0, below_high=True)
        self.patience = checks.integer("patience", patience, 0)
        self.verbose = verbose
        self.cooldown = checks.integer("cooldown", cooldown, 0)
        self.min_lr = checks.number("min_lr", min_lr, 0.0)
        self.cooldown_counter = self.wait = 0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Reset the counters and the best value."""
        self.best = None
        self.cooldown_counter = self.wait = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compare the value with the best one, lower the rate if it is time, and log the rate."""
        logs = {} if logs is None else logs
        logs["learning_rate"] = float(self.model.optimizer.learning_rate)
        current = self._current(logs)
        if current is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self._is_improvement(current, self.best):
            self.best, self.wait = current, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and self._reduce(epoch):
                self.cooldown_counter, self.wait = self.cooldown, 0

    def _reduce(self, epoch: int) -> bool:
        optimizer = self.model.optimizer
        old = float(optimizer.learning_rate)
        if old <= self.min_lr:
            return False
        optimizer.learning_rate = max(old * self.factor, self.min_lr)
        if self.verbose > 0:
            rate = optimizer.learning_rate
            message(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
        return True

    def in_cooldown(self) -> bool:
        """Return whether epochs are not counted, because the rate was lowered recently.

        Returns
        -------
        bool
            True during the cooldown.

        Examples
        --------
        >>> ReduceLROnPlateau(cooldown=2).in_cooldown()
        False
        """
        return self.cooldown_counter > 0


class LearningRateScheduler(Callback):
    """Set the learning rate at the beginning of each epoch.

    The logs of each epoch contain the rate as 'learning_rate'.

    Parameters
    ----------
    schedule : callable
        ``schedule(epoch, learning_rate)`` or ``schedule(epoch)``, which returns the new rate; epochs count from 0.
    verbose : {0, 1}
        Whether to print a message with each rate.

    Raises
    ------
    TypeError
        If `schedule` is not callable; in `fit`, if it does not return a real number, or the optimizer follows a
        schedule.
    ValueError
        In `fit`, if `schedule` returns a number that is negative, NaN or infinite.

    References
    ----------
    Keras 3, `keras.callbacks.LearningRateScheduler`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(0.25), loss="mse")
    >>> halve = LearningRateScheduler(lambda epoch, rate: rate / 2)
    >>> model.fit([[1.0]], [2.0], epochs=2, verbose=0, callbacks=[halve]).history["learning_rate"]
    [0.125, 0.0625]
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        if not callable(schedule):
            raise TypeError(f"schedule: expected a function of the epoch and the rate, got {schedule!r}")
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Set the rate."""
        optimizer = self.model.optimizer
        given = (epoch, float(optimizer.learning_rate))
        rate = self.schedule(*given) if _takes_two(self.schedule) else self.schedule(epoch)
        optimizer.learning_rate = checks.number("schedule", rate, 0.0)
        if self.verbose > 0:
            message(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log the rate."""
        if logs is not None:
            logs["learning_rate"] = float(self.model.optimizer.learning_rate)


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a function without a signature
        return True
    return True
