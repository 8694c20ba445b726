"""TimeDistributed: a layer applied to every step."""

from typing import Any

from .._internal.native import Branch
from ._from_config import layer_from
from ._weights import Weight
from .base import SEQUENCES, Layer, Shape, registry


@registry.register()
class TimeDistributed(Layer):
    """Apply a layer to each step of (N, T, D), with the same weights; most layers do so without this wrapper.

    Parameters
    ----------
    layer : Layer
        A layer that is in no model and maps each vector (N, D) to a vector by itself, such as Dense, Activation,
        Dropout, LayerNormalization or LeakyReLU, but not BatchNormalization.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim` and `input_length`. `dtype` must be that of `layer`.

    Raises
    ------
    TypeError
        If `layer` is not a layer.
    ValueError
        If `layer` works on whole sequences, is in use already, or has another dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from fastlstm.layers import Dense, TimeDistributed
    >>> TimeDistributed(Dense(2))(np.ones((4, 5, 3))).shape
    (4, 5, 2)
    """

    _keras_takes_mask = True
    _axes = SEQUENCES

    def __init__(self, layer: Layer, **options: Any) -> None:
        given = layer_from("layer", layer)
        if not given._each_step:
            raise ValueError(
                f"layer: TimeDistributed takes a layer that brings a vector to a vector, such as Dense, got {given!r}"
            )
        super().__init__(**{**options, "dtype": options.get("dtype") or given.dtype})
        if self.dtype != given.dtype:
            raise ValueError(f"dtype: {self.name!r} is {self.dtype}, its layer {given.name!r} is {given.dtype}")
        given._claim_alone(self)
        self.layer = given
        self._weights = given._weights  # shared: the wrapper itself has no weights

    def _parts(self) -> dict[str, Layer]:
        return {"layer": self.layer}

    def _make_weights(self, features: int, input_shape: Shape) -> None:
        self.layer.build(input_shape)

    def _declare(self, features: int) -> list[Weight]:
        return self.layer._declare(features)

    def _output_shape(self, shape: Shape) -> Shape:
        return self.layer._output_shape(shape)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        self.layer._append_all_to(branch, shape)

    def _arguments(self) -> dict[str, Any]:
        return {"layer": self.layer}
