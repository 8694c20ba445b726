"""Whether a script that is written for Keras is running, for what older versions of Keras took more loosely."""

_running = False


def set_running(on: bool) -> None:
    """Say that a script for Keras begins, or that it has ended."""
    global _running  # noqa: PLW0603 - imports of Keras find this package in the whole process
    _running = on


def is_running() -> bool:
    """Return whether a script for Keras is running."""
    return _running
