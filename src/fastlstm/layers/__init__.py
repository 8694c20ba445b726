"""Layers: recurrent ones, and what is needed around them."""

from .base import Layer
from .dense import Dense
from .input import Input, InputLayer
from .normalization import Normalization
from .recurrent import LSTM, RNN
from .repeat_vector import RepeatVector
from .time_distributed import TimeDistributed

__all__ = [
    "LSTM",
    "RNN",
    "Dense",
    "Input",
    "InputLayer",
    "Layer",
    "Normalization",
    "RepeatVector",
    "TimeDistributed",
]
