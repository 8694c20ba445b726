"""A loss made from a Python function."""

from collections.abc import Callable
from typing import Any, TypeAlias

from .._internal.arrays import Array
from ._base import Loss

Function: TypeAlias = Callable[[Array, Array], Any]


class FunctionLoss(Loss):
    """A loss whose `call` is a given function or other callable; `get` creates it.

    Parameters
    ----------
    function : callable
        ``function(y_true, y_pred)``, with the arguments and results of `Loss.call`.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(getattr(function, "__name__", getattr(function, "name", type(function).__name__)))
        self._function = function

    @property
    def function(self) -> Function:
        """The function."""
        return self._function

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the function's values, or values and gradient."""
        return self._function(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """Raise TypeError, since a function has no configuration."""
        raise TypeError(f"loss: the function {self.name!r} has no configuration; pass it to compile again")
