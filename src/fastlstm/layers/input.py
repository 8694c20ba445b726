"""Input: the shape and dtype that a model takes."""

from typing import Any

from .. import _engine
from .._checks import integer, refuse, size
from .._names import given_or_automatic
from .base import Shape

_RANKS = (1, 2)  # (D,) and (T, D)


class InputLayer:
    """The first entry of a model: it has no weights and does nothing but declare what comes in.

    Parameters
    ----------
    shape : tuple
        Without the batch axis: (T, D), (None, D) for any number of steps, or (D,).
    dtype : {'float32', 'float64'}, optional
        Must agree with the layers; default: theirs.
    name : str, optional
        Default: numbered.

    Raises
    ------
    ValueError
        If the shape or the dtype is none of these.
    """

    def __init__(
        self,
        shape: tuple[int | None, ...],
        *,
        dtype: str | None = None,
        name: str | None = None,
        sparse: Any = None,
        ragged: Any = None,
    ) -> None:
        refuse("Input", sparse=sparse, ragged=ragged)
        if not isinstance(shape, (tuple, list)):
            raise TypeError(f"shape: expected a tuple such as (T, D), got {shape!r}")
        if len(shape) not in _RANKS:
            raise ValueError(f"shape: expected (T, D) or (D,), without the batch axis, got {tuple(shape)}")
        if shape[-1] is None:
            raise ValueError(f"shape: the number of features (the last axis) must be known, got {tuple(shape)}")
        size("shape, number of features", shape[-1])
        self.shape: Shape = tuple(None if extent is None else integer("shape", extent, 0) for extent in shape)
        self.dtype = None if dtype is None else _engine.dtype_name("dtype", dtype)
        self.name = given_or_automatic(name, type(self))

    @property
    def batch_shape(self) -> Shape:
        """The shape with the batch axis, (None, T, D) or (None, D)."""
        return (None, *self.shape)

    def get_config(self) -> dict[str, Any]:
        """Return the constructor's arguments."""
        return {"name": self.name, "dtype": self.dtype, "shape": self.shape}


def Input(
    shape: tuple[int | None, ...],
    *,
    dtype: str | None = None,
    name: str | None = None,
    sparse: Any = None,
    ragged: Any = None,
) -> InputLayer:
    """Declare what a model takes.

    Parameters
    ----------
    shape : tuple
        Without the batch axis: (T, D), (None, D) for any number of steps, or (D,).
    dtype : {'float32', 'float64'}, optional
        Must agree with the layers; default: theirs.
    name : str, optional
        Default: numbered.
    sparse, ragged : None or False
        Keras has these kinds of arrays, this package does not: True raises ValueError.

    Returns
    -------
    InputLayer
        For the first place in a `Sequential`.

    Raises
    ------
    ValueError
        If the shape or the dtype is none of these.
    TypeError
        If `shape` is not a tuple of integers.

    Examples
    --------
    >>> from fastlstm import Input, Sequential, layers
    >>> Sequential([Input((20, 1)), layers.LSTM(32)]).output_shape
    (None, 32)
    """
    return InputLayer(shape, dtype=dtype, name=name, sparse=sparse, ragged=ragged)
