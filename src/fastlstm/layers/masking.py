"""Masking: steps that recurrent layers skip."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from .._internal.checks import number
from .._internal.native import Branch
from .base import SEQUENCES, Layer, Shape, registry


@registry.register()
class Masking(Layer):
    """Mask the steps of a sequence whose features are all equal to one value, and set them to 0.

    In a model the layers after it know the mask: recurrent layers skip masked steps, and a loss on every step leaves
    them out.

    Parameters
    ----------
    mask_value : float
        The value that marks a masked step; finite.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError, TypeError
        If `mask_value` is not a finite number.

    Examples
    --------
    >>> from fastlstm.layers import Masking
    >>> layer = Masking(mask_value=-1.0)
    >>> layer([[[-1.0], [2.0]]]).tolist()
    [[[0.0], [2.0]]]
    >>> layer.compute_mask([[[-1.0], [2.0]]]).tolist()
    [[False, True]]
    """

    _makes_masks = True
    _axes = SEQUENCES

    def __init__(self, mask_value: float = 0.0, **options: Any) -> None:
        super().__init__(**options)
        self.mask_value = number("mask_value", mask_value)

    def compute_mask(self, x: Any, mask: Any = None) -> Array:
        """Return the mask that the layer passes on.

        Parameters
        ----------
        x : array_like (N, T, D)
            Sequences.
        mask : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray of bool (N, T)
            True where a step is valid: where a feature differs from `mask_value`.

        Raises
        ------
        ValueError
            If the shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        array = self._as_input("x", x)
        self._check_shape("x", array.shape)
        found: Array = (array != np.asarray(self.mask_value, self.dtype)).any(axis=-1)
        return found

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("masking", mask_value=self.mask_value)

    def _arguments(self) -> dict[str, Any]:
        return {"mask_value": self.mask_value}
