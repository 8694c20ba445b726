"""TimeDistributed: a layer applied to every step."""

from typing import Any

from .._engine import Network
from ._weights import Weight
from .base import Layer, Shape
from .dense import Dense


class TimeDistributed(Layer):
    """The same Dense on every step of (N, T, D). A Dense on a sequence does the same without it.

    Parameters
    ----------
    layer : Dense
        A layer that is in no model.
    name : str, optional
        Default: time_distributed, time_distributed_1, ...
    dtype : {'float32', 'float64'}, optional
        Must agree with the layer's, which is the default.

    Raises
    ------
    TypeError
        If `layer` is not a Dense.
    ValueError
        If the dtypes disagree.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import Dense, TimeDistributed
    >>> TimeDistributed(Dense(2))(np.ones((4, 5, 3))).shape
    (4, 5, 2)
    """

    _ranks = (3,)

    def __init__(self, layer: Dense, *, name: str | None = None, dtype: str | None = None) -> None:
        if not isinstance(layer, Dense):
            raise TypeError(f"layer: TimeDistributed expected a Dense, got {layer!r}")
        super().__init__(name=name, dtype=layer.dtype if dtype is None else dtype)
        if self.dtype != layer.dtype:
            raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its layer {layer.name!r} is {layer.dtype}")
        layer._claim(self)
        self.layer = layer
        self._weights = layer._weights  # one and the same: the wrapper has no weights of its own

    def build(self, input_shape: Shape) -> None:
        """Build the wrapped layer. See `Layer.build`."""
        features = self._check_shape("input_shape", input_shape)
        self.layer.build(input_shape)
        self._features = features

    def _declare(self, features: int) -> list[Weight]:
        return self.layer._declare(features)

    def _output_shape(self, shape: Shape) -> Shape:
        return self.layer.compute_output_shape(shape)

    def _append_to(self, network: Network) -> None:
        self.layer._append_to(network)

    def _arguments(self) -> dict[str, Any]:
        return {"layer": self.layer}
