"""The layers of a description in order, from a Sequential or from a functional graph without branches."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from .._internal.files import RefusedError

_MASK_OPERATIONS = ("NotEqual", "Any")
_MASKS = ("Masking", "Embedding")


def layers(description: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the descriptions of the layers, the Input first if there is one."""
    config = description.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        raise ValueError(f"expected the description of a model with layers, got {str(description)[:100]}")
    for entry in config["layers"]:
        if not isinstance(entry, dict) or not isinstance(entry.get("class_name"), str):
            raise ValueError(f"layers: expected descriptions of layers, got {str(entry)[:100]}")
    if "input_layers" not in config:
        return list(config["layers"])
    return _layers_of_graph(config)


def _layers_of_graph(config: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the layers of a functional graph without branches, in order."""
    entries = {entry["name"]: entry for entry in config["layers"]}
    kinds = {name: entry["class_name"] for name, entry in entries.items()}
    inputs, outputs = _ends(config["input_layers"]), _ends(config["output_layers"])
    for what, ends in (("input", inputs), ("output", outputs)):
        if len(ends) != 1:
            raise RefusedError(f"expected a model with one {what}, got {len(ends)}: {', '.join(ends)}")
    follows: dict[str, str] = {}
    for name, entry in entries.items():
        if kinds[name] == "InputLayer" or kinds[name] in _MASK_OPERATIONS:
            continue
        source = _source(name, entry, kinds)
        if source in follows:
            raise RefusedError(
                f"expected a chain of layers, but {source!r} feeds both {follows[source]!r} and {name!r}"
            )
        follows[source] = name
    order = [inputs[0]]
    while order[-1] in follows and len(order) <= len(entries):
        order.append(follows[order[-1]])
    if order[-1] != outputs[0]:
        raise RefusedError(f"expected the output of the last layer of {' > '.join(order)}, got that of {outputs[0]!r}")
    _require_own_masks(entries, order)
    return [entries[name] for name in order]


def _require_own_masks(entries: Mapping[str, Mapping[str, Any]], order: list[str]) -> None:
    """Raise unless the operations that compute masks match those of the layers themselves."""
    own: set[tuple[str, float]] = set()
    for source, name in pairwise(order):
        config = entries[name]["config"]
        if entries[name]["class_name"] in _MASKS:
            own.add((source, config.get("mask_value", 0)))
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


def _source(name: str, entry: Mapping[str, Any], kinds: Mapping[str, str]) -> str:
    """Return the name of the one layer that feeds this one."""
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
    sources = list(_tensors(arguments))
    if len(sources) != 1:
        raise RefusedError(f"expected a chain of layers, but {name!r} has {len(sources)} inputs: {', '.join(sources)}")
    return sources[0]


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
