"""Reads loops over time that are recurrent layers, which it identifies by running them.

An exporter without an operator for a cell writes its steps as a Loop: tf2onnx does so for Keras's SimpleRNN and GRU,
and for an LSTM with activations it does not know. The candidates are the layers whose weights are among the loop's
constants; the one chosen reproduces the loop's outputs for random input at every step.
"""

import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from ...._internal import native
from ...._internal.arrays import Array
from ....layers import Recurrent
from ....layers.rnn.cell import Cell
from .nodes import Node, described, is_all, reads, resolved
from .values import Axis, Filled, LayerSpec, OpenSize, PendingRecurrent, Tensor, Unsupported, Value

_ACTIVATIONS = native.elementwise_activations()
_ROWS, _STEPS = 40, 5  # of the random input, if the graph leaves them open
_BOUND = 1e-5  # on relative errors, given float32 arithmetic


@reads("Loop")
def _loop(node: Node, inputs: list[Any]) -> Sequence[Value]:
    sequences = {name: value for name, value in node.captured.items() if isinstance(value, Tensor)}
    if len(sequences) != 1 or any(isinstance(value, Tensor) for value in inputs):
        raise node.error(f"expected a loop over the steps of one sequence, got one that takes {len(sequences)}")
    ((name, sequence),) = sequences.items()
    if any(attribute.HasField("g") for inner in node.attributes["body"].node for attribute in inner.attribute):
        raise node.error("expected a loop over one axis, got loops or branches in it")
    x = resolved(node, sequence)
    if x.kinds != ("time", "batch", "features") or x.mask is not None:
        raise node.error(f"expected a sequence with the axes (time, batch, features), got {described(x)}")
    steps, rows, features = x.shape
    assert isinstance(features, int)
    sizes = {steps: steps if isinstance(steps, int) else _STEPS, rows: rows if isinstance(rows, int) else _ROWS}
    given = np.random.default_rng(1).normal(size=(sizes[steps], sizes[rows], features)).astype(np.float32)
    given[:, ::2] *= 10  # to tell activations apart that agree for small numbers
    run = cache(lambda *shape: _run(node, inputs, {name: given}, np.zeros(shape, np.float32), sizes))
    for layer, cell, weights in _candidates(_weights(node, inputs), features):
        found = run(len(cell.states), sizes[rows], weights[0].shape[1] // len(cell.blocks))
        match = None if found is None else _matching(layer, cell, weights, given, found)
        if found is not None and match is not None:
            return _outputs(x, match[0], found, match[1])
    raise node.error("computes at each step what no recurrent layer of this package does")


def _weights(node: Node, inputs: Sequence[Any]) -> list[Array]:
    """Return the constants of a loop that could be weights."""
    inside = [numpy_helper.to_array(tensor) for tensor in node.attributes["body"].initializer]
    found = [value for value in [*inputs[2:], *node.captured.values(), *inside] if isinstance(value, np.ndarray)]
    return [value for value in found if value.dtype.kind == "f" and value.ndim in (1, 2)]


def _candidates(pool: Sequence[Array], features: int) -> Iterator[tuple[type[Recurrent], Cell, tuple[Array, ...]]]:
    """Yield cells with arrays that could be their weights."""
    for layer in Recurrent.__subclasses__():
        for cell in layer.cells:
            for kernel in pool:
                if kernel.ndim != 2 or kernel.shape[0] != features or kernel.shape[1] % len(cell.blocks):
                    continue
                shapes = cell.shapes(features, kernel.shape[1] // len(cell.blocks))
                for bias in (True, False):
                    names = cell.weight_names(bias)
                    fitting = [[one for one in pool if one.shape == shapes[name]] for name in names]
                    for chosen in product([kernel], *fitting[1:]):
                        if len({id(one) for one in chosen}) == len(chosen):
                            yield layer, cell, chosen


def _run(
    node: Node, inputs: Sequence[Any], sequence: Mapping[str, Array], states: Array, sizes: Mapping[Any, int]
) -> list[Array] | None:
    """Run the loop and return its outputs; None if its states do not have these widths."""
    body, left = node.attributes["body"], list(states)
    state_indices = _state_indices(node, inputs)
    widths = [inputs[i].shape[-1] if inputs[i].shape else states.shape[-1] for i in state_indices]
    if widths != [states.shape[-1]] * len(states):
        return None
    limit, condition = inputs[:2]
    trips = 2**31 if limit is None else int(_numbers(node, limit, sizes))
    # The first condition may be a constant that loading does not compute; there is always a first step.
    goes_on = True if condition is None or isinstance(condition, Unsupported) else bool(condition)
    carried = [left.pop(0) if i in state_indices else _numbers(node, inputs[i], sizes) for i in range(2, len(inputs))]
    around = {name: _numbers(node, value, sizes) for name, value in node.captured.items() if name not in sequence}
    around |= sequence
    given = [*body.input, *(helper.make_tensor_value_info(key, _element(value), None) for key, value in around.items())]
    graph = helper.make_graph(body.node, "step", given, body.output, body.initializer)
    step = ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", node.opset)]))
    names, scanned = [value.name for value in body.input], []
    for trip in range(min(trips, max(sizes.values()) + 1)):  # one step too many is enough to see that it is wrong
        if not goes_on:
            break
        values = [np.array(trip, np.int64), np.array(goes_on), *carried]
        try:
            with np.errstate(all="ignore"):
                found = step.run(None, {**dict(zip(names, values, strict=True)), **around})
        except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
            raise node.error(f"a step cannot be computed: {error}") from error
        goes_on, carried = bool(found[0]), list(found[1 : 1 + len(carried)])
        scanned.append(found[1 + len(carried) :])
    return [*carried, *map(np.stack, zip(*scanned, strict=True))]


def _state_indices(node: Node, inputs: Sequence[Any]) -> list[int]:
    """Return the indices of the inputs that change from step to step and start as rows of zeros."""
    body = node.attributes["body"]
    changed = [i for i in range(2, len(inputs)) if body.output[i - 1].name != body.input[i].name]
    return [i for i in changed if is_all(inputs[i], 0) and (isinstance(inputs[i], Filled) or inputs[i].ndim == 2)]


def _element(value: Array) -> int:
    return int(helper.np_dtype_to_tensor_dtype(value.dtype))


def _numbers(node: Node, value: Any, sizes: Mapping[Any, int]) -> Array:
    """Return a constant in which the chosen sizes replace open ones."""
    if not isinstance(value, np.ndarray):
        raise node.error(f"depends on {described(value)}")
    array: Array = value
    if array.dtype != object:
        return array
    chosen = [sizes.get(entry) if isinstance(entry, OpenSize) else entry for entry in array.reshape(-1)]
    if None in chosen:
        raise node.error("depends on sizes that the graph leaves open")
    return np.array(chosen, np.int64).reshape(array.shape)


def _matching(
    layer: type[Recurrent], cell: Cell, weights: tuple[Array, ...], given: Array, found: Sequence[Array]
) -> tuple[LayerSpec, Array] | None:
    """Return the layer, and its output, for the activations that reproduce one of the outputs of the loop."""
    slots = [name for name in ("activation", "recurrent_activation") if name in inspect.signature(layer).parameters]
    names = sorted(_ACTIVATIONS, key=lambda name: name not in ("tanh", "sigmoid"))
    for chosen in product(names, repeat=len(slots)):
        arguments = {
            **cell.options,
            **dict(zip(slots, chosen, strict=True)),
            "units": weights[0].shape[1] // len(cell.blocks),
            "use_bias": len(weights) == len(cell.weights),
            "go_backwards": False,
        }
        tried: Any = layer(**arguments, return_sequences=True, dtype="float64")
        tried.build((None, None, given.shape[-1]))
        tried.set_weights(list(weights))
        outputs = np.asarray(tried(given.transpose(1, 0, 2).astype(np.float64))).transpose(1, 0, 2)
        if any(_is_same(value, outputs) for value in found):
            return LayerSpec(layer, arguments, weights), outputs
    return None


def _is_same(found: Array, expected: Array) -> bool:
    if found.shape != expected.shape:
        return False
    return bool((np.abs(found - expected) <= _BOUND * np.maximum(1, np.abs(expected))).all())


def _outputs(x: Tensor, spec: LayerSpec, found: Sequence[Array], outputs: Array) -> Sequence[Value]:
    """Return the value of each output of the loop."""
    units = (Axis("features", outputs.shape[-1]),)
    recurrent = PendingRecurrent((replace(spec, arguments={**spec.arguments, "go_backwards": x.time_reversed}),))
    values: list[Value] = []
    for value in found:
        if _is_same(value, outputs):
            axes, turned = (*x.axes[:2], units), x.time_reversed
        elif _is_same(value, outputs[-1]):
            axes, turned = (x.axes[1], units), False
        else:
            values.append(Unsupported("a value of a loop that is not an output of the layer"))
            continue
        values.append(Tensor(x.layers, axes, x.element, recurrent, (0,), time_reversed=turned))
    return values
