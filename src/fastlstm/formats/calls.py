"""Calls of layers in the description of a functional model."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple


class Tensor(NamedTuple):
    """An output of a call, or an input of the model."""

    layer: str
    """The name of the layer."""
    call: int
    """Which of the layer's calls."""
    output: int
    """Which output of the call."""


class Call(NamedTuple):
    """A call of a layer."""

    layer: str
    args: list[Any]
    """Plain data with a `Tensor` for each tensor."""
    kwargs: dict[str, Any]

    @property
    def inputs(self) -> list[Tensor]:
        """The tensors among the arguments."""
        return list(tensors_in([self.args, self.kwargs]))


def call_of(layer: str, node: Any) -> Call:
    """Return the call that an entry of inbound_nodes describes, without None and False but for the mask."""
    if not isinstance(node, dict) or not isinstance(node.get("args"), list):
        raise ValueError(f"inbound_nodes of {layer!r}: expected arguments of calls, got {str(node)[:100]}")
    kwargs = _argument(node.get("kwargs", {}))
    if not isinstance(kwargs, dict):
        raise ValueError(f"inbound_nodes of {layer!r}: expected keyword arguments, got {str(kwargs)[:100]}")
    given = {key: value for key, value in kwargs.items() if key == "mask" or not (value is None or value is False)}
    return Call(layer, _argument(node["args"]), given)


def tensor_of(value: Any) -> Tensor:
    """Return the tensor that ['name', 0, 0] describes."""
    if not (
        isinstance(value, list)
        and len(value) == 3
        and isinstance(value[0], str)
        and all(isinstance(number, int) and number >= 0 for number in value[1:])
    ):
        raise ValueError(f"expected the name of a layer and two numbers, got {str(value)[:100]}")
    return Tensor(*value)


def described(tensor: Tensor, shape: tuple[int | None, ...], dtype: str) -> dict[str, Any]:
    """Return a tensor among the arguments of a call as Keras writes it."""
    config = {"shape": list(shape), "dtype": dtype, "keras_history": list(tensor)}
    return {"class_name": "__keras_tensor__", "config": config}


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Yield the tensors in an argument."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from tensors_in(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from tensors_in(entry)


def filled(value: Any, tensor: Callable[[Tensor], Any]) -> Any:
    """Return an argument with what `tensor` returns in place of each tensor."""
    if isinstance(value, Tensor):
        return tensor(value)
    if isinstance(value, dict):
        return {key: filled(entry, tensor) for key, entry in value.items()}
    return [filled(entry, tensor) for entry in value] if isinstance(value, list) else value


def _argument(value: Any) -> Any:
    """Return an argument of a call with a `Tensor` for each tensor."""
    if isinstance(value, list):
        return [_argument(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    if value.get("class_name") == "__keras_tensor__":
        return tensor_of(value["config"]["keras_history"])
    if value.get("class_name") == "__slice__":
        return slice(*(value["config"].get(name) for name in ("start", "stop", "step")))
    if value.get("class_name") == "__ellipsis__":
        return Ellipsis
    if value.get("class_name") == "__tuple__":
        return [_argument(entry) for entry in value["config"]["value"]]
    return {key: _argument(entry) for key, entry in value.items()}
