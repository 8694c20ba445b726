"""The one source of random numbers: initialisation and shuffling draw from it."""

from __future__ import annotations  # so that numpy.random is imported when it is first used

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

_generator: np.random.Generator | None = None
_scoped: ContextVar[np.random.Generator | None] = ContextVar("_scoped", default=None)


def generator() -> np.random.Generator:
    """Return the package's generator, seeded from the system's entropy until `seed` is called, or that of a scope."""
    global _generator  # noqa: PLW0603 - the one random state of the package
    scoped = _scoped.get()
    if scoped is not None:
        return scoped
    if _generator is None:
        _generator = np.random.default_rng()
    return _generator


def state() -> dict[str, Any]:
    """Return where the package's generator is, as data that JSON has."""
    return dict(generator().bit_generator.state)


def set_state(value: dict[str, Any]) -> None:
    """Let the package's generator go on from what `state` has returned."""
    generator().bit_generator.state = value


def seed(value: int) -> None:
    """Start the package's generator afresh from `value`."""
    global _generator  # noqa: PLW0603 - the one random state of the package
    _generator = np.random.default_rng(value)


@contextmanager
def scope(value: int) -> Iterator[None]:
    """Let this thread draw from a generator of its own, seeded with `value`; the package's stays as it is."""
    token = _scoped.set(np.random.default_rng(value))
    try:
        yield
    finally:
        _scoped.reset(token)
