"""Checks of plain arguments. Each error names the argument, the expected value and the given one."""

import math
import operator
from typing import Any

import numpy as np

from . import keras_scripts

LARGEST = 2**31 - 1
_LARGEST_SIZE = 2**24  # of a layer, in the core


def integer(name: str, value: Any, minimum: int, maximum: int = LARGEST) -> int:
    """Return `value` as an int from `minimum` to `maximum`; a bool, a float or a string is a TypeError."""
    try:
        if isinstance(value, bool):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected an integer, got {value!r}") from None
    if number < minimum:
        raise ValueError(f"{name}: expected an integer of at least {minimum}, got {number}")
    if number > maximum:
        raise ValueError(f"{name}: expected an integer of at most {maximum}, got {number}")
    return number


def size(name: str, value: Any) -> int:
    """Return `value` as a number of units, features or steps of a layer."""
    return integer(name, value, 1, _LARGEST_SIZE)


def seed(value: Any) -> int:
    """Return `value` as a seed of any size."""
    return integer("seed", value, 0, 2**128 - 1)


def number(name: str, value: Any, low: float = -math.inf, high: float = math.inf, *, below_high: bool = False) -> float:
    """Return `value` as a finite float within [low, high], or [low, high) with `below_high`."""
    if isinstance(value, (bool, str, bytes, complex)):
        raise TypeError(f"{name}: expected a real number, got {value!r}")
    try:
        result = float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: expected a real number, got {type(value).__name__}") from None
    if not math.isfinite(result) or not low <= result <= high or (below_high and result == high):
        bracket = ")" if below_high else "]"
        raise ValueError(f"{name}: expected a finite number in [{low:g}, {high:g}{bracket}, got {value!r}")
    return result


def positive(name: str, value: Any) -> float:
    """Return `value` as a finite float above 0."""
    result = number(name, value, 0.0)
    if result == 0:
        raise ValueError(f"{name}: expected a number above 0, got {value!r}")
    return result


def flag(name: str, value: Any) -> bool:
    """Return `value`, which must be True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: expected True or False, got {value!r}")
    return bool(value)


def truth(name: str, value: Any) -> bool:
    """Return a flag that Keras takes as 0 or 1 as well."""
    return bool(value) if isinstance(value, (int, np.integer)) and value in (0, 1) else flag(name, value)


def verbosity(value: Any) -> int:
    """Return 0 (silent), 1 (a bar) or 2 (one line per epoch); 'auto' means 1, and in scripts any larger number 2."""
    if isinstance(value, str) and value == "auto":
        return 1
    if isinstance(value, (int, np.integer)) and (value in (0, 1, 2) or (value > 2 and keras_scripts.is_running())):
        return min(int(value), 2)
    raise ValueError(f"verbose: expected 'auto', 0, 1 or 2, got {value!r}")


def refuse(owner: str, **arguments: Any) -> None:
    """Raise ValueError for the first argument that is set; Keras supports these, this package does not."""
    for name, value in arguments.items():
        if value is not None and value is not False:
            raise ValueError(f"{name}: {owner} does not support it (leave it out), got {value!r}")
