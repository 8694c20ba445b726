"""The base class of data sets that users write."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from .._internal import checks
from .._internal.not_available import has_attributes_of_keras


@has_attributes_of_keras
class PyDataset:
    """Base class for your own data set: batches by number, in place of arrays in `fit`, `evaluate` and `predict`.

    A subclass defines ``__getitem__(index)``, which returns the batch (x, y), (x, y, sample_weight) or x, and
    ``__len__()``, the number of batches. `fit` calls `on_epoch_begin` and `on_epoch_end`. It is
    `keras.utils.Sequence` as well, as it was called before Keras 3. A subclass is not required: `fit` takes every
    object with these two methods.

    Parameters
    ----------
    workers, use_multiprocessing, max_queue_size
        Accepted as in Keras, without effect: batches are made one at a time in the thread that trains.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or is out of range.

    References
    ----------
    Keras 3, `keras.utils.PyDataset`; Keras 2, `keras.utils.Sequence`.

    Examples
    --------
    >>> import numpy as np
    >>> class Halves(PyDataset):
    ...     def __init__(self, x, y, **kwargs):
    ...         super().__init__(**kwargs)
    ...         self.x, self.y = np.array_split(x, 2), np.array_split(y, 2)
    ...
    ...     def __len__(self):
    ...         return 2
    ...
    ...     def __getitem__(self, index):
    ...         return self.x[index], self.y[index]
    >>> halves = Halves(np.zeros((7, 5, 1)), np.zeros(7), workers=4)
    >>> [x.shape for x, y in halves]
    [(4, 5, 1), (3, 5, 1)]
    """

    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers = checks.integer("workers", workers, 0)
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = checks.integer("max_queue_size", max_queue_size, 0)

    def __getitem__(self, index: int) -> Any:
        """Return batch `index`; a subclass defines this."""
        raise NotImplementedError(f"{type(self).__name__}: expected a method __getitem__(index) that returns a batch")

    def __iter__(self) -> Iterator[Any]:
        """Yield all batches in their order."""
        count = self.num_batches
        for i in itertools.count() if count is None else range(count):
            yield self[i]

    @property
    def num_batches(self) -> int | None:
        """The number of batches; a subclass may return None for an endless data set."""
        if not hasattr(self, "__len__"):
            raise NotImplementedError(f"{type(self).__name__}: expected a method __len__(), the number of batches")
        return len(self)

    def on_epoch_begin(self) -> None:
        """Prepare for an epoch; a subclass may define this, the default does nothing."""

    def on_epoch_end(self) -> None:
        """End an epoch, such as by shuffling; a subclass may define this, the default does nothing."""
