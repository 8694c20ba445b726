"""Automatic differentiation of functions of arrays, in reverse mode, for what users write in Python.

A function is called with `Traced` arrays, which record what is done with them, and `vjp` carries gradients back. The
arrays behave as NumPy's: its functions, operators and most methods take them. What has no derivative, such as a
comparison, gives plain arrays.
"""

from . import _products, _reductions, _shapes, _ufuncs  # noqa: F401  # they fill the tables of derivatives
from ._backward import carry_back
from ._session import Session, begin, end, given_values, paused, session
from ._special import digamma, erf, lgamma
from ._traced import NotDifferentiableError, Recording, Traced, current, is_traced, only_once, plain, put_back, record
from ._vjp import vjp, with_backward

__all__ = [
    "NotDifferentiableError",
    "Recording",
    "Session",
    "Traced",
    "begin",
    "carry_back",
    "current",
    "digamma",
    "end",
    "erf",
    "given_values",
    "is_traced",
    "lgamma",
    "only_once",
    "paused",
    "plain",
    "put_back",
    "record",
    "session",
    "vjp",
    "with_backward",
]
