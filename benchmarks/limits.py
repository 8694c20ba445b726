"""The peak rates of the machine in floating-point operations per second, in float32 on all threads."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from .. import _core
from .rounds import seconds_of_a_call

_SIZE = 2048  # rows and columns of the matrices that are multiplied
_SECONDS = 0.2


def multiply_adds() -> float:
    """Return the rate of multiply-adds between registers, without memory access."""
    return _core.multiply_add_rate(_SECONDS)


def product_numpy() -> float:
    """Return the rate of a matrix product by NumPy's BLAS."""
    a, b = _matrices()
    return _rate(lambda: a @ b)


def product_torch() -> float | None:
    """Return the rate of a matrix product by PyTorch, or None if it is not installed."""
    try:
        torch: Any = import_module("torch")
    except ImportError:
        return None
    a, b = (torch.from_numpy(matrix) for matrix in _matrices())
    return _rate(lambda: a @ b)


LIMITS: dict[str, Callable[[], float | None]] = {
    one.__name__: one for one in (multiply_adds, product_numpy, product_torch)
}


def _matrices() -> tuple[Any, Any]:
    rng = np.random.default_rng(0)
    return rng.random((_SIZE, _SIZE), np.float32), rng.random((_SIZE, _SIZE), np.float32)


def _rate(call: Any) -> float:
    return 2 * _SIZE**3 / seconds_of_a_call(call, _SECONDS)
