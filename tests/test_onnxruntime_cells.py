"""Every cell against ONNX Runtime on random nodes: activations, clip, directions, ragged lengths, initial states."""

import numpy as np
import peer_onnx
import pytest
from peers import require_peer

CASES = 500
BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}
KEYS = list(peer_onnx.ACTIVATIONS)
GATES = [key for key in KEYS if key[0] in ("Sigmoid", "HardSigmoid")]  # between 0 and 1
BOUNDED = [*GATES, ("Tanh",), ("Softsign",)]
DIRECTIONS = ("forward", "reverse", "bidirectional")


def random_node(seed):
    """Draw a node; a third each of RNNs, LSTMs and GRUs."""
    rng = np.random.default_rng(seed)
    operator = ("RNN", "LSTM", "GRU")[seed % 3]
    direction = str(rng.choice(DIRECTIONS))
    directions = 1 + (direction == "bidirectional")
    steps, rows, features, units = (int(rng.integers(1, most + 1)) for most in (20, 5, 6, 19))
    keys = [key for _ in range(directions) for key in _random_activations(rng, operator)]
    if operator == "LSTM" and not all(key in GATES for key in keys[::3]):
        steps = min(steps, 5)  # f, or 1 - i, above 1: c and its rounding errors may double with each step
    # Where gates or states are not bounded, they and their errors grow less with smaller weights.
    scale = 1 if all(key in BOUNDED for key in keys) else 0.3
    attributes = {
        "direction": direction,
        "hidden_size": units,
        "activations": [key[0] for key in keys],
        "activation_alpha": [float(key[1]) for key in keys if len(key) > 1],
        "activation_beta": [float(key[2]) for key in keys if len(key) > 2],
    }
    if rng.random() < 0.5:
        attributes["clip"] = float(np.float32(rng.uniform(0.2, 1)))
    if operator == "GRU":
        attributes["linear_before_reset"] = int(rng.integers(2))
    if operator == "LSTM":
        attributes["input_forget"] = int(rng.integers(2))

    def uniform(*shape, scale=1.0):
        return rng.uniform(-scale, scale, shape).astype(np.float32)

    width = BLOCKS[operator] * units
    inputs = {
        "X": uniform(steps, rows, features),
        "W": uniform(directions, width, features, scale=scale),
        "R": uniform(directions, width, units, scale=scale / np.sqrt(units)),
    }
    if rng.random() < 0.8:
        inputs["B"] = uniform(directions, 2 * width, scale=scale)
    if rng.random() < 0.7:
        inputs["sequence_lens"] = rng.integers(1, steps + 1, rows).astype(np.int32)
    if rng.random() < 0.7:
        inputs["initial_h"] = uniform(directions, rows, units)
        if operator == "LSTM":
            inputs["initial_c"] = uniform(directions, rows, units)
    if operator == "LSTM" and rng.random() < 0.5:
        inputs["P"] = uniform(directions, 3 * units, scale=scale)
    return peer_onnx.Node(operator, attributes, inputs)


def _random_activations(rng, operator):
    """Draw one direction's activations: those of the gates, and twice the same for an LSTM's candidate and output."""
    likely = GATES if rng.random() < 0.5 else KEYS
    gates, activation = likely[rng.integers(len(likely))], KEYS[rng.integers(len(KEYS))]
    return {"RNN": [activation], "LSTM": [gates, activation, activation], "GRU": [gates, activation]}[operator]


def run_in_onnxruntime(node):
    onnx, onnxruntime = require_peer("onnx"), require_peer("onnxruntime")
    outputs = ["Y", "Y_h", "Y_c"][: 2 + (node.operator == "LSTM")]
    last = max(peer_onnx.INPUTS.index(name) for name in node.inputs)
    names = [name if name in node.inputs else "" for name in peer_onnx.INPUTS[: last + 1]]
    attributes = {name: value for name, value in node.attributes.items() if value != []}
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(node.operator, names, outputs, **attributes)],
        "one_node",
        [
            onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
            for name, value in node.inputs.items()
        ],
        [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None) for name in outputs],
    )
    # The operators as they have been since 14, in a file format that older runtimes read too.
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 14)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(outputs, node.inputs)


@pytest.mark.parametrize("seed", range(CASES))
def test_agrees_with_onnxruntime(seed):
    node = random_node(seed)
    expected = run_in_onnxruntime(node)
    found = peer_onnx.run(node)
    assert len(found) == len(expected)
    for name, value, peer in zip(("Y", "Y_h", "Y_c"), found, expected, strict=False):
        assert value.shape == peer.shape, name
        assert (np.abs(value - peer) / np.maximum(1, np.abs(peer))).max() < 4e-6, (name, node)


def test_the_nodes_cover_what_they_should():
    nodes = [random_node(seed) for seed in range(CASES)]
    combinations = {
        (node.operator, node.is_coupled, node.resets_after, "P" in node.inputs, "clip" in node.attributes, direction)
        for node in nodes
        for direction in [node.attributes["direction"]]
    }
    assert len(combinations) == (1 + 4 + 2) * 2 * 3
    for slot in (0, 1):  # both are drawn alike, so an LSTM's and a GRU's two stand for all
        used = {node.activations(0)[slot] for node in nodes if node.operator != "RNN"}
        assert used == set(peer_onnx.ACTIVATIONS.values())
