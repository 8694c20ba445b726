"""Derivatives of NumPy's functions that choose, move and join elements."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ._traced import FUNCTIONS, Pull, Traced, plain, put_back, record


def _moved(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that only gives an array another shape, of the same elements in the same order."""

    def function(x: Any, *args: Any, **options: Any) -> Any:
        value = plain(x)
        return record(forward(value, *args, **options), (x, lambda d: np.reshape(d, value.shape)))

    return function


def _permuted(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that moves elements, each to one place: the gradient goes back to where they came from."""

    def function(x: Any, *args: Any, **options: Any) -> Any:
        value = plain(x)
        places = forward(np.arange(value.size).reshape(value.shape), *args, **options)

        def pull(d: Any) -> Any:
            return np.reshape(put_back(d, places, (value.size,)), value.shape)  # some functions repeat elements

        return record(forward(value, *args, **options), (x, pull))

    return function


def _transpose(x: Any, axes: Any = None) -> Any:
    order = None if axes is None else [axis % x.ndim for axis in axes]
    back = None if order is None else np.argsort(order)
    return record(plain(x).transpose(order), (x, lambda d: np.transpose(d, back)))


def _swapaxes(x: Any, axis1: int, axis2: int) -> Any:
    return record(plain(x).swapaxes(axis1, axis2), (x, lambda d: np.swapaxes(d, axis1, axis2)))


def _moveaxis(x: Any, source: Any, destination: Any) -> Any:
    return record(np.moveaxis(plain(x), source, destination), (x, lambda d: np.moveaxis(d, destination, source)))


def _flip(x: Any, axis: Any = None) -> Any:
    return record(np.flip(plain(x), axis), (x, lambda d: np.flip(d, axis)))


def _roll(x: Any, shift: Any, axis: Any = None) -> Any:
    back = tuple(-each for each in shift) if isinstance(shift, tuple) else -shift
    return record(np.roll(plain(x), shift, axis), (x, lambda d: np.roll(d, back, axis)))


def _concatenate(arrays: Sequence[Any], axis: Any = 0, *, dtype: Any = None, **_: Any) -> Any:
    if axis is None:
        return _concatenate([np.ravel(x) for x in arrays], 0, dtype=dtype)
    values = [np.asarray(plain(x)) for x in arrays]
    ends = np.cumsum([value.shape[axis] for value in values]).tolist()

    def pull_to(start: int, end: int) -> Pull:
        return lambda d: d[(slice(None),) * (axis % d.ndim) + (slice(start, end),)]

    pulls = [pull_to(end - value.shape[axis], end) for value, end in zip(values, ends, strict=True)]
    return record(np.concatenate(values, axis, dtype=dtype), *zip(arrays, pulls, strict=True))


def _stack(arrays: Sequence[Any], axis: int = 0, *, dtype: Any = None, **_: Any) -> Any:
    return _concatenate([np.expand_dims(x, axis) for x in arrays], axis, dtype=dtype)


def _vstack(arrays: Sequence[Any], **_: Any) -> Any:
    return _concatenate([x if np.ndim(x) > 1 else np.reshape(x, (1, -1)) for x in arrays], 0)


def _hstack(arrays: Sequence[Any], **_: Any) -> Any:
    rows = [x if np.ndim(x) else np.reshape(x, (1,)) for x in arrays]
    return _concatenate(rows, 0 if np.ndim(rows[0]) == 1 else 1)


def _column_stack(arrays: Sequence[Any]) -> Any:
    return _concatenate([x if np.ndim(x) > 1 else np.reshape(x, (-1, 1)) for x in arrays], 1)


def _split(x: Traced, places: Any, axis: int = 0) -> list[Any]:
    index = np.array_split(np.arange(x.shape[axis]), places)
    if isinstance(places, (int, np.integer)) and x.shape[axis] % places:
        raise ValueError(f"x: expected an axis {axis} that {places} divides, got shape {x.shape}")
    before = (slice(None),) * (axis % x.ndim)
    slices = [slice(part[0], part[-1] + 1) if len(part) else slice(0, 0) for part in index]
    return [x[before + (each,)] for each in slices]  # noqa: RUF005


def _where(condition: Any, *choices: Any) -> Any:
    condition = plain(condition)
    if not choices:
        return np.where(condition)
    first, second = choices
    return record(
        np.where(condition, plain(first), plain(second)),
        (first, lambda d: np.where(condition, d, 0)),
        (second, lambda d: np.where(condition, 0, d)),
    )


def _clip(x: Any, a_min: Any = None, a_max: Any = None, out: None = None, **options: Any) -> Any:
    low, high = options.get("min", a_min), options.get("max", a_max)
    if low is not None:
        x = np.maximum(x, low)
    return x if high is None else np.minimum(x, high)


def _take(x: Traced, indices: Any, axis: Any = None, out: None = None, mode: str = "raise") -> Any:
    if axis is None:
        return np.ravel(x)[np.asarray(indices)]
    return x[(slice(None),) * (axis % x.ndim) + (np.asarray(plain(indices)),)]


def _take_along_axis(x: Traced, indices: Any, axis: Any = -1) -> Any:
    if axis is None:
        return np.ravel(x)[np.ravel(indices)]
    grid: list[Any] = list(np.ix_(*map(np.arange, indices.shape)))
    grid[axis] = indices
    return x[tuple(grid)]


def _sort(x: Traced, axis: Any = -1, **options: Any) -> Any:
    return _take_along_axis(x, np.argsort(x.value, axis=axis, **options), axis)


def _pad(x: Traced, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    value = np.pad(x.value, pad_width, mode, **options)  # type: ignore[call-overload]
    if mode != "constant":
        return _permuted(lambda each: np.pad(each, pad_width, mode, **options))(x)  # type: ignore[call-overload]
    widths = np.broadcast_to(pad_width, (x.ndim, 2)).tolist()
    inner = tuple(slice(before, before + size) for (before, _), size in zip(widths, x.shape, strict=True))
    return record(value, (x, lambda d: d[inner]))


def _diff(x: Any, n: int = 1, axis: int = -1) -> Any:
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        later, earlier = (*before, slice(1, None)), (*before, slice(None, -1))
        x = x[later] - x[earlier]
    return x


def _masked(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that sets some elements to 0."""

    def function(x: Any, *args: Any) -> Any:
        return record(forward(plain(x), *args), (x, lambda d: forward(d, *args)))

    return function


def _nan_to_num(x: Any, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    value = plain(x)
    good = np.isfinite(value)
    return record(np.nan_to_num(value, True, nan, posinf, neginf), (x, lambda d: np.where(good, d, 0)))


def _select(conditions: Sequence[Any], choices: Sequence[Any], default: Any = 0) -> Any:
    found = default
    for condition, choice in zip(reversed(conditions), reversed(choices), strict=True):
        found = np.where(condition, choice, found)
    return found


FUNCTIONS.update({function: _moved(function) for function in (np.reshape, np.ravel, np.squeeze, np.expand_dims)})
FUNCTIONS.update({function: _moved(function) for function in (np.atleast_1d, np.atleast_2d)})
FUNCTIONS.update({function: _permuted(function) for function in (np.repeat, np.tile, np.rot90, np.diagonal)})
FUNCTIONS.update({function: _masked(function) for function in (np.tril, np.triu)})
FUNCTIONS.update(
    {
        np.broadcast_to: lambda x, shape, **_: record(np.broadcast_to(x.value, shape), (x, lambda d: d)),
        np.copy: lambda x, **_: x,
        np.transpose: _transpose,
        np.swapaxes: _swapaxes,
        np.moveaxis: _moveaxis,
        np.flip: _flip,
        np.flipud: lambda x: _flip(x, 0),
        np.fliplr: lambda x: _flip(x, 1),
        np.roll: _roll,
        np.concatenate: _concatenate,
        np.stack: _stack,
        np.vstack: _vstack,
        np.hstack: _hstack,
        np.column_stack: _column_stack,
        np.split: _split,
        np.array_split: _split,
        np.where: _where,
        np.clip: _clip,
        np.take: _take,
        np.take_along_axis: _take_along_axis,
        np.sort: _sort,
        np.pad: _pad,
        np.diff: _diff,
        np.nan_to_num: _nan_to_num,
        np.select: _select,
        np.real: lambda x: x,
        np.trace: lambda x, *args, **options: np.sum(np.diagonal(x, *args, **options), axis=-1),
    }
)


def _on_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function whose result has no gradient."""

    def call(*args: Any, **options: Any) -> Any:
        return function(*map(plain, args), **{name: plain(value) for name, value in options.items()})

    return call


_CONSTANT = """
    argmax argmin argsort shape ndim size zeros_like ones_like full_like empty_like round around fix any all
    count_nonzero isclose allclose array_equal iscomplexobj isrealobj nonzero argwhere searchsorted digitize unique
    array_repr array_str array2string can_cast result_type
    """
FUNCTIONS.update({getattr(np, name): _on_values(getattr(np, name)) for name in _CONSTANT.split()})
