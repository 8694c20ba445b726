"""Activation functions: `fastlstm.activations`."""

from .. import activations as _activations
from ..activations import *
from ._missing import missing_names_of

__all__ = [*_activations.__all__]

__getattr__ = missing_names_of(__name__)
