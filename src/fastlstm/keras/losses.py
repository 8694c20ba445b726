"""Losses: `fastlstm.losses`, and their short and older names."""

from typing import Any

from .. import losses as _losses
from ..losses import *
from ..losses import (
    binary_crossentropy,
    cosine_similarity,
    huber,
    kl_divergence,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from ._missing import missing_names_of

__all__ = [
    *_losses.__all__,
    "KLD",
    "LossFunctionWrapper",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "Reduction",
    "bce",
    "cosine_proximity",
    "huber_loss",
    "kld",
    "kullback_leibler_divergence",
    "logcosh",
    "mae",
    "mape",
    "mse",
    "msle",
]

__getattr__ = missing_names_of(__name__)

mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kullback_leibler_divergence = kl_divergence
bce = binary_crossentropy
logcosh = log_cosh
huber_loss = huber
cosine_proximity = cosine_similarity


class Reduction:
    """The names of reductions, as in older versions."""

    AUTO = "sum_over_batch_size"
    NONE = "none"
    SUM = "sum"
    SUM_OVER_BATCH_SIZE = "sum_over_batch_size"

    @classmethod
    def all(cls) -> tuple[str, ...]:
        """Return all of them."""
        return cls.NONE, cls.SUM, cls.SUM_OVER_BATCH_SIZE


class LossFunctionWrapper(Loss):
    """A loss whose values a function returns.

    Parameters
    ----------
    fn : callable
        ``fn(y_true, y_pred, **kwargs)``.
    reduction : str
        As for `Loss`.
    name : str, optional
        For display.
    dtype : None
        For Keras compatibility.
    **kwargs
        Keyword arguments for `fn`.
    """

    def __init__(
        self, fn: Any, reduction: Any = "sum_over_batch_size", name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(name, reduction, dtype)
        self.fn = fn
        self._fn_kwargs = kwargs

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the function's values."""
        return self.fn(y_true, y_pred, **self._fn_kwargs)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments by name."""
        return {**super().get_config(), "fn": self.fn, **self._fn_kwargs}
