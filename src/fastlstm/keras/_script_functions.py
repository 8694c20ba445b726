"""Losses and metrics that a script defines as functions: they get tensors, as from TensorFlow."""

import functools
from collections.abc import Callable
from types import FunctionType, MethodType
from typing import Any

from ._arrays import tensor


def given_tensors(value: Any) -> Any:
    """Return what `compile` takes as a loss or as metrics, with its functions of scripts wrapped.

    Parameters
    ----------
    value : object
        A function, or a list, tuple or dict with functions in it. Anything else, and functions of this package, are
        returned unchanged.

    Returns
    -------
    object
    """
    if isinstance(value, (list, tuple)):
        return [given_tensors(each) for each in value]
    if isinstance(value, dict):
        return {name: given_tensors(each) for name, each in value.items()}
    ours = getattr(value, "__module__", None) or ""
    if not isinstance(value, (FunctionType, MethodType)) or ours.partition(".")[0] == __package__.partition(".")[0]:
        return value
    return _given_tensors(value)


def _given_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(y_true: Any, y_pred: Any) -> Any:
        return function(tensor(y_true), tensor(y_pred))

    return call
