"""Losses that depend on tensors of a functional model, as `model.add_loss` of Keras 1 and 2 adds them."""

from typing import Any

import numpy as np

from ..layers._trace import AddedLoss, nodes_in
from ..layers.expression import applied
from ..layers.own_layer import total_for_rows
from ..layers.symbolic import SymbolicTensor
from .tracing import traced


def add(model: Any, loss: SymbolicTensor) -> None:
    """Add the sum of a tensor's elements to the loss of a functional model.

    Parameters
    ----------
    model : Model
        The model, which gets further nodes.
    loss : SymbolicTensor
        What is computed from its inputs.
    """
    inputs, outputs = model.inputs, model.outputs
    total = applied(total_for_rows, ((loss, inputs[0]), {}))
    model._loss_tensors = [*of(model), AddedLoss(dtype=model.dtype).of(total)]
    found = traced(inputs, [*outputs, *model._loss_tensors])
    model._nodes, model._given_outputs = found.nodes, found.outputs[: len(outputs)]
    model._changed()


def of(model: Any) -> list[Any]:
    """Return the tensors that have been added to the loss."""
    return list(vars(model).get("_loss_tensors", ()))


def are_in(model: Any) -> bool:
    """Return whether anything has been added to the loss: tensors of the model, or what layers of users compute."""
    return bool(of(model)) or _any_in(model._nodes)


def _any_in(nodes: Any) -> bool:
    return any(isinstance(node.layer, AddedLoss) or _any_in(nodes_in(node.layer)) for node in nodes)


def targets_for(model: Any, x: Any) -> Any:
    """Return zeros of the shapes of the outputs, for a model that has no other loss."""
    native = model._native_for("x", x)
    zeros = [np.zeros(shape, np.float32) for shape in native.output_shapes(native.input("x", x))]
    return zeros if len(zeros) > 1 else zeros[0]
