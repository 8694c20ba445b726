"""Derivatives of NumPy's reductions and running sums."""

from typing import Any

import numpy as np

from ..arrays import Array
from ._traced import FUNCTIONS, NotDifferentiableError, Traced, is_traced, only_once, plain, record

_GIVEN_BY_DEFAULT = np._NoValue


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    """Return the axes of a reduction, counted from 0."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(each % ndim for each in (axis if isinstance(axis, (tuple, list)) else (axis,)))


def _count(shape: tuple[int, ...], axes: tuple[int, ...]) -> int:
    count = 1
    for each in axes:
        count *= shape[each]
    return count


def _shape_with_axes(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of a result of a reduction that keeps its axes."""
    return tuple(1 if i in axes else size for i, size in enumerate(shape))


def _arguments(axis: Any, keepdims: Any) -> dict[str, Any]:
    return {"axis": axis, "keepdims": keepdims is not _GIVEN_BY_DEFAULT and bool(keepdims)}


def _sum(x: Traced, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False) -> Any:
    kept = _shape_with_axes(x.shape, _axes(axis, x.ndim))
    value = x.value.sum(dtype=dtype, **_arguments(axis, keepdims))
    return record(value, (x, lambda d: np.reshape(d, kept)))


def _mean(x: Traced, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False) -> Any:
    axes = _axes(axis, x.ndim)
    kept, count = _shape_with_axes(x.shape, axes), _count(x.shape, axes)
    value = x.value.mean(dtype=dtype, **_arguments(axis, keepdims))
    return record(value, (x, lambda d: np.reshape(d, kept) / count))


def _extreme(name: str) -> Any:
    def reduce(x: Traced, axis: Any = None, out: None = None, keepdims: Any = False, **options: Any) -> Any:
        kept, value = _shape_with_axes(x.shape, _axes(axis, x.ndim)), x.value
        y = getattr(value, name)(**_arguments(axis, keepdims), **options)

        def pull(d: Any) -> Array:
            """Divide the gradient among elements that are equally large."""
            chosen: Array = value == np.reshape(y, kept)
            count = chosen.sum(axis=axis, keepdims=True)
            shares: Array = np.reshape(d, kept) * chosen / np.maximum(count, 1)
            return shares

        return record(y, (x, pull))

    return reduce


def _prod(x: Traced, axis: Any = None, dtype: Any = None, out: None = None, keepdims: Any = False) -> Any:
    axes, value = _axes(axis, x.ndim), x.value
    kept = _shape_with_axes(x.shape, axes)
    y = value.prod(dtype=dtype, **_arguments(axis, keepdims))

    def pull(d: Any) -> Array:
        """Multiply by the product of the other factors: those before and those after, since factors may be 0."""
        others = tuple(i for i in range(value.ndim) if i not in axes)
        moved = value.transpose(others + axes)
        rows = moved.reshape(*(value.shape[i] for i in others), -1)
        one = np.ones((*rows.shape[:-1], 1), rows.dtype)
        before = np.cumprod(np.concatenate([one, rows[..., :-1]], -1), -1)
        after = np.cumprod(np.concatenate([one, rows[..., :0:-1]], -1), -1)[..., ::-1]
        found: Array = (before * after).reshape(moved.shape).transpose(np.argsort(others + axes))
        return np.asarray(np.reshape(d, kept) * found)

    return record(y, (x, only_once(pull, "numpy.prod")))


def _var(x: Traced, axis: Any = None, dtype: Any = None, out: None = None, ddof: Any = 0, keepdims: Any = False) -> Any:
    axes = _axes(axis, x.ndim)
    kept, count, value = _shape_with_axes(x.shape, axes), _count(x.shape, axes), x.value
    y = value.var(dtype=dtype, ddof=ddof, **_arguments(axis, keepdims))

    def pull(d: Any) -> Any:
        given: Any = x if is_traced(d) else value
        deviations = given - np.mean(given, axis=axis, keepdims=True)
        return deviations * (np.reshape(d, kept) * (2 / (count - ddof)))

    return record(y, (x, pull))


def _std(x: Traced, *args: Any, **options: Any) -> Any:
    return np.sqrt(_var(x, *args, **options))


def _cumsum(x: Traced, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    if axis is None:
        return _cumsum(np.ravel(x), 0, dtype)  # type: ignore[arg-type]
    y = x.value.cumsum(axis=axis, dtype=dtype)
    return record(y, (x, lambda d: np.flip(np.cumsum(np.flip(d, axis), axis), axis)))


def _average(x: Any, axis: Any = None, weights: Any = None) -> Any:
    if weights is None:
        return np.mean(x, axis=axis)
    if np.ndim(weights) == 1 and axis is not None:
        weights = np.reshape(weights, [-1 if i == axis % np.ndim(x) else 1 for i in range(np.ndim(x))])
    weights = weights * np.ones_like(plain(x))
    return np.sum(x * weights, axis=axis) / np.sum(weights, axis=axis)


def _norm(x: Traced, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    if ord in (np.inf, 1) and (axis is not None or x.ndim == 1):
        reduce: Any = np.max if ord == np.inf else np.sum
        return reduce(np.abs(x), axis=axis, keepdims=keepdims)
    if ord not in (None, 2, "fro", "euclidean") or (ord == 2 and axis is None and x.ndim > 1):
        raise NotDifferentiableError(f"numpy.linalg.norm has no derivative here with ord={ord!r} and axis={axis!r}")
    kept, value = _shape_with_axes(x.shape, _axes(axis, x.ndim)), x.value
    y = np.sqrt(np.square(value).sum(axis=axis, keepdims=keepdims))

    def pull(d: Any) -> Array:
        """Give 0 for a vector of zeros, at which the norm has no slope."""
        given: Any = (x, _norm(x, ord, axis, keepdims)) if is_traced(d) else (value, y)
        length = np.reshape(given[1], kept)
        found: Array = np.reshape(d, kept) * given[0] / np.where(length == 0, 1, length)
        return found

    return record(y, (x, pull))


FUNCTIONS.update(
    {
        np.sum: _sum,
        np.mean: _mean,
        np.max: _extreme("max"),
        np.min: _extreme("min"),
        np.amax: _extreme("max"),
        np.amin: _extreme("min"),
        np.prod: _prod,
        np.var: _var,
        np.std: _std,
        np.cumsum: _cumsum,
        np.average: _average,
        np.linalg.norm: _norm,
        np.nansum: lambda x, **options: np.sum(np.where(np.isnan(x), 0, x), **options),
        np.nanmean: lambda x, **options: (
            np.sum(np.where(np.isnan(x), 0, x), **options) / np.sum(~np.isnan(x), **options)
        ),
    }
)
