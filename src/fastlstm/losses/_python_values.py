"""The loss of a batch and its gradient, from what the `call` of a loss returns."""

from functools import partial
from typing import Any, Protocol

import numpy as np

from .._internal.arrays import Array, numbers
from .._internal.tape import vjp
from ._shares import shares_of


class CalledLoss(Protocol):
    """A loss whose `call` gives values, or a tuple of values and gradient."""

    name: str
    reduction: Any
    _returns_values_alone: bool
    """Whether `call` has returned values without a gradient, which is then found by tracing it."""

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of a batch, or a tuple of them and their gradient."""


def loss_of(loss: CalledLoss, y: Array, output: Array, weight: Array | None) -> float:
    """Return the weighted and reduced loss of a batch."""
    result = loss.call(y, output)
    values = _values_and_gradient(loss, result, output)[0] if isinstance(result, tuple) else _values(loss, result)
    return float((values * shares_of(values.shape, loss.reduction, weight, loss.name)).sum())


def loss_and_gradient(loss: CalledLoss, y: Array, output: Array, weight: Array | None) -> tuple[float, Array]:
    """Return the weighted and reduced loss of a batch, and its gradient with respect to the output."""
    if not loss._returns_values_alone:
        result = loss.call(y, output)
        if isinstance(result, tuple):
            values, gradient = _values_and_gradient(loss, result, output)
            shares = shares_of(values.shape, loss.reduction, weight, loss.name)
            return float((values * shares).sum()), gradient * shares.reshape(
                shares.shape + (1,) * (gradient.ndim - shares.ndim)
            )
        loss._returns_values_alone = True
    result, pullback = vjp(partial(loss.call, y), output)
    values = _values(loss, result)
    shares = shares_of(values.shape, loss.reduction, weight, loss.name)
    (found,) = pullback(shares)
    if found is None:
        raise ValueError(
            f"loss: expected {loss.name!r} to return values that depend on y_pred through functions with a derivative,"
            " got values whose gradient is 0 everywhere"
        )
    return float((values * shares).sum()), found


def _values(loss: CalledLoss, result: Any) -> Array:
    """Return the checked values of a loss that returns nothing else."""
    if result is None or isinstance(result, (tuple, str)):
        raise TypeError(f"loss: expected {loss.name!r} to return an array of values, got {type(result).__name__}")
    return numbers(f"values of loss {loss.name!r}", result).astype(np.float64)


def _values_and_gradient(loss: CalledLoss, result: tuple[Any, ...], output: Array) -> tuple[Array, Array]:
    """Return the checked values and gradient of a loss that returns both."""
    name = loss.name
    if len(result) != 2:
        raise TypeError(
            f"loss: expected {name!r} to return values, or a tuple (values, gradient) of two arrays, got a tuple of"
            f" {len(result)}"
        )
    values = numbers(f"values of loss {name!r}", result[0])
    gradient = numbers(f"gradient of loss {name!r}", result[1])
    samples = output.shape[:-1]
    if values.shape not in (samples[:1], samples):
        several = f" or {samples}" if len(samples) > 1 else ""
        raise ValueError(
            f"values of loss {name!r}: expected shape {samples[:1]}{several}, one for each sample"
            f"{' or step' if several else ''}, got {values.shape}"
        )
    if gradient.shape != output.shape:
        raise ValueError(
            f"gradient of loss {name!r}: expected the shape of y_pred, {output.shape}, got {gradient.shape}"
        )
    return values.astype(np.float64), gradient
