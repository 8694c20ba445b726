"""Running a network over many rows: in blocks, for memory, signals and progress, or in batches."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engine, _known
from ._engine import Array, Network
from .layers.base import Shape

if TYPE_CHECKING:
    from .callbacks import CallbackList

_BLOCK = 2**22  # elements of the input and of the widest layer that one native call works on
_OPERATIONS = 2**33  # of a native call, so that it returns to signals and progress well within a fifth of a second


def rows_of_a_call(x: Array, width: int) -> int:
    """Return how many rows one native call takes. `width` is that of the widest layer."""
    steps, features = math.prod(x.shape[1:-1]), int(x.shape[-1])
    elements = steps * max(width, features)
    operations = 8 * steps * width * (width + features)  # of an LSTM of this width
    return max(1, min(_BLOCK // max(1, elements), _OPERATIONS // max(1, operations)))


def predict(network: Network, x: Array, rows: int, bar: Any, callbacks: "CallbackList | None" = None) -> Array:
    """Return the outputs of all rows, so many in one native call."""
    parts = []
    with bar:
        for batch, start in enumerate(range(0, max(1, len(x)), rows)):
            if callbacks is not None:
                callbacks.on_predict_batch_begin(batch)
            parts.append(network.predict(x[start : start + rows]))
            bar.update(len(parts[-1]))
            if callbacks is not None:
                callbacks.on_predict_batch_end(batch, {"outputs": parts[-1]})
                if callbacks.model.stop_predicting:
                    break
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _rolled_out(network: Network, recent: Array, later: Array, steps: int, widest: int) -> Array:
    """Return the next values (N, steps, O), in as many native calls as it takes to let signals through.

    `later` (N, steps, K) is what stands beside them when they are inputs.
    """
    window = recent.shape[1]
    each = max(1, rows_of_a_call(recent, widest) // max(1, len(recent)))
    parts = [recent[:, :0, : recent.shape[2] - later.shape[2]]]
    for start in range(0, steps, each):
        beside = np.ascontiguousarray(later[:, start : start + each])
        count = min(each, steps - start)
        parts.append(network.forecast(recent, count, beside if later.shape[2] else None))
        rows = np.concatenate([recent, np.concatenate([parts[-1], beside], axis=2)], axis=1)
        recent = np.ascontiguousarray(rows[:, -window:])
    return np.concatenate(parts, axis=1)


def forecast(
    network: Network,
    history: Any,
    steps: int,
    known: Any,
    sample_shape: Shape,
    width: int,
    widest: int,
    dtype: str,
) -> Array:
    """Return the values after `history`, in its rank and dtype. See `Sequential.forecast`."""
    given = _engine.numbers("history", history)
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
    recent = _engine.real_array("history", rows[:, steps_given - (window or steps_given) :], dtype)
    later = _known.of_the_future(known, given, len(rows), steps, features - width, dtype)
    all_known = np.concatenate([recent[..., width:], later, np.zeros_like(recent[:, :1, width:])], axis=1)
    recent = _known.beside(recent[..., :width], all_known)
    values = _rolled_out(network, recent, all_known[:, recent.shape[1] + 1 :], steps, widest)
    shape = {1: (steps,), 2: (steps, width), 3: (len(rows), steps, width)}[given.ndim]
    return values.reshape(shape).astype(given.dtype if given.dtype.kind == "f" else dtype, copy=False)
