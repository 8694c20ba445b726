"""Running a network over many rows: in blocks, for memory, signals and progress, or in batches."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._internal.arrays import Array
from .._internal.native import Network

if TYPE_CHECKING:
    from ..callbacks import CallbackList

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
