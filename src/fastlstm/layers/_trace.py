"""Traces: what a `call` of a user's layer or model does, found by calling it with symbolic tensors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._internal import tape
from .._internal.native import Branch
from ._call_arguments import structured
from ._nodes import MODEL_INPUT, Node, Value, captured_by, nodes_between
from .base import Layer, Shape
from .computation import Computation, Phase
from .expression import Expression, applied, identity_of
from .symbolic import OPERATIONS, SymbolicCall, SymbolicTensor, outputs_of
from .variable import TRACING, Variable, same


class Tracing:
    """A call that is being traced.

    Parameters
    ----------
    inputs : sequence of SymbolicTensor
        The inputs of the graph.
    masked : sequence of bool
        Whether each has a mask.
    phase : Phase
        What `training` is.
    """

    def __init__(self, inputs: Sequence[SymbolicTensor], masked: Sequence[bool], phase: Phase) -> None:
        self.inputs, self.phase = list(inputs), phase
        self.losses: list[SymbolicTensor] = []
        self.shapes: dict[int, Any] = {}
        """The shape of the output of each layer that was called, by its identity."""
        self.layers: list[Any] = []
        """The layers that were called, those that are traced as well."""
        self._masked = {id(one.call): flag for one, flag in zip(inputs, masked, strict=True)}

    def note(self, layer: Any, output: Any) -> Any:
        """Take note of what a layer gives; return it."""
        self.layers.append(layer)
        if isinstance(output, SymbolicTensor):
            self.shapes[id(layer)] = tuple(output.shape)
        return output

    def has_mask(self, tensor: Any) -> bool:
        """Return whether a mask comes with a tensor."""
        return has_mask(tensor, self._masked)


class _Placeholder:
    """What gives the inputs of a graph that is traced."""

    def __init__(self, number: int, dtype: str) -> None:
        self.name, self.dtype = f"input_{number}", dtype
        self._calls: list[Any] = []


class Trace:
    """A graph between inputs and outputs of a call.

    Parameters
    ----------
    shapes : sequence of tuple
        Of the inputs.
    outputs : object
        What the call has returned.
    tracing : Tracing
        The inputs, and the losses that were added.
    """

    def __init__(self, shapes: Sequence[Shape], outputs: Any, tracing: Tracing) -> None:
        self.shapes = [tuple(shape) for shape in shapes]
        found: list[SymbolicTensor] = []
        self.structure = structured(outputs, lambda one: _numbered(one, found, tracing))
        if not found:
            raise ValueError("call: expected that it returns what it computes from its inputs, got none")
        self.gives_masks = [tracing.has_mask(one) for one in found]
        self.tensors, self.layers = found, tracing.layers
        losses = [AddedLoss(dtype=one.layer.dtype).of(one) for one in tracing.losses]
        self.captured = captured_by(tracing.inputs, [*found, *losses])
        """Tensors of the graph around it, which are further inputs."""
        self.shapes += [tuple(one.shape) for one in self.captured]
        self._nodes, self._outputs = nodes_between([*tracing.inputs, *self.captured], found, losses)

    def fits(self, shapes: Sequence[Shape]) -> bool:
        """Return whether inputs of these shapes can be used."""
        return len(shapes) == len(self.shapes) and all(
            len(one) == len(other) and all(a in (None, b) for a, b in zip(one[1:], other[1:], strict=True))
            for one, other in zip(self.shapes, shapes, strict=True)
        )

    def shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]:
        """Return the shapes of the outputs for those of the inputs."""
        found: list[list[Shape]] = []

        def of(value: Value) -> Shape:
            node, output = value
            return tuple(shapes[output] if node == MODEL_INPUT else found[node][output])

        for node in self._nodes:
            found.append(node.shapes_of_outputs([of(value) for value in node.inputs]))
        return [of(value) for value in self._outputs]

    def packed(self, outputs: Sequence[Any]) -> Any:
        """Return outputs in the structure in which the call returns them."""
        return structured(self.structure, lambda one: outputs[one.number] if isinstance(one, _Number) else one)


class _Number:
    """Which output belongs in a place of the structure."""

    def __init__(self, number: int) -> None:
        self.number = number


def _numbered(one: Any, found: list[SymbolicTensor], tracing: Tracing) -> Any:
    if isinstance(one, Variable):
        one = applied(same, ((one,), {}))
    if isinstance(one, (np.ndarray, np.generic)):
        one = constant(one)
    if not isinstance(one, SymbolicTensor):
        return one
    if any(one is given for given in tracing.inputs) and not tracing.has_mask(one):
        one = identity_of(one)
    found.append(one)
    return _Number(len(found) - 1)


def constant(value: Any) -> Any:
    """Return an array as an expression."""
    return applied(same, ((np.asarray(value),), {}))


class AddedLoss(Layer):
    """Adds a number for each row to the loss."""

    _always_needed = True

    def of(self, tensor: SymbolicTensor) -> SymbolicTensor:
        """Return an output, which nothing takes."""
        return outputs_of(self, [tensor], [(None, 1)])[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return (input_shape[0], 1)

    def _append_to(self, branch: Branch, shape: Any) -> None:
        branch.add("added_loss")


def adds_losses(nodes: Sequence[Node]) -> bool:
    """Return whether anything adds to the loss: `add_loss`, or a penalty on an output, also inside layers."""

    def adds(layer: Any) -> bool:
        if not isinstance(layer, Layer):  # a model
            return adds_losses(nodes_in(layer))
        if isinstance(layer, AddedLoss) or layer._activity_regularizer is not None:
            return True
        return adds_losses(nodes_in(layer)) or any(map(adds, layer._parts().values()))

    return any(adds(node.layer) for node in nodes)


def nodes_in(layer: Any) -> Sequence[Node]:
    """Return the nodes inside a layer or a model; none of a layer that is not made of others."""
    if isinstance(layer, Layer):
        return () if layer._nodes_inside is None else layer._nodes_inside()
    found: Sequence[Node] = getattr(layer, "_nodes", ())
    return found


class MaskValues(Layer):
    """The mask of a sequence as numbers (N, T, 1): 1 at the steps that count."""

    def _output_shape(self, shape: Shape) -> Shape:
        return (*shape[:2], 1)

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("mask_values")


class MaskedBy(Layer):
    """A sequence with the mask that a second input says: numbers (N, T, 1), 0 at the steps that do not count."""

    _takes_any_input = True

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape[0])

    def _append_to(self, branch: Branch, shape: Any) -> None:
        branch.add("masked_by")


class WithoutMask(Layer):
    """A sequence without its mask."""

    def _output_shape(self, shape: Shape) -> Shape:
        return shape

    def _append_to(self, branch: Branch, shape: Shape) -> None:
        branch.add("step_range", before=0, after=0)

    def _gives_mask(self, arguments: Any, masked: Sequence[bool]) -> bool:
        return False


def without_mask(tensor: SymbolicTensor) -> SymbolicTensor:
    """Return a tensor as operators take it where a call is traced: what they give has no mask."""
    tracing = TRACING.get()
    if tracing is None or tensor.ndim != 3 or not tracing.has_mask(tensor):
        return tensor
    found: SymbolicTensor = WithoutMask(dtype=tensor.dtype)._symbolic_output([tensor])
    return found


def mask_of(tensor: SymbolicTensor) -> Any:
    """Return the mask of a tensor as a symbolic tensor of booleans (N, T)."""
    values = MaskValues(dtype=tensor.dtype)._symbolic_output([tensor])
    return applied(_as_mask, ((values,), {}))


def _mask_or_none(tensor: SymbolicTensor) -> Any:
    """Return the mask that comes with a tensor; None without one."""
    tracing = TRACING.get()
    return mask_of(tensor) if (tracing.has_mask(tensor) if tracing else has_mask(tensor, {})) else None


def _as_mask(values: Any) -> Any:
    return np.asarray(tape.plain(values))[..., 0] != 0


def with_mask(tensor: SymbolicTensor, mask: Any) -> Any:
    """Return a sequence with a mask, given as booleans (N, T)."""
    values = applied(_as_values, ((mask, tensor.dtype if tensor.dtype in ("float32", "float64") else "float32"), {}))
    return MaskedBy(dtype=tensor.dtype)._symbolic_output([tensor, values])


def _as_values(mask: Any, dtype: str) -> Any:
    return np.expand_dims(np.asarray(tape.plain(mask)), -1).astype(dtype)


def has_mask(tensor: Any, known: dict[int, bool]) -> bool:
    """Return whether a mask comes with a tensor; `known` says it of calls, by their identity."""
    if not isinstance(tensor, SymbolicTensor) or (isinstance(tensor, Expression) and not tensor.is_made):
        return False
    waiting = [tensor.call]
    while waiting:
        call = waiting[-1]
        missing = [one.call for one in call.inputs if id(one.call) not in known]
        if missing and id(call) not in known:
            waiting += missing
            continue
        waiting.pop()
        known.setdefault(id(call), gives_mask(call, [known[id(one.call)] and one.output == 0 for one in call.inputs]))
    return known[id(tensor.call)] and tensor.output == 0


def gives_mask(call: SymbolicCall | Node, masked: Sequence[bool]) -> bool:
    """Return whether the first output of a call has a mask, by whether each input has one."""
    layer = call.layer
    of_call = getattr(layer, "_gives_mask", None)
    if of_call is not None:
        return bool(of_call(call.arguments, masked))
    if isinstance(layer, MaskedBy) or getattr(layer, "_makes_masks", False):
        return True
    if not isinstance(layer, Layer):
        nodes = getattr(layer, "_nodes", None)
        return nodes is not None and bool(masked) and masks_of(nodes, layer._outputs, masked)[0]
    return any(masked) and layer._passes_mask


def masks_of(nodes: Sequence[Node], outputs: Sequence[Value], masked: Sequence[bool]) -> list[bool]:
    """Return whether outputs of nodes have masks, by whether each input has one."""
    found: list[bool] = []

    def of(value: Value) -> bool:
        node, output = value
        return masked[output] if node == MODEL_INPUT else found[node] and output == 0

    for node in nodes:
        found.append(gives_mask(node, [of(value) for value in node.inputs]))
    return [of(value) for value in outputs]


def traced(
    call: Callable[[list[SymbolicTensor], Tracing], Any],
    shapes: Sequence[Shape],
    dtypes: Sequence[str],
    masked: Sequence[bool],
) -> Trace:
    """Return the graph of a call with inputs of these shapes.

    If it branches on whether it is called in training, both branches are part of it.
    """
    first, phase = _traced_in(call, shapes, dtypes, masked, Phase(False))
    if not phase.was_asked:
        return Trace(shapes, *first)
    second, _ = _traced_in(call, shapes, dtypes, masked, Phase(True), first[1].inputs)
    inference, training = Trace(shapes, *first), Trace(shapes, *second)
    if _alike(inference, training):
        return training
    chosen = [in_phase(phase, *both) for both in zip(training.tensors, inference.tensors, strict=True)]
    return Trace(shapes, training.packed(chosen), second[1])


def _traced_in(
    call: Any, shapes: Any, dtypes: Any, masked: Any, phase: Phase, inputs: Any = None
) -> tuple[tuple[Any, Tracing], Phase]:
    if inputs is None:
        inputs = []
        for k, (shape, dtype) in enumerate(zip(shapes, dtypes, strict=True)):
            one = SymbolicCall(_Placeholder(k, dtype))
            one.outputs = [SymbolicTensor(one, 0, (None, *shape[1:]), dtype)]
            inputs.append(one.outputs[0])
    tracing = Tracing(inputs, masked, phase)
    token = TRACING.set(tracing)
    try:
        with tape.paused():  # what is computed with symbolic tensors has no gradient
            return (call(inputs, tracing), tracing), phase
    finally:
        TRACING.reset(token)


def in_phase(phase: Phase, in_training: Any, in_inference: Any) -> Any:
    """Return what is the one or the other, which is known when the model runs."""
    return applied(_chosen, ((phase, in_training, in_inference), {}))


def _chosen(phase: Any, in_training: Any, in_inference: Any) -> Any:
    return in_training if phase else in_inference


_NOISE = ("Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout")
"""Layers that pass on their inputs except in training."""


def _alike(inference: Trace, training: Trace) -> bool:
    """Return whether one graph is the other with layers that only have an effect in training."""
    return bool(_essence(inference) == _essence(training))


def _essence(trace: Trace) -> list[Any]:
    """Return what is equal for graphs that differ only by layers without an effect in inference."""
    described: list[Any] = []

    def of(value: Value) -> Any:
        node, output = value
        if node == MODEL_INPUT:
            return "input", output
        is_noise = type(trace._nodes[node].layer).__name__ in _NOISE
        return described[node] if is_noise else (described[node], output)

    for node in trace._nodes:
        inputs = tuple(of(value) for value in node.inputs)
        is_noise = type(node.layer).__name__ in _NOISE
        described.append(inputs[0] if is_noise else (_identity(node.layer), inputs, repr(node.arguments)))
    return [of(value) for value in trace._outputs]


def _identity(layer: Any) -> Any:
    """Return what tells a layer from others: what it computes if it has no weights."""
    if isinstance(layer, Computation):
        return layer.described()
    if not isinstance(layer, Layer) or not layer.built or layer.weights:
        return id(layer)
    return type(layer).__name__, repr(layer._arguments())


OPERATIONS["mask"] = _mask_or_none
