"""Losses: `fastlstm.losses`, and their short and older names."""

from typing import Any

from .. import losses as _losses
from ..losses import *
from ._missing import missing_names_of
from ._script_functions import functions_of

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

_functions = functions_of(_losses)
globals().update(_functions)
mse = MSE = _functions["mean_squared_error"]
mae = MAE = _functions["mean_absolute_error"]
mape = MAPE = _functions["mean_absolute_percentage_error"]
msle = MSLE = _functions["mean_squared_logarithmic_error"]
kld = KLD = kullback_leibler_divergence = _functions["kl_divergence"]
bce = _functions["binary_crossentropy"]
logcosh = _functions["log_cosh"]
huber_loss = _functions["huber"]
cosine_proximity = _functions["cosine_similarity"]


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
