"""Losses and metrics of a functional model that use its tensors, as in Keras 1 and 2: more than targets and outputs.

Such a function is called once with symbolic tensors in place of targets and predictions. What it computes is evaluated
on each batch, in a step of Python, with the values that a larger model gives for the tensors that it uses.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .._internal import tape
from .._internal.not_available import NotAvailableError
from ..layers import Input
from ..layers._trace import has_mask
from ..layers.computation import Computation
from ..layers.expression import Expression, applied, computation_of, identity_of
from ..layers.symbolic import SymbolicTensor
from ..losses._pairs import same_rank
from ..losses._shares import shares_of
from ..metrics import Mean
from ..models import Model as GraphModel
from ..models import added_losses
from ._script_functions import ScriptLoss


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

    larger: GraphModel
    """A model that gives the outputs, then other tensors of the layers."""
    losses: dict[int, _Part]
    """By the number of the output."""
    added: list[_Part]
    metrics: list[_Part]


class TensorLosses:
    """The losses and metrics of a functional model of which some use its tensors.

    Parameters
    ----------
    model : Model
        The model, which is compiled.
    metrics : list of (str, object)
        Names of metrics, and what they are: a tensor of the model, or a function of targets and predictions.
    """

    def __init__(self, model: Any, metrics: Sequence[tuple[str, Any]]) -> None:
        self._model, self._functions = model, [one for _, one in metrics]
        self.metrics = [Mean(name=name) for name, _ in metrics]
        self._steps: dict[tuple[Any, ...], _Steps] = {}

    def loss_and_outputs(self, x: Any, y: Any, weight: Any, *, training: bool) -> tuple[Any, Any]:
        """Return the loss of a batch and the predictions, and add the batch to the metrics."""
        model = self._model
        self._require_plain(weight)
        inputs, targets = _each(x, model.input_names), _each(y, model._names_of_outputs())
        targets = [one[:, None] if np.ndim(one) == 1 else one for one in targets]
        steps = self._steps_for(targets)
        found = steps.larger(inputs if len(inputs) > 1 else inputs[0], training=training)
        given = list(found) if isinstance(found, (list, tuple)) else [found]
        values = [*targets, *inputs, *given]
        outputs = given[: len(model._outputs)]
        total: Any = 0.0
        compiled = model._compiled
        for k, (loss, factor) in enumerate(zip(compiled.losses, compiled.loss_weights, strict=True)):
            if k in steps.losses:
                part = steps.losses[k].value(values, training)
                total = total + factor * np.sum(part * shares_of(np.shape(part), loss.reduction, weight, loss.name))
            elif loss is not None and factor:
                total = total + factor * loss(targets[k], outputs[k], weight)
        for one in steps.added:
            total = total + np.mean(one.value(values, training))
        for penalty in model.losses:
            total = total + penalty
        model._loss_tracker.update_state(tape.plain(total), len(inputs[0]))
        for metric, one in zip(self.metrics, steps.metrics, strict=True):
            metric.update_state(tape.plain(one.value(values, training)))
        return total, model._packed(outputs)

    def _require_plain(self, weight: Any) -> None:
        """Raise NotAvailableError for what has no meaning here yet."""
        model = self._model
        several = len(model._outputs) > 1 and (isinstance(weight, (list, tuple, dict)) or model._metrics_of_compile())
        masked = any(
            loss is not None and factor and has_mask(output, {})
            for loss, factor, output in zip(
                model._compiled.losses, model._compiled.loss_weights, model.outputs, strict=True
            )
        )
        if several or masked:
            raise NotAvailableError(
                "fastlstm does not have losses or metrics of symbolic tensors for a model"
                f" {'whose output is masked' if masked else 'with metrics or sample weights of several outputs'}: pass"
                " functions of y_true and y_pred alone, or use model.add_loss"
            )

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
            if isinstance(loss, ScriptLoss) and loss.uses_tensors
        }
        added = [part(one.call.inputs[0]) for one in added_losses.of(model)]
        metrics = [part(one) if isinstance(one, SymbolicTensor) else of(one, 0) for one in self._functions]
        larger = GraphModel(model.inputs, tensors[len(targets) + len(model.inputs) :])
        return _Steps(larger, losses, added, metrics)


def _shape_of_targets(shape: tuple[int, ...], output: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the shape of targets of any batch, whose axes are known as far as those of the output are."""
    if len(shape) != len(output):
        return (None, *shape[1:])
    return (None, *(None if known is None else size for size, known in zip(shape[1:], output[1:], strict=True)))


def _each(value: Any, names: Sequence[str]) -> list[Any]:
    """Return the arrays of several inputs or outputs, given as a list or by name, or the only one."""
    if value is None:
        return [None] * len(names)
    if isinstance(value, dict):
        return [value[name] for name in names]
    return list(value) if isinstance(value, (list, tuple)) else [value]


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
