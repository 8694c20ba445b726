"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from typing import Any

from .. import layers as _layers
from ..layers import *
from ..preprocessing import IntegerLookup, StringLookup, TextVectorization
from ._missing import missing_names_of

__all__ = [
    *_layers.__all__,
    "AveragePooling1D",
    "AvgPool1D",
    "Convolution1D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "IntegerLookup",
    "MaxPool1D",
    "StringLookup",
    "TextVectorization",
    "TimeDistributedDense",
    "add",
    "average",
    "concatenate",
    "multiply",
]

__getattr__ = missing_names_of(__name__)

CuDNNLSTM = LSTM
"""An LSTM; every LSTM is fast here."""
CuDNNGRU = GRU
"""A GRU; every GRU is fast here."""
TimeDistributedDense = Dense
"""A dense layer, which is applied to each step of a sequence."""
Convolution1D, MaxPool1D, AvgPool1D = Conv1D, MaxPooling1D, AveragePooling1D
GlobalMaxPool1D, GlobalAvgPool1D = GlobalMaxPooling1D, GlobalAveragePooling1D


def add(inputs: Any, **options: Any) -> Any:
    """Return the sum of several inputs, as `Add` does."""
    return Add(**options)(inputs)


def multiply(inputs: Any, **options: Any) -> Any:
    """Return the product of several inputs, as `Multiply` does."""
    return Multiply(**options)(inputs)


def average(inputs: Any, **options: Any) -> Any:
    """Return the mean of several inputs, as `Average` does."""
    return Average(**options)(inputs)


def concatenate(inputs: Any, axis: int = -1, **options: Any) -> Any:
    """Return several inputs side by side, as `Concatenate` does."""
    return Concatenate(axis, **options)(inputs)
