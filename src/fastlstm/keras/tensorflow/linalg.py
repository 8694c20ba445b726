"""`tf.linalg`: products, norms and diagonals."""

from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from .._arrays import convert_to_tensor, einsum, eye, norm, plain, tensor, tensordot, wrapped
from .._missing import missing_names_of
from ..backend import l2_normalize
from ._gradient_tape import global_norm

__all__ = [
    "band_part",
    "cholesky",
    "det",
    "diag",
    "diag_part",
    "eigh",
    "einsum",
    "eye",
    "global_norm",
    "inv",
    "l2_normalize",
    "matmul",
    "matrix_transpose",
    "matvec",
    "norm",
    "normalize",
    "set_diag",
    "solve",
    "svd",
    "tensor_diag",
    "tensordot",
    "trace",
]

__getattr__ = missing_names_of(__name__)

cholesky, det, inv, solve = map(wrapped, (np.linalg.cholesky, np.linalg.det, np.linalg.inv, np.linalg.solve))


def diag_part(input: Any, name: str | None = None, **_: Any) -> Any:
    """Return the diagonals of matrices."""
    return tensor(np.diagonal(input, axis1=-2, axis2=-1))


def trace(x: Any, name: str | None = None) -> Any:
    """Return the sums of the diagonals of matrices."""
    return tensor(np.sum(np.diagonal(x, axis1=-2, axis2=-1), axis=-1))


def diag(diagonal: Any, name: str | None = None, **_: Any) -> Any:
    """Return matrices with these diagonals, and zeros elsewhere."""
    ones = np.eye(np.shape(diagonal)[-1], dtype=diagonal.dtype if hasattr(diagonal, "dtype") else None)
    return tensor(np.expand_dims(diagonal, -1) * ones)


tensor_diag = diag


def set_diag(input: Any, diagonal: Any, name: str | None = None, **_: Any) -> Any:
    """Return matrices with other diagonals."""
    return tensor(np.where(np.eye(*np.shape(input)[-2:]) > 0, np.expand_dims(diagonal, -1), input))


def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """Return matrices with zeros outside of a number of diagonals below and above the main one, -1 for all."""
    rows, columns = np.indices(np.shape(input)[-2:])
    lower, upper = int(num_lower), int(num_upper)
    kept = ((lower < 0) | (rows - columns <= lower)) & ((upper < 0) | (columns - rows <= upper))
    return tensor(np.where(kept, input, np.zeros((), getattr(input, "dtype", "float32"))))


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Any:
    """Return matrices with rows and columns exchanged."""
    return tensor(np.swapaxes(a, -1, -2))


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> tuple[Any, Any]:
    """Return an array divided by its norm, and the norm."""
    is_whole = ord == "euclidean" and axis is None
    size = np.sqrt(np.sum(np.square(tensor), keepdims=True)) if is_whole else norm(tensor, ord, axis, keepdims=True)
    return tensor / size, size


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Return the singular values of matrices, with the left and the right singular vectors in columns."""
    if not compute_uv:
        return convert_to_tensor(np.linalg.svd(plain(tensor), full_matrices, False))
    u, s, v = np.linalg.svd(plain(tensor), full_matrices)
    return tuple(map(convert_to_tensor, (s, u, np.swapaxes(v, -1, -2))))


def eigh(tensor: Any, name: str | None = None) -> tuple[Any, Any]:
    """Return the eigenvalues of symmetric matrices, and their eigenvectors in columns."""
    values, vectors = np.linalg.eigh(plain(tensor))
    return convert_to_tensor(values), convert_to_tensor(vectors)


def matmul(
    a: Any, b: Any, transpose_a: bool = False, transpose_b: bool = False, name: str | None = None, **_: Any
) -> Any:
    """Return the product of matrices, each transposed on request."""
    left = np.swapaxes(a, -1, -2) if transpose_a else a
    right = np.swapaxes(b, -1, -2) if transpose_b else b
    return tensor(np.matmul(left, right))


def matvec(a: Any, b: Any, transpose_a: bool = False, name: str | None = None, **_: Any) -> Any:
    """Return the product of matrices and vectors."""
    return tensor(np.squeeze(matmul(a, np.expand_dims(b, -1), transpose_a), -1))


_DEFERRED = "band_part cholesky det diag diag_part inv matmul matrix_transpose matvec set_diag solve tensor_diag trace"
defer_functions(globals(), _DEFERRED.split())
