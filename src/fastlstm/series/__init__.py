"""One series of numbers from a table in a CSV file, with its axis."""

from ._series import ArgumentNeededError, Series, read_series

__all__ = ["ArgumentNeededError", "Series", "read_series"]
