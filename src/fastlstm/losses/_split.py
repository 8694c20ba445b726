"""Training with losses computed in Python: a native forward pass, their calls, and a native backward pass."""

import math
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from .._internal.arrays import Array
from .._internal.native import Network
from ._trainer import StatefulState


class PythonLoss(Protocol):
    """A loss that is computed in Python."""

    name: str

    def _of_batch(self, y: Array, output: Array, weight: Array | None, valid: Array | None) -> float:
        """Return the weighted and reduced loss of a batch, given the mask of its output."""

    def _gradient_of_batch(
        self, y: Array, output: Array, weight: Array | None, valid: Array | None
    ) -> tuple[float, Array]:
        """Return the weighted and reduced loss of a batch, and its gradient with respect to the output."""


class SplitSteps:
    """A network whose losses are computed in Python, with the interface of the core's `train` and `evaluate`.

    Parameters
    ----------
    network : Network
        The network; its own losses, if any, are not used.
    losses : sequence of Loss or None
        The loss of each output.
    weights : sequence of float
        The weight of each loss.
    stateful_state : callable, optional
        Returns the initial states of a stateful model for a number of rows.
    """

    loss_depends_on_batch = True

    def __init__(
        self,
        network: Network,
        losses: Sequence[PythonLoss | None],
        weights: Sequence[float],
        stateful_state: StatefulState | None,
    ) -> None:
        self._network, self._losses, self._weights = network, losses, weights
        self._stateful_state = stateful_state

    @property
    def masked_output(self) -> Any:
        """Whether a mask may reach the output, for each of several."""
        return self._network.masked_output

    def train(
        self,
        x: Any,
        y: Any,
        order: Array,
        *,
        batch_size: int,
        first_step: int,
        learning_rate: float | Array,
        seconds: float,
        loss_sum: Any = 0.0,
        sample_weight: Any = None,
        predictions: Any = None,
        valid: Any = None,
    ) -> tuple[int, Any]:
        """Make at least one step, and more for so many seconds, up to a loss that is not finite.

        Returns the next step, and `loss_sum` with the samples' losses added.
        """
        begin = time.perf_counter()
        rates = np.reshape(learning_rate, -1)
        end = -(-len(order) // batch_size)
        if np.ndim(learning_rate):
            end = min(end, first_step + len(rates))
        several = len(self._losses) > 1
        sums = loss_sum if isinstance(loss_sum, list) else [loss_sum] + [0.0] * (len(self._losses) if several else 0)
        step = first_step
        while True:
            start = step * batch_size
            rows = order[start : start + batch_size]
            into = slice(start, start + len(rows))
            rate = float(rates[min(step - first_step, len(rates) - 1)])
            losses = self._train_on(x, y, rows, rate, sample_weight, predictions, valid, into)
            sums = [total + loss * len(rows) for total, loss in zip(sums, losses, strict=True)]
            step += 1
            if step >= end or time.perf_counter() - begin >= seconds or not math.isfinite(sums[0]):
                return step, sums if several else sums[0]

    def _train_on(
        self,
        x: Any,
        y: Any,
        rows: Array,
        learning_rate: float,
        sample_weight: Any,
        predictions: Any,
        valid: Any,
        into: slice,
    ) -> list[float]:
        """Make a step on some rows; return the loss, and of several outputs the loss of each."""
        network = self._network
        inputs = [each[rows] for each in x] if isinstance(x, list) else x[rows]
        state = None if self._stateful_state is None else self._stateful_state(len(rows))
        saved = network.forward(inputs, state=state, rng_step=network.iterations, penalize=True)
        _write(predictions, saved.output, into)
        _write(valid, saved.valid, into)
        weights = None if sample_weight is None else _rows_of(sample_weight, rows)
        found, gradients = self._of_batch(_rows_of(y, rows), saved, weights)
        network.backward(saved, gradients)  # type: ignore[arg-type]
        penalty = saved.penalty + network.apply_gradients(learning_rate)
        if self._stateful_state is not None:
            network.state = saved.state
        return _listed(self._summed(found, penalty))

    def loss_and_state_gradients(self, x: Any, y: Any, sample_weight: Any = None) -> tuple[Any, list[Array]]:
        """Return the loss of all rows as one batch, and the gradients of the states of recurrent layers."""
        network: Any = self._network
        saved = network.forward(x, penalize=True)
        found, gradients = self._of_batch(y, saved, sample_weight)
        return self._summed(found, saved.penalty), network.state_gradients(saved, gradients)[2]

    def _of_batch(self, y: Any, saved: Any, sample_weight: Any) -> tuple[list[float], Any]:
        """Return the losses of the outputs of a batch, and their gradients as the network takes them."""
        found: list[float] = []
        gradients: list[Array] = []
        for loss, factor, targets, output, mask, weight in self._of_outputs(y, saved, sample_weight):
            value, gradient = 0.0, np.zeros_like(output)
            if loss is not None:
                value, d = loss._gradient_of_batch(targets, output, weight, mask)
                gradient = np.ascontiguousarray(d * factor, dtype=output.dtype)
            found.append(value)
            gradients.append(gradient)
        return found, gradients if len(gradients) > 1 else gradients[0]

    def evaluate(self, x: Any, y: Any, sample_weight: Any = None, predictions: Any = None, valid: Any = None) -> Any:
        """Return the loss of all rows as one batch, including all regularization penalties, and that of each output."""
        found = _Outputs(*self._network.predict_and_penalize(x))
        _write(predictions, found.output, slice(None))
        _write(valid, found.valid, slice(None))
        losses = []
        for loss, _, targets, output, mask, weight in self._of_outputs(y, found, sample_weight):
            losses.append(0.0 if loss is None else loss._of_batch(targets, output, weight, mask))
        return self._summed(losses, found.penalty)

    def _of_outputs(self, y: Any, found: Any, sample_weight: Any) -> Any:
        """Return what belongs to each output: its loss with its weight, targets, values, mask and sample weights."""
        weights = [None] * len(self._losses) if sample_weight is None else _listed(sample_weight)
        masked = zip(_listed(found.valid), _listed(self._network.masked_output), strict=True)
        masks = [mask if one else None for mask, one in masked]
        return zip(self._losses, self._weights, _listed(y), _listed(found.output), masks, weights, strict=True)

    def _summed(self, losses: list[float], penalty: float) -> Any:
        """Return the weighted sum of the losses with the penalty, and of several outputs the loss of each."""
        total = sum(weight * loss for weight, loss in zip(self._weights, losses, strict=True)) + penalty
        return [total, *losses] if len(losses) > 1 else total


class _Outputs(NamedTuple):
    """What a forward pass gives."""

    output: Any
    penalty: float
    valid: Any


def _rows_of(arrays: Any, rows: Array) -> Any:
    """Return these rows of the arrays of several outputs, None for those without one, or of the only array."""
    if isinstance(arrays, list):
        return [None if one is None else one[rows] for one in arrays]
    return arrays[rows]


def _write(buffers: Any, arrays: Any, into: slice) -> None:
    """Write arrays of the outputs into a part of those buffers that are wanted."""
    for buffer, array in zip(_listed(buffers), _listed(arrays), strict=True) if buffers is not None else ():
        if buffer is not None:
            buffer[into] = array


def _listed(value: Any) -> list[Any]:
    """Return the arrays of several outputs, or the only one, as a list."""
    return value if isinstance(value, list) else [value]
