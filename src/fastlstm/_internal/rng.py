"""The one random generator, for initialization and shuffling."""

from __future__ import annotations  # so that numpy.random is imported when it is first used

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

_generator: np.random.Generator | None = None
_scoped: ContextVar[np.random.Generator | None] = ContextVar("_scoped", default=None)


def generator() -> np.random.Generator:
    """Return the generator of the current scope, or the package's, seeded by the system until `seed` is called."""
    global _generator  # noqa: PLW0603 - the one random state of the package
    scoped = _scoped.get()
    if scoped is not None:
        return scoped
    if _generator is None:
        _generator = np.random.default_rng()
    return _generator


def state() -> dict[str, Any]:
    """Return the state of the generator as JSON-compatible data."""
    return dict(generator().bit_generator.state)


def set_state(value: dict[str, Any]) -> None:
    """Restore a state returned by `state`."""
    generator().bit_generator.state = value


def seed(value: int) -> None:
    """Restart the package's generator from `value`."""
    global _generator  # noqa: PLW0603 - the one random state of the package
    _generator = np.random.default_rng(value)


@contextmanager
def scope(value: int) -> Iterator[None]:
    """Use a separate generator in this context, seeded with `value`; the package's is unchanged."""
    token = _scoped.set(np.random.default_rng(value))
    try:
        yield
    finally:
        _scoped.reset(token)
