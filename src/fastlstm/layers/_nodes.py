"""Nodes: layers with the sources of their inputs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from ._call_arguments import put_in
from .symbolic import SymbolicCall, SymbolicTensor

Value: TypeAlias = tuple[int, int]
"""An output of a node: the node's index and the output's; `MODEL_INPUT` and the number of an input of the model."""

MODEL_INPUT = -1


class Node(NamedTuple):
    """A layer, or a model inside another one, in a graph. A layer that is called several times has as many nodes."""

    layer: Any
    inputs: tuple[Value, ...]
    """What it takes."""
    arguments: Mapping[str, Any] = {}
    """Of its call, as in `SymbolicCall`."""

    def shapes_of_outputs(self, shapes: Sequence[Any]) -> list[Any]:
        """Return the shape of each output for the shapes of the inputs."""
        of_call = getattr(self.layer, "_shapes_of_call", None)
        found: list[Any] = self.layer._shapes_of_outputs(shapes) if of_call is None else of_call(shapes, self.arguments)
        return found

    def called_on(self, inputs: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments and keyword arguments of the call on these inputs, as callers write them."""
        arguments = dict(self.arguments)
        template = arguments.pop("arguments", None)  # of a layer that users write
        if template is not None:
            args, kwargs = put_in(template, inputs)
        elif arguments.pop("several", False):  # of a Lambda, whose function takes a list
            args, kwargs = [inputs], {}
        else:
            args, kwargs = self.layer._keras_call(inputs)
        return list(args), {**kwargs, **arguments}


def nodes_between(
    inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor], others: Sequence[SymbolicTensor] = ()
) -> tuple[list[Node], list[Value]]:
    """Return the nodes that outputs are computed with, each after those whose outputs it takes, and the outputs.

    `others` are outputs whose nodes are needed as well.
    """
    given = {_key(tensor): (MODEL_INPUT, k) for k, tensor in enumerate(inputs)}
    places: dict[int, int] = {}
    nodes: list[Node] = []

    def value(tensor: SymbolicTensor) -> Value:
        return given.get(_key(tensor)) or (places[id(tensor.call)], tensor.output)

    for output in (*outputs, *others):
        waiting = [output.call]
        while waiting:
            call: SymbolicCall = waiting[-1]
            missing = [one.call for one in call.inputs if _key(one) not in given and id(one.call) not in places]
            if missing and id(call) not in places:
                waiting.extend(missing)
                continue
            waiting.pop()
            if id(call) not in places and (id(call), 0) not in given:
                places[id(call)] = len(nodes)
                nodes.append(Node(call.layer, tuple(map(value, call.inputs)), call.arguments))
    return nodes, [value(output) for output in outputs]


def captured_by(inputs: Sequence[SymbolicTensor], outputs: Sequence[SymbolicTensor]) -> list[SymbolicTensor]:
    """Return the tensors of another graph that outputs are computed with beside the inputs.

    A call that is traced may use tensors of the model around it that are not among its arguments.
    """
    own = {_key(tensor) for tensor in inputs}
    depends: dict[int, bool] = {id(tensor.call): True for tensor in inputs}  # on the inputs
    elsewhere: dict[int, bool] = {id(tensor.call): False for tensor in inputs}  # on those of the other graph
    found: dict[tuple[int, int], SymbolicTensor] = {}
    waiting = [output.call for output in reversed(outputs)]
    while waiting:
        call = waiting[-1]
        missing = [one.call for one in call.inputs if id(one.call) not in depends]
        if missing and id(call) not in depends:
            waiting += missing
            continue
        waiting.pop()
        if id(call) in depends:
            continue
        depends[id(call)] = any(depends[id(one.call)] for one in call.inputs)
        elsewhere[id(call)] = not call.inputs or any(elsewhere[id(one.call)] for one in call.inputs)
        if depends[id(call)]:
            others = [one for one in call.inputs if _key(one) not in own and not depends[id(one.call)]]
            found |= {_key(one): one for one in others if elsewhere[id(one.call)]}
    return list(found.values())


def _key(tensor: SymbolicTensor) -> tuple[int, int]:
    return id(tensor.call), tensor.output
