"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from typing import Any

from .. import layers as _layers
from ..layers import *
from ._hints import OWN_LAYERS
from ._lookups import IntegerLookup, StringLookup, TextVectorization
from ._missing import NotAvailableError, missing_names_of

__all__ = [
    *_layers.__all__,
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
    "merge",
]

__getattr__ = missing_names_of(__name__)


class _LayerType(type):
    """Makes every layer of this package an instance of `Layer`."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, _layers.Layer) if cls is Layer else super().__instancecheck__(value)


class Layer(_layers.Layer, metaclass=_LayerType):  # type: ignore[no-redef]
    """The base class of layers. Creating a layer of a class of your own raises NotAvailableError."""

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """Refuse classes of your own."""
        raise NotAvailableError(f"fastlstm does not have layers of your own classes ({cls.__name__}): {OWN_LAYERS}")


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
