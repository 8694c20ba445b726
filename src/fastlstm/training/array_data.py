"""Data in arrays: checked samples, their division into batches, and the part held out for validation."""

import math
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks, rng
from .._internal.arrays import Array, numbers
from .._internal.row_arrays import RowArrays, Rows, parts

DEFAULT_BATCH_SIZE = 32


class Examples(NamedTuple):
    """Inputs, targets and weights of samples or of steps, in the form that the core takes."""

    x: Rows
    y: Rows
    weight: Rows | None

    def part(self, start: int, stop: int) -> "Examples":
        """Return the samples from `start` to `stop`."""
        weight = None if self.weight is None else self.weight[start:stop]
        return Examples(self.x[start:stop], self.y[start:stop], weight)

    def chosen(self, rows: Array) -> "Examples":
        """Return the samples with these indices."""
        return Examples(self.x[rows], self.y[rows], None if self.weight is None else self.weight[rows])

    def with_class_weight(self, class_weight: Any) -> "Examples":
        """Return the examples with the weights of their classes, or unchanged for None."""
        if class_weight is None:
            return self
        if self.weight is not None:
            raise ValueError("class_weight: expected None if sample_weight is given; multiply the weights instead")
        if isinstance(self.y, RowArrays):
            raise ValueError("class_weight: expected None for a model with several outputs; give sample_weight instead")
        return self._replace(weight=class_weights(class_weight, self.y, str(self.y.dtype)))

    def batch_group(self, batch_size: int | None, steps: int | None) -> "BatchGroup":
        """Return the samples in their order, all or the first `steps` batches."""
        batch = min(batch_size_of(batch_size, len(self.x), steps), len(self.x))
        data = self if steps is None else self.part(0, steps * batch)
        return BatchGroup(data, np.arange(len(data.x), dtype=np.int64), batch)


class BatchGroup(NamedTuple):
    """Samples that are available together, and their batches: those of an epoch, or a single one."""

    data: Examples
    order: Array
    batch_size: int

    @property
    def steps(self) -> int:
        """The number of batches."""
        return -(-len(self.order) // self.batch_size)


class ArraySource:
    """Samples in arrays. An epoch is all of them or `steps_per_epoch` batches, in a new order if shuffled."""

    def __init__(self, data: Examples, batch_size: int, shuffle: bool, steps_per_epoch: int | None) -> None:
        self._data, self._batch_size, self._shuffle = data, batch_size, shuffle
        self._all = -(-len(data.x) // batch_size)
        self.steps: int = steps_per_epoch or self._all
        self._order: Array | None = None
        self._next_step = self._first_step = 0
        self._drawn_from: dict[str, Any] | None = None  # what the generator was when it drew the order

    def more(self) -> bool:
        """Return whether there is data for another epoch."""
        return True

    def state(self, *, next_epoch: bool) -> dict[str, Any]:
        """Return what `set_state` needs to begin this epoch again, or the next one, as JSON-compatible data."""
        if next_epoch and self._order is None:
            return {"generator": None, "step": 0}
        return {"generator": self._drawn_from, "step": self._next_step if next_epoch else self._first_step}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Begin the next epoch as in a state returned by `state`."""
        if state["generator"] is not None:
            rng.set_state(state["generator"])
            self._order = self._drawn()
        self._next_step = checks.integer("step", state["step"], 0, self._all - 1)

    def _drawn(self) -> Array:
        rows = len(self._data.x)
        if not self._shuffle:
            return np.arange(rows, dtype=np.int64)
        self._drawn_from = rng.state()
        return rng.generator().permutation(rows).astype(np.int64, copy=False)

    def epoch(self) -> Iterator[BatchGroup]:
        """Yield the samples of the next epoch; an epoch of fewer steps continues where the previous one ended."""
        order = self._drawn() if self._order is None else self._order
        self._first_step = self._next_step
        first, last = self._next_step, min(self._next_step + self.steps, self._all)
        if last - first < self.steps:
            warn_of_missing_batches("x", self.steps)
        self._order, self._next_step = (None, 0) if last == self._all else (order, last)
        if last - first == self._all:
            yield BatchGroup(self._data, order, self._batch_size)
        else:
            chosen = order[first * self._batch_size : last * self._batch_size]
            yield BatchGroup(self._data.chosen(chosen), np.arange(len(chosen), dtype=np.int64), self._batch_size)


def warn_of_missing_batches(name: str, steps: int) -> None:
    """Warn that an epoch ended before it had all its steps."""
    warnings.warn(
        f"{name}: there were fewer than {steps} batches left, so the epoch ended early; expected at least"
        " steps_per_epoch * epochs batches",
        UserWarning,
        stacklevel=2,
    )


def batch_size_of(value: Any, rows: int = 0, steps: int | None = None) -> int:
    """Return the batch size; None means 32, or the size that makes `steps` batches of the rows."""
    if value is not None:
        return checks.integer("batch_size", value, 1)
    return DEFAULT_BATCH_SIZE if steps is None else max(1, -(-rows // steps))


def steps_of(name: str, value: Any) -> int | None:
    """Return a number of steps, or None."""
    return None if value is None else checks.integer(name, value, 1)


def epochs_of(name: str, value: Any) -> int | frozenset[int]:
    """Return an argument such as `validation_freq`: a period in epochs, or a set of epochs."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return frozenset(checks.integer(name, epoch, 1) for epoch in value)
    return checks.integer(name, value, 1)


def require_rows(x_name: str, x: Rows, y_name: str, y: Any) -> Array:
    """Return y as an array; raise ValueError for empty data, and for x and y of different lengths."""
    if len(x) == 0:
        raise ValueError(f"{x_name}: expected at least one sample, got shape {parts(x)[0].shape}")
    targets = numbers(y_name, y)
    if targets.ndim == 0 or len(targets) != len(x):
        raise ValueError(f"{y_name}: expected as many samples as {x_name}, {len(x)}, got shape {targets.shape}")
    return targets


def training_rows(rows: int, validation_split: Any) -> int:
    """Return the number of rows to train on, from the start; the rest is for validation, as in Keras."""
    split = checks.number("validation_split", validation_split, 0.0, 1.0, below_high=True)
    trained = math.floor(rows * (1.0 - split))
    if split and trained in (0, rows):
        raise ValueError(f"validation_split: {split} of {rows} samples leaves training or validation without samples")
    return trained


def validation_entries(name: str, value: Any) -> tuple[Any, Any, Any]:
    """Return the entries of a tuple (x, y) or (x, y, sample_weight), None for missing weights."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name}: expected a tuple (x, y) or (x, y, sample_weight), got {type(value).__name__}")
    if len(value) not in (2, 3):
        raise ValueError(f"{name}: expected a tuple (x, y) or (x, y, sample_weight), got {len(value)} entries")
    return value[0], value[1], value[2] if len(value) == 3 else None


def class_weights(class_weight: Any, y: Array, dtype: str) -> Array:
    """Return the weight of each target's class, 1 for classes without one, as Keras does.

    The class is the largest column of a target; of one with a single column, the nearest whole number.
    """
    if not isinstance(class_weight, Mapping):
        raise TypeError(f"class_weight: expected a dict from class numbers to weights, got {class_weight!r}")
    if y.ndim > 1:
        y = y[..., 0] if y.shape[-1] == 1 else y.argmax(axis=-1)
    classes = np.rint(y)
    weights = np.ones(classes.shape, dtype)
    for number, weight in class_weight.items():
        chosen = classes == checks.integer("class_weight, class", number, -checks.LARGEST)
        weights[chosen] = checks.number(f"class_weight[{number}]", weight)
    return weights
