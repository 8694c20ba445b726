"""Whole numbers: what is refused elsewhere and truncated in scripts for Keras, as Keras does."""

import warnings
from typing import Any

import numpy as np

from . import keras_scripts
from .arrays import Array


def truncated_in_scripts(name: str, array: Any) -> Array:
    """Return an array with its fractions cut off, with a warning, if a script for Keras is running; else unchanged.

    Parameters
    ----------
    name : str
        What the warning is about.
    array : ndarray
        Floats; arrays of other dtypes are returned unchanged.
    """
    given = np.asarray(array)
    if given.dtype.kind != "f" or not keras_scripts.is_running():
        return given
    found: Array = np.trunc(given)
    different = (found != given) & np.isfinite(given)
    if different.any():
        warnings.warn(
            f"{name}: expected whole numbers, got {given[different].flat[0]!s}; fractions are cut off, as in Keras",
            UserWarning,
            stacklevel=4,
        )
    return found
