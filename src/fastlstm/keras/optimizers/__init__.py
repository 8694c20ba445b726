"""Optimizers: `fastlstm.optimizers`, and their names in lower case as in Keras 1."""

from ... import optimizers as _optimizers
from ...optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    Optimizer,
    RMSprop,
    ScheduleFreeAdamW,
    deserialize,
    get,
    serialize,
)
from .._missing import missing_names_of
from . import legacy, schedules

__all__ = [
    *_optimizers.__all__,
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "legacy",
    "nadam",
    "rmsprop",
    "sgd",
]

__getattr__ = missing_names_of(__name__)

adadelta, adagrad, adam, adamax = Adadelta, Adagrad, Adam, Adamax
nadam, rmsprop, sgd = Nadam, RMSprop, SGD
