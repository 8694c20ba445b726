"""TensorFlow's functions of functions, which simply call them."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._internal import tape
from ..._internal.deferred import defer_functions
from .._arrays import cast, tensor

__all__ = [
    "cond",
    "custom_gradient",
    "function",
    "map_fn",
    "numpy_function",
    "py_func",
    "py_function",
    "vectorized_map",
    "while_loop",
]


def function(func: Any = None, **_: Any) -> Any:
    """Return a function as it is: there are no graphs to compile."""
    return func if func is not None else lambda decorated: decorated


def cond(pred: Any, true_fn: Any = None, false_fn: Any = None, name: str | None = None) -> Any:
    """Return the result of the one or the other function."""
    return true_fn() if pred else false_fn()


def while_loop(cond: Any, body: Any, loop_vars: Any, *_: Any, **__: Any) -> Any:
    """Return the variables of a loop when its condition has become false."""
    found = tuple(loop_vars)
    while cond(*found):
        result = body(*found)
        found = tuple(result) if isinstance(result, (tuple, list)) else (result,)
    return found


def map_fn(fn: Any, elems: Any, *_: Any, **__: Any) -> Any:
    """Return the results of a function for the entries of the first axis, as one array, or a tuple of them."""
    several = isinstance(elems, (tuple, list))
    results = [fn(each) for each in (zip(*elems, strict=True) if several else elems)]
    if isinstance(results[0], (tuple, list)):
        return tuple(tensor(np.stack(each)) for each in zip(*results, strict=True))
    return tensor(np.stack(results))


vectorized_map = map_fn


def py_function(func: Any = None, inp: Any = (), Tout: Any = None, name: str | None = None) -> Any:
    """Return the result of a function of Python, through which no gradient is carried back."""
    found = func(*(tensor(np.asarray(tape.plain(each))) for each in inp))
    return cast(found, Tout) if Tout is not None and not isinstance(Tout, (list, tuple)) else found


numpy_function = py_func = py_function


def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function with a gradient of its own: `f` returns a value, and the function that gives the gradients."""

    @functools.wraps(f)
    def call(*args: Any) -> Any:
        y, gradients = f(*(tensor(tape.plain(each)) for each in args))

        def pull_to(place: int) -> Callable[[Any], Any]:
            def pull(d: Any) -> Any:
                found = gradients(tensor(d))
                return np.asarray(found[place] if isinstance(found, (tuple, list)) else found)

            return pull

        return tape.record(np.asarray(y), *((each, pull_to(place)) for place, each in enumerate(args)))

    return call


defer_functions(
    globals(), ["cond", "map_fn", "numpy_function", "py_func", "py_function", "vectorized_map", "while_loop"]
)
