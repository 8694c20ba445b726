"""The layers between symbolic inputs and outputs, in the order of Keras."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ..layers import InputLayer
from ..layers.symbolic import SymbolicCall, SymbolicTensor
from ..training.nodes import MODEL_INPUT, Node, Value


class Traced(NamedTuple):
    """A graph as it was found behind its outputs."""

    nodes: list[Node]
    """Each after those whose outputs it takes."""
    outputs: list[Value]
    layers: list[Any]
    """All layers once, with the InputLayers, in Keras's order: those furthest from the outputs first."""


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
    calls, places = _calls(given, outputs)
    for call in calls:
        if isinstance(call.layer, InputLayer) and (id(call), 0) not in given:
            raise ValueError(f"outputs: they need the input {call.layer.name!r}, which is not among inputs")
    call_depths, layer_depths = _depths(calls)
    ordered = sorted(
        (call for call in calls if not isinstance(call.layer, InputLayer)),
        key=lambda call: (-call_depths[id(call)], places[id(call.layer)]),
    )
    indices = {id(call): i for i, call in enumerate(ordered)}

    def value(tensor: SymbolicTensor) -> Value:
        number = given.get(_key(tensor))
        return (indices[id(tensor.call)], tensor.output) if number is None else (MODEL_INPUT, number)

    nodes = [Node(call.layer, tuple(map(value, call.inputs)), call.arguments) for call in ordered]
    layers = {id(call.layer): call.layer for call in calls}
    by_depth = sorted(layers.values(), key=lambda layer: (-layer_depths[id(layer)], places[id(layer)]))
    return Traced(nodes, [value(tensor) for tensor in outputs], by_depth)


def _key(tensor: SymbolicTensor) -> tuple[int, int]:
    return id(tensor.call), tensor.output


def _calls(
    given: Mapping[tuple[int, int], int], outputs: Sequence[SymbolicTensor]
) -> tuple[list[SymbolicCall], dict[int, int]]:
    """Return the calls behind outputs, each after those it needs, and when each layer was met first on the way."""
    finished: dict[int, SymbolicCall] = {}
    places: dict[int, int] = {}
    for output in outputs:
        waiting = [output.call]
        while waiting:
            call = waiting[-1]
            places.setdefault(id(call.layer), len(places))
            needed = (
                tensor.call
                for tensor in call.inputs
                if isinstance(tensor.layer, InputLayer) or _key(tensor) not in given
            )
            missing = next((one for one in needed if id(one) not in finished), None)
            if missing is not None:
                waiting.append(missing)
                continue
            finished.setdefault(id(call), waiting.pop())
    return list(finished.values()), places


def _depths(calls: Sequence[SymbolicCall]) -> tuple[dict[int, int], dict[int, int]]:
    """Return how far calls and layers are from the outputs; of a layer called several times, its furthest call."""
    of_calls: dict[int, int] = {}
    of_layers: dict[int, int] = {}
    for call in reversed(calls):
        depth = max(of_calls.setdefault(id(call), 0), of_layers.get(id(call.layer), 0))
        of_calls[id(call)] = of_layers[id(call.layer)] = depth
        for tensor in call.inputs:
            before = of_calls.get(id(tensor.call), 0)
            of_calls[id(tensor.call)] = max(depth + 1, before)
    return of_calls, of_layers
