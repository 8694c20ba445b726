"""A Python function as a loss: a step is then a native forward pass, the call, and a native backward pass."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from .. import _engine
from .._engine import Array, Network
from ._base import Carried, Loss

Function: TypeAlias = Callable[[Array, Array], Any]


class FunctionLoss(Loss):
    """What `get` makes of a function, or of anything else that can be called.

    Parameters
    ----------
    function : callable
        ``function(y_true, y_pred)`` gets the targets and the predictions of a batch, y_pred (N, O) or (N, T, O), both
        of the model's dtype, and returns a tuple (values, gradient): the loss of each sample (N,), or of each sample
        and step (N, T); and the derivatives of each one's value by its predictions, of the shape of y_pred. Sample
        weights and the mean over all values are applied to both afterwards.
    """

    def __init__(self, function: Function) -> None:
        super().__init__(getattr(function, "__name__", type(function).__name__))
        self._function = function

    @property
    def function(self) -> Function:
        """The function."""
        return self._function

    def get_config(self) -> dict[str, Any]:
        """Raise TypeError: a function has no configuration."""
        raise TypeError(f"loss: the function {self.name!r} has no configuration; pass it to compile again")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
        """Raise TypeError: the function itself is there to be called."""
        raise TypeError(f"loss: call the function {self.name!r} itself")

    def start(self, network: Network) -> None:
        """Do nothing: the network need not know."""

    def targets(
        self, name: str, y: Any, output_shape: tuple[int, ...], width: int, dtype: str, *, finite: bool
    ) -> Array:
        """Return `y`, of any shape, in the dtype; with a last axis of 1 where the output has one and y has none."""
        array = (_engine.finite_array if finite else _engine.real_array)(name, y, dtype)
        return array[..., None] if output_shape[-1] == 1 and array.shape == output_shape[:-1] else array

    def runner(self, network: Network, carried: Carried | None, weight: float) -> "SplitSteps":
        """Return what splits the network's steps; a mask that reaches the output raises ValueError."""
        if network.masked_output:
            raise ValueError(
                f"loss: the function {self.name!r} would get masked steps without their mask, which reaches this"
                " model's output; use a loss of fastlstm.losses"
            )
        return SplitSteps(network, self._function, self.name, carried, weight)


class SplitSteps:
    """A network whose loss is a Python function; `train` and `evaluate` are used as the core's."""

    loss_depends_on_batch = True
    masked_output = False

    def __init__(self, network: Network, function: Function, name: str, carried: Carried | None, weight: float) -> None:
        self._network = network
        self._function = function
        self._name = name
        self._carried = carried
        self._weight = weight

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
        """Make one step, whatever the seconds; return the next step, and `loss_sum` with the samples' losses added."""
        rows = order[first_step * batch_size : (first_step + 1) * batch_size]
        network = self._network
        state = None if self._carried is None else self._carried(len(rows))
        kept = network.forward(x[rows], state=state, draw=network.iterations, penalize=True)
        if predictions is not None:
            predictions[first_step * batch_size :][: len(rows)] = kept.output
        weight = None if sample_weight is None else sample_weight[rows]
        loss, gradient = self._loss_and_gradient(y[rows], kept.output, weight)
        network.backward(kept, gradient)  # type: ignore[arg-type]
        penalty = kept.penalty + network.apply_gradients(float(np.reshape(learning_rate, -1)[0]))
        if self._carried is not None:
            network.state = kept.state
        return first_step + 1, loss_sum + (loss + penalty) * len(rows)

    def evaluate(
        self, x: Array, y: Array, sample_weight: Array | None = None, predictions: Array | None = None
    ) -> float:
        """Return the loss of all rows as one batch, with the penalties of all regularizers."""
        output, penalty = self._network.predict_and_penalize(x)
        if predictions is not None:
            predictions[:] = output
        return self._loss_and_gradient(y, output, sample_weight)[0] + penalty

    def _loss_and_gradient(self, y: Array, output: Array, weight: Array | None) -> tuple[float, Array]:
        """Return the mean of the weighted values, and its gradient."""
        values, gradient = self._called(y, output)
        if weight is None:
            weight = np.ones(len(values))
        elif weight.ndim > values.ndim:
            raise ValueError(
                f"sample_weight: expected one for each sample, since the loss {self._name!r} has no values for steps,"
                f" got shape {weight.shape}"
            )
        weight = weight.reshape(weight.shape + (1,) * (values.ndim - weight.ndim)).astype(np.float64)
        weight = weight * self._weight
        loss = float((values * weight).sum() / max(1, values.size))
        share = weight / max(1, values.size)
        share = share.reshape(share.shape + (1,) * (gradient.ndim - share.ndim))
        return loss, np.ascontiguousarray(gradient * share, dtype=output.dtype)

    def _called(self, y: Array, output: Array) -> tuple[Array, Array]:
        """Return what the function makes of a batch, checked."""
        result = self._function(y, output)
        if not isinstance(result, tuple) or len(result) != 2:
            raise TypeError(
                f"loss: expected {self._name!r} to return a tuple (values, gradient) of two arrays, got"
                f" {type(result).__name__}"
            )
        values = _engine.numbers(f"values of loss {self._name!r}", result[0])
        gradient = _engine.numbers(f"gradient of loss {self._name!r}", result[1])
        samples = output.shape[:-1]
        if values.shape not in (samples[:1], samples):
            several = f" or {samples}" if len(samples) > 1 else ""
            raise ValueError(
                f"values of loss {self._name!r}: expected shape {samples[:1]}{several}, one for each sample"
                f"{' or step' if several else ''}, got {values.shape}"
            )
        if gradient.shape != output.shape:
            raise ValueError(
                f"gradient of loss {self._name!r}: expected the shape of y_pred, {output.shape}, got {gradient.shape}"
            )
        return values.astype(np.float64), gradient
