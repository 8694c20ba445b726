"""What all estimators share: their model, its state in pickles, and random numbers of their own."""

from contextlib import AbstractContextManager
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state

from ... import _checks, _rng, losses, optimizers
from ...models import Sequential


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """An estimator whose `model_` is a Sequential."""

    model_: Sequential
    n_iter_: int

    def _randomness(self) -> AbstractContextManager[None]:
        """Return the scope of the random numbers of one fit, seeded from `random_state`."""
        state = check_random_state(self.random_state)
        return _rng.scope(int(state.randint(np.iinfo(np.int32).max)))

    def _optimizer(self) -> optimizers.Optimizer:
        """Return a new optimizer."""
        if not isinstance(self.optimizer, str):
            raise TypeError(f"optimizer: expected a name, such as 'adam', got {self.optimizer!r}")
        rate = _checks.number("learning_rate", self.learning_rate, 0.0)
        return optimizers.get({"class_name": self.optimizer, "config": {"learning_rate": rate}})

    def _weighted_loss(self, name: Any) -> losses.Loss:
        """Return a loss by name: the mean by the sample weights, as scikit-learn has it."""
        if not isinstance(name, str):
            raise TypeError(f"loss: expected a name, such as 'mse', got {name!r}")
        entry = losses.serialize(losses.get(name))
        entry["config"]["reduction"] = "mean_with_sample_weight"
        return losses.get(entry)

    # Models can not be pickled, so what is needed to make the same one again takes the place of this one's.

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            model = self.model_
            compiled = None if model.optimizer is None else (optimizers.serialize(model.optimizer), model._loss)
            state["model_"] = model.get_config(), model.get_weights(), compiled
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        if "model_" in state:
            config, weights, compiled = state["model_"]
            model = Sequential.from_config(config)
            model.set_weights(weights)
            if compiled is not None:
                model.compile(*compiled)
            state = {**state, "model_": model}
        super().__setstate__(state)
