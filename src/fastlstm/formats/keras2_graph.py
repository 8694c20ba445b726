"""The calls of layers in functional models of Keras 2, translated to Keras 3."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..layers.rnn._stateful_layer import StatefulLayer
from . import kinds, operations
from .functional_graph import is_functional, name_of

_CONSTANT = "_CONSTANT_VALUE"
_OPERATIONS = {
    "__operators__.add": "Add",
    "__operators__.getitem": "GetItem",
    "concat": "Concatenate",
    "nn.relu": "Relu",
    "nn.softmax": "Softmax",
    **{f"math.{name}": name.capitalize() for name in ("add", "subtract", "multiply", "maximum", "minimum", "negative")},
    **{f"math.{name}": name.capitalize() for name in ("divide", "sigmoid", "tanh")},
    "math.truediv": "Divide",
}
"""Functions of TensorFlow as operations of Keras 3."""


def translate(config: dict[str, Any]) -> None:
    """Translate the calls, the inputs and the outputs in the configuration of a functional model."""
    entries = {name_of(entry): entry for entry in config["layers"]}
    references = list(_references([entry.get("inbound_nodes") for entry in entries.values()], entries))
    references += _references([config.get("output_layers")], entries)
    before = {name: _calls_before(name, entry, references) for name, entry in entries.items()}
    for entry in entries.values():
        nodes = entry.get("inbound_nodes", [])
        entry["inbound_nodes"] = [node if isinstance(node, dict) else _call(entry, node, before) for node in nodes]
        if entry["class_name"] in ("TFOpLambda", "SlicingOpLambda"):
            _translate_operation(entry)
    after = {name: -count + is_functional(entries[name].get("config")) for name, count in before.items()}
    config["output_layers"] = _shifted(config.get("output_layers"), after)


def _calls_before(name: str, entry: Mapping[str, Any], references: list[tuple[str, int]]) -> int:
    """Return the number of the first call of a layer: 1 for a model inside that was built before it was called."""
    config = entry.get("config")
    if not isinstance(config, dict) or not isinstance(config.get("layers"), list):
        return 0
    return int(all(number > 0 for other, number in references if other == name))


def _references(value: Any, names: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the layers and the numbers of their calls that are referred to: ['name', 0, 0]."""
    if _refers(value, names):
        yield value[0], value[1]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for entry in value:
            yield from _references(entry, names)


def _refers(value: Any, names: Mapping[str, Any]) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and value[0] in names
        and all(isinstance(number, int) for number in value[1:3])
    )


def _call(entry: Mapping[str, Any], node: Any, before: Mapping[str, int]) -> dict[str, Any]:
    """Return a call as Keras 3 writes it, given as a structure of ['name', 0, 0, {...}]."""
    keywords: dict[str, Any] = {}
    inputs = _inputs(node, before, keywords)
    kwargs = _tensors(keywords, before)
    cls = kinds.CLASSES["layers"].get(entry["class_name"])
    if isinstance(inputs, list) and len(inputs) == 1 and not getattr(cls, "_takes_several", False):
        (inputs,) = inputs
    if isinstance(inputs, list) and isinstance(cls, type) and issubclass(cls, StatefulLayer):
        inputs, *states = inputs
        kwargs |= {"initial_state": states, "mask": None}
    return {"args": [inputs], "kwargs": kwargs}


def _translate_operation(entry: dict[str, Any]) -> None:
    """Translate a function of TensorFlow; those without an operation of Keras 3 stay as they are."""
    operation, config = _OPERATIONS.get(str(entry["config"].get("function"))), {"name": entry.get("name")}
    if operation is None:
        return
    for call in entry["inbound_nodes"]:
        kwargs = {name: value for name, value in call["kwargs"].items() if name != "name"}
        if "y" in kwargs:
            call["args"].append(kwargs.pop("y"))
        if "slice_spec" in kwargs:
            call["args"].append([_key(one) for one in kwargs.pop("slice_spec")])
        if "axis" in kwargs:
            config["axis"] = kwargs.pop("axis")
        call["kwargs"] = kwargs
    entry |= {"module": operations.MODULE, "class_name": operation, "config": config}


def _key(one: Any) -> Any:
    """Return a part of an index."""
    if isinstance(one, dict) and "class_name" not in one:
        return {"class_name": "__slice__", "config": one}
    return {**one, "config": {}} if isinstance(one, dict) else one


def _inputs(value: Any, before: Mapping[str, int], keywords: dict[str, Any]) -> Any:
    """Return the inputs of a call, and add the keyword arguments that are repeated with each of them."""
    if isinstance(value, dict):
        return {key: _inputs(entry, before, keywords) for key, entry in value.items()}
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        return [_inputs(entry, before, keywords) for entry in value] if isinstance(value, list) else value
    if len(value) > 3 and isinstance(value[3], dict):
        keywords |= value[3]
    return value[2] if value[0] == _CONSTANT else _tensor(value, before)


def _tensors(value: Any, before: Mapping[str, int]) -> Any:
    """Return keyword arguments with tensors as Keras 3 writes them."""
    if _refers(value, before):
        return _tensor(value, before)
    if isinstance(value, dict):
        return {key: _tensors(entry, before) for key, entry in value.items()}
    return [_tensors(entry, before) for entry in value] if isinstance(value, list) else value


def _tensor(value: list[Any], before: Mapping[str, int]) -> dict[str, Any]:
    name, call, output = value[:3]
    history = [name, call - before.get(name, 0), output]
    return {"class_name": "__keras_tensor__", "config": {"keras_history": history}}


def _shifted(value: Any, shifts: Mapping[str, int]) -> Any:
    """Return outputs with the numbers of calls shifted."""
    if _refers(value, shifts):
        return [value[0], value[1] + shifts[value[0]], *value[2:]]
    if isinstance(value, dict):
        return {key: _shifted(entry, shifts) for key, entry in value.items()}
    return [_shifted(entry, shifts) for entry in value] if isinstance(value, list) else value
