"""The layers of a description in order, from a Sequential or from a functional model, and how they are connected."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from .._internal.files import RefusedError

_MASK_OPERATIONS = ("NotEqual", "Any")
_MASKS = ("Masking", "Embedding")


class Entry(NamedTuple):
    """A layer in a description."""

    description: Mapping[str, Any]
    sources: tuple[int, ...]
    """Which entries' outputs it takes; nothing for an Input, and for the first layer of a chain without one."""


def entries(description: Mapping[str, Any]) -> list[Entry]:
    """Return the descriptions of the layers, each after its sources, and the Input first if there is one."""
    config = description.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ValueError(f"expected the description of a model with layers, got {str(description)[:100]}")
    for entry in config["layers"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ValueError(f"layers: expected descriptions of layers, got {str(entry)[:100]}")
    if "input_layers" in config:
        return _entries_of_graph(config)
    return [Entry(entry, (i - 1,) if i else ()) for i, entry in enumerate(config["layers"])]


def _entries_of_graph(config: Mapping[str, Any]) -> list[Entry]:
    """Return the layers between the input and the output of a functional model."""
    found = {entry["name"]: entry for entry in config["layers"]}
    kinds = {name: entry["class_name"] for name, entry in found.items()}
    inputs, outputs = _ends(config["input_layers"]), _ends(config["output_layers"])
    for what, ends in (("input", inputs), ("output", outputs)):
        if len(ends) != 1:
            raise RefusedError(f"expected a model with one {what}, got {len(ends)}: {', '.join(ends)}")
    sources = {
        name: [] if kinds[name] == "InputLayer" else _sources(name, entry, kinds)
        for name, entry in found.items()
        if kinds[name] not in _MASK_OPERATIONS
    }
    order = _in_order(sources, outputs[0])
    if order[0] != inputs[0]:
        raise RefusedError(f"expected layers between {inputs[0]!r} and {outputs[0]!r}, got those after {order[0]!r}")
    _require_own_masks(found, sources)
    places = {name: i for i, name in enumerate(order)}
    return [Entry(found[name], tuple(places[source] for source in sources[name])) for name in order]


def _in_order(sources: Mapping[str, list[str]], output: str) -> list[str]:
    """Return the layers that an output needs, each after its sources."""
    order: list[str] = []
    waiting = [output]
    while waiting:
        name = waiting[-1]
        missing = [source for source in reversed(sources.get(name, [])) if source not in order]
        if len(waiting) > len(sources):
            raise RefusedError(f"expected layers without a circle, got one through {name!r}")
        if missing:
            waiting.append(missing[-1])
            continue
        waiting.pop()
        if name not in sources:
            raise RefusedError(f"expected a layer {name!r}, which is the source of another, among {', '.join(sources)}")
        order.append(name)
    return order


def _require_own_masks(entries: Mapping[str, Mapping[str, Any]], sources: Mapping[str, list[str]]) -> None:
    """Raise unless the operations that compute masks match those of the layers themselves."""
    own: set[tuple[str, float]] = set()
    for name, taken in sources.items():
        if entries[name]["class_name"] in _MASKS:
            own |= {(source, entries[name]["config"].get("mask_value", 0)) for source in taken}
    for name, entry in entries.items():
        if entry["class_name"] == "NotEqual":
            (node,) = entry["inbound_nodes"]
            source, value = node["args"]
            if (next(_tensors(source), ""), value) not in own:
                raise RefusedError(f"the operation {name!r} computes a mask; start the model with a Masking instead")


def _ends(value: Any) -> list[str]:
    """Return the names of the layers at an end of a graph: ['name', 0, 0], or a list or dict of such."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [value[0]]
    return [name for entry in value for name in _ends(entry)]


def _sources(name: str, entry: Mapping[str, Any], kinds: Mapping[str, str]) -> list[str]:
    """Return the names of the layers whose outputs this one takes."""
    nodes = entry.get("inbound_nodes", [])
    if len(nodes) != 1:
        raise RefusedError(f"layer {name!r} is called {len(nodes)} times; sharing layers is not supported")
    (node,) = nodes
    arguments, others = (node["args"], node["kwargs"]) if isinstance(node, dict) else _keras2_arguments(node)
    for key, value in others.items():
        for source in _tensors(value):
            if key != "mask" or kinds[source] not in _MASK_OPERATIONS:
                raise RefusedError(f"layer {name!r} gets {key!r} from {source!r}; only one array can be passed on")
        if key != "mask" and value not in (None, False):
            raise RefusedError(f"layer {name!r} is called with {key}={value!r}, which is not supported")
    return list(_tensors(arguments))


def _keras2_arguments(node: Any) -> tuple[Any, dict[str, Any]]:
    """Return arguments and keyword arguments of a node as Keras 2 writes it: [['name', 0, 0, {...}]]."""
    calls = [node] if node and isinstance(node[0], str) else node
    keywords: dict[str, Any] = {}
    for call in calls:
        keywords |= call[3] if len(call) > 3 else {}
    return [{"class_name": "__keras_tensor__", "config": {"keras_history": call}} for call in calls], keywords


def _tensors(value: Any) -> Iterator[str]:
    """Yield the names of the layers whose outputs are in a value."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        yield str(value["config"]["keras_history"][0])
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _tensors(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _tensors(entry)
