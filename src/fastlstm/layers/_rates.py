"""Rates of dropout, which are limited to 0 and 1 in scripts that give others."""

import warnings
from typing import Any

from .._internal import keras_scripts
from .._internal.checks import number


def dropout_rate(name: str, value: Any, *, below_1: bool = False) -> float:
    """Return a rate in [0, 1], or [0, 1) with `below_1`.

    Keras 1 and 2 take any number: in scripts for Keras, others become 0 or 1, with a warning.
    """
    if not keras_scripts.is_running():
        return number(name, value, 0.0, 1.0, below_high=below_1)
    given = number(name, value)
    rate = min(1.0, max(0.0, given))
    if rate != given:
        warnings.warn(
            f"{name}: expected a number in [0, 1], got {value!r}; {rate:g} is used, as in Keras", stacklevel=4
        )
    return rate
