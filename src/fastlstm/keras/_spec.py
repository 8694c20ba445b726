"""What an array is like: `tf.TensorSpec`."""

from typing import Any

from ._arrays import dtype_of


class TensorSpec:
    """A shape, a dtype and a name.

    Parameters
    ----------
    shape : sequence of int or None
        The shape; None as a whole or in a place is unknown.
    dtype : dtype
        The dtype.
    name : str, optional
        For display.
    """

    def __init__(self, shape: Any = None, dtype: Any = "float32", name: str | None = None) -> None:
        self.shape = None if shape is None else tuple(None if extent is None else int(extent) for extent in shape)
        self.dtype, self.name = dtype_of(dtype), name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> "TensorSpec":
        """Return the shape and dtype of an array."""
        return cls(tensor.shape, tensor.dtype, name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TensorSpec) and (self.shape, self.dtype) == (other.shape, other.dtype)

    def __hash__(self) -> int:
        return hash((self.shape, self.dtype))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self.shape}, dtype={self.dtype})"
