"""ONNX Runtime: the network as a graph with the LSTM, GRU or RNN operator, for inference only."""

from importlib import import_module
from typing import Any

import numpy as np

from ..rounds import cores
from ..task import Array, Task
from .base import Contender

_OPERATORS = {"lstm": "LSTM", "peephole_lstm": "LSTM", "gru": "GRU", "simple_rnn": "RNN"}


class OnnxRuntime(Contender):
    """A graph for predictions, and one with states as inputs and outputs for streams."""

    package = "onnxruntime"
    kinds = ("predict", "stream", "roll_out", "import")
    cells = ("lstm", "gru", "simple_rnn", "peephole_lstm")

    def __init__(self) -> None:
        self.onnxruntime: Any = import_module("onnxruntime")
        self.onnx: Any = import_module("onnx")

    def version(self) -> str:
        return f"onnxruntime {self.onnxruntime.__version__}"

    def build(self, task: Task) -> None:
        states = ["h", "c"] if _OPERATORS[task.cell] == "LSTM" else ["h"]
        self._zeros = {f"{name}0": np.zeros((1, 1, task.size.H), np.float32) for name in states}
        self._session = self._session_of(_graph(self.onnx, task, []))
        self._stream = self._session_of(_graph(self.onnx, task, states))

    def _session_of(self, model: bytes) -> Any:
        options = self.onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores()  # by default it ignores which cores this process may use
        return self.onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def predict(self, x: Array) -> Any:
        return self._session.run(None, {"x": x})[0]

    def start_stream(self) -> None:
        self._state = self._zeros

    def step(self, x: Array) -> Any:
        out, *states = self._stream.run(None, {"x": x[None, None], **self._state})
        self._state = dict(zip(self._zeros, states, strict=True))
        return out

    def roll_out(self, window: Array, steps: int) -> Array:
        values = np.concatenate([window, np.zeros((steps, 1), np.float32)])
        for i in range(steps):
            values[len(window) + i] = self.predict(values[None, i : i + len(window)])[0]
        return values[len(window) :]


def _graph(onnx: Any, task: Task, states: list[str]) -> bytes:
    """Return the network, with the named states as inputs h0, c0 and outputs h1, c1."""
    helper, size, w = onnx.helper, task.size, task.weights
    tensors = {
        "W": _gates(task.cell, w["kernel"]).T[None],
        "R": _gates(task.cell, w["recurrent_kernel"]).T[None],
        "B": _biases(task.cell, w["bias"])[None],
        "K": w["dense_kernel"],
        "b": w["dense_bias"],
        "axis": np.array([0], np.int64),
    }
    attributes = {"hidden_size": size.H} | ({"linear_before_reset": 1} if task.cell == "gru" else {})
    inputs = ["xt", "W", "R", "B", "", *(f"{name}0" for name in states)]
    if task.cell == "peephole_lstm":
        i, f, o = w["peephole"]
        tensors["P"] = np.concatenate([i, o, f])[None]
        inputs += [""] * (7 - len(inputs)) + ["P"]
    outputs = ["", "h1", *(f"{name}1" for name in states[1:])]
    nodes = [
        helper.make_node("Transpose", ["x"], ["xt"], perm=[1, 0, 2]),
        helper.make_node(_OPERATORS[task.cell], inputs, outputs, **attributes),
        helper.make_node("Squeeze", ["h1", "axis"], ["h"]),
        helper.make_node("Gemm", ["h", "K", "b"], ["y"]),
    ]
    shapes: dict[str, list[Any]] = {"x": ["N", "T", size.D], "y": ["N", 1]}
    shapes |= {f"{name}{i}": [1, "N", size.H] for name in states for i in (0, 1)}
    values = {
        name: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape) for name, shape in shapes.items()
    }
    graph = helper.make_graph(
        nodes,
        "benchmark",
        [values[name] for name in ("x", *(f"{name}0" for name in states))],
        [values[name] for name in ("y", *(f"{name}1" for name in states))],
        [onnx.numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    found: bytes = model.SerializeToString()
    return found


def _gates(cell: str, columns: Array) -> Array:
    """Reorder the gate blocks of an LSTM from Keras's i f c o to ONNX's i o f c; others are the same."""
    if _OPERATORS[cell] != "LSTM":
        return columns
    i, f, c, o = np.split(columns, 4, axis=-1)
    return np.concatenate([i, o, f, c], axis=-1)


def _biases(cell: str, bias: Array) -> Array:
    """Return the bias of x and then that of h, which is zero except in the GRU."""
    return bias.reshape(-1) if cell == "gru" else np.concatenate([_gates(cell, bias), np.zeros_like(bias)])
