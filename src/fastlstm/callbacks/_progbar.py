"""The progress display of `fit` and `evaluate`."""

from typing import Any

from .._internal.old_names import accepts_old_names
from .._internal.progress import EpochProgress
from ._base import ClosingCallback


class ProgbarLogger(ClosingCallback):
    """The progress display of `fit` and `evaluate`, which add it themselves unless ``verbose=0``.

    ``verbose=1`` shows a bar with the remaining time, the loss and the metrics on a terminal and in a notebook,
    replaced by a line at the end of each epoch; in a pipe or a log file only that line is written. ``verbose=2`` writes
    only the line.

    References
    ----------
    Keras 3, `keras.callbacks.ProgbarLogger`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> _ = model.fit([[1.0]], [2.0], verbose=2, callbacks=[ProgbarLogger()])  # doctest: +ELLIPSIS
    Epoch 1/1  1/1 steps  ... ms/step  loss ...
    """

    _each_batch = False

    @accepts_old_names
    def __init__(self) -> None:
        self._progress = EpochProgress(1, 1)
        self._in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Set the parameters of the run."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self._progress = EpochProgress(1 if verbose == "auto" else int(verbose), params.get("epochs", 1))

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Mark the evaluations that follow as validations, which are silent."""
        self._in_fit = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Unmark evaluations as validations."""
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start a bar."""
        self._progress.begin(f"Epoch {epoch + 1}/{self._progress.epochs}", self.params.get("steps"))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Advance the bar."""
        self._progress.advance(batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Replace the bar with the epoch's line."""
        self._progress.end(logs or {})

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start a bar, except in a validation."""
        if not self._in_fit:
            self._progress.begin("Evaluation", self.params.get("steps"))

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Advance the bar, except in a validation."""
        if not self._in_fit:
            self._progress.advance(batch + 1, logs or {})

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Replace the bar with a line, except in a validation."""
        if not self._in_fit:
            self._progress.end(logs or {})

    def close(self) -> None:
        """Remove the bar."""
        self._progress.close()
        self._in_fit = False
