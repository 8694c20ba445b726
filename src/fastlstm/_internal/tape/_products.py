"""Derivatives of NumPy's products of matrices and tensors."""

from collections import Counter
from typing import Any

import numpy as np

from ..arrays import Array
from ._traced import FUNCTIONS, NotDifferentiableError, Pull, is_traced, plain, record


def _dot(a: Any, b: Any, out: None = None) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    if np.ndim(a) <= 2 and np.ndim(b) <= 2:
        return np.matmul(a, b)
    return _tensordot(a, b, ([np.ndim(a) - 1], [max(np.ndim(b) - 2, 0)]))


def _inner(a: Any, b: Any) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return _tensordot(a, b, ([np.ndim(a) - 1], [np.ndim(b) - 1]))


def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return the product of two matrices: the axes that are summed over are made one, and the others as well."""
    if isinstance(axes, (int, np.integer)):
        axes = (list(range(np.ndim(a) - axes, np.ndim(a))), list(range(axes)))
    of_a, of_b = (
        [axis % np.ndim(x) for axis in (each if np.ndim(each) else [each])]
        for each, x in zip(axes, (a, b), strict=True)
    )
    free_a = [i for i in range(np.ndim(a)) if i not in of_a]
    free_b = [i for i in range(np.ndim(b)) if i not in of_b]
    size = int(np.prod([np.shape(a)[i] for i in of_a]))
    left = np.reshape(np.transpose(a, free_a + of_a), (-1, size))
    right = np.reshape(np.transpose(b, of_b + free_b), (size, -1))
    shape = [np.shape(a)[i] for i in free_a] + [np.shape(b)[i] for i in free_b]
    return np.reshape(np.matmul(left, right), shape)


def _outer(a: Any, b: Any, out: None = None) -> Any:
    return np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))


def _einsum(subscripts: str, *operands: Any, **_: Any) -> Any:
    given, values = subscripts.replace(" ", ""), [np.asarray(plain(each)) for each in operands]
    left, arrow, result = given.partition("->")
    if not arrow:
        counts = Counter(left.replace(",", ""))
        result = "".join(sorted(letter for letter, count in counts.items() if count == 1))
    inputs = left.split(",")
    if "." in given or any(len(set(each)) < len(each) for each in inputs):
        raise NotDifferentiableError(f"numpy.einsum has no derivative here for {subscripts!r}")

    def pull_to(place: int) -> Pull:
        others = [each for i, each in enumerate(inputs) if i != place]
        known = set("".join([result, *others]))
        mine = "".join(letter for letter in inputs[place] if letter in known)
        kept = [slice(None) if letter in known else None for letter in inputs[place]]  # those summed over here alone

        def pull(d: Any) -> Array:
            factors = [one for i, one in enumerate(operands if is_traced(d) else values) if i != place]
            found: Array = np.einsum(f"{','.join([result, *others])}->{mine}", d, *factors)
            return np.broadcast_to(found[tuple(kept)], values[place].shape)

        return pull

    value = np.einsum(f"{left}->{result}", *values)
    return record(value, *[(each, pull_to(i)) for i, each in enumerate(operands)])


FUNCTIONS.update(
    {
        np.dot: _dot,
        np.vdot: lambda a, b: np.matmul(np.ravel(a), np.ravel(b)),
        np.inner: _inner,
        np.outer: _outer,
        np.tensordot: _tensordot,
        np.einsum: _einsum,
    }
)
