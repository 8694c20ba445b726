"""Dates in text. The docstring of `fastlstm.series` lists the forms that are read; nothing is guessed."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR, _MONTH, _DAY = r"(?P<year>\d{4})", r"(?P<month>\d{1,2})", r"(?P<day>\d{1,2})"
_ZONE = r"(?P<zone>Z|[-+]\d{2}(?::?\d{2})?)?"
_TIME = r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<fraction>\.\d{1,9})?)?" + _ZONE + r")?"

_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_DAY_FIRST = re.compile(rf"{_DAY}(?P<mark>[-/]){_MONTH}(?P=mark){_YEAR}{_TIME}")
_MONTH_FIRST = re.compile(rf"{_MONTH}(?P<mark>[-/]){_DAY}(?P=mark){_YEAR}{_TIME}")
_KNOWN_ORDER = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YEAR}(?P<mark>[-/.]){_MONTH}(?P=mark){_DAY}{_TIME}",
        rf"{_DAY}\.{_MONTH}\.{_YEAR}{_TIME}",
        rf"{_DAY}(?P<mark>[- ]){_NAME}(?P=mark){_YEAR}{_TIME}",
        rf"{_NAME} {_DAY},? {_YEAR}{_TIME}",
        rf"{_YEAR}[-/]{_MONTH}",
        rf"{_MONTH}/{_YEAR}",
        rf"{_NAME}[- ]{_YEAR}",
        rf"{_YEAR}[- ]?Q(?P<quarter>[1-4])",
        rf"Q(?P<quarter>[1-4])[- ]{_YEAR}",
    )
]

_MICROSECONDS = 6  # decimals of a second
_YEARS_OF_NANOSECONDS = range(1678, 2262)  # whole years within 64-bit nanoseconds


class AmbiguousDates(ValueError):
    """Every row is a date both with the day first and with the month first."""


class InvalidDate(ValueError):
    """A row is not a date in the form of the rows before it.

    Attributes
    ----------
    position : int
        The row, counted from 0.
    """

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


class Dates(NamedTuple):
    """Dates, and whether their times were converted from another zone to UTC."""

    moments: NDArray[np.datetime64]
    converted: bool


def looks_like_date(text: str) -> bool:
    """Return whether a text has one of the forms, other than eight digits."""
    return any(pattern.fullmatch(text) for pattern in (*_KNOWN_ORDER, _DAY_FIRST))


def parse_dates(texts: Sequence[str]) -> Dates:
    """Read a column of dates.

    Parameters
    ----------
    texts : sequence of str
        The dates, all in one form.

    Returns
    -------
    Dates
        The moments, in the unit of their form: months, days, seconds, microseconds or nanoseconds.

    Raises
    ------
    AmbiguousDates
        If every row is like 01/02/2020.
    InvalidDate
        If a row is not a date in the form of the first one.

    Examples
    --------
    >>> parse_dates(["31.12.1999", "1.1.2000"]).moments
    array(['1999-12-31', '2000-01-01'], dtype='datetime64[D]')
    """
    for pattern in (*_KNOWN_ORDER, _COMPACT):
        if pattern.fullmatch(texts[0]):
            return _parse(texts, pattern)
    results, failures = [], []
    for pattern in (_DAY_FIRST, _MONTH_FIRST):
        try:
            results.append(_parse(texts, pattern))
        except InvalidDate as error:
            failures.append(error)
    if not results:
        # The order that fails later is the one that was meant.
        raise max(failures, key=lambda failure: failure.position)
    if len(results) > 1 and (results[0].moments != results[1].moments).any():
        raise AmbiguousDates
    return results[0]


def _parse(texts: Sequence[str], pattern: re.Pattern[str]) -> Dates:
    moments, nanoseconds, zones = [], [], []
    unit = "D" if "day" in pattern.groupindex else "M"
    for position, text in enumerate(texts):
        match = pattern.fullmatch(text)
        groups = match.groupdict() if match else {}
        zones.append(groups.get("zone"))
        # Times with a zone and times without one cannot be compared.
        if match is None or (zones[0] is None) != (zones[-1] is None):
            raise InvalidDate(position)
        try:
            moments.append(_moment(groups))
        except (ValueError, OverflowError):
            raise InvalidDate(position) from None
        decimals = (groups.get("fraction") or "")[1:]
        nanoseconds.append(int(decimals.ljust(9, "0")))
        if decimals:
            unit = "ns" if unit == "ns" or len(decimals) > _MICROSECONDS else "us"
        elif groups.get("hour") and unit == "D":
            unit = "s"
    whole = np.array(moments, dtype="datetime64[s]")
    if unit == "ns":
        for position, moment in enumerate(moments):
            if moment.year not in _YEARS_OF_NANOSECONDS:
                raise InvalidDate(position)
    converted = any(_offset(zone) for zone in zones)
    if unit in {"us", "ns"}:
        return Dates(whole + np.array(nanoseconds, "timedelta64[ns]").astype(f"timedelta64[{unit}]"), converted)
    return Dates(whole.astype(f"datetime64[{unit}]"), converted)


def _moment(groups: dict[str, str | None]) -> datetime.datetime:
    """Return the moment without its fraction of a second."""
    if groups.get("quarter"):
        month = 3 * int(groups["quarter"] or 0) - 2
    elif groups.get("name"):
        month = _MONTHS.index((groups["name"] or "")[:3].lower()) + 1
    else:
        month = int(groups["month"] or 0)
    day, hour, minute, second = (
        int(groups.get(part) or least) for part, least in (("day", 1), ("hour", 0), ("minute", 0), ("second", 0))
    )
    local = datetime.datetime(int(groups["year"] or 0), month, day, hour, minute, second)
    return local - _offset(groups.get("zone"))


def _offset(zone: str | None) -> datetime.timedelta:
    """Return how far the clocks of a zone such as +01:00 are ahead of UTC."""
    match = re.fullmatch(r"([-+])(\d{2}):?(\d{2})?", zone or "")
    if match is None:
        return datetime.timedelta(0)
    sign, hours, minutes = match.groups()
    ahead = datetime.timedelta(hours=int(hours), minutes=int(minutes or 0))
    return -ahead if sign == "-" else ahead
