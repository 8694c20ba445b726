"""Roll-outs: a window slides over the model's predictions."""

from typing import Any, NamedTuple

import numpy as np

from .._internal.arrays import Array, numbers, real_array
from ..datasets import _future_covariates
from ..layers.base import Shape
from .native_model import NativeModel


class Start(NamedTuple):
    """The input of a roll-out."""

    given: Array
    """The history as it was passed; the result has its rank."""
    recent: Array
    """The first windows (N, window, D): predicted features, then the future covariates of the next step."""
    covariates: Array
    """The future covariates that accompany the predictions, (N, steps, K)."""

    def in_its_rank(self, values: Array) -> Array:
        """Return values (N, steps, O), or with more axes, in the rank and dtype of the history."""
        _, steps, width = values.shape[:3]
        shape = {1: (steps,), 2: (steps, width), 3: (len(values), steps, width)}[self.given.ndim]
        dtype = self.given.dtype if self.given.dtype.kind == "f" else values.dtype
        found: Array = values.reshape(*shape, *values.shape[3:]).astype(dtype, copy=False)
        return found


def start(history: Any, steps: int, known: Any, sample_shape: Shape, width: int, dtype: str) -> Start:
    """Return the input of a roll-out of `steps` steps; `width` features are predicted."""
    given = numbers("history", history)
    if len(sample_shape) != 2:
        raise ValueError(f"forecast: expected a model with input (T, D), got {sample_shape}")
    window, features = sample_shape
    assert features is not None
    if width > features:
        raise ValueError(
            f"forecast: the model's output has {width} values, its input {features} features; predictions must fit"
            " into the input to be fed back"
        )
    if given.ndim not in (1, 2, 3) or (given.shape[-1] if given.ndim > 1 else 1) != features:
        alone = "(T,), " if features == 1 else ""
        raise ValueError(f"history: expected shape {alone}(T, {features}) or (N, T, {features}), got {given.shape}")
    steps_given = given.shape[-2] if given.ndim > 1 else given.shape[0]
    if steps_given < (window or 1):
        raise ValueError(f"history: expected at least {window or 1} steps, the model's window, got {steps_given}")
    rows = given if given.ndim == 3 else given.reshape(1, steps_given, features)
    recent = real_array("history", rows[:, steps_given - (window or steps_given) :], dtype)
    future = _future_covariates.of_the_future(known, given, len(rows), steps, features - width, dtype)
    all_known = np.concatenate([recent[..., width:], future, np.zeros_like(recent[:, :1, width:])], axis=1)
    return Start(given, _future_covariates.beside(recent[..., :width], all_known), all_known[:, recent.shape[1] + 1 :])


def values(native: NativeModel, start: Start) -> Array:
    """Return the next values (N, steps, O), in several native calls if needed to let signals through."""
    recent, covariates = start.recent, start.covariates
    window, steps = recent.shape[1], covariates.shape[1]
    each = max(1, native.rows_of_a_call(recent) // max(1, len(recent)))
    parts = [recent[:, :0, : recent.shape[2] - covariates.shape[2]]]
    for first in range(0, steps, each):
        beside = np.ascontiguousarray(covariates[:, first : first + each])
        count = min(each, steps - first)
        parts.append(native.network.forecast(recent, count, beside if covariates.shape[2] else None))
        rows = np.concatenate([recent, np.concatenate([parts[-1], beside], axis=2)], axis=1)
        recent = np.ascontiguousarray(rows[:, -window:])
    return np.concatenate(parts, axis=1)


def quantiles(native: NativeModel, start: Start, columns: int, median: int) -> Array:
    """Return the next quantiles (N, steps, O, columns); the values in column `median` are fed back."""
    recent, covariates = start.recent, start.covariates
    rows, window, features = recent.shape
    steps, width = covariates.shape[1], features - covariates.shape[2]
    series = np.concatenate([recent, np.zeros((rows, steps, features), recent.dtype)], axis=1)
    series[:, window:, width:] = covariates
    found = np.empty((rows, steps, width, columns), recent.dtype)
    each = native.rows_of_a_call(recent)
    for first in range(0, rows, each):
        block = slice(first, first + each)
        for step in range(steps):
            outputs = native.network.predict(np.ascontiguousarray(series[block, step : step + window]))
            found[block, step] = outputs.reshape(len(outputs), width, columns)
            series[block, window + step, :width] = found[block, step, :, median]
    return found
