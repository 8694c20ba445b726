"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from typing import Any

from .. import layers as _layers
from ..layers import *
from ..preprocessing import IntegerLookup, StringLookup, TextVectorization
from ._missing import NotAvailableError, missing_names_of

__all__ = [
    *_layers.__all__,
    "AvgPool1D",
    "Convolution1D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "InputSpec",
    "IntegerLookup",
    "MaxPool1D",
    "StringLookup",
    "TextVectorization",
    "TimeDistributedDense",
    "merge",
]

__getattr__ = missing_names_of(__name__)


class InputSpec:
    """What a layer takes: accepted as in Keras, without effect.

    Parameters
    ----------
    dtype, shape, ndim, max_ndim, min_ndim, axes : optional
        As in Keras.
    **options
        The same.
    """

    def __init__(self, dtype: Any = None, shape: Any = None, ndim: int | None = None, **options: Any) -> None:
        self.dtype, self.shape, self.ndim = dtype, shape, ndim
        vars(self).update(options)


CuDNNLSTM = LSTM
"""An LSTM; every LSTM is fast here."""
CuDNNGRU = GRU
"""A GRU; every GRU is fast here."""
TimeDistributedDense = Dense
"""A dense layer, which is applied to each step of a sequence."""
Convolution1D, MaxPool1D, AvgPool1D = Conv1D, MaxPooling1D, AveragePooling1D
GlobalMaxPool1D, GlobalAvgPool1D = GlobalMaxPooling1D, GlobalAveragePooling1D


def merge(
    inputs: Any, mode: str = "sum", concat_axis: int = -1, dot_axes: Any = -1, name: str | None = None, **options: Any
) -> Any:
    """Return several inputs merged as in Keras 1, by the mode 'sum', 'mul', 'ave', 'max', 'concat' or 'dot'."""
    if mode == "concat":
        return Concatenate(concat_axis, name=name)(inputs)
    if mode == "dot":
        return Dot(dot_axes, name=name)(inputs)
    merges = {"sum": Add, "mul": Multiply, "ave": Average, "max": Maximum}
    if mode not in merges or options:
        raise NotAvailableError(f"fastlstm does not have merge(mode={mode!r}): use a layer such as Add or Concatenate")
    return merges[mode](name=name)(inputs)
