"""Future covariates: inputs that are known in advance, such as a calendar, planned prices or a weather forecast.

A model must see the covariates of a step before it predicts that step. They are therefore moved one row up: row t holds
the values of step t and the covariates of step t + 1.
"""

from typing import Any

import numpy as np

from .._internal.arrays import Array, real_array


def beside(values: Array, known: Array) -> Array:
    """Append to each row of values (..., T, O) the covariates (..., at least T + 1, K) of the next step."""
    steps = values.shape[-2]
    return np.concatenate([values, known[..., 1 : steps + 1, :]], axis=-1)


def of_the_future(known: Any, history: Array, rows: int, steps: int, columns: int, dtype: str) -> Array:
    """Return the argument `known` of a forecast as (rows, steps, columns); raise ValueError if it does not fit."""
    if columns == 0:
        if known is not None:
            raise ValueError("known: expected None, since the model predicts every feature of its input")
        return np.zeros((rows, steps, 0), dtype)
    leading = (rows,) if history.ndim == 3 else ()
    wanted = (*leading, steps, columns)
    if known is None:
        raise ValueError(
            f"known: expected shape {wanted}, the coming values of the last {columns} of the model's"
            f" {history.shape[-1]} features, which it does not predict; got None"
        )
    given = real_array("known", known, dtype)
    if given.shape != wanted and not (columns == 1 and given.shape == wanted[:-1]):
        raise ValueError(f"known: expected shape {wanted}, got {given.shape}")
    return given.reshape(rows, steps, columns)
