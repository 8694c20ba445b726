"""Data in batches, from a generator or a data set."""

import itertools
import warnings
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from .._internal import checks, rng
from ..datasets import TimeseriesDataset
from .array_data import ArraySource, BatchGroup, warn_of_missing_batches

Result = TypeVar("Result")

_LIKE_LISTS = (list, tuple, range, array, deque, memoryview, str, bytes, dict, set)
_END = object()


def gives_batches(value: Any) -> bool:
    """Return whether data is a source of batches (a generator or a data set) rather than array-like."""
    if hasattr(value, "__next__"):
        return True
    kind = type(value)
    if hasattr(kind, "__array__") or isinstance(value, _LIKE_LISTS):
        return False
    return hasattr(kind, "__iter__") or hasattr(kind, "__getitem__")


def refuse_beside(name: str, **arguments: Any) -> None:
    """Raise ValueError for an argument that is only meaningful with arrays."""
    for argument, value in arguments.items():
        if value is not None:
            raise ValueError(f"{argument}: expected None if {name} is a source of batches, got {type(value).__name__}")


def entries(name: str, batch: Any) -> tuple[Any, Any, Any]:
    """Return x, y and weights of a batch (x, y, sample_weight), (x, y) or x, with None for missing entries."""
    parts = tuple(batch) if isinstance(batch, (tuple, list)) else (batch,)
    if not 1 <= len(parts) <= 3:
        raise ValueError(f"{name}: expected a batch (x, y) or (x, y, sample_weight), got {len(parts)} entries")
    x, y, weights = (*parts, None, None)[:3]
    return x, y, weights


class BatchSource(Generic[Result]):
    """Batches one by one: from a generator, an iterable, or a data set with numbered batches.

    `convert` takes a name for error messages, x, y and weights; `epoch` yields its results. If there are no batches, it
    raises ValueError or, with `may_be_empty`, warns.
    """

    def __init__(
        self,
        name: str,
        source: Any,
        convert: Callable[[str, Any, Any, Any], Result],
        steps: int | None,
        shuffle: bool = False,
        may_be_empty: bool = False,
    ) -> None:
        self._name, self._source, self._convert, self._wanted = name, source, convert, steps
        self._once = hasattr(source, "__next__")
        self._numbered = not self._once and hasattr(type(source), "__getitem__")
        self._length = None if self._once else _length_of(source)
        # A TimeseriesDataset chooses its own order, as in Keras, where its batches have no index.
        self._shuffle = shuffle and self._length is not None and not isinstance(source, TimeseriesDataset)
        self._stream: Iterator[Any] | None = None
        self._given = self._given_before = 0  # batches of the stream so far, and before this epoch
        self._drawn_from: dict[str, Any] | None = None  # what the generator was when it drew the order
        self._may_be_empty = may_be_empty
        if self._length == 0 and not may_be_empty:
            raise ValueError(f"{name}: expected at least one batch, got none")
        if self._numbered and self._length is None and steps is None:
            raise ValueError(f"{name}: the number of batches is unknown; expected a number of steps as well")

    @property
    def steps(self) -> int | None:
        """Steps per epoch, None if unknown."""
        return self._wanted or self._length

    def more(self) -> bool:
        """Return whether there is a batch for another epoch. A generator yields each of its batches once."""
        return not self._once or self.first() is not None

    def state(self, *, next_epoch: bool) -> dict[str, Any]:
        """Return what `set_state` needs to begin this epoch again, or the next one, as JSON-compatible data."""
        if next_epoch and self._stream is None:
            return {"generator": None, "step": 0}
        return {"generator": self._drawn_from, "step": self._given if next_epoch else self._given_before}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Begin the next epoch as in a state returned by `state`: the batches before it are left out."""
        given = checks.integer("step", state["step"], 0)
        if self._once:  # whose first batch may have been looked at
            stream = iter(self._source) if self._stream is None else self._stream
            self._stream = itertools.islice(stream, given, None)
        elif given or state["generator"] is not None:
            if state["generator"] is not None:
                rng.set_state(state["generator"])
            self._stream = self._from_the_start(given)
        else:
            self._stream = None
        self._given = given

    def first(self) -> tuple[Any, Any, Any] | None:
        """Return the entries of the next batch without consuming it; None if there is none."""
        batch = self._next()
        if batch is _END:
            return None
        assert self._stream is not None
        self._stream = itertools.chain([batch], self._stream)
        return entries(self._name_of(0), batch)

    def epoch(self) -> Iterator[Result]:
        """Yield the batches of the next epoch; an epoch of fewer steps continues where the previous one ended."""
        self._call_hook("on_epoch_begin")
        self._given_before = 0 if self._stream is None else self._given
        step, again = 0, not self._once
        while self._wanted is None or step < self._wanted:
            batch = self._next()
            if batch is not _END:
                yield self._convert(self._name_of(step), *entries(self._name_of(step), batch))
                step += 1
                self._given += 1
                if self._given == self._length:
                    self._stream = None
                    if self._wanted is None:
                        break
                    if step < self._wanted:
                        warn_of_missing_batches(self._name, self._wanted)
                        break
                continue
            self._stream = None
            if step == 0 and again:  # the epoch before this one ended with the last batch
                again = False
                continue
            if step == 0:
                if not self._may_be_empty:
                    raise ValueError(f"{self._name}: expected at least one batch, got none")
                warnings.warn(f"{self._name}: there is no batch, so nothing is computed", UserWarning, stacklevel=2)
            elif self._wanted is not None:
                warn_of_missing_batches(self._name, self._wanted)
            break
        self._call_hook("on_epoch_end")

    def _next(self) -> Any:
        if self._stream is None:
            self._stream, self._given = self._from_the_start(), 0
        return next(self._stream, _END)

    def _from_the_start(self, skipped: int = 0) -> Iterator[Any]:
        if not self._numbered:
            return itertools.islice(iter(self._source), skipped, None)
        numbers: Any = itertools.count() if self._length is None else range(self._length)
        if self._shuffle:
            self._drawn_from = rng.state()
            numbers = rng.generator().permutation(len(numbers)).tolist()
        return (self._source[i] for i in itertools.islice(numbers, skipped, None))

    def _call_hook(self, hook: str) -> None:
        """Call a hook of the data set, if defined."""
        if self._numbered and hasattr(self._source, hook):
            getattr(self._source, hook)()

    def _name_of(self, step: int) -> str:
        return f"{self._name}, batch {step}"


Source = ArraySource | BatchSource[BatchGroup]


def _length_of(source: Any) -> int | None:
    """Return how many batches a data set has, None if that is unknown."""
    try:
        return len(source)
    except TypeError:  # also raised by tf.data for infinite data sets
        pass
    try:
        count = source.num_batches  # of keras.utils.PyDataset
    except (AttributeError, NotImplementedError):
        return None
    return count if count is None else int(count)
