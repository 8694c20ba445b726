"""Reads RNN, LSTM and GRU nodes."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...._internal.arrays import Array
from ....layers import Recurrent
from ....layers.rnn.cell import Cell
from .._recurrent_nodes import weights_from
from .._writer.activations import IN_NODES
from .nodes import Node, TimeFirstError, constant, described, is_all, reads, resolved
from .values import Axis, LayerSpec, PendingRecurrent, Tensor, Unsupported, Value

_INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
_DEFAULTS = {"RNN": ["Tanh"], "LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"]}
_DIRECTIONS = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}
_NUMBERS = {"LeakyRelu": (0.01,), "Elu": (1.0,), "HardSigmoid": (0.2, 0.5), "Affine": (1.0, 0.0)}
"""Default alpha and beta of the activations that have them."""

_NAMES = {
    (operator.name.lower(), *map(np.float32, operator.attributes.values())): name for name, operator in IN_NODES.items()
}


@reads("RNN", "LSTM", "GRU")
def _recurrent(node: Node, inputs: list[Any]) -> Sequence[Value]:
    given: dict[str, Any] = {name: value for name, value in zip(_INPUTS, inputs, strict=False) if value is not None}
    x = resolved(node, given["X"])
    first = node.attributes.get("layout", 0)
    order = ("batch", "time", "features") if first else ("time", "batch", "features")
    if x.kinds != order:
        if sorted(x.kinds) == sorted(order):
            raise TimeFirstError(node.error(f"expected X with the axes {order}, got {x.kinds}"))
        raise node.error(f"expected X with the axes {order}, got {x.kinds}")
    if x.mask is not None:
        raise node.error("takes a masked sequence, whose masked steps a layer skips and this operator does not")
    _require_whole_rows(node, x, given)
    directions = _DIRECTIONS.get(node.attributes.get("direction", "forward"))
    if directions is None:
        raise node.error(f"direction: expected {', '.join(_DIRECTIONS)}, got {node.attributes['direction']!r}")
    layer, cell = _cell(node, "P" in given)
    weights: dict[str, Array] = {
        str(name): constant(node, name, given[name]) for name in ("W", "R", "B", "P") if name in given
    }
    units = int(node.attributes["hidden_size"] if "hidden_size" in node.attributes else weights["R"].shape[-1])
    _require_shapes(node, weights, len(directions), units, x.shape[-1])
    specs = [
        LayerSpec(
            layer,
            {
                **cell.options,
                **activations,
                "units": units,
                "use_bias": "B" in weights,
                "clip": node.attributes.get("clip"),
                "go_backwards": backwards != x.time_reversed,
            },
            tuple(weights_from(cell, weights, i)),
        )
        for i, (backwards, activations) in enumerate(
            zip(directions, _activations(node, cell, len(directions)), strict=True)
        )
    ]
    return _outputs(x, PendingRecurrent(tuple(specs)), units, batch_first=bool(first))


def _outputs(x: Tensor, recurrent: PendingRecurrent, units: int, *, batch_first: bool) -> Sequence[Value]:
    held = tuple(range(len(recurrent.directions)))
    time, batch = (x.axes[x.kinds.index(kind)] for kind in ("time", "batch"))
    direction, features = (Axis("direction", len(held)),), (Axis("features", units),)
    y_axes = (batch, time, direction, features) if batch_first else (time, direction, batch, features)
    state_axes = (batch, direction, features) if batch_first else (direction, batch, features)
    y = Tensor(x.layers, y_axes, x.element, recurrent, held, time_reversed=x.time_reversed)
    y_h = Tensor(x.layers, state_axes, x.element, recurrent, held)
    return [y, y_h, Unsupported("the last cell state c, which no other layer can take")]


def _cell(node: Node, has_peepholes: bool) -> tuple[type[Recurrent], Cell]:
    """Return the layer class and the cell of a node."""
    for layer in Recurrent.__subclasses__():
        for cell in layer.cells:
            form = cell.onnx
            if (
                form is not None
                and form.operator == node.operator
                and all(node.attributes.get(name, 0) == value for name, value in form.attributes.items())
                and any(name == "peephole" for name, _ in cell.weights) == has_peepholes
            ):
                return layer, cell
    raise node.error("no cell of this package has these attributes")


def _activations(node: Node, cell: Cell, directions: int) -> Iterator[dict[str, str]]:
    """Yield the activations of each direction as arguments of the layer."""
    assert cell.onnx is not None
    names = node.attributes.get("activations", _DEFAULTS[node.operator] * directions)
    numbers = [iter(node.attributes.get(f"activation_{name}", ())) for name in ("alpha", "beta")]
    slots = cell.onnx.activations
    if len(names) != len(slots) * directions:
        raise node.error(f"activations: expected {len(slots) * directions} names, got {names}")
    found = []
    for name in names:
        defaults = next((numbers for key, numbers in _NUMBERS.items() if key.lower() == name.lower()), ())
        key = (name.lower(), *(np.float32(next(n, default)) for n, default in zip(numbers, defaults, strict=False)))
        if key not in _NAMES:
            raise node.error(
                f"activations: no activation of this package is {name} with {[float(number) for number in key[1:]]}"
            )
        found.append(_NAMES[key])
    for i in range(directions):
        chosen: dict[str, str] = {}
        for argument, name in zip(slots, found[i * len(slots) :], strict=False):
            if chosen.setdefault(argument, name) != name:
                raise node.error(
                    f"activations: expected one for the candidate and the output, got {chosen[argument]} and {name}"
                )
        yield chosen


def _require_whole_rows(node: Node, x: Tensor, given: dict[str, Any]) -> None:
    """Raise ValueError unless all rows have all steps and start from zero states."""
    lengths = given.get("sequence_lens")
    if lengths is not None and not is_all(lengths, x.shape[x.kinds.index("time")]):
        raise node.error(f"sequence_lens: expected none, or the number of steps for each row, got {described(lengths)}")
    for name in ("initial_h", "initial_c"):
        state = given.get(name)
        if state is not None and not is_all(state, 0):
            raise node.error(
                f"{name}: expected zeros, with which a layer of a Sequential begins, got {described(state)}"
            )


def _require_shapes(node: Node, weights: dict[str, Array], directions: int, units: int, features: Any) -> None:
    blocks = {"RNN": 1, "LSTM": 4, "GRU": 3}[node.operator]
    wanted = {
        "W": (directions, blocks * units, features),
        "R": (directions, blocks * units, units),
        "B": (directions, 2 * blocks * units),
        "P": (directions, 3 * units),
    }
    for name, weight in weights.items():
        if weight.shape != wanted[name]:
            raise node.error(f"{name}: expected shape {wanted[name]}, got {weight.shape}")
