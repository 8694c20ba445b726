"""The weights of samples in a loss."""

from typing import Any

from .._internal.arrays import Array, finite_array, numbers, real_array


def sample_weights(name: str, value: Any, output_shape: tuple[int, ...], dtype: str, *, finite: bool) -> Array | None:
    """Return weights as the core takes them, (N,) or, for each step of an output (N, T, O), (N, T); None for None."""
    if value is None:
        return None
    weights = numbers(name, value)
    leading = output_shape[:-1]
    for shape in (leading[:1], leading):
        if weights.shape in (shape, (*shape, 1)):
            convert = finite_array if finite else real_array
            return convert(name, weights, dtype).reshape(shape)
    raise wrong_weights(name, weights, output_shape)


def wrong_weights(name: str, weights: Array, output_shape: tuple[int, ...]) -> ValueError:
    """Return the error for weights that do not suit an output."""
    leading = output_shape[:-1]
    several = f" or {leading}" if len(leading) > 1 else ""
    return ValueError(
        f"{name}: expected shape {leading[:1]}{several}, a weight for each sample{' or step' if several else ''} of an"
        f" output {output_shape}, got {weights.shape}"
    )
