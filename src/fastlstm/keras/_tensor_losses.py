"""Losses and metrics of a functional model that use its tensors, as in Keras 1 and 2: more than targets and outputs.

Such a function is called once with symbolic tensors in place of targets and predictions. What it computes is evaluated
on each batch, in a step of Python, with the values that a larger model gives for the tensors that it uses.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._internal import tape
from ..layers import Input
from ..layers.computation import Computation
from ..layers.expression import Expression, applied, computation_of, identity_of
from ..layers.symbolic import SymbolicTensor
from ..losses._pairs import same_rank
from ..losses._shares import mask_of, shares_of
from ..metrics import Mean
from ..models import added_losses
from ..models.own_steps import LateMetric
from ._masked_calls import ModelWithMasks
from ._script_functions import ScriptLoss, uses_tensors


class _Part(NamedTuple):
    """What is computed from the values of tensors."""

    computation: Computation
    places: list[int]
    """Which of the tensors each of its inputs is."""

    def value(self, values: Sequence[Any], training: bool) -> Any:
        """Return the value for those of all tensors."""
        variables = [one._current() for one in self.computation._variables]
        return self.computation.run([values[place] for place in self.places], variables, training)


class _Steps(NamedTuple):
    """What a step computes for targets of certain shapes."""

    larger: ModelWithMasks
    """A model that gives the outputs, then other tensors of the layers."""
    losses: dict[int, _Part]
    """By the number of the output."""
    added: list[_Part]
    metrics: list[tuple[LateMetric, _Part]]
    """Metrics of `compile` that use tensors."""
    added_metrics: list[_Part]


class TensorLosses:
    """The losses and metrics of a functional model of which some use its tensors.

    Parameters
    ----------
    model : Model
        The model, which is compiled.
    metrics : list of (str, SymbolicTensor)
        Names and tensors of metrics that were added to the model.
    """

    def __init__(self, model: Any, metrics: Sequence[tuple[str, SymbolicTensor]]) -> None:
        self._model, self._added_metrics = model, [one for _, one in metrics]
        self.metrics = [Mean(name=name) for name, _ in metrics]
        self._steps: dict[tuple[Any, ...], _Steps] = {}

    def loss_and_outputs(self, x: Any, y: Any, weight: Any, *, training: bool) -> tuple[Any, Any]:
        """Return the loss of a batch and the predictions, and add the batch to the metrics that use tensors."""
        model = self._model
        compiled = model._compiled
        inputs, targets = model._each_input(x), compiled.parts("y", y)
        targets = [one[:, None] if np.ndim(one) == 1 else one for one in targets]
        weights = compiled.weights_of_outputs("sample_weight", weight)
        steps = self._steps_for(targets)
        found = steps.larger(inputs if len(inputs) > 1 else inputs[0], training=training)
        given = list(found) if isinstance(found, (list, tuple)) else [found]
        values = [*targets, *inputs, *given]
        outputs = given[: len(model._outputs)]

        def of_output(k: int, loss: Any) -> Any:
            if k not in steps.losses:
                return loss(targets[k], outputs[k], weights[k])
            part = steps.losses[k].value(values, training)
            shares = shares_of(
                np.shape(part), loss.reduction, loss._masked_weight(weights[k], mask_of(outputs[k])), loss.name
            )
            return np.sum(part * shares)

        losses = [
            None if loss is None or model._has_only_added_losses else of_output(k, loss)
            for k, loss in enumerate(compiled.losses)
        ]
        added = [np.mean(one.value(values, training)) for one in steps.added]
        total = model._total_loss(losses, [*added, *model.losses], len(inputs[0]))
        for metric, one in steps.metrics:
            value = tape.plain(one.value(values, training))
            Mean.update_state(metric.entry.metric, value, metric.weights(outputs[metric.output], weight))
        for mean, one in zip(self.metrics, steps.added_metrics, strict=True):
            mean.update_state(tape.plain(one.value(values, training)))
        return total, model._packed(outputs)

    def _steps_for(self, targets: Sequence[Any]) -> _Steps:
        shapes = tuple(
            None if one is None else _shape_of_targets(np.shape(one), tuple(output.shape))
            for one, output in zip(targets, self._model.outputs, strict=True)
        )
        if shapes not in self._steps:
            with tape.paused():
                self._steps[shapes] = self._found(shapes)
        return self._steps[shapes]

    def _found(self, shapes: Sequence[Any]) -> _Steps:
        model = self._model
        outputs = model.outputs
        targets = [Input(batch_shape=one or (None, 1), dtype=model.dtype) for one in shapes]
        tensors = [*targets, *model.inputs, *outputs]

        def part(value: Any) -> _Part:
            computation, inputs = computation_of(_as_expression(value))
            return _Part(computation, [_place(one, tensors) for one in inputs])

        pending: list[Any] = [identity_of(one) for one in targets]  # with which operators make no layers

        def of(function: Any, k: int) -> _Part:
            return part(function(*same_rank(pending[k], outputs[k])))

        losses = {
            k: of(loss.function, k)
            for k, loss in enumerate(model._compiled.losses)
            if isinstance(loss, ScriptLoss) and uses_tensors(loss.function)
        }
        added = [part(one.call.inputs[0]) for one in added_losses.of(model)]
        metrics = [(one, of(one.entry.source, one.output)) for one in model._metrics_with_tensors]
        added_metrics = [part(one) for one in self._added_metrics]
        larger = ModelWithMasks(model.inputs, tensors[len(targets) + len(model.inputs) :])
        return _Steps(larger, losses, added, metrics, added_metrics)


def _shape_of_targets(shape: tuple[int, ...], output: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the shape of targets of any batch, whose axes are known as far as those of the output are."""
    if len(shape) != len(output):
        return (None, *shape[1:])
    return (None, *(None if known is None else size for size, known in zip(shape[1:], output[1:], strict=True)))


def _as_expression(value: Any) -> Expression:
    """Return what a function has returned as an expression."""
    return value if isinstance(value, Expression) and not value.is_made else applied(np.positive, ((value,), {}))


def _place(tensor: SymbolicTensor, tensors: list[SymbolicTensor]) -> int:
    """Return which of the tensors this is; it becomes one of them if it is none."""
    for place, one in enumerate(tensors):
        if one.call is tensor.call and one.output == tensor.output:
            return place
    tensors.append(tensor)
    return len(tensors) - 1
