"""Functions whose arrays are tensors: the losses and metrics that a script defines, and those of this package."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

from .._internal.arrays import Array, finite_array, real_array
from .._internal.tensor import returning_tensors
from ..layers.symbolic import SymbolicTensor
from ..losses._function import FunctionLoss
from ..losses._pairs import same_rank
from ._arrays import tensor


class ScriptLoss(FunctionLoss):
    """A loss that is a function of a script.

    Where targets and predictions differ by a last axis of size 1, Keras drops that axis.

    Parameters
    ----------
    function : callable
        ``function(y_true, y_pred)``.
    """

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return what the function returns."""
        targets, predictions = same_rank(y_true, y_pred)
        return self._function(tensor(targets), tensor(predictions))

    def _targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y` in the given dtype; a vector gets an axis of size 1, as in Keras's `fit`."""
        array = (finite_array if finite else real_array)(name, y, dtype)
        return array[:, None] if array.ndim == 1 else array


def as_losses(value: Any) -> Any:
    """Return what `compile` takes as losses, with functions of scripts as losses that give them tensors.

    Parameters
    ----------
    value : object
        A function, or a list, tuple or dict with functions in it. Anything else is returned unchanged.

    Returns
    -------
    object
    """
    return _each(ScriptLoss, value)


def as_metrics(value: Any) -> Any:
    """Return what `compile` takes as metrics, with functions of scripts as functions that give them tensors.

    Parameters
    ----------
    value : object
        As for `as_losses`.

    Returns
    -------
    object
    """
    return _each(_given_tensors, value)


def _each(wrapper: Callable[[Any], Any], value: Any) -> Any:
    """Return the wrapper of a function of a script, also in lists and dicts."""
    if isinstance(value, (list, tuple)):
        return [_each(wrapper, each) for each in value]
    if isinstance(value, dict):
        return {name: _each(wrapper, each) for name, each in value.items()}
    if not isinstance(value, (FunctionType, MethodType)) or _is_ours(value):
        return value
    return wrapper(value)


def uses_tensors(function: Callable[..., Any]) -> bool:
    """Return whether a function, or what it was made of, refers to symbolic tensors.

    Parameters
    ----------
    function : callable
        Also a method, or a `functools.partial`.

    Returns
    -------
    bool
    """
    seen: set[Any] = set()
    waiting: list[Any] = [function]
    while waiting:
        value = waiting.pop()
        if isinstance(value, SymbolicTensor):
            return True
        key = (id(value.__func__), id(value.__self__)) if isinstance(value, MethodType) else id(value)
        if key not in seen:
            seen.add(key)
            waiting += _parts_of(value)
    return False


def _parts_of(value: Any) -> list[Any]:
    """Return what a function, a method or a list refers to."""
    if isinstance(value, (list, tuple)):
        return list(value) if len(value) < _LONG else []  # longer ones are data
    if isinstance(value, functools.partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, MethodType):
        return [value.__func__, *_used_of(value.__self__, _names_in(value.__func__))]
    if not isinstance(value, FunctionType) or _is_ours(value):
        return []
    cells = []
    for cell in value.__closure__ or ():
        with contextlib.suppress(ValueError):  # it is empty
            cells.append(cell.cell_contents)
    names = _names_in(value)
    known = [*cells, *(value.__globals__[name] for name in names if name in value.__globals__)]
    parts = [part for one in known if not isinstance(one, (type, ModuleType)) for part in _used_of(one, names)]
    return [*known, *(value.__defaults__ or ()), *parts]


_LONG = 100


def _is_ours(value: Any) -> bool:
    """Return whether a function belongs to this package."""
    return (getattr(value, "__module__", None) or "").partition(".")[0] == __package__.partition(".")[0]


def _used_of(owner: Any, names: list[str]) -> list[Any]:
    """Return the attributes of an object, and its methods, that a function with these names may use."""
    if isinstance(owner, (FunctionType, MethodType, SymbolicTensor)):
        return []
    attributes = getattr(owner, "__dict__", {})
    of_class = [getattr(type(owner), name, None) for name in names if name not in attributes]
    methods = [MethodType(one, owner) for one in of_class if isinstance(one, FunctionType)]
    return [*(attributes[name] for name in names if name in attributes), *methods]


def _names_in(function: Any) -> list[str]:
    """Return the names of globals and attributes that a function uses, with those of functions inside."""
    waiting: list[Any] = [getattr(function, "__code__", None)]
    found: list[str] = []
    while waiting:
        code = waiting.pop()
        if isinstance(code, CodeType):
            found += code.co_names
            waiting += code.co_consts
    return list(dict.fromkeys(found))


def _given_tensors(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(y_true: Any, y_pred: Any) -> Any:
        return function(tensor(y_true), tensor(y_pred))

    return call


_OF_NAMES = ("get", "serialize", "deserialize")


def functions_of(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """Return the functions of a module of this package by name, as functions that return tensors.

    Parameters
    ----------
    module : module
        `fastlstm.losses`, `fastlstm.metrics` or `fastlstm.activations`.

    Returns
    -------
    dict
    """
    found = {name: getattr(module, name) for name in module.__all__ if name not in _OF_NAMES}
    return {name: returning_tensors(value) for name, value in found.items() if isinstance(value, FunctionType)}
