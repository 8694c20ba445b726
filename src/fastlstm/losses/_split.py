"""Training with a loss computed in Python: a native forward pass, the call, and a native backward pass."""

from typing import Any, Protocol

import numpy as np

from .._internal.arrays import Array, numbers
from .._internal.native import Network
from ._trainer import StatefulState


class PythonLoss(Protocol):
    """A loss whose values and gradient are computed in Python."""

    name: str
    reduction: str | None

    def call(self, y_true: Array, y_pred: Array) -> Any:
        """Return the values of a batch and their gradient."""


class LossOfBatches(Protocol):
    """A loss of all samples of a batch together."""

    def reduced(self, y_true: Array, y_pred: Array, weight: Array | None) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient."""


class SplitSteps:
    """A network whose loss is computed in Python, with the interface of the core's `train` and `evaluate`.

    Parameters
    ----------
    network : Network
        The network; its own loss, if any, is not used.
    loss : Loss
        The loss, whose `call` returns values and gradient.
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
        return self._loss_and_gradient(y, output, sample_weight)[0] + penalty

    def _loss_and_gradient(self, y: Array, output: Array, weight: Array | None) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient."""
        values, gradient = self._checked_call(y, output)
        reduction = self._loss.reduction
        divisor = 1.0 if reduction == "sum" else float(max(1, values.size))
        weights = np.ones(values.shape) if weight is None else self._weight_of_each(values, weight)
        if reduction == "mean_with_sample_weight":
            divisor = weights.sum()
        shares = np.divide(weights * self._weight, divisor, out=np.zeros(values.shape), where=divisor != 0)
        loss = float((values * shares).sum())
        shares = shares.reshape(shares.shape + (1,) * (gradient.ndim - shares.ndim))
        return loss, np.ascontiguousarray(gradient * shares, dtype=output.dtype)

    def _weight_of_each(self, values: Array, weight: Array) -> Array:
        """Return the weight of each value; the weight of a sample applies to all its steps."""
        if weight.ndim > values.ndim:
            raise ValueError(
                f"sample_weight: expected one for each sample, since the loss {self._loss.name!r} has no values for"
                f" steps, got shape {weight.shape}"
            )
        weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)).astype(np.float64)
        return np.broadcast_to(weight, values.shape)

    def _checked_call(self, y: Array, output: Array) -> tuple[Array, Array]:
        """Return the checked values and gradient of the loss for a batch."""
        name, result = self._loss.name, self._loss.call(y, output)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"loss: expected {name!r} to return a tuple (values, gradient) of two arrays, got"
                f" {type(result).__name__}"
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


class SplitStepsOfBatches(SplitSteps):
    """As `SplitSteps`, for a loss whose value is that of all samples of a batch together.

    Parameters
    ----------
    network, stateful_state, weight
        As of `SplitSteps`.
    loss : Loss
        The loss, whose `reduced` returns the loss and its gradient.
    """

    def __init__(
        self, network: Network, loss: LossOfBatches, stateful_state: StatefulState | None, weight: float
    ) -> None:
        self._network, self._stateful_state, self._weight = network, stateful_state, weight
        self._reduced = loss.reduced

    def _loss_and_gradient(self, y: Array, output: Array, weight: Array | None) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient."""
        loss, gradient = self._reduced(y, output, weight)
        return loss * self._weight, np.ascontiguousarray(gradient * self._weight, dtype=output.dtype)
