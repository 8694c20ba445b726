"""`tf.linalg`: products, norms and diagonals."""

from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from ..._internal.not_available import NotAvailableError
from .._arrays import cast, convert_to_tensor, einsum, eye, norm, plain, plain_constant, tensor, tensordot, wrapped
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


def _require_main(function: str, k: Any) -> None:
    """Raise an error for another diagonal than the main one."""
    if np.any(plain(k) != 0):
        raise NotAvailableError(f"fastlstm does not have tf.linalg.{function} with k={k!r}: it has only k=0")


def diag_part(input: Any, name: str | None = None, k: Any = 0) -> Any:
    """Return the diagonals of matrices."""
    _require_main("diag_part", k)
    return tensor(np.diagonal(convert_to_tensor(input), axis1=-2, axis2=-1))


def trace(x: Any, name: str | None = None) -> Any:
    """Return the sums of the diagonals of matrices."""
    return tensor(np.sum(np.diagonal(x, axis1=-2, axis2=-1), axis=-1))


def diag(diagonal: Any, name: str | None = None, k: Any = 0) -> Any:
    """Return matrices with these diagonals, and zeros elsewhere."""
    _require_main("diag", k)
    diagonal = convert_to_tensor(diagonal)
    return tensor(np.expand_dims(diagonal, -1) * np.eye(diagonal.shape[-1], dtype=diagonal.dtype))


def tensor_diag(diagonal: Any, name: str | None = None) -> Any:
    """Return an array of twice as many axes, with the elements where the indices of both halves are equal."""
    diagonal = convert_to_tensor(diagonal)
    return tensor(np.reshape(diag(np.ravel(diagonal)), diagonal.shape * 2))


def set_diag(input: Any, diagonal: Any, name: str | None = None, k: Any = 0) -> Any:
    """Return matrices with other diagonals."""
    _require_main("set_diag", k)
    input, diagonal = convert_to_tensor(input), convert_to_tensor(diagonal)
    rows, columns = input.shape[-2:]
    if diagonal.shape != (*input.shape[:-2], min(rows, columns)):
        expected = (*input.shape[:-2], min(rows, columns))
        raise ValueError(f"diagonal: expected the shape {expected} for matrices {input.shape}, got {diagonal.shape}")
    spread = np.expand_dims(diagonal, -1 if rows <= columns else -2)
    return tensor(np.where(np.eye(rows, columns) > 0, spread, input))


def band_part(input: Any, num_lower: Any, num_upper: Any, name: str | None = None) -> Any:
    """Return matrices with zeros outside of a number of diagonals below and above the main one, -1 for all."""
    rows, columns = np.indices(np.shape(input)[-2:])
    lower, upper = int(num_lower), int(num_upper)
    kept = ((lower < 0) | (rows - columns <= lower)) & ((upper < 0) | (columns - rows <= upper))
    input = convert_to_tensor(input)
    return tensor(np.where(kept, input, np.zeros((), input.dtype)))


def matrix_transpose(a: Any, name: str | None = None, conjugate: bool = False) -> Any:
    """Return matrices with rows and columns exchanged, and complex elements conjugated on request."""
    a = convert_to_tensor(a)
    return tensor(np.swapaxes(np.conjugate(a) if conjugate and a.dtype.kind == "c" else a, -1, -2))


def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None, name: str | None = None) -> tuple[Any, Any]:
    """Return an array divided by its norm, and the norm."""
    is_whole = ord == "euclidean" and axis is None
    size = np.sqrt(np.sum(np.square(tensor), keepdims=True)) if is_whole else norm(tensor, ord, axis, keepdims=True)
    return tensor / size, size


def svd(tensor: Any, full_matrices: bool = False, compute_uv: bool = True, name: str | None = None) -> Any:
    """Return the singular values of matrices, with the left and the right singular vectors in columns.

    They have no derivative here.
    """
    matrices = plain_constant("tf.linalg.svd", tensor)
    if not compute_uv:
        return convert_to_tensor(np.linalg.svd(matrices, full_matrices, False))
    u, s, v = np.linalg.svd(matrices, full_matrices)
    return tuple(map(convert_to_tensor, (s, u, np.conjugate(np.swapaxes(v, -1, -2)))))


def eigh(tensor: Any, name: str | None = None) -> tuple[Any, Any]:
    """Return the eigenvalues of symmetric matrices, and their eigenvectors in columns. They have no derivative here."""
    values, vectors = np.linalg.eigh(plain_constant("tf.linalg.eigh", tensor))
    return convert_to_tensor(values), convert_to_tensor(vectors)


def matmul(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    transpose_b: bool = False,
    adjoint_a: bool = False,
    adjoint_b: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    output_type: Any = None,
    grad_a: bool = False,
    grad_b: bool = False,
    name: str | None = None,
) -> Any:
    """Return the product of matrices, each transposed, or transposed and conjugated, on request."""
    left = matrix_transpose(a, conjugate=adjoint_a) if transpose_a or adjoint_a else a
    right = matrix_transpose(b, conjugate=adjoint_b) if transpose_b or adjoint_b else b
    found = tensor(np.matmul(left, right))
    return found if output_type is None else cast(found, output_type)


def matvec(
    a: Any,
    b: Any,
    transpose_a: bool = False,
    adjoint_a: bool = False,
    a_is_sparse: bool = False,
    b_is_sparse: bool = False,
    name: str | None = None,
) -> Any:
    """Return the product of matrices and vectors."""
    return tensor(np.squeeze(matmul(a, np.expand_dims(b, -1), transpose_a, adjoint_a=adjoint_a), -1))


_DEFERRED = "band_part cholesky det diag diag_part inv matmul matrix_transpose matvec set_diag solve tensor_diag trace"
defer_functions(globals(), _DEFERRED.split())
