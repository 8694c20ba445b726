"""Masking: steps that recurrent layers skip."""

from typing import Any

import numpy as np

from .._internal.arrays import Array
from .._internal.checks import number
from .._internal.native import Branch
from .._internal.tensor import like
from .base import SEQUENCES, Layer, Shape, registry
from .symbolic import are_symbolic


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
            Sequences; with fewer or more axes, vectors of features along the last one.
        mask : optional
            Accepted as in Keras, without effect.

        Returns
        -------
        ndarray of bool (N, T)
            True where a step is valid: where a feature differs from `mask_value`. Of the shape of x without its last
            axis.

        Raises
        ------
        ValueError
            If the shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        array = self._as_input("x", x)
        if array.ndim < 2:
            raise ValueError(f"x: expected rows of features, got shape {array.shape}")
        found: Array = (array != np.asarray(self.mask_value, self.dtype)).any(axis=-1)
        return found

    def __call__(self, x: Any, *, mask: Any = None, training: bool = False) -> Any:
        """Return the output for an array: zeros where a step is not valid.

        Parameters
        ----------
        x : array_like or SymbolicTensor
            (N, T, D). An array may have fewer or more axes; in a model, `TimeDistributed` takes more.
        mask : array_like of bool, optional
            Accepted as in Keras, without effect.
        training : bool
            The same.

        Returns
        -------
        ndarray or SymbolicTensor
            A new array of the layer's dtype.

        Raises
        ------
        ValueError
            If the shape is wrong.
        TypeError
            If `x` is not made of real integers or floats.
        """
        if not are_symbolic(x):
            array = self._as_input("x", x)
            if array.ndim != 3:
                valid = self.compute_mask(array)
                return like(x, np.where(valid[..., None], array, np.zeros((), array.dtype)))
        return super().__call__(x, mask=mask, training=training)

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("masking", mask_value=self.mask_value)

    def _arguments(self) -> dict[str, Any]:
        return {"mask_value": self.mask_value}
