"""A recurrent layer as a function with a loop over time (Scan), for what the operators of ONNX do not have.

Those are masks of any pattern, zoneout, all activations, and cells that ONNX does not know. The function is called by a
node that says which layer it is (as JSON, in the attribute 'layer'), so that the layer can be made again; whoever does
not know the node runs the function.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onnx import TensorProto

from ...layers import LSTM, RNN
from ._activations import expression
from ._equations import EQUATIONS, Step
from ._graph import ELEMENTS, Body, Symbol, Writer
from ._nodes import peephole_gates

SHOWN = ("return_sequences", "go_backwards", "zero_output_for_mask", "zoneout", "clip")
"""The options of every recurrent layer that change what it computes at inference."""


def description(layer: RNN) -> str:
    """Return which layer it is, as far as inference goes, in JSON."""
    config = layer.get_config()
    names = ["units", "use_bias", *layer._gates, *layer.cell.options, *SHOWN]
    if isinstance(layer, LSTM):
        names.append("zoneout_cell")
    return json.dumps({"class_name": type(layer).__name__, "config": {name: config[name] for name in names}})


def body_of(layer: RNN, inputs: Sequence[str]) -> Body:
    """Return what the function of a layer computes; inputs are x, the weights, and 'mask' if there is one."""

    def body(*symbols: Symbol) -> list[Symbol]:
        return [_outputs(layer, dict(zip(inputs, symbols, strict=True)))]

    return body


def _outputs(layer: RNN, given: dict[str, Symbol]) -> Symbol:
    x, blocks = given["x"], layer.cell.blocks
    graph = x.graph
    fed = x.apply("Transpose", perm=[1, 0, 2]) @ given["kernel"]
    biases = _rows_of_bias(layer, given)
    if biases:
        fed = fed + biases[0]
    rows = x.apply("Shape", start=0, end=1)
    (shape,) = graph.node("Concat", rows, graph.integers(layer.units), axis=0)
    zeros = graph.symbol(0.0).apply("Expand", shape)

    loop = graph.loop_body()
    states = {name: loop.input(name) for name in layer.cell.states}
    scanned, per_step = [loop.input("fed")], [fed]
    if "mask" in given:
        scanned.append(loop.input("valid"))
        per_step.append(given["mask"].apply("Transpose", perm=[1, 0]).apply("Unsqueeze", graph.integers(2)))
    step = Step(
        x=_split(scanned[0], blocks),
        states=states,
        recurrent_kernel=_inside(loop, given.get("recurrent_kernel"), blocks),
        recurrent_bias=_inside(loop, biases[1] if len(biases) == 2 else None, blocks),
        peephole=_inside(loop, given.get("peephole"), peephole_gates(blocks), axis=0),
        activation=_clipped(layer.activation, layer.clip),
        recurrent_activation=_clipped(layer.recurrent_activation, layer.clip),
        output_activation=_clipped(layer.activation, None),
    )
    after = EQUATIONS[layer.cell.name](step)
    kept = {"h": layer.zoneout, "c": layer.zoneout_cell if isinstance(layer, LSTM) else 0.0}
    for name, before in states.items():
        if kept[name]:
            after[name] = kept[name] * before + (1.0 - kept[name]) * after[name]
        if "mask" in given:
            after[name] = scanned[1].apply("Where", after[name], before)
    shown = after["h"]
    if "mask" in given and layer.zero_output_for_mask:
        shown = scanned[1].apply("Where", shown, 0.0)
    *final, sequence = graph.node(
        "Scan",
        *[zeros for _ in states],
        *per_step,
        outputs=len(states) + 1,
        body=loop.graph(
            "step",
            dict.fromkeys((*states.values(), scanned[0]), ELEMENTS[loop.dtype])
            | dict.fromkeys(scanned[1:], TensorProto.BOOL),
            [symbol.apply("Identity", hint=f"next_{name}") for name, symbol in (*after.items(), ("y", shown))],
        ),
        num_scan_inputs=len(scanned),
        scan_input_directions=[int(layer.go_backwards)] * len(scanned),
    )
    return sequence.apply("Transpose", perm=[1, 0, 2]) if layer.return_sequences else final[0]


def _rows_of_bias(layer: RNN, given: Mapping[str, Symbol]) -> Sequence[Symbol]:
    """Return b, and b' in a cell that has one."""
    if "bias" not in given:
        return []
    return [*_split(given["bias"], range(layer.cell.bias_rows), axis=0).values()]


def _split(symbol: Symbol, names: Sequence[Any], axis: int = -1) -> dict[Any, Symbol]:
    """Return equal parts by name."""
    if len(names) == 1:
        return {names[0]: symbol}
    parts = symbol.graph.node("Split", symbol, outputs=len(names), axis=axis, num_outputs=len(names))
    return dict(zip(names, parts, strict=True))


def _inside(loop: Writer, symbol: Symbol | None, names: Sequence[str], axis: int = -1) -> dict[str, Symbol]:
    """Return equal parts of a tensor of the graph around a loop as symbols of the loop; none where there is none."""
    if symbol is None:
        return {}
    return {name: Symbol(loop, part.name) for name, part in _split(symbol, names, axis).items()}


def _clipped(activation: str, clip: float | None) -> Callable[[Symbol], Symbol]:
    """Return an activation of what is first clipped, if there is a bound."""

    def apply(z: Symbol) -> Symbol:
        return expression(activation, z if clip is None else z.apply("Clip", -clip, clip))

    return apply
