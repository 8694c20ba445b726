"""The small number of Keras's backend, for custom metrics and operations."""

_EPSILON = [1e-7]


def epsilon() -> float:
    """Return the small number that keeps divisions and logarithms of custom metrics and operations finite."""
    return _EPSILON[0]


def set_epsilon(value: float) -> None:
    """Set the result of `epsilon`. The losses and metrics of this package do not use it."""
    _EPSILON[0] = float(value)
