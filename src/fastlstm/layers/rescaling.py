"""Rescaling: a factor and an offset."""

from typing import Any

import numpy as np

from .._internal.arrays import Array, finite_array
from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class Rescaling(Layer):
    """``x * scale + offset``.

    Parameters
    ----------
    scale, offset : float or array_like of shape (D,)
        One number for all features, or one per feature.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If a number is not finite. When built or called: if there is not one number per feature.
    TypeError
        If they are not made of real numbers.

    Examples
    --------
    >>> from fastlstm.layers import Rescaling
    >>> Rescaling(0.5, offset=1.0)([[2.0, 4.0]]).tolist()
    [[2.0, 3.0]]
    """

    _each_step = True

    def __init__(self, scale: Any, offset: Any = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.scale = finite_array("scale", scale, self.dtype)
        self.offset = finite_array("offset", offset, self.dtype)

    def _output_shape(self, shape: Shape) -> Shape:
        for name, value in (("scale", self.scale), ("offset", self.offset)):
            self._each_feature(name, value, shape)
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add(
            "rescaling",
            scale=self._each_feature("scale", self.scale, shape),
            offset=self._each_feature("offset", self.offset, shape),
        )

    def _each_feature(self, name: str, value: Array, shape: Shape) -> Array:
        features = shape[-1] or 0
        if value.shape not in ((), (1,), (features,)):
            raise ValueError(f"{name}: expected one number or shape ({features},), got {value.shape}")
        return np.ascontiguousarray(np.broadcast_to(value, (features,)))

    def _arguments(self) -> dict[str, Any]:
        return {"scale": self.scale, "offset": self.offset}
