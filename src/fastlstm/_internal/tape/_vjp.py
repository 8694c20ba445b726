"""Values and gradients of functions of arrays."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from ..arrays import Array
from ._backward import carry_back
from ._traced import Recording, Traced, current, is_traced, only_once, plain, record

Function = TypeVar("Function", bound=Callable[..., Any])


def vjp(function: Callable[..., Any], *arrays: Array) -> tuple[Any, Callable[[Any], tuple[Array | None, ...]]]:
    """Return what a function gives for arrays, and the product of any vector with its Jacobian.

    Parameters
    ----------
    function : callable
        Takes the arrays, and returns one array, or a tuple or list of them.
    *arrays : ndarray
        Its arguments, of floats.

    Returns
    -------
    values : ndarray, tuple or list
        The plain result.
    pullback : callable
        Takes the gradient with respect to the result, of its structure (None for an array of it stands for zeros), and
        returns those with respect to the arrays; None for an array on which the result does not depend.

    Examples
    --------
    >>> import numpy as np
    >>> y, pullback = vjp(lambda a, b: np.sum(a * b), np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    >>> float(y), pullback(1.0)
    (11.0, (array([3., 4.]), array([1., 2.])))
    """
    recording = Recording()
    sources = [Traced(array, (), recording) for array in arrays]
    try:
        result = function(*sources)
    finally:
        recording.end()
    several = isinstance(result, (tuple, list))
    results = list(result) if several else [result]

    def pullback(d: Any) -> tuple[Array | None, ...]:
        pairs = zip(results, d if several else [d], strict=True)
        known = [(one, np.asarray(each)) for one, each in pairs if isinstance(one, Traced) and each is not None]
        return tuple(carry_back(known, sources))

    return (type(result)(map(plain, results)) if several else plain(result)), pullback


def with_backward(
    backward: Callable[[Array, Array, Array], Array], *, traceable: bool = True
) -> Callable[[Function], Function]:
    """Return the decorator of a function of one array, which then takes a traced one as well.

    Parameters
    ----------
    backward : callable
        ``backward(d_y, x, y)`` returns the gradient with respect to x, given that with respect to y = f(x). It is for
        the defaults of the other arguments: where others are given, the function itself is traced.
    traceable : bool
        Whether `backward` consists of functions with derivatives, so that there are gradients of gradients.

    Returns
    -------
    callable
    """

    def decorate(function: Function) -> Function:
        @functools.wraps(function)
        def call(x: Any, *args: Any, **options: Any) -> Any:
            if getattr(type(x), "_defers", None) is not None and x._defers:
                return x._defer(call, (x, *args), options)
            x = current(x)
            if type(x) is not Traced or args or options:
                return function(x, *args, **options)
            value = x.value
            y = function(value)

            def pull(d: Any) -> Any:
                given: Any = (d, x, call(x)) if traceable and is_traced(d) else (plain(d), value, y)
                return backward(*given)

            name = getattr(function, "__name__", "a function").lstrip("_")
            return record(y, (x, pull if traceable else only_once(pull, name)))

        return cast(Function, call)

    return decorate
