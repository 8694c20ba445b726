"""Optimizers: `fastlstm.optimizers`, and their names in lower case as in Keras 1."""

import sys

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

# Modules of Keras 2.4 to 2.8, whose classes are all here.
adadelta_v2 = adagrad_v2 = adam_v2 = adamax_v2 = gradient_descent_v2 = nadam_v2 = rmsprop_v2 = sys.modules[__name__]
