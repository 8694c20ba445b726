"""Counts and values as text, for messages, titles, legends and tables."""

from typing import Any

import numpy as np


def counted(count: int, noun: str) -> str:
    """Return the count with its noun: '1 value', '3,122 values'."""
    return f"{count:,} {noun}" + "s" * (count != 1)


def figures(value: Any, digits: int = 4) -> str:
    """Return a number with this many significant digits, or several of them in brackets: '0.1235', '[1 2.5]'."""
    found = [f"{one:.{digits}g}" for one in np.ravel(value)]
    return found[0] if np.ndim(value) == 0 else f"[{' '.join(found)}]"
