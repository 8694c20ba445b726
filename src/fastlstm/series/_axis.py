"""The axis of a series: its spacing and its continuation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .._internal import checks

Index: TypeAlias = NDArray[Any]
"""Rising dates (datetime64), rising numbers, or labels (str)."""

_MONTH_END = 31  # an anchor day: the last day of every month
_FRIDAY_TO_MONDAY = 3
_BUSINESS_DAYS = 5  # per week
_LATEST = {"ns": "2262-04-10T23:59:59"}  # the limit of 64-bit nanoseconds
_LATEST_OF_DATETIME = "9999-12-31T23:59:59"  # the limit of `datetime`, and so of plots


@dataclass(frozen=True)
class Spacing:
    """The distance from one entry of an index to the next.

    Attributes
    ----------
    amount : int, float or timedelta64
        The distance: in months, in business days, or in the unit of the index.
    unit : str
        'months', 'business days', 'labels', or 'constant' for all others.
    even : bool
        Whether this is the distance between all entries; otherwise it is the median.
    """

    amount: Any
    unit: str
    even: bool


def spacing(index: Index) -> Spacing:
    """Find the distance between entries.

    Dates on the same day of the month (or on the last day of a shorter month) are a number of months apart; twelve
    months are a year. Dates from Monday to Friday that are mostly consecutive are business days. Everything else has a
    constant distance, which is 1 for a single entry.
    """
    if index.dtype.kind == "U":
        return Spacing(1, "labels", even=True)
    if index.dtype.kind == "M" and index.dtype != "datetime64[M]" and len(index) > 1:
        days = index.astype("datetime64[D]")
        time_of_day = index - days
        if (time_of_day == time_of_day[0]).all():
            return _months(days) or _business_days(days) or _constant(index)
    return _constant(index)


def extend(index: Index, steps: int) -> Index:
    """Return the next entries of an index.

    Parameters
    ----------
    index : ndarray (n,)
        Dates, numbers or labels, at least one.
    steps : int
        Number of entries, at least 0.

    Returns
    -------
    ndarray (steps,)
        Dates and numbers at the distance that `spacing` finds; '+1', '+2' ... after labels.

    Raises
    ------
    TypeError
        If `steps` is not an integer.
    ValueError
        If `steps` is negative, the index is empty, or dates would go beyond the year 9999 (2262 for nanoseconds).

    Examples
    --------
    >>> import numpy as np
    >>> extend(np.array(["2019-12-31", "2020-01-31"], "datetime64[D]"), 2)
    array(['2020-02-29', '2020-03-31'], dtype='datetime64[D]')
    >>> extend(np.array([1700, 1701]), 2)
    array([1702, 1703])
    """
    steps = checks.integer("steps", steps, 0)
    if not len(index):
        raise ValueError("index: expected at least one entry to continue from, got none")
    step = spacing(index)
    if index.dtype.kind == "M":
        _require_reachable(index, steps, step)
    count = np.arange(1, steps + 1)
    if step.unit == "labels":
        return np.array([f"+{k}" for k in count], str)
    if step.unit == "constant":
        further: Index = index[-1] + count * step.amount
        return further
    days = index.astype("datetime64[D]")
    if step.unit == "months":
        next_days = _day_of_month(days[-1].astype("datetime64[M]") + count * step.amount, _anchor(days))
    else:
        next_days = np.busday_offset(days[-1], count)
    dates: Index = next_days.astype(index.dtype) + (index[-1] - days[-1])
    return dates


def future(index: Index, steps: int, later: Index | None) -> Index:
    """Return the next entries of an index: the first of `later` if that is given, else those of `extend`.

    Raises
    ------
    TypeError, ValueError
        As `extend`; ValueError also if `later` has fewer entries than `steps`.

    Examples
    --------
    >>> import numpy as np
    >>> future(np.array([2019, 2020]), 1, later=np.array([2030, 2031]))
    array([2030])
    """
    if later is None:
        return extend(index, steps)
    if checks.integer("steps", steps, 0) > len(later):
        raise ValueError(
            f"steps: expected at most {len(later)}, the number of steps with known covariates, got {steps}"
        )
    return later[:steps]


def _require_reachable(index: NDArray[np.datetime64], steps: int, step: Spacing) -> None:
    """Raise ValueError if the dates would go beyond the latest one; Python integers, since they cannot overflow."""
    latest = np.datetime64(_LATEST.get(np.datetime_data(index.dtype)[0], _LATEST_OF_DATETIME))
    measure, amount = {
        "months": ("datetime64[M]", step.amount),
        "business days": ("datetime64[W]", np.timedelta64(1, "W")),
    }.get(step.unit, (index.dtype, step.amount))
    count = -(-steps // _BUSINESS_DAYS) if step.unit == "business days" else steps
    last, end = (int(moment.astype(measure).astype(np.int64)) for moment in (index[-1], latest))
    if last + count * int(amount.astype(np.int64)) > end:
        raise ValueError(f"steps: {steps} after {index[-1]} would go beyond {latest.astype('datetime64[D]')}")


def _constant(index: Index) -> Spacing:
    differences = np.diff(index)
    if not len(differences):
        one = np.array(1, index.dtype.str.replace("M8", "m8")) if index.dtype.kind == "M" else np.array(1)
        return Spacing(one[()], "constant", even=True)
    if index.dtype.kind == "f":
        mean = (index[-1] - index[0]) / len(differences)
        even = bool(np.allclose(differences, mean, rtol=1e-6, atol=0))
        return Spacing(mean if even else np.median(differences), "constant", even)
    middle = np.sort(differences)[len(differences) // 2]
    return Spacing(middle, "constant", bool((differences == middle).all()))


def _months(days: NDArray[np.datetime64]) -> Spacing | None:
    months = days.astype("datetime64[M]")
    found = _constant(months)
    if not found.even or found.amount < np.timedelta64(1, "M") or (_day_of_month(months, _anchor(days)) != days).any():
        return None
    return Spacing(found.amount, "months", even=True)


def _anchor(days: NDArray[np.datetime64]) -> int:
    """Return the day of the month that the dates are on; 31 if each is the last of its month."""
    months = days.astype("datetime64[M]")
    if (_day_of_month(months, _MONTH_END) == days).all():
        return _MONTH_END
    return int((days - months.astype("datetime64[D]")).astype(int).max()) + 1


def _day_of_month(months: NDArray[np.datetime64], day: int) -> NDArray[np.datetime64]:
    last = (months + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    days: NDArray[np.datetime64] = np.minimum(months.astype("datetime64[D]") + np.timedelta64(day - 1, "D"), last)
    return days


def _business_days(days: NDArray[np.datetime64]) -> Spacing | None:
    if not np.is_busday(days).all():
        return None
    steps = np.busday_count(days[:-1], days[1:])
    mostly = np.mean(steps == 1) > 0.5
    over_weekend = (np.diff(days).astype(int) == _FRIDAY_TO_MONDAY).any()
    return Spacing(1, "business days", bool((steps == 1).all())) if mostly and over_weekend else None
