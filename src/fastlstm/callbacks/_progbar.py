"""The bar or the lines that show how far a fit or an evaluation is."""

from typing import Any

from .._internal.progress import EpochProgress
from ._base import ClosingCallback


class ProgbarLogger(ClosingCallback):
    """What `fit` and `evaluate` show; they add one themselves unless ``verbose=0``.

    ``verbose=1``: on a terminal and in a notebook a bar with the time left, the loss and the metrics, which gives way
    to a line at the end of the epoch. In a pipe or a log file only the line. ``verbose=2``: only the line.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(loss="mse")
    >>> _ = model.fit([[1.0]], [2.0], verbose=2, callbacks=[ProgbarLogger()])  # doctest: +ELLIPSIS
    Epoch 1/1  1/1 steps  ... ms/step  loss ...
    """

    _each_batch = False

    def __init__(self) -> None:
        self._progress = EpochProgress(1, 1)
        self._in_fit = False

    def set_params(self, params: dict[str, Any]) -> None:
        """Take the numbers of the run."""
        super().set_params(params)
        verbose = params.get("verbose", 1)
        self._progress = EpochProgress(1 if verbose == "auto" else int(verbose), params.get("epochs", 1))

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Remember that evaluations are validations from now on, which are silent."""
        self._in_fit = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Forget it."""
        self._in_fit = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start a bar."""
        self._progress.begin(f"Epoch {epoch + 1}/{self._progress.epochs}", self.params.get("steps"))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        self._progress.advance(batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Replace the bar by the epoch's line."""
        self._progress.end(logs or {})

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Start a bar, unless this is a validation."""
        if not self._in_fit:
            self._progress.begin("Evaluation", self.params.get("steps"))

    def on_test_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar, unless this is a validation."""
        if not self._in_fit:
            self._progress.advance(batch + 1, logs or {})

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Replace the bar by a line, unless this is a validation."""
        if not self._in_fit:
            self._progress.end(logs or {})

    def close(self) -> None:
        """Remove the bar."""
        self._progress.close()
        self._in_fit = False
