"""Leaving layers unbuilt while a model is made of its description: the weights come from the file."""

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar

_WITHOUT_WEIGHTS: ContextVar[bool] = ContextVar("without_weights", default=False)


@contextlib.contextmanager
def leaving_unbuilt() -> Iterator[None]:
    """Let layers that are called on symbolic tensors, or added to models, stay without weights."""
    token = _WITHOUT_WEIGHTS.set(True)
    try:
        yield
    finally:
        _WITHOUT_WEIGHTS.reset(token)


@contextlib.contextmanager
def building_all() -> Iterator[None]:
    """Let layers that are called get their weights, also inside `leaving_unbuilt`."""
    token = _WITHOUT_WEIGHTS.set(False)
    try:
        yield
    finally:
        _WITHOUT_WEIGHTS.reset(token)


def are_left_unbuilt() -> bool:
    """Return whether layers stay without weights at the moment."""
    return _WITHOUT_WEIGHTS.get()
