"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from .. import layers as _layers
from ..layers import *
from ._missing import missing_names_of

__all__ = [*_layers.__all__, "CuDNNGRU", "CuDNNLSTM", "TimeDistributedDense"]

__getattr__ = missing_names_of(__name__)

CuDNNLSTM = LSTM
"""An LSTM; every LSTM is fast here."""
CuDNNGRU = GRU
"""A GRU; every GRU is fast here."""
TimeDistributedDense = Dense
"""A dense layer, which is applied to each step of a sequence."""
