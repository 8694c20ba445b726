"""Compiled: optimizer, loss and metrics as one value."""

from typing import Any

from .. import losses, optimizers
from .._internal import checks
from .._internal.arrays import Array
from .._internal.registry import is_config
from ..losses._trainer import Trainer
from ..metrics._compiled import CompiledMetrics
from .native_model import NativeModel


class Compiled:
    """An optimizer, a loss with its weight, and metrics.

    Parameters
    ----------
    optimizer, loss, loss_weights, metrics, weighted_metrics
        As for `Sequential.compile`.
    """

    def __init__(self, optimizer: Any, loss: Any, loss_weights: Any, metrics: Any, weighted_metrics: Any) -> None:
        self.optimizer: optimizers.Optimizer = optimizers.get(optimizer)
        loss = _of_the_only_output("loss", loss)
        self.loss: losses.Loss | None = None if loss is None else losses.get(loss)
        self.metrics = CompiledMetrics(metrics, weighted_metrics)
        self.loss_weight = _loss_weight(loss_weights)

    def attach(self, native: NativeModel) -> None:
        """Set the loss of a native model and start its optimizer."""
        if self.loss is not None:
            self.loss._start(native.network)
        native.network.set_loss_weight(self.loss_weight)
        self.optimizer.start(native.network)

    def trainer(self, native: NativeModel) -> Trainer:
        """Return the network, or a wrapper that splits its steps for a loss written in Python."""
        assert self.loss is not None
        stateful_state = native.stateful_state if native.stateful else None
        return self.loss._trainer(native.network, stateful_state, self.loss_weight)

    def targets(self, name: str, y: Any, native: NativeModel, shape: tuple[int, ...], *, finite: bool) -> Array:
        """Return the targets for outputs of this shape in the form that the core takes."""
        assert self.loss is not None
        return self.loss._targets(name, y, shape, native.network.target_features, native.dtype, finite=finite)


def _of_the_only_output(name: str, value: Any) -> Any:
    """Return the entry of a list or dict with one entry for each output; anything else is returned unchanged."""
    entries = value
    if isinstance(value, dict) and not is_config(value):
        entries = list(value.values())
    if not isinstance(entries, (list, tuple)):
        return value
    if len(entries) != 1:
        raise ValueError(f"{name}: expected one entry, since the model has one output, got {len(entries)}")
    return entries[0]


def _loss_weight(value: Any) -> float:
    """Return the weight of the only loss."""
    value = _of_the_only_output("loss_weights", value)
    return 1.0 if value is None else checks.number("loss_weights", value)
