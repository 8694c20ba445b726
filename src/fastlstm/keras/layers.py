"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from typing import Any

from .. import layers as _layers
from ..layers import *
from ._hints import OWN_LAYERS
from ._lookups import IntegerLookup, StringLookup, TextVectorization
from ._merge import Merge, merge
from ._missing import NotAvailableError, missing_names_of

__all__ = [
    *_layers.__all__,
    "AtrousConvolution1D",
    "AvgPool1D",
    "Convolution1D",
    "CuDNNGRU",
    "CuDNNLSTM",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "IntegerLookup",
    "MaxPool1D",
    "Merge",
    "StringLookup",
    "TextVectorization",
    "ThresholdedReLU",
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
AtrousConvolution1D = Convolution1D = Conv1D
MaxPool1D, AvgPool1D = MaxPooling1D, AveragePooling1D
GlobalMaxPool1D, GlobalAvgPool1D = GlobalMaxPooling1D, GlobalAveragePooling1D


def ThresholdedReLU(theta: float = 1.0, **options: Any) -> ReLU:
    """Return a layer that gives x where it is above `theta`, and zero elsewhere.

    Parameters
    ----------
    theta : float
        The threshold, at least 0.
    **options
        Keyword arguments common to all layers.

    Returns
    -------
    ReLU
    """
    return ReLU(threshold=theta, **options)


for _function in (add, average, concatenate, dot, maximum, minimum, multiply, subtract):
    setattr(merge, _function.__name__, _function)  # keras.layers.merge is also a module of Keras 2
for _class in (Add, Average, Concatenate, Dot, Maximum, Minimum, Multiply, Subtract):
    setattr(merge, _class.__name__, _class)
