"""Prediction of many rows, in blocks that bound memory and let signals and progress through, or in batches."""

from typing import Any

import numpy as np

from .._internal.arrays import Array, mask_for
from .._internal.progress import rows_bar
from .._internal.row_arrays import Rows, concatenated, elements, for_core
from ..callbacks import CallbackList
from .batch_data import BatchSource
from .native_model import NativeModel

_SMALL = 4096  # elements of an input that is predicted too quickly to show progress


def predict(native: NativeModel, x: Rows, batch_size: int, verbose: int | str) -> Rows:
    """Return the outputs of all rows: in batches for a stateful model, in blocks of any size for others."""
    if native.stateful:
        if len(x) == 0:
            return native.run(x, None, None)
        rows = native.rows_of_a_batch("x", len(x), min(batch_size, len(x)))
    elif elements(x) <= _SMALL:
        return native.predict(x)
    else:
        rows = native.rows_of_a_call(x)
    return _predict_in_calls(native, x, rows, verbose)


def predict_with_masks(native: NativeModel, x: Rows, mask: Any) -> tuple[Rows, list[Array | None]]:
    """Return the outputs of all rows, from states of zeros, and their masks, in blocks of rows."""
    given = None if mask is None else mask_for(for_core(x), mask)
    rows = native.rows_of_a_call(x)
    blocks = [
        native.predict_with_masks(x[start : start + rows], None if given is None else given[start : start + rows])
        for start in range(0, max(1, len(x)), rows)
    ]
    masks = [
        None if any(one is None for one in of_output) else np.concatenate(of_output)
        for of_output in zip(*(masks for _, masks in blocks), strict=True)
    ]
    return concatenated([outputs for outputs, _ in blocks]), masks


def predict_with_callbacks(
    native: NativeModel, x: Rows, batch_size: int, verbose: int | str, hooks: CallbackList
) -> Rows:
    """Return the outputs of all rows; each batch is a separate native call between hooks."""
    hooks.on_predict_begin()
    if native.stateful and len(x):
        batch_size = native.rows_of_a_batch("x", len(x), min(batch_size, len(x)))
    outputs = _predict_in_calls(native, x, batch_size, verbose, hooks)
    hooks.on_predict_end()
    return outputs


def predict_batches(source: BatchSource[tuple[NativeModel, Rows]], hooks: CallbackList) -> Rows:
    """Return the outputs of all batches of a source, whose inputs come with the native model."""
    outputs = []
    hooks.on_predict_begin()
    for batch, (native, array) in enumerate(source.epoch()):
        hooks.on_predict_batch_begin(batch)
        outputs.append(predict(native, array, max(1, len(array)), 0))
        hooks.on_predict_batch_end(batch, {"outputs": for_core(outputs[-1])})
        if hooks.model.stop_predicting:
            break
    hooks.on_predict_end()
    return concatenated(outputs)


def _predict_in_calls(
    native: NativeModel, x: Rows, rows: int, verbose: int | str, callbacks: CallbackList | None = None
) -> Rows:
    """Return the outputs of all rows, `rows` per native call, with hooks around each if there are callbacks."""
    bar: Any = rows_bar(len(x), verbose)
    outputs = []
    with bar:
        for batch, start in enumerate(range(0, max(1, len(x)), rows)):
            if callbacks is not None:
                callbacks.on_predict_batch_begin(batch)
            outputs.append(native.predict(x[start : start + rows]))
            bar.update(len(outputs[-1]))
            if callbacks is not None:
                callbacks.on_predict_batch_end(batch, {"outputs": for_core(outputs[-1])})
                if callbacks.model.stop_predicting:
                    break
    return concatenated(outputs)
