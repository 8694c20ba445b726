"""Nodes: layers in a graph with the sources of their inputs, and the core's layers that are made of them."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from .._internal.native import NETWORK_INPUT, Branch, Network, Output, PairScores, Place, StepRows
from ..layers._nodes import MODEL_INPUT, Node, Value
from ..layers._trace import gives_mask
from ..layers.base import Layer, Shape

__all__ = ["MODEL_INPUT", "CoreLayers", "Graph", "Node", "Value", "Values", "consumers", "first_taking", "shapes_of"]


class Graph(Protocol):
    """A model, as far as another one that contains it knows it."""

    @property
    def _nodes(self) -> "Sequence[Node]": ...
    @property
    def _outputs(self) -> Sequence[Value]: ...
    def _shapes_of_outputs(self, shapes: Sequence[Shape]) -> list[Shape]: ...


class Values:
    """What belongs to each output of the nodes of a graph, and to each of its inputs."""

    def __init__(self, inputs: Sequence[Any]) -> None:
        self._inputs = list(inputs)
        self._of_nodes: list[Any] = []

    def add(self, of_outputs: Sequence[Any] | dict[int, Any]) -> None:
        """Add those of the next node's outputs, or of some of them."""
        self._of_nodes.append(of_outputs)

    def __getitem__(self, value: Value) -> Any:
        """Return what belongs to a value."""
        node, output = value
        return self._inputs[output] if node == MODEL_INPUT else self._of_nodes[node][output]

    def __setitem__(self, value: Value, belonging: Any) -> None:
        """Replace what belongs to a value."""
        node, output = value
        (self._inputs if node == MODEL_INPUT else self._of_nodes[node])[output] = belonging

    def of(self, values: Sequence[Value]) -> list[Any]:
        """Return what belongs to several values."""
        return [self[value] for value in values]

    def of_node(self, node: int) -> Any:
        """Return what belongs to the outputs of a node."""
        return self._of_nodes[node]


def shapes_of(nodes: Sequence[Node], input_shapes: Sequence[Shape]) -> Values:
    """Return the shapes of all outputs of nodes, given those of the inputs."""
    shapes = Values(input_shapes)
    for node in nodes:
        shapes.add(node.shapes_of_outputs(shapes.of(node.inputs)))
    return shapes


def consumers(nodes: Sequence[Node], model_input: int) -> Iterator[Layer]:
    """Yield the layers that take an input of the model."""
    for node in nodes:
        for place, value in enumerate(node.inputs):
            if value == (MODEL_INPUT, model_input):
                inside = getattr(node.layer, "_nodes_inside", None)
                if inside is not None:
                    yield from consumers(inside(), place)
                elif isinstance(node.layer, Layer):
                    yield node.layer
                else:
                    yield from consumers(node.layer._nodes, place)


def first_taking(nodes: Sequence[Node], model_input: int) -> Layer | None:
    """Return a layer that takes an input of the model and converts data for all that do; None if none does."""
    found = list(consumers(nodes, model_input))
    return next((one for one in found if not one._takes_any_input), next(iter(found), None))


def _used(nodes: Sequence[Node], outputs: Sequence[Value]) -> list[Value]:
    """Return the outputs of nodes, and the inputs, that these outputs are made of, each once."""
    used = dict.fromkeys(outputs)
    used |= {(i, 0): None for i, node in enumerate(nodes) if getattr(node.layer, "_always_needed", False)}
    for i in range(len(nodes) - 1, -1, -1):
        wanted = [output for place, output in used if place == i]
        if wanted:
            used |= dict.fromkeys(_needed(nodes[i], wanted))
    return list(used)


def _needed(node: Node, wanted: Sequence[int]) -> Sequence[Value]:
    """Return what a node takes for these of its outputs; a model inside may not need all of its inputs for them."""
    graph = node.layer
    if isinstance(graph, Layer):
        graph = graph._graph_of_call(node.arguments)
        if graph is None:
            return node.inputs
    inside = _used(graph._nodes, [graph._outputs[output] for output in wanted])
    return [node.inputs[k] for place, k in inside if place == MODEL_INPUT]


class CoreLayers:
    """The layers of a network in the core that are made of the nodes of a graph.

    Parameters
    ----------
    network : Network
        An empty network.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self.of_layer: dict[int, list[int]] = {}
        """By the identity of a layer, the numbers of the core's layers that it added when it was first used."""
        self.layers: list[Layer] = []
        """For each of the core's layers, the layer that it belongs to."""
        self._united: dict[StepRows, Place] = {}

    def places(
        self, nodes: Sequence[Node], outputs: Sequence[Value], inputs: Sequence[Place], input_shapes: Sequence[Shape]
    ) -> list[Place]:
        """Add the nodes that these outputs need; return the places of the outputs in the network."""
        masked = [False] * len(inputs)
        found = self.append(nodes, outputs, inputs, input_shapes, masked)
        last = self.layers[-1] if self.layers else nodes[-1].layer
        return _Branch(self, last, ()).places(found)

    def append(
        self,
        nodes: Sequence[Node],
        outputs: Sequence[Value],
        inputs: Sequence[Output],
        input_shapes: Sequence[Shape],
        input_masked: Sequence[bool],
    ) -> list[Output]:
        """Add the nodes that these outputs need; return the outputs."""
        places, shapes, masked = Values(inputs), Values(input_shapes), Values(input_masked)
        used = _used(nodes, outputs)
        nodes_used = {place for place, _ in used}
        for i, node in enumerate(nodes):
            given_shapes = shapes.of(node.inputs)
            shapes.add(node.shapes_of_outputs(given_shapes))
            given_masked = masked.of(node.inputs)
            wanted = [output for place, output in used if place == i]
            if not wanted:
                places.add([])
            elif isinstance(node.layer, Layer):
                places.add(
                    self._append_layer(node, self._given(node, places, used), given_shapes, given_masked, wanted)
                )
                if node.layer._takes_masks_away and any(layer._makes_masks for layer in self.layers):
                    later = {value for j in range(i + 1, len(nodes)) if j in nodes_used for value in nodes[j].inputs}
                    for value in (later | set(outputs)) & set(node.inputs):
                        places[value] = self._without_mask(node.layer, places[value], shapes[value])
            else:
                inner = [node.layer._outputs[output] for output in wanted]
                given = self._given(node, places, used)
                found = self.append(node.layer._nodes, inner, given, given_shapes, given_masked)
                places.add(dict(zip(wanted, found, strict=True)))
            first = gives_mask(node, given_masked)
            masked.add([first and output == 0 for output in range(len(shapes.of_node(i)))])
        return places.of(outputs)

    @staticmethod
    def _given(node: Node, places: Values, used: Sequence[Value]) -> list[Output]:
        """Return what a node takes, of what is in the network."""
        return [places[value] if value in used else (NETWORK_INPUT, -1) for value in node.inputs]

    def _without_mask(self, layer: Layer, output: Output, shape: Shape) -> Output:
        """Add what `layer` leaves of one of its inputs for layers after it: the same without a mask."""
        if len(shape) != 3 or isinstance(output, (StepRows, PairScores)):
            return output
        return _Branch(self, layer, ())._add("step_range", [output], before=0, after=0), 0

    def parameter_of(self, layer: Layer, number: int) -> Place:
        """Return the core's layer and the number there of a weight of a layer, which gets one if it has none yet."""
        if not self.of_layer.get(id(layer)):
            shapes = [list(weight.shape) for weight in layer._weights.declared]
            self.layers.append(layer)
            self.of_layer[id(layer)] = [self._network.add("variables", inputs=[(NETWORK_INPUT, 0)], weights=shapes)]
        return self.of_layer[id(layer)][0], number

    def _append_layer(
        self,
        node: Node,
        inputs: Sequence[Output],
        input_shapes: Sequence[Shape],
        masked: Sequence[bool],
        wanted: Sequence[int],
    ) -> list[Output]:
        layer = node.layer
        branch = _Branch(self, layer, inputs)
        branch.masked, branch.wanted = tuple(masked), wanted
        layer._append_all_to(branch, layer._only_shape(input_shapes), **node.arguments)
        self.of_layer.setdefault(id(layer), branch.added)
        return branch.outputs


class _Branch(Branch):
    """The branch of a layer of a model, which may contain models."""

    def __init__(self, core: CoreLayers, layer: Layer, inputs: Sequence[Output]) -> None:
        before = core.of_layer.get(id(layer), ()) if layer._has_own_weights else ()
        super().__init__(core._network, inputs, before, core._united)
        self._core, self._layer = core, layer

    def add_model(self, model: Any, shape: Shape) -> None:
        """Add the layers of a model of one input and one output."""
        self.outputs = self._core.append(model._nodes, model._outputs, self.outputs, [shape], self.masked or [False])

    def add_graph(self, nodes: Sequence[Any], outputs: Sequence[Place], shapes: Sequence[Any]) -> None:
        """Add the layers of nodes that take the outputs so far, of these shapes; their outputs take the place."""
        masked = self.masked or [False] * len(shapes)
        wanted = range(len(outputs)) if self.wanted is None else self.wanted
        found = self._core.append(nodes, [outputs[k] for k in wanted], self.outputs, shapes, masked)
        places = dict(zip(wanted, found, strict=True))
        self.outputs = [places.get(k, (NETWORK_INPUT, -1)) for k in range(len(outputs))]

    def weight_of(self, variable: Any) -> Place | None:
        """Return the layer and the number of a variable among the network's weights; None if it is not one."""
        holder = getattr(variable, "holder", None)
        return None if holder is None else self._core.parameter_of(holder, variable.number)

    def _add(self, layer: str, inputs: Sequence[Place], **options: Any) -> int:
        self._core.layers.append(self._layer)
        return super()._add(layer, inputs, **options)
