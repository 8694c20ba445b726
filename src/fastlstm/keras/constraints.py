"""Constraints on weights: `fastlstm.constraints`."""

from .. import constraints as _constraints
from ..constraints import *
from ..constraints import get
from ._missing import missing_names_of

__all__ = [
    *_constraints.__all__,
    "deserialize",
    "max_norm",
    "maxnorm",
    "min_max_norm",
    "nonneg",
    "non_neg",
    "unit_norm",
    "unitnorm",
]

__getattr__ = missing_names_of(__name__)

deserialize = get
max_norm = maxnorm = MaxNorm
min_max_norm = MinMaxNorm
non_neg = nonneg = NonNeg
unit_norm = unitnorm = UnitNorm
