"""Averages of the weights in the weights' place while a model is evaluated."""

from typing import Any

from .._internal import checks
from ._base import ClosingCallback


class SwapEMAWeights(ClosingCallback):
    """Evaluate and predict with the averages that an optimizer with ``use_ema=True`` keeps, and train without them.

    Before an evaluation, such as the validation of an epoch, or a prediction, the averages take the weights' place;
    after it the weights come back. Keras leaves them out after a prediction. Nothing changes before the first step,
    when there are no averages yet.

    Parameters
    ----------
    swap_on_epoch : bool
        Whether the averages also take the weights' place from the end of an epoch to the beginning of the next one, for
        the callbacks that come after this one in the list, such as `ModelCheckpoint`.

    Raises
    ------
    ValueError
        In the run, if the model is not compiled or its optimizer has no averages.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(use_ema=True), loss="mse")
    >>> data = [[1.0], [2.0]], [2.0, 4.0]
    >>> history = model.fit(*data, validation_data=data, epochs=3, verbose=0, callbacks=[SwapEMAWeights()])
    >>> history.history["val_loss"][-1] == model.evaluate(*data, verbose=0)  # the averages, which are what fit leaves
    True
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = checks.flag("swap_on_epoch", swap_on_epoch)
        self._swapped = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Let the weights come back."""
        self._restore()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Put the averages in place, if asked to."""
        if self.swap_on_epoch:
            self._swap()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the averages in place."""
        self._swap()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let the weights come back."""
        self._restore()

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Put the averages in place."""
        self._swap()

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Let the weights come back."""
        self._restore()

    def close(self) -> None:
        """Let the weights come back where a run was interrupted."""
        self._restore()

    def _swap(self) -> None:
        optimizer = self.model.optimizer
        if optimizer is None:
            raise ValueError("SwapEMAWeights: expected a compiled model, whose optimizer has averages")
        if not optimizer.averages_in_place:
            optimizer.swap_ema_weights()
            self._swapped = True

    def _restore(self) -> None:
        if self._swapped and self.model.optimizer.averages_in_place:
            self.model.optimizer.swap_ema_weights()
        self._swapped = False
