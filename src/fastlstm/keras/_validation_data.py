"""The attribute `validation_data` of callbacks, which Keras had up to version 2.2."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..training.array_data import training_rows
from ..training.batch_data import gives_batches


def show_validation_data(args: Sequence[Any], options: Mapping[str, Any]) -> None:
    """Give callbacks the arrays of the validation: a list of the inputs, the targets, and weights of one.

    Parameters
    ----------
    args, options : sequence, mapping
        The arguments of `fit`.
    """
    callbacks = options.get("callbacks")
    callbacks = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]
    callbacks = [one for one in callbacks if one is not None]
    found = _held_out(args, options) if callbacks else None
    for callback in callbacks if found is not None else ():
        if getattr(callback, "validation_data", None) is None:
            callback.validation_data = found


def x_and_y(args: Sequence[Any], options: Mapping[str, Any]) -> tuple[Any, Any]:
    """Return x and y of the arguments of `fit` and the like, None for what is not given."""
    x, y = (args[k] if k < len(args) else options.get(name) for k, name in enumerate(("x", "y")))
    return x, y


def _held_out(args: Sequence[Any], options: Mapping[str, Any]) -> list[Any] | None:
    """Return the arrays, None without validation or for batches."""
    data = options.get("validation_data")
    if data is None and options.get("validation_split"):
        x, y = x_and_y(args, options)
        if y is None or gives_batches(x):
            return None
        start = training_rows(len(arrays_of(y)[0]), options["validation_split"])
        return _listed(*([np.asarray(one)[start:] for one in arrays_of(value)] for value in (x, y)))
    if not isinstance(data, (list, tuple)) or len(data) < 2:
        return None
    return _listed(arrays_of(data[0]), arrays_of(data[1]))


def _listed(x: Sequence[Any], y: Sequence[Any]) -> list[Any]:
    """Return inputs, targets, and weights of one."""
    return [*x, *y, *(np.ones(len(one), np.float32) for one in y)]


def arrays_of(value: Any) -> list[Any]:
    """Return the arrays of one input or several."""
    several = (
        isinstance(value, (list, tuple)) and len(value) > 0 and hasattr(value[0], "shape") and np.ndim(value[0]) > 1
    )
    return list(value) if several else [value]
