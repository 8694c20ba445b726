"""Training with a loss computed in Python: a native forward pass, the call, and a native backward pass."""

from functools import partial
from typing import Any, Protocol

import numpy as np

from .._internal.arrays import Array, numbers
from .._internal.native import Network
from .._internal.tape import vjp
from ._shares import shares_of
from ._trainer import StatefulState


class PythonLoss(Protocol):
    """A loss that is computed in Python."""

    name: str
    reduction: str
    _returns_values_alone: bool
    """Whether `call` has returned values without a gradient, which is then found by tracing it."""

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of a batch, or a tuple of them and their gradient."""


class SplitSteps:
    """A network whose loss is computed in Python, with the interface of the core's `train` and `evaluate`.

    Parameters
    ----------
    network : Network
        The network; its own loss, if any, is not used.
    loss : Loss
        The loss.
    stateful_state : callable, optional
        Returns the initial states of a stateful model for a number of rows.
    weight : float
        The weight of the loss.
    """

    loss_depends_on_batch = True
    masked_output = False

    def __init__(self, network: Network, loss: PythonLoss, stateful_state: StatefulState | None, weight: float) -> None:
        self._network, self._loss, self._stateful_state, self._weight = network, loss, stateful_state, weight

    def train(
        self,
        x: Array,
        y: Array,
        order: Array,
        *,
        batch_size: int,
        first_step: int,
        learning_rate: float | Array,
        seconds: float,
        loss_sum: float = 0.0,
        sample_weight: Array | None = None,
        predictions: Array | None = None,
    ) -> tuple[int, float]:
        """Make one step, regardless of `seconds`; return the number of the next step and the updated `loss_sum`."""
        rows = order[first_step * batch_size : (first_step + 1) * batch_size]
        network = self._network
        state = None if self._stateful_state is None else self._stateful_state(len(rows))
        saved = network.forward(x[rows], state=state, rng_step=network.iterations, penalize=True)
        if predictions is not None:
            predictions[first_step * batch_size :][: len(rows)] = saved.output
        weight = None if sample_weight is None else sample_weight[rows]
        loss, gradient = self._loss_and_gradient(y[rows], saved.output, weight)
        network.backward(saved, gradient)  # type: ignore[arg-type]
        penalty = saved.penalty + network.apply_gradients(float(np.reshape(learning_rate, -1)[0]))
        if self._stateful_state is not None:
            network.state = saved.state
        return first_step + 1, loss_sum + (loss + penalty) * len(rows)

    def evaluate(
        self, x: Array, y: Array, sample_weight: Array | None = None, predictions: Array | None = None
    ) -> float:
        """Return the loss of all rows as one batch, including all regularization penalties."""
        output, penalty = self._network.predict_and_penalize(x)
        if predictions is not None:
            predictions[:] = output
        loss = self._loss
        result = loss.call(y, output)
        values = self._values_and_gradient(result, output)[0] if isinstance(result, tuple) else self._values(result)
        return float((values * self._shares(values, sample_weight)).sum()) + penalty

    def _loss_and_gradient(self, y: Array, output: Array, weight: Array | None) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient."""
        loss = self._loss
        if not loss._returns_values_alone:
            result = loss.call(y, output)
            if isinstance(result, tuple):
                values, gradient = self._values_and_gradient(result, output)
                shares = self._shares(values, weight)
                each = shares.reshape(shares.shape + (1,) * (gradient.ndim - shares.ndim))
                return float((values * shares).sum()), np.ascontiguousarray(gradient * each, dtype=output.dtype)
            loss._returns_values_alone = True
        result, pullback = vjp(partial(loss.call, y), output)
        values = self._values(result)
        shares = self._shares(values, weight)
        (found,) = pullback(shares)
        if found is None:
            raise ValueError(
                f"loss: expected {loss.name!r} to return values that depend on y_pred through functions with a"
                " derivative, got values whose gradient is 0 everywhere"
            )
        return float((values * shares).sum()), np.ascontiguousarray(found)

    def _shares(self, values: Array, weight: Array | None) -> Array:
        return shares_of(values.shape, self._loss.reduction, weight, self._loss.name) * self._weight

    def _values(self, result: Any) -> Array:
        """Return the checked values of a loss that returns nothing else."""
        name = self._loss.name
        if result is None or isinstance(result, (tuple, str)):
            raise TypeError(f"loss: expected {name!r} to return an array of values, got {type(result).__name__}")
        return numbers(f"values of loss {name!r}", result).astype(np.float64)

    def _values_and_gradient(self, result: tuple[Any, ...], output: Array) -> tuple[Array, Array]:
        """Return the checked values and gradient of a loss that returns both."""
        name = self._loss.name
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
