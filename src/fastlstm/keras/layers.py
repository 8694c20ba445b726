"""Layers: `fastlstm.layers`, and the names that they had in older versions of Keras."""

from typing import Any

import numpy as np

from .. import layers as _layers
from .._internal.not_available import NotAvailableError
from ..layers import *
from ..layers.rnn.own_cells import zero_states
from ._lookups import Discretization, Hashing, IntegerLookup, StringLookup, TextVectorization
from ._merge import Merge, merge
from ._missing import missing_names_of
from ._serialization import deserialize_layer as deserialize
from ._serialization import serialize_keras_object as serialize

__all__ = [
    *_layers.__all__,
    "AbstractRNNCell",
    "AtrousConvolution1D",
    "AvgPool1D",
    "Convolution1D",
    "Convolution1DTranspose",
    "CuDNNGRU",
    "CuDNNLSTM",
    "Discretization",
    "GlobalAvgPool1D",
    "GlobalMaxPool1D",
    "GroupedQueryAttention",
    "Hashing",
    "InputSpec",
    "IntegerLookup",
    "MaxPool1D",
    "Merge",
    "SeparableConvolution1D",
    "StringLookup",
    "TextVectorization",
    "ThresholdedReLU",
    "TimeDistributedDense",
    "Wrapper",
    "deserialize",
    "merge",
    "serialize",
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

    Examples
    --------
    >>> InputSpec(ndim=3).ndim
    3
    """

    def __init__(self, dtype: Any = None, shape: Any = None, ndim: int | None = None, **options: Any) -> None:
        self.dtype, self.shape, self.ndim = dtype, shape, ndim
        vars(self).update(options)


class Wrapper(Layer):
    """Base class of layers that apply another one, as its attribute `layer`.

    Parameters
    ----------
    layer : Layer
        The other one.
    **options
        As for `Layer`.
    """

    def __init__(self, layer: Any, **options: Any) -> None:
        super().__init__(**options)
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        """Build the other layer."""
        if not self.layer.built:
            self.layer.build(input_shape)
        self.built = True

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of the constructor."""
        return {**super().get_config(), "layer": self.layer}


class AbstractRNNCell(Layer):
    """Base class of cells for `RNN`: a class with `state_size`, `output_size` and a `call` of an input and states."""

    state_size: Any

    def get_initial_state(self, inputs: Any = None, batch_size: Any = None, dtype: Any = None) -> Any:
        """Return zeros for each state."""
        rows = np.zeros((batch_size, 1), dtype or self.dtype) if inputs is None else inputs
        return zero_states(rows, self.state_size)


CuDNNLSTM = LSTM
"""An LSTM; every LSTM is fast here."""
CuDNNGRU = GRU
"""A GRU; every GRU is fast here."""
TimeDistributedDense = Dense
"""A dense layer, which is applied to each step of a sequence."""
AtrousConvolution1D = Convolution1D = Conv1D
Convolution1DTranspose = Conv1DTranspose
MaxPool1D, AvgPool1D = MaxPooling1D, AveragePooling1D
SeparableConvolution1D = SeparableConv1D
GroupedQueryAttention = GroupQueryAttention
"""The same under the name that the class has inside Keras."""
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
