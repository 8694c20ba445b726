"""A series as batches of windows, which are cut on demand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from .._internal import checks, rng
from .._internal.arrays import numbers

_FORMATS = ("tf", "grain")


class TimeseriesDataset:
    """Batches of windows of a series: ``len(ds)`` of them, ``ds[i]`` the i-th; it can be iterated over repeatedly.

    `timeseries_dataset_from_array` creates one from a series. `fit`, `evaluate` and `predict` take it in place of
    arrays. Each batch is copied on demand.

    Parameters
    ----------
    windows : ndarray (n, sequence_length, ...)
        All windows, usually a view of the series.
    targets : ndarray (n, ...), or None
        The target of each window; None for batches without targets.
    batch_size : int, optional
        Number of windows in a batch; the last batch may have fewer. None for single windows without a batch axis.
    shuffle : numpy.random.RandomState, optional
        Random numbers for the order of the windows, which changes after each iteration; None to keep the order.

    Examples
    --------
    >>> ds = timeseries_dataset_from_array([0, 1, 2, 3, 4], None, sequence_length=3, batch_size=2)
    >>> len(ds), ds[1].tolist()
    (2, [[2, 3, 4]])
    """

    def __init__(
        self,
        windows: NDArray[Any],
        targets: NDArray[Any] | None,
        batch_size: int | None,
        shuffle: np.random.RandomState | None,
    ) -> None:
        self._windows, self._targets, self._batch_size, self._shuffle = windows, targets, batch_size, shuffle
        self._order: NDArray[np.intp] = np.arange(len(windows))
        self.on_epoch_end()

    @property
    def batch_size(self) -> int | None:
        """Number of windows in every batch but the last, which may have fewer; None if there is no batch axis."""
        return self._batch_size

    def __len__(self) -> int:
        """Return the number of batches."""
        return math.ceil(len(self._order) / (self._batch_size or 1))

    def __getitem__(self, index: int) -> Any:
        """Return batch `index`, counted from the end if negative: (x, y), or x if there are no targets."""
        i = checks.integer("index", index, -len(self)) if len(self) else 0
        if i >= len(self):
            raise IndexError(f"index: expected one of {len(self)} batches, got {i}")
        i %= len(self)
        if self._batch_size is None:
            chosen: Any = self._order[i]
        else:
            chosen = self._order[i * self._batch_size : (i + 1) * self._batch_size]
        x = self._windows[chosen].copy() if self._batch_size is None else self._windows[chosen]
        return x if self._targets is None else (x, self._targets[chosen])

    def __iter__(self) -> Iterator[Any]:
        """Yield all batches; a shuffled data set has a new order the next time."""
        for i in range(len(self)):
            yield self[i]
        self.on_epoch_end()

    def on_epoch_end(self) -> None:
        """Shuffle again if the data set is shuffled; `fit` calls this after each epoch."""
        if self._shuffle is not None:
            self._shuffle.shuffle(self._order)

    def __repr__(self) -> str:
        """Return the number of windows and batches."""
        return f"<TimeseriesDataset windows={len(self._windows)} batches={len(self)}>"


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
    format: str = "tf",
) -> TimeseriesDataset:
    """Cut a series into batches of windows, as Keras's function of this name does.

    Window k consists of the steps ``start_index + k * sequence_stride + i * sampling_rate`` for i from 0 to
    ``sequence_length - 1``; its target is ``targets[start_index + k * sequence_stride]``. To predict the step after a
    window, pass ``data[:-sequence_length]`` and ``data[sequence_length:]``.

    Parameters
    ----------
    data : array_like (steps,) or (steps, ...)
        The series, of real integers or floats. A NumPy array is not copied.
    targets : array_like (...), or None
        The target of the window that starts at each step. No window starts beyond its end. None for x alone.
    sequence_length : int
        Number of steps in a window.
    sequence_stride : int
        Number of steps from the start of one window to that of the next.
    sampling_rate : int
        Number of steps from one entry of a window to the next.
    batch_size : int, optional
        Number of windows in a batch; the last batch may have fewer. None for single windows without a batch axis.
    shuffle : bool
        Whether the windows are in a random order, which changes after each iteration over all batches.
    seed : int, optional
        Seed of that order. Default: a random one from the generator that `fastlstm.utils.set_random_seed` seeds.
    start_index, end_index : int, optional
        Only the steps from `start_index` up to, but not including, `end_index` are used. `end_index` is less than the
        length of `data`.
    format : {'tf', 'grain'}
        Accepted for compatibility with Keras, without effect.

    Returns
    -------
    TimeseriesDataset
        Batches (x, y), with x (batch_size, sequence_length, ...) in the dtype of `data` and y (batch_size, ...) in that
        of `targets`; without targets, x alone.

    Raises
    ------
    TypeError
        If the data does not hold real numbers, or an argument is not an integer.
    ValueError
        If an argument is out of range.

    References
    ----------
    Keras 3, `keras.utils.timeseries_dataset_from_array`.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.arange(10)
    >>> ds = timeseries_dataset_from_array(series[:-3], series[3:], sequence_length=3, batch_size=4)
    >>> x, y = ds[0]
    >>> x.tolist(), y.tolist()
    ([[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]], [3, 4, 5, 6])
    """
    series = numbers("data", data)
    if series.ndim == 0:
        raise ValueError("data: expected shape (steps,) or (steps, ...), got a number")
    steps = len(series)
    if format not in _FORMATS:
        raise ValueError(f"format: expected 'tf' or 'grain', got {format!r}")
    length = checks.integer("sequence_length", sequence_length, 1)
    stride = checks.integer("sequence_stride", sequence_stride, 1, max(1, steps - 1))
    rate = checks.integer("sampling_rate", sampling_rate, 1, max(1, steps - 1))
    batch = None if batch_size is None else checks.integer("batch_size", batch_size, 1)
    start = 0 if start_index is None else checks.integer("start_index", start_index, 0, max(0, steps - 1))
    end = steps if end_index is None else checks.integer("end_index", end_index, start + 1, max(start + 1, steps - 1))
    wanted = None if targets is None else numbers("targets", targets)
    if wanted is not None and wanted.ndim == 0:
        raise ValueError("targets: expected one for each step, got a number")
    span = (length - 1) * rate + 1
    count = min(end, steps) - start - span + 1
    if wanted is not None:
        count = min(count, len(wanted) - start)
    if count > 0:
        windows = np.moveaxis(sliding_window_view(series, span, axis=0), -1, 1)
        windows = windows[start : start + count : stride, ::rate]
    else:
        windows = np.empty((0, length, *series.shape[1:]), series.dtype)
    if wanted is not None:
        wanted = wanted[start : start + max(0, count) : stride]
    order = None
    if checks.flag("shuffle", shuffle):
        drawn = rng.generator().integers(2**32) if seed is None else checks.integer("seed", seed, 0, 2**32 - 1)
        order = np.random.RandomState(int(drawn))
    return TimeseriesDataset(windows, wanted, batch, order)
