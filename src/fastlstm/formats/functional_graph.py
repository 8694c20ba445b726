"""The graph in the description of a functional model: its layers, the calls of them, its inputs and outputs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .._internal.files import RefusedError
from . import mask_operations, operations
from .calls import Call, Tensor, call_of, tensor_of, tensors_in

_MASKS = ("mask", "query_mask", "value_mask", "key_mask")


class Graph(NamedTuple):
    """A graph as it is described."""

    layers: dict[str, Mapping[str, Any]]
    """The descriptions of the layers by name, in the order of the file."""
    calls: list[Call]
    """Each after the calls whose outputs it takes, and those of one layer in their order."""
    inputs: Any
    """A `Tensor`, or a list or dict of them."""
    outputs: Any
    """A `Tensor`, or a list or dict of them."""

    def as_chain(self) -> list[str] | None:
        """Return the names of the layers if each is called once, on the output of the one before it alone."""
        tensor = self.inputs[0] if isinstance(self.inputs, list) and len(self.inputs) == 1 else self.inputs
        if not isinstance(tensor, Tensor):
            return None
        names = [tensor.layer]
        for call in self.calls:
            if call.args != [tensor] or call.kwargs or call.layer in names:
                return None
            names.append(call.layer)
            tensor = Tensor(call.layer, 0, 0)
        return names if self.outputs in (tensor, [tensor]) and len(names) == len(self.layers) else None


def is_functional(config: Any) -> bool:
    """Return whether a model's configuration is that of a functional model."""
    return isinstance(config, dict) and "input_layers" in config


def described_layers(config: Any) -> list[Mapping[str, Any]]:
    """Return the descriptions of the layers in a model's configuration."""
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ValueError(f"expected the description of a model with layers, got {str(config)[:100]}")
    for entry in config["layers"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ValueError(f"layers: expected descriptions of layers, got {str(entry)[:100]}")
    found: list[Mapping[str, Any]] = config["layers"]
    return found


def of_config(config: Mapping[str, Any]) -> Graph:
    """Return the graph that a functional model's configuration describes."""
    entries = {name_of(entry): entry for entry in described_layers(config)}
    calls = {name: [call_of(name, node) for node in _nodes(entry)] for name, entry in entries.items()}
    masks = {
        (name, number): [call.kwargs.pop(key) for key in _MASKS if key in call.kwargs]
        for name, of_layer in calls.items()
        for number, call in enumerate(of_layer)
    }
    for_masks = _only_for_masks(entries, calls, config.get("output_layers"))
    of_masks = {name: calls.pop(name) for name in for_masks}
    layers = {name: entries[name] for name in calls}
    for name, of_layer in calls.items():
        _require_layers(name, of_layer, entries)
    order = _in_order(calls)
    mask_operations.require_own(order, masks, layers, of_masks)

    def first_call(name: str) -> int:
        """Return the number of the first call among the outputs: 1 for functional models, as in Keras."""
        return int(is_functional(layers[name].get("config") if name in layers else None))

    graph = Graph(
        layers, order, _ends(config["input_layers"], lambda _: 0), _ends(config.get("output_layers"), first_call)
    )
    return graph


def name_of(entry: Mapping[str, Any]) -> str:
    """Return the name of a layer from its description."""
    config = entry.get("config")
    name = entry.get("name", config.get("name") if isinstance(config, dict) else None)
    if not isinstance(name, str):
        raise ValueError(f"layers: expected a name for each layer, got {str(entry)[:100]}")
    return name


def _nodes(entry: Mapping[str, Any]) -> list[Any]:
    nodes = entry.get("inbound_nodes", [])
    if not isinstance(nodes, list):
        raise ValueError(f"inbound_nodes: expected a list, got {str(nodes)[:100]}")
    return nodes


def _only_for_masks(
    entries: Mapping[str, Mapping[str, Any]], calls: Mapping[str, Sequence[Call]], outputs: Any
) -> list[str]:
    """Return the names of the operations that are only needed for masks."""
    rest = {name for name, entry in entries.items() if mask_operations.is_operation(entry)}
    needed = [tensor.layer for name in calls if name not in rest for call in calls[name] for tensor in call.inputs]
    needed += [tensor.layer for tensor in tensors_in(_ends(outputs, lambda _: 0))]
    while needed:
        name = needed.pop()
        if name in rest:
            rest.remove(name)
            needed += [tensor.layer for call in calls[name] for tensor in call.inputs]
    return [name for name in entries if name in rest]


def _require_layers(name: str, calls: Sequence[Call], entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Raise unless a layer is called on outputs of layers, or of operations for which there are layers."""
    entry = entries[name]
    if mask_operations.is_operation(entry) and not operations.is_known(entry):
        raise RefusedError(f"there is no layer in place of the operation {entry['class_name']!r} ({name!r})")
    for call in calls:
        for tensor in call.inputs:
            if tensor.layer not in entries:
                raise RefusedError(
                    f"layer {name!r} takes the output of {tensor.layer!r}, which the model does not have"
                )


def _in_order(calls: Mapping[str, Sequence[Call]]) -> list[Call]:
    """Return the calls of all layers, each after those whose outputs it takes."""
    made = {name: int(not of_layer) for name, of_layer in calls.items()}  # the outputs of an Input are there
    order: list[Call] = []
    rest = {name: list(of_layer) for name, of_layer in calls.items() if of_layer}
    while rest:
        before = len(order)
        for name, waiting in list(rest.items()):
            while waiting and all(one.call < made[one.layer] for one in waiting[0].inputs):
                order.append(waiting.pop(0))
                made[name] += 1
            if not waiting:
                del rest[name]
        if len(order) == before:
            raise RefusedError(
                f"expected layers without a circle, got calls of {', '.join(map(repr, rest))} that wait for each other"
            )
    return order


def _ends(value: Any, first_call: Callable[[str], int]) -> Any:
    """Return the inputs or outputs of a model."""
    if isinstance(value, dict):
        return {key: _ends(entry, first_call) for key, entry in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], (list, dict)):
        return [_ends(entry, first_call) for entry in value]
    tensor = tensor_of(value)
    return tensor._replace(call=tensor.call - first_call(tensor.layer))
