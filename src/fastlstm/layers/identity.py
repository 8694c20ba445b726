"""Layers whose output is their input: Identity and ActivityRegularization."""

from typing import Any

from .. import regularizers
from .._internal.native import Branch
from .base import Layer, Shape, registry


@registry.register()
class Identity(Layer):
    """Return the input unchanged.

    Parameters
    ----------
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `activity_regularizer`,
        `trainable`, `weights`, and in place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`,
        `input_dim`, `input_length` and `batch_size`.

    Examples
    --------
    >>> from fastlstm.layers import Identity
    >>> Identity()([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    _each_step = True

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("activation", activation="linear")

    def _arguments(self) -> dict[str, Any]:
        return {}


@registry.register()
class ActivityRegularization(Identity):
    """Return the input unchanged, and add a penalty on it to the loss.

    The penalty is ``l1 * sum(abs(x)) + l2 * sum(x**2)`` over the input, divided by the number of samples.

    Parameters
    ----------
    l1, l2 : float
        The factors, at least 0.
    **options
        Keyword arguments common to all layers, described in `Layer`: `name`, `dtype`, `trainable`, `weights`, and in
        place of an `Input`: `input_shape`, `batch_input_shape`, `batch_shape`, `input_dim`, `input_length` and
        `batch_size`; not
        `activity_regularizer`, in whose place the factors are.

    Raises
    ------
    ValueError
        If a factor is below 0.
    TypeError
        If a factor is not a number.

    Examples
    --------
    >>> from fastlstm.layers import ActivityRegularization
    >>> ActivityRegularization(l1=0.01)([[1.0, 2.0]]).tolist()
    [[1.0, 2.0]]
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **options: Any) -> None:
        penalty = regularizers.L1L2(l1, l2)
        self.l1, self.l2 = penalty.l1, penalty.l2
        super().__init__(activity_regularizer=penalty, **options)

    def _constructor_arguments(self) -> dict[str, Any]:
        given = super()._constructor_arguments()
        del given["activity_regularizer"]
        return given

    def _arguments(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}
