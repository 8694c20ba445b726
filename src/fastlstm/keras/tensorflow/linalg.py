"""`tf.linalg`: products, norms and diagonals."""

from typing import Any

import numpy as np

from ..._internal.deferred import defer_functions
from .._arrays import einsum, norm, tensor, tensordot, wrapped
from .._missing import missing_names_of
from ..backend import l2_normalize

__all__ = ["diag_part", "einsum", "l2_normalize", "matmul", "matvec", "norm", "tensordot", "trace"]

__getattr__ = missing_names_of(__name__)

diag_part, trace = wrapped(np.diagonal), wrapped(np.trace)


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


defer_functions(globals(), ["diag_part", "matmul", "matvec", "trace"])
