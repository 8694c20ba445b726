"""Arrays with rows of different lengths, and arrays with few values: `tf.RaggedTensor` and `tf.SparseTensor`."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ..._internal.not_available import has_attributes_of_keras
from .._arrays import convert_to_tensor, tensor


@has_attributes_of_keras
class RaggedTensor:
    """Rows of different lengths.

    Parameters
    ----------
    rows : iterable
        Arrays, or further ragged tensors.
    """

    def __init__(self, rows: Iterable[Any]) -> None:
        self._rows = [row if isinstance(row, RaggedTensor) else convert_to_tensor(row) for row in rows]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __getitem__(self, index: Any) -> Any:
        """Return a row, or several as a ragged tensor."""
        if isinstance(index, tuple):
            first, *rest = index
            found = self[first]
            if isinstance(first, slice) and rest:
                return RaggedTensor(row[tuple(rest)] for row in found)
            return found[tuple(rest)]
        return RaggedTensor(self._rows[index]) if isinstance(index, slice) else self._rows[int(index)]

    @property
    def shape(self) -> tuple[int | None, ...]:
        """The number of rows, and None for their lengths."""
        inner = self._rows[0].shape[1:] if self._rows else ()
        return (len(self._rows), None, *inner)

    @property
    def dtype(self) -> Any:
        """The dtype of the values."""
        return self._rows[0].dtype if self._rows else np.dtype("float32")

    def with_rows(self, rows: Iterable[Any]) -> "RaggedTensor":
        """Return a ragged tensor of other rows."""
        return RaggedTensor(rows)

    def nrows(self) -> Any:
        """Return the number of rows."""
        return tensor(np.int64(len(self._rows)))

    def row_lengths(self) -> Any:
        """Return the length of each row."""
        return tensor(np.array([len(row) for row in self._rows], np.int64))

    def to_list(self) -> list[Any]:
        """Return lists of plain values."""
        return [row.to_list() if isinstance(row, RaggedTensor) else row.numpy().tolist() for row in self._rows]

    def numpy(self) -> Any:
        """Return an array of arrays."""
        found = np.empty(len(self._rows), object)
        found[:] = [row.numpy() for row in self._rows]
        return found

    def to_tensor(self, default_value: Any = None, shape: Any = None, name: str | None = None) -> Any:
        """Return an array in which short rows are filled up, with zeros or empty strings by default."""
        rows = [row.to_tensor(default_value) if isinstance(row, RaggedTensor) else np.asarray(row) for row in self]
        extent: Any = np.max([row.shape for row in rows], axis=0).tolist() if rows else [0]
        for axis, wanted in enumerate(list(shape or ())[1:]):
            extent[axis] = extent[axis] if wanted is None else wanted
        found = np.zeros((len(rows), *extent), np.result_type(*rows) if rows else "float32")
        if default_value is not None:
            found[...] = default_value
        for into, row in zip(found, rows, strict=True):
            part = tuple(slice(min(have, room)) for have, room in zip(row.shape, extent, strict=True))
            into[part] = row[part]
        return tensor(found)

    def __repr__(self) -> str:
        return f"<RaggedTensor {self.to_list()}>"


class _Ragged:
    """The functions of `tf.ragged`."""

    @staticmethod
    def constant(pylist: Any, dtype: Any = None, *_: Any, **__: Any) -> RaggedTensor:
        """Return lists of different lengths as a ragged tensor."""
        nested = any(isinstance(entry, (list, tuple)) for row in pylist for entry in row)
        return RaggedTensor(_Ragged.constant(row, dtype) if nested else convert_to_tensor(row, dtype) for row in pylist)

    @staticmethod
    def stack(values: Any, axis: int = 0, name: str | None = None) -> RaggedTensor:
        """Return arrays of different lengths as the rows of a ragged tensor."""
        return RaggedTensor(values)


ragged = _Ragged()


@has_attributes_of_keras
class SparseTensor:
    """An array with few values that are not zero.

    Parameters
    ----------
    indices : array_like (n, axes)
        The places of the values.
    values : array_like (n,)
        The values.
    dense_shape : sequence of int
        The shape.
    """

    def __init__(self, indices: Any, values: Any, dense_shape: Any) -> None:
        self.indices, self.values = convert_to_tensor(indices), convert_to_tensor(values)
        self.dense_shape = tuple(int(extent) for extent in dense_shape)

    shape = property(lambda self: self.dense_shape)
    dtype = property(lambda self: self.values.dtype)


class _Sparse:
    """The functions of `tf.sparse`."""

    @staticmethod
    def to_dense(sp_input: SparseTensor, default_value: Any = 0, *_: Any, **__: Any) -> Any:
        """Return a sparse tensor as an array."""
        found = np.full(sp_input.dense_shape, 0 if default_value is None else default_value, sp_input.dtype)
        found[tuple(np.asarray(sp_input.indices).reshape(-1, found.ndim).T)] = sp_input.values
        return tensor(found)

    @staticmethod
    def from_dense(tensor: Any, name: str | None = None) -> SparseTensor:
        """Return the values of an array that are not zero."""
        array = np.asarray(tensor)
        return SparseTensor(np.argwhere(array), array[np.nonzero(array)], array.shape)


sparse = _Sparse()
