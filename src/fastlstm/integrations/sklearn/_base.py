"""The base class of all estimators: model, optimizer, loss and random numbers."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from ... import losses, optimizers
from ..._internal import checks, rng
from ...models import Sequential


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator with a Sequential as its `model_`."""

    model_: Sequential
    n_iter_: int
    early_stopping: bool

    def _require_nothing_held_out(self) -> None:
        """Raise ValueError if `partial_fit` is called with early stopping, for which it has nothing to hold out."""
        if self.early_stopping:
            raise ValueError("partial_fit: expected early_stopping=False, got True")

    def _randomness(self) -> AbstractContextManager[None]:
        """Return the context of the random numbers of one fit, seeded from `random_state`."""
        state = check_random_state(self.random_state)
        return rng.scope(int(state.randint(np.iinfo(np.int32).max)))

    def _optimizer(self) -> optimizers.Optimizer:
        """Return a new optimizer."""
        if not isinstance(self.optimizer, str):
            raise TypeError(f"optimizer: expected a name, such as 'adam', got {self.optimizer!r}")
        rate = checks.number("learning_rate", self.learning_rate, 0.0)
        return optimizers.get({"class_name": self.optimizer, "config": {"learning_rate": rate}})

    def _weighted_loss(self, name: Any) -> losses.Loss:
        """Return a loss by name, averaged with the sample weights as in scikit-learn."""
        if not isinstance(name, str):
            raise TypeError(f"loss: expected a name, such as 'mse', got {name!r}")
        entry = losses.serialize(losses.get(name))
        entry["config"]["reduction"] = "mean_with_sample_weight"
        return losses.get(entry)
