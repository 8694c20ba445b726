"""The quantile loss and the one-cycle schedule in operations of Keras."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from ... import losses, schedules

_register: Callable[..., Any] = keras.saving.register_keras_serializable(package="fastlstm")


@_register
class Quantile(keras.losses.Loss):
    """`fastlstm.losses.Quantile` in Keras.

    Parameters
    ----------
    quantiles : float or sequence of float
        Quantiles between 0 and 1, one for each column of the output.
    reduction, name, dtype
        As for all losses of Keras.
    """

    def __init__(
        self,
        quantiles: float | Sequence[float] = (0.1, 0.5, 0.9),
        reduction: str = "sum_over_batch_size",
        name: str = "quantile",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        self.quantiles = losses.Quantile(quantiles).quantiles

    def call(self, y_true: Any, y_pred: Any) -> Any:
        error = y_true - y_pred
        shares = ops.convert_to_tensor(self.quantiles, dtype=error.dtype)
        return ops.mean(ops.maximum(shares * error, (shares - 1) * error), axis=-1)

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, "reduction": self.reduction, "quantiles": list(self.quantiles)}


@_register
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """`fastlstm.schedules.OneCycle` in Keras, with the same arguments."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._schedule = schedules.OneCycle(*args, **options)

    def __call__(self, step: Any) -> Any:
        schedule = self._schedule
        begin, start = 0.0, schedule.max_learning_rate / schedule.div_factor
        phases = schedule._phases(start)
        step = ops.minimum(ops.cast(step, "float32"), int(phases[-1][0]))
        found: list[tuple[float, Any]] = []
        for end, rate in phases:
            share = (step - begin) / (end - begin) if end != begin else ops.ones_like(step)
            if schedule.anneal_strategy == "cos":
                share = (1 - ops.cos(math.pi * share)) / 2
            found.append((end, start + (rate - start) * share))
            begin, start = end, rate
        result = found[-1][1]
        for end, value in reversed(found[:-1]):
            result = ops.where(step <= end, value, result)
        return result

    def get_config(self) -> dict[str, Any]:
        return self._schedule.get_config()
