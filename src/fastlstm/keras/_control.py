"""Functions of functions that Keras and TensorFlow have: conditions, loops, and a function of each entry."""

from collections.abc import Callable
from typing import Any

from .._internal.deferred import deferring
from . import _arrays


def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """Return the result of the one or the other function."""
    return true_fn() if pred else false_fn()


def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """Return the variables of a loop when its condition has become false."""
    found, count = loop_vars if is_list(loop_vars) else (loop_vars,), 0
    while count != maximum_iterations and cond(*found):
        result = body(*found)
        found = tuple(result) if is_list(result) else (result,)
        count += 1
    return tuple(found) if is_list(loop_vars) else found[0]


def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """Return the results of a function for the entries of the first axis."""
    return stacked([f(each) for each in (zip(*xs, strict=True) if is_list(xs) else xs)])


def states_of(fn: Callable[..., Any], elems: Any, initializer: Any, *, reverse: bool = False) -> list[Any]:
    """Return what a function of a state and an entry of the first axis gives, entry by entry."""
    entries = [*zip(*elems, strict=True)] if is_list(elems) else [*elems]
    entries = entries[::-1] if reverse else entries
    found = [] if initializer is not None else [entries.pop(0)]
    state = found[0] if found else initializer
    for entry in entries:
        state = fn(state, entry)
        found.append(state)
    return found


@deferring
def foldl(
    fn: Any,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: Any = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Return the last state that a function of a state and an entry of the first axis gives."""
    return [initializer, *states_of(fn, elems, initializer)][-1]


@deferring
def foldr(
    fn: Any,
    elems: Any,
    initializer: Any = None,
    parallel_iterations: Any = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: str | None = None,
) -> Any:
    """Return the last state that a function gives if it begins with the last entry."""
    return [initializer, *states_of(fn, elems, initializer, reverse=True)][-1]


def stacked(results: list[Any]) -> Any:
    """Return results as one array, or as a tuple of arrays where each is several."""
    if results and is_list(results[0]):
        return tuple(stacked([*each]) for each in zip(*results, strict=True))
    return None if not results or results[0] is None else _arrays.stack(results)


def is_list(x: Any) -> bool:
    """Return whether a value is a list or a tuple."""
    return isinstance(x, (tuple, list))
