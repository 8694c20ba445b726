"""Roll-outs: windows slide over a network's own predictions."""

from typing import Any, NamedTuple

import numpy as np

from .._internal.arrays import Array, numbers, real_array
from .._internal.native import Network
from ..datasets import _future_covariates
from ..layers.base import Shape
from .predict import rows_of_a_call


class Start(NamedTuple):
    """What a roll-out starts from."""

    given: Array
    """The history as it came, in whose rank the result is."""
    recent: Array
    """The first windows (N, window, D): predicted features, and beside them what is known of the next step."""
    later: Array
    """What stands beside the predictions, (N, steps, K)."""

    def in_its_rank(self, values: Array) -> Array:
        """Return values (N, steps, O), or with more axes, in the rank and dtype of the history."""
        _, steps, width = values.shape[:3]
        shape = {1: (steps,), 2: (steps, width), 3: (len(values), steps, width)}[self.given.ndim]
        dtype = self.given.dtype if self.given.dtype.kind == "f" else values.dtype
        found: Array = values.reshape(*shape, *values.shape[3:]).astype(dtype, copy=False)
        return found


def start(history: Any, steps: int, known: Any, sample_shape: Shape, width: int, dtype: str) -> Start:
    """Return what a roll-out of so many steps starts from. `width` is how many features are predicted."""
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
    later = _future_covariates.of_the_future(known, given, len(rows), steps, features - width, dtype)
    all_known = np.concatenate([recent[..., width:], later, np.zeros_like(recent[:, :1, width:])], axis=1)
    return Start(given, _future_covariates.beside(recent[..., :width], all_known), all_known[:, recent.shape[1] + 1 :])


def values(network: Network, start: Start, widest: int) -> Array:
    """Return the next values (N, steps, O), in as many native calls as it takes to let signals through."""
    _, recent, later = start
    window, steps = recent.shape[1], later.shape[1]
    each = max(1, rows_of_a_call(recent, widest) // max(1, len(recent)))
    parts = [recent[:, :0, : recent.shape[2] - later.shape[2]]]
    for first in range(0, steps, each):
        beside = np.ascontiguousarray(later[:, first : first + each])
        count = min(each, steps - first)
        parts.append(network.forecast(recent, count, beside if later.shape[2] else None))
        rows = np.concatenate([recent, np.concatenate([parts[-1], beside], axis=2)], axis=1)
        recent = np.ascontiguousarray(rows[:, -window:])
    return np.concatenate(parts, axis=1)


def quantiles(network: Network, start: Start, columns: int, median: int, widest: int) -> Array:
    """Return the next quantiles (N, steps, O, columns), those of number `median` being fed back."""
    _, recent, later = start
    rows, window, features = recent.shape
    steps, width = later.shape[1], features - later.shape[2]
    series = np.concatenate([recent, np.zeros((rows, steps, features), recent.dtype)], axis=1)
    series[:, window:, width:] = later
    found = np.empty((rows, steps, width, columns), recent.dtype)
    each = rows_of_a_call(recent, widest)
    for first in range(0, rows, each):
        block = slice(first, first + each)
        for step in range(steps):
            outputs = network.predict(np.ascontiguousarray(series[block, step : step + window]))
            found[block, step] = outputs.reshape(len(outputs), width, columns)
            series[block, window + step, :width] = found[block, step, :, median]
    return found
