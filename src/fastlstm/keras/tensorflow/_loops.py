"""TensorFlow's loops over the entries of an array, and arrays that loops fill."""

import contextlib
from typing import Any

from ..._internal.deferred import defer_functions
from .. import _arrays
from .._control import foldl, foldr, stacked, states_of

__all__ = ["TensorArray", "case", "control_dependencies", "foldl", "foldr", "group", "no_op", "scan"]


def scan(
    fn: Any,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: Any = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: str | None = None,
) -> Any:
    """Return all states that a function of a state and an entry of the first axis gives."""
    found = states_of(fn, elems, initializer, reverse=reverse)
    return stacked(found[::-1] if reverse else found)


def case(pred_fn_pairs: Any, default: Any = None, exclusive: bool = False, name: str | None = None) -> Any:
    """Return the result of the first function whose condition is true."""
    pairs = pred_fn_pairs.items() if isinstance(pred_fn_pairs, dict) else pred_fn_pairs
    found = next((function for condition, function in pairs if condition), default)
    if found is None:
        raise ValueError("pred_fn_pairs: expected a true condition, or a default, got none")
    return found()


def control_dependencies(control_inputs: Any) -> Any:
    """Return a context without effect: everything is computed in the order of its lines."""
    return contextlib.nullcontext()


def group(*inputs: Any, **_: Any) -> None:
    """Do nothing: what is passed has been computed."""


def no_op(name: str | None = None) -> None:
    """Do nothing."""


class TensorArray:
    """Arrays by number, which loops write and read.

    Parameters
    ----------
    dtype : dtype
        Ignored: each entry has its own.
    size : int
        How many there are at first.
    dynamic_size : bool
        Ignored: there may always be more.
    **options
        Accepted as in TensorFlow, without effect.
    """

    def __init__(self, dtype: Any = None, size: Any = 0, dynamic_size: Any = None, **options: Any) -> None:
        self.dtype = dtype
        self._entries: list[Any] = [None] * int(0 if size is None else size)

    def write(self, index: Any, value: Any, name: str | None = None) -> "TensorArray":
        """Set an entry, and return the array."""
        index = int(index)
        self._entries += [None] * (index + 1 - len(self._entries))
        self._entries[index] = value
        return self

    def read(self, index: Any, name: str | None = None) -> Any:
        """Return an entry."""
        found = self._entries[int(index)]
        if found is None:
            raise ValueError(f"index: expected the number of an entry that was written, got {int(index)}")
        return found

    def stack(self, name: str | None = None) -> Any:
        """Return all entries as one array."""
        return _arrays.stack([self.read(i) for i in range(len(self._entries))])

    def gather(self, indices: Any, name: str | None = None) -> Any:
        """Return some entries as one array."""
        return _arrays.stack([self.read(i) for i in indices])

    def concat(self, name: str | None = None) -> Any:
        """Return all entries as one array, one after the other."""
        return _arrays.concatenate([self.read(i) for i in range(len(self._entries))], 0)

    def unstack(self, value: Any, name: str | None = None) -> "TensorArray":
        """Set all entries to those of an array, and return this."""
        self._entries = [value[i] for i in range(value.shape[0])]
        return self

    def scatter(self, indices: Any, value: Any, name: str | None = None) -> "TensorArray":
        """Set some entries to those of an array, and return this."""
        for place, index in enumerate(indices):
            self.write(index, value[place])
        return self

    def size(self, name: str | None = None) -> Any:
        """Return the number of entries."""
        return _arrays.convert_to_tensor(len(self._entries))


defer_functions(globals(), ["scan"])
