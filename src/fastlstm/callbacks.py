"""Callbacks: what runs between the steps and epochs of `fit`, and the history of the losses."""

from collections.abc import Iterable
from typing import Any

__all__ = ["Callback", "History"]


class Callback:
    """Base class: override the hooks that are wanted. `self.model` and `self.params` are set when `fit` begins.

    Without a callback that overrides a batch hook, many steps are one native call; with one, each step is a call of
    its own. `logs` holds 'loss' (the mean over the epoch so far), at the end of an epoch 'val_loss' as well.
    Setting ``self.model.stop_training = True`` ends the training.

    Examples
    --------
    >>> class Print(Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, logs["loss"] >= 0)
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> _ = model.fit([[1.0], [2.0]], [2.0, 4.0], verbose=0, callbacks=[Print()])
    0 True
    """

    model: Any = None
    params: dict[str, Any]

    def set_model(self, model: Any) -> None:
        """Take the model that is trained."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the numbers of the run: 'verbose', 'epochs' and 'steps'."""
        self.params = params

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before the first epoch."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after the last epoch."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after an epoch and its validation. What is added to `logs` goes into the history."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a step, counted from 0 in each epoch."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a step."""


class History(Callback):
    """What `fit` returns: `history`, a list of values for each name ('loss', 'val_loss'), and `epoch`, their numbers.

    Attributes
    ----------
    history : dict of str to list of float
        One value an epoch.
    epoch : list of int
        The epochs that were completed, counted from 0.
    params : dict
        'verbose', 'epochs' and 'steps' (an epoch).

    Examples
    --------
    >>> History().history
    {}
    """

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.params = {}
        self._epochs: dict[str, list[int]] = {}  # of each name's values: not every epoch has a validation

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append the values of this epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._epochs.setdefault(name, []).append(epoch)


def as_list(callbacks: Any) -> list[Callback]:
    """Return the callbacks of a `fit` argument: None, one, or several."""
    if callbacks is None:
        return []
    found = [callbacks] if isinstance(callbacks, Callback) else callbacks
    if not isinstance(found, Iterable):
        raise TypeError(f"callbacks: expected a list of fastlstm.callbacks.Callback, got {callbacks!r}")
    found = list(found)
    for callback in found:
        if not isinstance(callback, Callback):
            raise TypeError(f"callbacks: expected instances of fastlstm.callbacks.Callback, got {callback!r}")
    return found


def overrides_batch_hook(callback: Callback) -> bool:
    """Whether a callback wants to run between steps."""
    cls = type(callback)
    return (
        cls.on_train_batch_begin is not Callback.on_train_batch_begin
        or cls.on_train_batch_end is not Callback.on_train_batch_end
    )
