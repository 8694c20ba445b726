"""Compiled: optimizer, losses and metrics as one value."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import losses, optimizers
from .._internal import checks
from .._internal.arrays import Array
from .._internal.native import Network
from .._internal.registry import is_config
from .._internal.row_arrays import RowArrays, Rows
from ..losses._along_axis import along_its_axis
from ..losses._native import NativeLoss
from ..losses._sample_weights import sample_weights
from ..losses._split import SplitSteps
from ..losses._trainer import StatefulState, Trainer
from ..metrics._compiled import CompiledMetrics
from ..metrics._model_metrics import ModelMetrics
from .native_model import NativeModel


class Compiled:
    """An optimizer, the losses of the outputs with their weights, and metrics.

    Parameters
    ----------
    optimizer, loss, loss_weights, metrics, weighted_metrics
        As for `Model.compile`.
    output_names : sequence of str
        The names of the outputs.
    """

    def __init__(
        self,
        optimizer: Any,
        loss: Any,
        loss_weights: Any,
        metrics: Any,
        weighted_metrics: Any,
        output_names: Sequence[str],
    ) -> None:
        self.arguments = {
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
        }
        """What `compile` was called with, but for the optimizer."""
        self.names_losses = len(output_names) > 1
        """Whether logs have the loss of each output beside the loss of all."""
        self.optimizer: optimizers.Optimizer = optimizers.get(optimizer)
        self.output_names = list(output_names)
        self.losses: list[losses.Loss | None] = [
            None if one is None else losses.get(one) for one in self._of_each("loss", loss, spread=True)
        ]
        self._training_losses = self.losses
        """The losses as they train the outputs, whose shapes are known once there is a native model."""
        weights = self._of_each("loss_weights", loss_weights, spread=len(output_names) == 1)
        self.loss_weights = [1.0 if one is None else checks.number("loss_weights", one) for one in weights]
        if len(output_names) == 1:
            of_outputs = [CompiledMetrics(metrics, weighted_metrics)]
        else:
            given = zip(
                self._metrics("metrics", metrics), self._metrics("weighted_metrics", weighted_metrics), strict=True
            )
            of_outputs = [CompiledMetrics(*one) for one in given]
        self.metrics = ModelMetrics(of_outputs, output_names)

    @property
    def loss(self) -> losses.Loss | None:
        """The loss of the only output, None if there are several."""
        return self.losses[0] if len(self.losses) == 1 else None

    @property
    def has_loss(self) -> bool:
        """Whether any output has a loss."""
        return any(loss is not None for loss in self.losses)

    def attach(self, native: NativeModel) -> None:
        """Set the losses of a native model and start its optimizer."""
        ranks = native.output_ranks
        self._training_losses = [along_its_axis(loss, rank) for loss, rank in zip(self.losses, ranks, strict=True)]
        self.set_losses(native.network)
        self.optimizer.start(native.network)

    def set_losses(self, network: Network) -> None:
        """Set the losses of a network with the outputs of the native model."""
        for output, (loss, weight) in enumerate(zip(self._training_losses, self.loss_weights, strict=True)):
            if loss is not None:
                loss._start(network, output)
            network.set_loss_weight(weight, output=output)

    def trainer(self, native: NativeModel) -> Trainer:
        """Return the network, or a wrapper that splits its steps for losses written in Python."""
        return self.trainer_of(native.network, native.stateful_state if native.stateful else None)

    def trainer_of(self, network: Network, stateful_state: StatefulState | None) -> Trainer:
        """Return a network whose losses have been set, or a wrapper that splits its steps."""
        losses = self._training_losses
        if len(losses) == 1 and losses[0] is not None:
            return losses[0]._trainer(network, stateful_state, self.loss_weights[0])
        if all(loss is None or isinstance(loss, NativeLoss) for loss in losses):
            return network
        return SplitSteps(network, losses, self.loss_weights, stateful_state)

    def logs(self, sums: Sequence[float], samples: int) -> dict[str, Any]:
        """Return the mean losses of samples by name, given their sums as the core returns them."""
        of_outputs = [sums[1 + k] for k, loss in enumerate(self.losses) if loss is not None and self.names_losses]
        values = zip(["loss", *self.loss_names], [sums[0], *of_outputs], strict=True)
        return {name: value / samples for name, value in values}

    @property
    def loss_names(self) -> list[str]:
        """The names of the losses of the outputs in logs."""
        if not self.names_losses:
            return []
        return [f"{name}_loss" for name, loss in zip(self.output_names, self.losses, strict=True) if loss is not None]

    # Data -------------------------------------------------------------------------------------------------------

    def targets(
        self, name: str, y: Any, native: NativeModel, shapes: Sequence[tuple[int, ...]], *, finite: bool
    ) -> Rows:
        """Return the targets for outputs of these shapes in the form that the core takes."""
        if len(shapes) == 1:
            (loss,) = self._training_losses
            assert loss is not None
            width = native.network.target_features
            y = _for_each_step(name, y, shapes[0], width)
            return loss._targets(name, y, shapes[0], width, native.dtype, finite=finite)
        arrays: list[Array | None] = []
        for label, one, loss, shape, width in zip(
            self._labels(name, y),
            self.of_outputs(name, y),
            self._training_losses,
            shapes,
            native.network.target_features,
            strict=True,
        ):
            if loss is None:
                arrays.append(None)
                continue
            if one is None:
                raise ValueError(f"{label}: expected targets, got None")
            of_steps = _for_each_step(label, one, shape, width)
            arrays.append(loss._targets(label, of_steps, shape, width, native.dtype, finite=finite))
        return RowArrays(arrays, shapes[0][0])

    def weights(
        self, name: str, value: Any, native: NativeModel, shapes: Sequence[tuple[int, ...]], *, finite: bool
    ) -> Rows | None:
        """Return the sample weights of outputs of these shapes in the form that the core takes."""
        if value is None:
            return None
        if len(shapes) == 1:
            return sample_weights(name, value, shapes[0], native.dtype, finite=finite)
        arrays = [
            sample_weights(label, one, shape, native.dtype, finite=finite)
            for label, one, shape in zip(
                self._labels(name, value), self.weights_of_outputs(name, value), shapes, strict=True
            )
        ]
        return RowArrays(arrays, shapes[0][0])

    def weights_of_outputs(self, name: str, value: Any) -> list[Any]:
        """Return the sample weights of each output; an array serves all of them."""
        count = len(self.output_names)
        if isinstance(value, (dict, list, tuple)) and (isinstance(value, dict) or len(value) == count):
            return self.parts(name, value)
        return [value] * count

    def parts(self, name: str, value: Any) -> list[Any]:
        """Return what a step has for each output, of a list or a dict or the only one; None where there is nothing."""
        if value is None:
            return [None] * len(self.output_names)
        in_list = isinstance(value, (list, tuple)) and len(value) == 1
        if len(self.output_names) == 1 and not in_list and not isinstance(value, dict):
            return [value]
        return self.of_outputs(name, value, complete=False)

    def of_outputs(self, name: str, value: Any, *, complete: bool = True) -> list[Any]:
        """Return the entries of a list or dict with one entry for each output."""
        names = self.output_names
        if isinstance(value, dict):
            unknown = [key for key in value if key not in names]
            missing = [
                one for one, loss in zip(names, self.losses, strict=True) if one not in value and loss is not None
            ]
            if unknown or (missing and complete):
                raise ValueError(f"{name}: expected entries for the outputs {', '.join(names)}, got {', '.join(value)}")
            return [value.get(one) for one in names]
        if not isinstance(value, (list, tuple)) or len(value) != len(names):
            got = f"{len(value)} entries" if isinstance(value, (list, tuple)) else type(value).__name__
            raise ValueError(
                f"{name}: expected a list or a dict with an entry for each of {len(names)} outputs,"
                f" {', '.join(names)}; got {got}"
            )
        return list(value)

    def _labels(self, name: str, value: Any) -> list[str]:
        keys: Sequence[Any] = self.output_names if isinstance(value, dict) else range(len(self.output_names))
        return [f"{name}[{key!r}]" for key in keys]

    # Arguments of compile ---------------------------------------------------------------------------------------

    def _of_each(self, name: str, value: Any, *, spread: bool) -> list[Any]:
        """Return an argument's entry for each output; a single value serves all of them if `spread`."""
        names = self.output_names
        if isinstance(value, dict) and not is_config(value):
            if len(names) == 1 and len(value) == 1:
                return list(value.values())
            unknown = [key for key in value if key not in names]
            if unknown:
                raise ValueError(f"{name}: expected keys among the outputs {', '.join(names)}, got {unknown[0]!r}")
            return [value.get(one) for one in names]
        if isinstance(value, (list, tuple)):
            if len(value) != len(names):
                outputs = "one entry, since the model has one output" if len(names) == 1 else f"{len(names)} entries"
                raise ValueError(f"{name}: expected {outputs}, got {len(value)}")
            return list(value)
        if value is None or spread:
            return [value] * len(names)
        raise TypeError(f"{name}: expected a list or a dict with an entry for each output, got {value!r}")

    def _metrics(self, name: str, value: Any) -> list[Any]:
        """Return the metrics of each output; a flat list of another length serves all of them."""
        names = self.output_names
        if isinstance(value, dict):
            return self._of_each(name, value, spread=True)
        if isinstance(value, (list, tuple)) and len(value) == len(names):
            return list(value)
        return [value] * len(names)


def _for_each_step(name: str, y: Any, shape: tuple[int, ...], width: int) -> Any:
    """Return targets of samples repeated for each step of an output (N, T, 1), as in Keras; others unchanged."""
    if len(shape) != 3 or (width, shape[2]) != (1, 1) or shape[1] == 1 or np.shape(y) not in (shape[:1], (shape[0], 1)):
        return y
    warnings.warn(
        f"{name}: there is one target for each sample, and an output {shape} with {shape[1]} steps: it is used for each"
        " step, as in Keras (the last recurrent layer may need return_sequences=False)",
        UserWarning,
        stacklevel=6,
    )
    return np.broadcast_to(np.reshape(y, (-1, 1, 1)), shape)
