"""Evaluation with the averages of the weights."""

from typing import Any

from .._internal import checks
from ._base import ClosingCallback


class SwapEMAWeights(ClosingCallback):
    """Evaluate and predict with the averages of an optimizer with ``use_ema=True``, but train the weights themselves.

    Before an evaluation, such as the validation of an epoch, or a prediction, the averages are swapped in; afterwards
    the weights are restored. (Keras does not restore them after a prediction.) Before the first step there are no
    averages, and nothing changes.

    Parameters
    ----------
    swap_on_epoch : bool
        Whether the averages are also swapped in from the end of an epoch to the beginning of the next, for callbacks
        later in the list, such as `ModelCheckpoint`.

    Raises
    ------
    TypeError
        If `swap_on_epoch` is not True or False.
    ValueError
        During a run, if the model is not compiled or its optimizer has no averages.

    References
    ----------
    Keras 3, `keras.callbacks.SwapEMAWeights`.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers, optimizers
    >>> model = Sequential([Input((1,)), layers.Dense(1)])
    >>> model.compile(optimizers.SGD(use_ema=True), loss="mse")
    >>> data = [[1.0], [2.0]], [2.0, 4.0]
    >>> history = model.fit(*data, validation_data=data, epochs=3, verbose=0, callbacks=[SwapEMAWeights()])
    >>> history.history["val_loss"][-1] == model.evaluate(*data, verbose=0)  # fit ends with the averages
    True
    """

    def __init__(self, swap_on_epoch: bool = False) -> None:
        self.swap_on_epoch = checks.flag("swap_on_epoch", swap_on_epoch)
        self._swapped = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restore the weights."""
        self._restore()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Swap the averages in, if `swap_on_epoch` is set."""
        if self.swap_on_epoch:
            self._swap()

    def on_test_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Swap the averages in."""
        self._swap()

    def on_test_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the weights."""
        self._restore()

    def on_predict_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Swap the averages in."""
        self._swap()

    def on_predict_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the weights."""
        self._restore()

    def close(self) -> None:
        """Restore the weights after an interrupted run."""
        self._restore()

    def _swap(self) -> None:
        optimizer = self.model.optimizer
        if optimizer is None:
            raise ValueError("SwapEMAWeights: expected a compiled model, with an optimizer that averages weights")
        if not optimizer.averages_in_place:
            optimizer.swap_ema_weights()
            self._swapped = True

    def _restore(self) -> None:
        if self._swapped and self.model.optimizer.averages_in_place:
            self.model.optimizer.swap_ema_weights()
        self._swapped = False
