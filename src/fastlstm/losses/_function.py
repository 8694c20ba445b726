"""A Python function as a loss."""

from collections.abc import Callable
from typing import Any, TypeAlias

from .._internal.arrays import Array
from ._base import Loss

Function: TypeAlias = Callable[[Array, Array], Any]


class FunctionLoss(Loss):
    """What `get` makes of a function, or of anything else that can be called: a loss whose `call` it is.

    Parameters
    ----------
    function : callable
        ``function(y_true, y_pred)`` gets and returns what `Loss.call` does.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(getattr(function, "__name__", type(function).__name__))
        self._function = function

    @property
    def function(self) -> Function:
        """The function."""
        return self._function

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return what the function does."""
        return self._function(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """Raise TypeError: a function has no configuration."""
        raise TypeError(f"loss: the function {self.name!r} has no configuration; pass it to compile again")
