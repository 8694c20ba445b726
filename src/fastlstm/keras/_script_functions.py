"""Functions whose arrays are tensors: the losses and metrics that a script defines, and those of this package."""

import contextlib
import functools
from collections.abc import Callable, Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

from .._internal.arrays import Array, finite_array, real_array
from .._internal.tensor import returning_tensors
from ..layers.symbolic import SymbolicTensor, are_symbolic
from ..losses._function import FunctionLoss
from ..losses._pairs import same_rank
from ._arrays import tensor
from ._missing import NotAvailableError


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
        try:
            found = self._function(tensor(targets), tensor(predictions))
        except (TypeError, ValueError) as error:
            self._refuse_symbolic(error)
            raise
        if are_symbolic(found):
            self._refuse_symbolic(None)
        return found

    def _refuse_symbolic(self, error: Exception | None) -> None:
        """Raise NotAvailableError if the function uses symbolic tensors of the model, which have no values in it."""
        used = next(_symbolic_in(self._function), None)
        if used is not None:
            raise NotAvailableError(
                f"fastlstm does not have losses of symbolic tensors: the loss {self.name!r} uses the output of layer"
                f" {used.layer.name!r}, but it gets the values of y_true and y_pred alone. Concatenate that output to"
                " the one with the loss and take both apart in the loss; pass what is an input as further columns of y"
            ) from error

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
    place = getattr(value, "__module__", None) or ""
    if not isinstance(value, (FunctionType, MethodType)) or place.partition(".")[0] == __package__.partition(".")[0]:
        return value
    return wrapper(value)


def _symbolic_in(value: Any, depth: int = 0) -> Iterator[SymbolicTensor]:
    """Yield the symbolic tensors that a function, or what it was made of, refers to."""
    if isinstance(value, SymbolicTensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _symbolic_in(each, depth + 1)
    elif isinstance(value, functools.partial):
        yield from _symbolic_in([value.func, value.args, [*value.keywords.values()]], depth + 1)
    elif isinstance(value, FunctionType) and depth < _DEEPEST:
        cells = []
        for cell in value.__closure__ or ():
            with contextlib.suppress(ValueError):  # it is empty
                cells.append(cell.cell_contents)
        names = [value.__globals__[name] for name in value.__code__.co_names if name in value.__globals__]
        yield from _symbolic_in([cells, [*(value.__defaults__ or ())], names], depth + 1)


_DEEPEST = 6  # functions that call each other


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
