"""TensorFlow's functions of functions, which simply call them."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._internal import tape
from ..._internal.deferred import defer_functions
from .. import _control
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
    return _control.cond(pred, true_fn, false_fn)


def while_loop(
    cond: Any,
    body: Any,
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: Any = 10,
    back_prop: Any = True,
    swap_memory: Any = False,
    maximum_iterations: Any = None,
    name: str | None = None,
) -> Any:
    """Return the variables of a loop when its condition has become false."""
    return _control.while_loop(cond, body, tuple(loop_vars), maximum_iterations)


def map_fn(fn: Any, elems: Any, *_: Any, **__: Any) -> Any:
    """Return the results of a function for the entries of the first axis, as one array, or a tuple of them."""
    return _control.map(fn, elems)


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
        sources = [tape.current(each) for each in args]
        y, gradients = f(*(tensor(tape.plain(each)) for each in sources))

        def pull_to(place: int) -> Callable[[Any], Any]:
            def pull(d: Any) -> Any:
                found = gradients(tensor(d))
                return np.asarray(tape.plain(found[place] if isinstance(found, (tuple, list)) else found))

            return tape.only_once(pull, f"the custom gradient of {getattr(f, '__name__', 'a function')}")

        return tape.record(np.asarray(y), *((each, pull_to(place)) for place, each in enumerate(sources)))

    return call


defer_functions(
    globals(), ["cond", "map_fn", "numpy_function", "py_func", "py_function", "vectorized_map", "while_loop"]
)
