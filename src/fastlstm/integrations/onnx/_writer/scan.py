"""Writes a recurrent layer as a function with a loop over time (Scan), for layers that no operator of ONNX computes.

These have masks, zoneout, other activations, or cells that ONNX lacks. The node that calls the function describes the
layer as JSON in its attribute 'layer', from which `load` creates the layer again; other runtimes run the function.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from onnx import TensorProto

from ....layers import LSTM, Recurrent
from .._recurrent_nodes import peephole_gates
from .activations import expression
from .equations import EQUATIONS, Step
from .graph import ELEMENTS, Body, Symbol, Writer

_INFERENCE_OPTIONS = ("return_sequences", "go_backwards", "zero_output_for_mask", "zoneout", "clip")
"""Options of every recurrent layer that affect inference."""


def description(layer: Recurrent) -> str:
    """Return a description of the layer in JSON, limited to the options that affect inference."""
    config = layer.get_config()
    names = ["units", "use_bias", *layer._gates, *layer.cell.options, *_INFERENCE_OPTIONS]
    if isinstance(layer, LSTM):
        names.append("zoneout_cell")
    return json.dumps({"class_name": type(layer).__name__, "config": {name: config[name] for name in names}})


def body_of(layer: Recurrent, inputs: Sequence[str]) -> Body:
    """Return the body of a layer's function. Its inputs are x, the weights, and 'mask' if there is one."""

    def body(*symbols: Symbol) -> list[Symbol]:
        return [_outputs(layer, dict(zip(inputs, symbols, strict=True)))]

    return body


def _outputs(layer: Recurrent, given: dict[str, Symbol]) -> Symbol:
    x, blocks = given["x"], layer.cell.blocks
    graph = x.graph
    from_x = x.apply("Transpose", perm=[1, 0, 2]) @ given["kernel"]
    biases = _rows_of_bias(layer, given)
    if biases:
        from_x = from_x + biases[0]
    rows = x.apply("Shape", start=0, end=1)
    (shape,) = graph.node("Concat", rows, graph.integers(layer.units), axis=0)
    zeros = graph.symbol(0.0).apply("Expand", shape)

    loop = graph.loop_body()
    states = {name: loop.input(name) for name in layer.cell.states}
    scanned, per_step = [loop.input("fed")], [from_x]
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
    rates = {"h": layer.zoneout, "c": layer.zoneout_cell if isinstance(layer, LSTM) else 0.0}
    for name, before in states.items():
        if rates[name]:
            after[name] = rates[name] * before + (1.0 - rates[name]) * after[name]
        if "mask" in given:
            after[name] = scanned[1].apply("Where", after[name], before)
    output = after["h"]
    if "mask" in given and layer.zero_output_for_mask:
        output = scanned[1].apply("Where", output, 0.0)
    *final, sequence = graph.node(
        "Scan",
        *[zeros for _ in states],
        *per_step,
        outputs=len(states) + 1,
        body=loop.graph(
            "step",
            dict.fromkeys((*states.values(), scanned[0]), ELEMENTS[loop.dtype])
            | dict.fromkeys(scanned[1:], TensorProto.BOOL),
            [symbol.apply("Identity", hint=f"next_{name}") for name, symbol in (*after.items(), ("y", output))],
        ),
        num_scan_inputs=len(scanned),
        scan_input_directions=[int(layer.go_backwards)] * len(scanned),
    )
    return sequence.apply("Transpose", perm=[1, 0, 2]) if layer.return_sequences else final[0]


def _rows_of_bias(layer: Recurrent, given: Mapping[str, Symbol]) -> Sequence[Symbol]:
    """Return b, and b' if the cell has one."""
    if "bias" not in given:
        return []
    return [*_split(given["bias"], range(layer.cell.bias_rows), axis=0).values()]


def _split(symbol: Symbol, names: Sequence[Any], axis: int = -1) -> dict[Any, Symbol]:
    """Split a tensor into equal parts by name."""
    if len(names) == 1:
        return {names[0]: symbol}
    parts = symbol.graph.node("Split", symbol, outputs=len(names), axis=axis, num_outputs=len(names))
    return dict(zip(names, parts, strict=True))


def _inside(loop: Writer, symbol: Symbol | None, names: Sequence[str], axis: int = -1) -> dict[str, Symbol]:
    """Split a tensor of the outer graph into equal parts, as symbols of the loop; return no parts for None."""
    if symbol is None:
        return {}
    return {name: Symbol(loop, part.name) for name, part in _split(symbol, names, axis).items()}


def _clipped(activation: str, clip: float | None) -> Callable[[Symbol], Symbol]:
    """Return a function that clips, if there is a bound, and activates."""

    def apply(z: Symbol) -> Symbol:
        return expression(activation, z if clip is None else z.apply("Clip", -clip, clip))

    return apply
