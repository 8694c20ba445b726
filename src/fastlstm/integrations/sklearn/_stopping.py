"""Early stopping and the history of a fit, as in the MLP estimators of scikit-learn."""

from collections.abc import Callable
from typing import Any

from ...callbacks import Callback


class Progress(Callback):
    """Records losses and scores by epoch, and stops a fit that no longer improves.

    Parameters
    ----------
    tol : float
        How far the loss must fall below, or the score rise above, the best one to count as an improvement.
    patience : int
        Number of epochs in a row without an improvement after which the fit stops.
    score : callable, optional
        Takes the model and returns its score on held-out data. If given, the score is monitored instead of the loss,
        and the weights of the best epoch are restored at the end.
    """

    def __init__(self, tol: float, patience: int, score: Callable[[Any], float] | None) -> None:
        self.losses: list[float] = []
        self.scores: list[float] = []
        self.best_loss = float("inf")
        self.best_score = -float("inf")
        self._tol, self._patience, self._score = tol, patience, score
        self._without = 0
        self._best_weights: Any = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the loss or the score, and stop the fit without an improvement."""
        loss = float((logs or {})["loss"])
        self.losses.append(loss)
        if self._score is None:
            improved = loss <= self.best_loss - self._tol
        else:
            score = self._score(self.model)
            self.scores.append(score)
            improved = score >= self.best_score + self._tol
            if score > self.best_score:
                self.best_score, self._best_weights = score, self.model.get_weights()
        self.best_loss = min(self.best_loss, loss)
        self._without = 0 if improved else self._without + 1
        if self._without >= self._patience:
            self.model.stop_training = True

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Restore the best weights."""
        if self._best_weights is not None:
            self.model.set_weights(self._best_weights)
