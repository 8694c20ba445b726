"""The layers between symbolic inputs and outputs, in the order of Keras."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..layers import InputLayer
from ..layers.symbolic import OperationCall, SymbolicCall, SymbolicTensor
from ..training.nodes import MODEL_INPUT, Node, Value
from . import keras_masks
from .keras_masks import MaskOperation


class Traced(NamedTuple):
    """A graph as it was found behind its outputs."""

    nodes: list[Node]
    """Each after those whose outputs it takes."""
    outputs: list[Value]
    layers: list[Any]
    """All layers once, with the InputLayers, in Keras's order: those furthest from the outputs first."""
    layers_without_masks: list[Any]
    """The same in the order that Keras would give a graph without operations on masks."""


def traced(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> Traced:
    """Return the calls between inputs and outputs.

    Raises
    ------
    ValueError
        If an output needs an Input that is not among the inputs, or is an input.
    """
    given = {_key(tensor): k for k, tensor in enumerate(inputs)}
    if len(given) < len(inputs):
        raise ValueError("inputs: expected different ones, got one of them twice")
    for output in outputs:
        if _key(output) in given:
            raise ValueError("outputs: expected the outputs of layers, got an input itself")
    plain = _Order(given, outputs, {})
    for call in plain.calls:
        if isinstance(call.layer, InputLayer) and (id(call), 0) not in given:
            raise ValueError(f"outputs: they need the input {call.layer.name!r}, which is not among inputs")
    masks = keras_masks.taken([call for call in plain.calls if not isinstance(call, OperationCall)])
    order = _Order(given, outputs, masks) if masks else plain
    ordered = [call for call in order.in_layers_order() if not isinstance(call.layer, InputLayer)]
    indices = {id(call): i for i, call in enumerate(ordered)}

    def value(tensor: SymbolicTensor) -> Value:
        number = given.get(_key(tensor))
        return (indices[id(tensor.call)], tensor.output) if number is None else (MODEL_INPUT, number)

    nodes = [Node(call.layer, tuple(map(value, call.inputs)), call.arguments) for call in ordered]
    return Traced(nodes, [value(tensor) for tensor in outputs], order.layers(), plain.layers())


def _key(tensor: SymbolicTensor) -> tuple[int, int]:
    return id(tensor.call), tensor.output


class _Order:
    """The calls behind outputs in the order of Keras.

    Parameters
    ----------
    given : mapping
        The inputs of the model, by the identity of the call and the number of the output.
    outputs : sequence of SymbolicTensor
        Of the model.
    masks : mapping
        The masks that are arguments of calls, by the identity of the call.
    """

    def __init__(
        self,
        given: Mapping[tuple[int, int], int],
        outputs: Sequence[SymbolicTensor],
        masks: Mapping[int, SymbolicTensor],
    ) -> None:
        self._masks = masks
        self._places: dict[int, int] = {}
        """When each layer was met first on the way back from the outputs."""
        self.calls = self._found(given, outputs)
        """Each after those whose outputs it takes."""
        self._call_depths: dict[int, int] = {}
        self._layer_depths: dict[int, int] = {}
        self._measure_depths()

    def in_layers_order(self) -> list[SymbolicCall]:
        """Return the calls of layers, those furthest from the outputs first."""
        calls = (call for call in self.calls if not isinstance(call, (MaskOperation, OperationCall)))
        return sorted(calls, key=lambda call: (-self._call_depths[id(call)], self._places[id(call.layer)]))

    def layers(self) -> list[Any]:
        """Return the layers, those furthest from the outputs first."""
        found = {
            id(call.layer): call.layer for call in self.calls if not isinstance(call, (MaskOperation, OperationCall))
        }
        return sorted(found.values(), key=lambda layer: (-self._layer_depths[id(layer)], self._places[id(layer)]))

    def _inputs(self, call: SymbolicCall) -> list[SymbolicTensor]:
        mask = self._masks.get(id(call))
        inputs = call.inputs if call.operands is None else call.operands
        return [*inputs, *([] if mask is None else [mask])]

    def _found(self, given: Mapping[tuple[int, int], int], outputs: Sequence[SymbolicTensor]) -> list[SymbolicCall]:
        finished: dict[int, SymbolicCall] = {}
        for output in outputs:
            waiting = [output.call]
            while waiting:
                call = waiting[-1]
                self._places.setdefault(id(call.layer), len(self._places))
                needed = (
                    tensor.call
                    for tensor in self._inputs(call)
                    if isinstance(tensor.layer, InputLayer) or _key(tensor) not in given
                )
                missing = next((one for one in needed if id(one) not in finished), None)
                if missing is not None:
                    waiting.append(missing)
                    continue
                finished.setdefault(id(call), waiting.pop())
        return list(finished.values())

    def _measure_depths(self) -> None:
        """Find how far calls and layers are from the outputs; of a layer called several times, its furthest call."""
        of_calls, of_layers = self._call_depths, self._layer_depths
        for call in reversed(self.calls):
            depth = max(of_calls.setdefault(id(call), 0), of_layers.get(id(call.layer), 0))
            of_calls[id(call)] = of_layers[id(call.layer)] = depth
            for tensor in self._inputs(call):
                before = of_calls.get(id(tensor.call), 0)
                of_calls[id(tensor.call)] = max(depth + 1, before)
