"""Traces a PyTorch model as a sequence of modules, each of which takes the output of the one before it.

torch.fx traces the forward method with a symbolic input. The tuple that a recurrent module returns is followed until
one of its tensors is passed on: the outputs of all steps, or the last state.
"""

import inspect
import operator
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import torch
import torch.fx

from . import _pieces
from ._activations import module_of_function

_OWN = (_pieces.Normalization, _pieces.Recurrent, _pieces.RepeatVector, _pieces.Rescaling)
_EXPECTED_TENSORS = (
    "; expected all outputs of a recurrent module, those of the last step, or the last state h of its last layer"
)
_WITHOUT_EFFECT = ("contiguous", "clone", "_assert_is_none")


class Step(NamedTuple):
    """A module of the sequence."""

    name: str
    module: Any
    return_sequences: bool = True
    """Whether a recurrent module passes on its outputs of all steps, or its last state."""


class _Value(NamedTuple):
    """What a node of the graph stands for: a result of the first `length` modules."""

    kind: str  # tensor; of a recurrent module: result, outputs, states, h, last, forward, backward, other
    length: int


def trace(model: Any) -> list[Step]:
    """Return the modules of a model in order; raise ValueError if it is not a plain sequence of modules."""
    root = model if not _is_leaf(model) else torch.nn.Sequential(model)
    others = [*inspect.signature(root.forward).parameters.values()][1:]
    given = {one.name: one.default for one in others if one.default is not inspect.Parameter.empty}
    try:
        graph = _Tracer().trace(root, concrete_args=given or None)
    except Exception as error:  # the model's own code runs, with a symbolic input
        raise ValueError(
            f"module: {type(model).__name__} cannot be read as a chain of modules; torch.fx reports: {error}"
        ) from error
    return _Reader(root).steps_of(graph)


def _is_leaf(module: Any) -> bool:
    own = isinstance(module, (torch.nn.RNNBase, *_OWN))
    return own or (module.__module__.startswith("torch.nn.modules") and not isinstance(module, torch.nn.Sequential))


class _Tracer(torch.fx.Tracer):
    def is_leaf_module(self, module: Any, name: str) -> bool:
        return _is_leaf(module)


class _Reader:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._steps: list[Step] = []
        self._values: dict[Any, _Value] = {}

    def steps_of(self, graph: Any) -> list[Step]:
        readers: dict[str, Callable[[Any], _Value]] = {
            "placeholder": self._placeholder,
            "call_module": self._call_module,
            "call_function": lambda node: self._call(node, getattr(node.target, "__name__", str(node.target))),
            "call_method": lambda node: self._call(node, node.target),
            "output": self._output,
        }
        for node in graph.nodes:
            if node.op not in readers:
                self._refuse(node)
            self._values[node] = readers[node.op](node)
        return self._steps

    def _placeholder(self, node: Any) -> _Value:
        return _Value("other" if self._values else "tensor", 0)

    def _call_module(self, node: Any) -> _Value:
        module = self._root.get_submodule(node.target)
        if any(one is not None for one in node.args[1:]) or any(one is not None for one in node.kwargs.values()):
            self._refuse(node, "; expected one tensor to be passed from module to module, and zero initial states")
        self._pass_on(node.args[0], node)
        return self._append(node.target, module)

    def _output(self, node: Any) -> _Value:
        value = self._value(node.args[0])
        if value is None:
            raise ValueError("module: expected one that returns a tensor, or the result of its last recurrent module")
        if value.kind != "result":
            self._pass_on(node.args[0], node)
        return value

    def _call(self, node: Any, name: str) -> _Value:
        if name in _WITHOUT_EFFECT:
            return self._value(node.args[0]) or _Value("other", 0)
        if name in ("cat", "concat", "concatenate"):
            return self._joined(node)
        value = self._value(node.args[0]) if node.args else None
        if value is None:
            self._refuse(node)
        if node.target is operator.getitem:
            return _Value(self._selected(node, value, node.args[1]), value.length)
        if (
            name == "squeeze"
            and value.kind == "h"
            and self._layers_and_directions() == (1, 1)
            and node.args[1:] == (0,)
        ):
            return _Value("last", value.length)
        module = self._module_of_call(node, name)
        self._pass_on(node.args[0], node)
        return self._append(name, module)

    def _module_of_call(self, node: Any, name: str) -> Any:
        if name == "flatten":
            return torch.nn.Flatten(*(node.args[1:] or (0,)), **node.kwargs)
        if name == "dropout":
            return torch.nn.Dropout(node.kwargs.get("p", node.args[1] if len(node.args) > 1 else 0.5))
        module = module_of_function(name, node.args[1:], node.kwargs)
        if module is None:
            self._refuse(node)
        return module

    def _value(self, argument: Any) -> _Value | None:
        return self._values.get(argument) if isinstance(argument, torch.fx.Node) else None

    def _append(self, name: str, module: Any) -> _Value:
        self._steps.append(Step(name, module))
        return _Value("result" if isinstance(module, torch.nn.RNNBase) else "tensor", len(self._steps))

    def _pass_on(self, given: Any, node: Any) -> None:
        """Pass a value on to the next module."""
        value = self._value(given)
        if value is None or value.length != len(self._steps):
            self._refuse(node, "; expected a chain, in which the result of each module goes to the next one only")
        if value.kind == "last":
            self._steps[-1] = self._steps[-1]._replace(return_sequences=False)
        elif value.kind not in ("tensor", "outputs"):
            self._refuse(node, _EXPECTED_TENSORS)

    def _selected(self, node: Any, value: _Value, index: Any) -> str:
        """Return the kind of value that an index selects from the result of a recurrent module."""
        if value.kind == "result" and index in (0, 1):
            lstm = isinstance(self._steps[-1].module, torch.nn.LSTM)
            return "outputs" if index == 0 else "states" if lstm else "h"
        if value.kind == "states" and index in (0, 1):
            return "h" if index == 0 else "other"
        indices = list(index) if isinstance(index, tuple) else [index]
        while indices and indices[-1] in (slice(None), Ellipsis):
            indices.pop()
        layers, directions = self._layers_and_directions() if value.kind in ("h", "outputs") else (0, 0)
        if value.kind == "h" and len(indices) == 1 and isinstance(indices[0], int):
            place = indices[0] - layers * directions if indices[0] >= 0 else indices[0]
            if place >= -directions:
                return "last" if directions == 1 else "backward" if place == -1 else "forward"
        if value.kind == "outputs" and indices == ([slice(None), -1] if self._steps[-1].module.batch_first else [-1]):
            if directions > 1:
                self._refuse(
                    node,
                    "; at the last step of a bidirectional module, the backward direction has seen one step only: join"
                    " h[-2] and h[-1] instead, its last states, which have seen all steps",
                )
            return "last"
        self._refuse(node, _EXPECTED_TENSORS if self._steps and value.kind != "tensor" else "")

    def _joined(self, node: Any) -> _Value:
        parts = [self._value(one) for one in node.args[0]]
        dim = node.kwargs.get("dim", node.args[1] if len(node.args) > 1 else 0)
        kinds = [None if one is None or one.length != len(self._steps) else one.kind for one in parts]
        if kinds != ["forward", "backward"] or dim not in (1, -1):
            self._refuse(node)
        return _Value("last", len(self._steps))

    def _layers_and_directions(self) -> tuple[int, int]:
        module = self._steps[-1].module
        return module.num_layers, 2 if module.bidirectional else 1

    def _refuse(self, node: Any, why: str = "") -> NoReturn:
        after = f" after {self._steps[-1].name!r}" if self._steps else ""
        what = node.target if isinstance(node.target, str) else getattr(node.target, "__name__", str(node.target))
        call = f"{what}({', '.join(map(str, node.args))})"
        raise ValueError(f"module: {call}{after} is not supported{why}")
