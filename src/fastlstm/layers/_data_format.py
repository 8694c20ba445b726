"""Where features are: on the last axis, or before the steps."""

from typing import Any

from .base import Shape


def features_first(value: Any) -> bool:
    """Return whether features are before the steps, for layers that take either order."""
    if value not in (None, "channels_last", "channels_first"):
        raise ValueError(f"data_format: expected None, 'channels_last' or 'channels_first', got {value!r}")
    return bool(value == "channels_first")


def turned(shape: Shape) -> Shape:
    """Return the shape of sequences with features and steps in the other order; that of vectors unchanged."""
    return (shape[0], shape[2], shape[1]) if len(shape) == 3 else shape


def check_data_format(value: Any) -> None:
    """Raise ValueError unless features are on the last axis, which None means as well."""
    if value not in (None, "channels_last"):
        raise ValueError(f"data_format: expected None or 'channels_last', got {value!r}")
