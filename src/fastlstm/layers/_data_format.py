"""Where features are: on the last axis."""

from typing import Any


def check_data_format(value: Any) -> None:
    """Raise ValueError unless features are on the last axis, which None means as well."""
    if value not in (None, "channels_last"):
        raise ValueError(f"data_format: expected None or 'channels_last', got {value!r}")
