"""Penalties on weights: `fastlstm.regularizers`."""

from .. import regularizers as _regularizers
from ..regularizers import *
from ..regularizers import get
from ._missing import missing_names_of

__all__ = [
    *_regularizers.__all__,
    "ActivityRegularizer",
    "WeightRegularizer",
    "activity_l1",
    "activity_l1l2",
    "activity_l2",
    "deserialize",
    "l1l2",
]

__getattr__ = missing_names_of(__name__)

deserialize = get
activity_l1, activity_l2 = L1, L2
WeightRegularizer = ActivityRegularizer = activity_l1l2 = l1l2 = L1L2
