"""Penalties on weights: `fastlstm.regularizers`."""

from .. import regularizers as _regularizers
from ..regularizers import *
from ..regularizers import get
from ._missing import missing_names_of

__all__ = [*_regularizers.__all__, "deserialize"]

__getattr__ = missing_names_of(__name__)

deserialize = get
