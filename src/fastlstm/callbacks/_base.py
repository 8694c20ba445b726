"""The base class of callbacks, and the history of what `fit` has logged."""

from typing import Any


class Callback:
    """Base class: override the hooks that are wanted. `self.model` and `self.params` are set before the first one.

    Without a callback that overrides a batch hook, many steps are one native call; with one, each step is a call of
    its own. `logs` are numbers by name, in alphabetical order as in Keras: the loss and the metrics, each of the epoch
    so far; at the end of an epoch those of the validation as well, 'val_loss' and so on. The begin hooks get an empty
    dict. All callbacks get the same dict, so that what one of them adds at the end of an epoch is seen by those after
    it, and by the history.

    Setting ``self.model.stop_training = True`` ends the training.

    Attributes
    ----------
    model : Sequential
        That which is trained, evaluated or asked for predictions.
    params : dict
        'verbose', 'epochs' and 'steps' (batches of an epoch).

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
    params: Any = None
    _each_batch: bool = True
    """Whether the batch hooks, where they are overridden, are to be called for each batch, and not for several."""

    def set_model(self, model: Any) -> None:
        """Take the model."""
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the numbers of the run."""
        self.params = params

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before the first epoch."""

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after the last epoch, with its logs."""

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before an epoch, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after an epoch and its validation. What is added to `logs` goes into the history."""

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a step: another name of `on_train_batch_begin`."""

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a step: another name of `on_train_batch_end`."""

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a step, counted from 0 in each epoch."""
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a step."""
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before an evaluation, that of an epoch's validation too."""

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after an evaluation, with its results."""

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of an evaluation."""

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of an evaluation."""

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before a prediction."""

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after a prediction."""

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of a prediction."""

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of a prediction, whose outputs are ``logs['outputs']``."""


class ClosingCallback(Callback):
    """Base class of callbacks that hold something open, which an interruption of a run must not leave so."""

    def close(self) -> None:
        """Let go of it. It is called at the end of every `fit`, `evaluate` and `predict`, whatever has ended it."""
        raise NotImplementedError


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

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forget the numbers of the epochs of another fit; the values stay, as in Keras."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append the values of this epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._epochs.setdefault(name, []).append(epoch)
