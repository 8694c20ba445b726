"""RMSNormalization: each step's features to a mean square of 1, then scaled."""

from typing import Any

from .._internal.arrays import Array
from .._internal.checks import number
from .._internal.native import Branch
from ._weights import Weight, rules
from .base import Layer, Shape, registry


@registry.register()
class RMSNormalization(Layer):
    """``scale * x / sqrt(mean(x ** 2) + epsilon)``, with the mean over the last axis.

    A mask is not passed on, as in Keras.

    Parameters
    ----------
    axis : -1
        The axis to normalize; only the last one is supported.
    epsilon : float
        Added to the mean square, at least 0.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Raises
    ------
    ValueError
        If `axis` is another one, or `epsilon` is out of range.
    TypeError
        If `epsilon` is not a number.

    References
    ----------
    Zhang and Sennrich, "Root mean square layer normalization", NeurIPS 2019.

    Examples
    --------
    >>> from fastlstm.layers import RMSNormalization
    >>> RMSNormalization(epsilon=0.0)([[2.0, -2.0]]).tolist()
    [[1.0, -1.0]]
    """

    supports_masking = False
    _each_step = True

    def __init__(self, axis: Any = -1, epsilon: float = 1e-6, **options: Any) -> None:
        super().__init__(**options)
        if axis not in (-1, [-1], (-1,)):
            raise ValueError(f"axis: only -1, the last axis, is supported, got {axis!r}")
        self.epsilon = number("epsilon", epsilon, 0.0)

    @property
    def scale(self) -> Array | None:
        """Factors (D,), a read-only view."""
        return self._weight("scale")

    def _declare(self, features: int) -> list[Weight]:
        return [rules("ones").weight("scale", (features,))]

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("vector_normalization", unit=False, epsilon=self.epsilon, scale=True)

    def _arguments(self) -> dict[str, Any]:
        return {"axis": -1, "epsilon": self.epsilon}
