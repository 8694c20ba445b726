"""TimeseriesGenerator: batches of windows of a series, each with the value that follows it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._internal import checks, rng
from ..datasets import PyDataset


class TimeseriesGenerator(PyDataset):
    """Batches (x, y) of windows of a series and their targets, cut as Keras 2 does; `fit` takes it in place of arrays.

    The window that belongs to step k has the steps ``k - length, k - length + sampling_rate, ...`` before k, and its
    target is ``targets[k]``. If `data` and `targets` are the same series, the target is thus the step after the window.

    Parameters
    ----------
    data : array_like (steps, ...)
        The series.
    targets : array_like (steps, ...)
        The targets, as many as there are steps.
    length : int
        Number of steps that a window spans; it has every `sampling_rate`-th of them.
    sampling_rate : int
        Number of steps from one entry of a window to the next.
    stride : int
        Number of steps from one window to the next.
    start_index, end_index : int, optional
        The first and the last step that are used. Default: all.
    shuffle : bool
        Whether each batch has windows drawn at random, with replacement.
    reverse : bool
        Whether the windows run backwards in time.
    batch_size : int
        Number of windows in a batch; the last batch may have fewer.

    Raises
    ------
    ValueError
        If `data` and `targets` differ in length, or there are too few steps for one window.
    TypeError
        If an argument has the wrong type.

    References
    ----------
    Keras 2, `keras.preprocessing.sequence.TimeseriesGenerator`.

    Examples
    --------
    >>> import numpy as np
    >>> series = np.arange(10)
    >>> generator = TimeseriesGenerator(series, series, length=3, batch_size=4)
    >>> x, y = generator[0]
    >>> len(generator), x.tolist(), y.tolist()
    (2, [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]], [3, 4, 5, 6])
    """

    def __init__(
        self,
        data: Any,
        targets: Any,
        length: int,
        sampling_rate: int = 1,
        stride: int = 1,
        start_index: int = 0,
        end_index: int | None = None,
        shuffle: bool = False,
        reverse: bool = False,
        batch_size: int = 128,
    ) -> None:
        super().__init__()
        self.data, self.targets = np.asarray(data), np.asarray(targets)
        if len(data) != len(targets):
            raise ValueError(f"targets: expected one for each of the {len(data)} steps of data, got {len(targets)}")
        self.length = checks.integer("length", length, 0)
        self.sampling_rate = checks.integer("sampling_rate", sampling_rate, 1)
        self.stride = checks.integer("stride", stride, 1)
        self.start_index = checks.integer("start_index", start_index, 0) + self.length
        last = len(data) - 1
        self.end_index = last if end_index is None else checks.integer("end_index", end_index, 0, max(0, last))
        self.shuffle = shuffle
        self.reverse = reverse
        self.batch_size = checks.integer("batch_size", batch_size, 1)
        if self.start_index > self.end_index:
            raise ValueError(
                f"length: expected at most {max(0, self.end_index - start_index)}, so that a window and its target fit"
                f" between steps {start_index} and {self.end_index}, got {length}"
            )

    def __len__(self) -> int:
        """Return the number of batches."""
        span = self.batch_size * self.stride
        return (self.end_index - self.start_index + span) // span

    def __getitem__(self, index: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return batch `index`, counted from the end if negative."""
        batches = len(self)
        i = checks.integer("index", index, -batches)
        if i >= batches:
            raise IndexError(f"index: expected one of {batches} batches, got {i}")
        end = self.end_index + 1
        if self.shuffle:
            rows = rng.generator().integers(self.start_index, end, self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * (i % batches)
            rows = np.arange(first, min(first + self.batch_size * self.stride, end), self.stride)
        steps = np.arange(-self.length, 0, self.sampling_rate)
        windows = self.data[rows[:, None] + steps]
        return (windows[:, ::-1] if self.reverse else windows), self.targets[rows]
