"""Checks of a model's data: inputs against its Input, lengths, and the part kept for validation."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from .._internal import checks
from .._internal.arrays import Array, finite_array, numbers, real_array
from ..layers.base import Shape

DEFAULT_BATCH_SIZE = 32


def batch_size_of(value: Any, rows: int = 0, steps: int | None = None) -> int:
    """Return the batch size; for None 32, or what makes so many steps of the rows."""
    if value is not None:
        return checks.integer("batch_size", value, 1)
    return DEFAULT_BATCH_SIZE if steps is None else max(1, -(-rows // steps))


def steps_of(name: str, value: Any) -> int | None:
    """Return a number of steps, None if it is left open."""
    return None if value is None else checks.integer(name, value, 1)


def epochs_of(name: str, value: Any) -> int | frozenset[int]:
    """Return after every how many epochs, or after which ones, something is done."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        return frozenset(checks.integer(name, epoch, 1) for epoch in value)
    return checks.integer(name, value, 1)


def require_shape(name: str, array: Array, sample_shape: Shape) -> None:
    """Raise ValueError unless the array is (N, *sample_shape), None standing for any size."""
    shape = array.shape
    if len(shape) != len(sample_shape) + 1 or any(
        want not in (None, got) for want, got in zip(sample_shape, shape[1:], strict=True)
    ):
        letters = ("N", *("T" if size is None else str(size) for size in sample_shape))
        raise ValueError(f"{name}: expected shape ({', '.join(letters)}), got {shape}")


def require_rows(x_name: str, x: Array, y_name: str, y: Any) -> Array:
    """Return y as an array; raise ValueError for empty data, and for x and y of different lengths."""
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"{x_name}: expected at least one sample, got shape {x.shape}")
    targets = numbers(y_name, y)
    if targets.ndim == 0 or len(targets) != len(x):
        raise ValueError(f"{y_name}: expected as many samples as {x_name}, {len(x)}, got shape {targets.shape}")
    return targets


def training_rows(rows: int, validation_split: Any) -> int:
    """Return how many of the first rows are trained on; the last fraction is kept for validation, as in Keras."""
    split = checks.number("validation_split", validation_split, 0.0, 1.0, below_high=True)
    kept = math.floor(rows * (1.0 - split))
    if split and kept in (0, rows):
        raise ValueError(f"validation_split: {split} of {rows} samples leaves a part without samples")
    return kept


def validation_entries(name: str, value: Any) -> tuple[Any, Any, Any]:
    """Return the entries of a tuple (x, y) or (x, y, sample_weight), None for weights that are not there."""
    if not isinstance(value, (tuple, list)):
        raise TypeError(f"{name}: expected a tuple (x, y) or (x, y, sample_weight), got {type(value).__name__}")
    if len(value) not in (2, 3):
        raise ValueError(f"{name}: expected a tuple (x, y) or (x, y, sample_weight), got {len(value)} entries")
    return value[0], value[1], value[2] if len(value) == 3 else None


class Examples(NamedTuple):
    """Inputs, targets and the weights of samples, or of samples and steps, as the core takes them."""

    x: Array
    y: Array
    weight: Array | None

    def part(self, start: int, stop: int) -> "Examples":
        """Return the samples from `start` to `stop`."""
        weight = None if self.weight is None else self.weight[start:stop]
        return Examples(self.x[start:stop], self.y[start:stop], weight)

    def chosen(self, rows: Array) -> "Examples":
        """Return the samples of these numbers."""
        return Examples(self.x[rows], self.y[rows], None if self.weight is None else self.weight[rows])

    def with_class_weight(self, class_weight: Any) -> "Examples":
        """Return the examples with the weights of their classes; None leaves them as they are."""
        if class_weight is None:
            return self
        if self.weight is not None:
            raise ValueError("class_weight: expected None where sample_weight is given; multiply the weights instead")
        return self._replace(weight=class_weights(class_weight, self.y, str(self.y.dtype)))


def sample_weights(name: str, value: Any, output_shape: tuple[int, ...], dtype: str, *, finite: bool) -> Array | None:
    """Return weights as the core takes them, (N,) or, for each step of an output (N, T, O), (N, T); None for None."""
    if value is None:
        return None
    weights = numbers(name, value)
    leading = output_shape[:-1]
    for shape in (leading[:1], leading):
        if weights.shape in (shape, (*shape, 1)):
            convert = finite_array if finite else real_array
            return convert(name, weights, dtype).reshape(shape)
    several = f" or {leading}" if len(leading) > 1 else ""
    raise ValueError(
        f"{name}: expected shape {leading[:1]}{several}, a weight for each sample{' or step' if several else ''} of an"
        f" output {output_shape}, got {weights.shape}"
    )


def class_weights(class_weight: Any, y: Array, dtype: str) -> Array:
    """Return the weight of each target's class, 1 for those without one, as Keras does.

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
