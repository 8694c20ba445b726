"""Metrics: `fastlstm.metrics`, and their short and older names."""

from .. import metrics as _metrics
from ..metrics import *
from ._missing import missing_names_of
from ._script_functions import functions_of
from .losses import KLD, MAE, MAPE, MSE, MSLE, kld, kullback_leibler_divergence, mae, mape, mse, msle

__all__ = [
    *_metrics.__all__,
    "KLD",
    "MAE",
    "MAPE",
    "MSE",
    "MSLE",
    "kld",
    "kullback_leibler_divergence",
    "mae",
    "mape",
    "mse",
    "msle",
]

__getattr__ = missing_names_of(__name__)

globals().update(functions_of(_metrics))
