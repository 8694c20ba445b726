"""The base class of callbacks, and the history of what `fit` has logged."""

from typing import Any

from .._internal.not_available import has_attributes_of_keras
from ._notebook import history_for_notebooks


@has_attributes_of_keras
class Callback:
    """Base class: override the hooks you need. `self.model` and `self.params` are set before the first one.

    Without a callback that overrides a batch hook, many steps run in one native call; with one, each step is a separate
    call. `logs` maps names to numbers, in alphabetical order as in Keras: the loss and the metrics, averaged over the
    epoch so far; at the end of an epoch also those of the validation, 'val_loss' and so on. The begin hooks receive an
    empty dict. All callbacks receive the same dict, so that what one of them adds at the end of an epoch is seen by
    those after it and by the history.

    Setting ``self.model.stop_training = True`` ends the training.

    Attributes
    ----------
    model : Sequential
        The model being trained, evaluated or used for prediction.
    params : dict
        'verbose', 'epochs' and 'steps' (batches per epoch).

    References
    ----------
    Keras 3, `keras.callbacks.Callback`.

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
    """Whether overridden batch hooks must be called for each batch rather than once for several."""
    _called_last: bool = False
    """Whether its hooks are called after those of all other callbacks, wherever it is in the list."""

    def get_state(self) -> dict[str, Any]:
        """Return what `BackupAndRestore` saves of this callback; override it in one that remembers something.

        Returns
        -------
        dict
            Numbers, texts, None, arrays, and lists and dicts of them, by texts; empty for a callback without a state.

        Examples
        --------
        >>> Callback().get_state()
        {}
        """
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Go on from a state of `get_state`, when `BackupAndRestore` resumes a training.

        Parameters
        ----------
        state : dict
            As returned by `get_state`, with lists in place of tuples.
        """

    def set_model(self, model: Any) -> None:
        """Set the model.

        Parameters
        ----------
        model : Sequential
            The model.
        """
        self.model = model

    def set_params(self, params: dict[str, Any]) -> None:
        """Set the parameters of the run.

        Parameters
        ----------
        params : dict
            'verbose', 'epochs' and 'steps'.
        """
        self.params = params

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before the first epoch.

        Parameters
        ----------
        logs : dict, optional
            Empty.
        """

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after the last epoch.

        Parameters
        ----------
        logs : dict, optional
            Loss and metrics of the last epoch.
        """

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before an epoch.

        Parameters
        ----------
        epoch : int
            The number of the epoch, from 0.
        logs : dict, optional
            Empty.
        """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after an epoch and its validation.

        Parameters
        ----------
        epoch : int
            The number of the epoch, from 0.
        logs : dict, optional
            Loss and metrics of the epoch and its validation. Entries added here go into the history.
        """

    def on_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a training step: another name of `on_train_batch_begin`.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Empty.
        """

    def on_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a training step: another name of `on_train_batch_end`.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Loss and metrics of the epoch so far.
        """

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a training step.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Empty.
        """
        self.on_batch_begin(batch, logs=logs)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a training step.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Loss and metrics of the epoch so far.
        """
        self.on_batch_end(batch, logs=logs)

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before an evaluation, including the validation of an epoch.

        Parameters
        ----------
        logs : dict, optional
            Empty.
        """

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after an evaluation.

        Parameters
        ----------
        logs : dict, optional
            Loss and metrics of the evaluation.
        """

    def on_test_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of an evaluation.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Empty.
        """

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of an evaluation.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Loss and metrics so far.
        """

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Run before a prediction.

        Parameters
        ----------
        logs : dict, optional
            Empty.
        """

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Run after a prediction.

        Parameters
        ----------
        logs : dict, optional
            Empty.
        """

    def on_predict_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run before a batch of a prediction.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            Empty.
        """

    def on_predict_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Run after a batch of a prediction.

        Parameters
        ----------
        batch : int
            The number of the batch, from 0; in training, within the epoch.
        logs : dict, optional
            'outputs', the batch's predictions.
        """


class ClosingCallback(Callback):
    """Base class of callbacks that hold a resource, which must be released even if a run is interrupted."""

    def close(self) -> None:
        """Release the resource. Called at the end of every `fit`, `evaluate` and `predict`, however it ended."""
        raise NotImplementedError


class History(Callback):
    """The record of a training, which `fit` returns.

    Attributes
    ----------
    history : dict of str to list of float
        One value per epoch for each name, such as 'loss' and 'val_loss'.
    epoch : list of int
        The completed epochs, counted from 0.
    params : dict
        'verbose', 'epochs' and 'steps' (per epoch).

    References
    ----------
    Keras 3, `keras.callbacks.History`.

    Examples
    --------
    >>> History().history
    {}
    """

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.params = {}
        self._epochs: dict[str, list[int]] = {}  # the epochs of each name's values; not every epoch has a validation

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Clear `epoch`; the values of earlier trainings stay, as in Keras."""
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Append the values of the epoch."""
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
            self._epochs.setdefault(name, []).append(epoch)

    def _repr_html_(self) -> str:
        """Return the losses as a picture, and the last and the best value of each name, for notebooks."""
        return history_for_notebooks(self)
