"""RNN, LSTM and GRU nodes of ONNX: run by our layers, and random ones to run in both.

Layouts: X (T, N, D), W (directions, G*H, D), R (directions, G*H, H), B (directions, 2*G*H), P (directions, 3*H), states
(directions, N, H), Y (T, directions, N, H). With layout=1 the batch axis of X, states and Y comes first.
"""

from dataclasses import dataclass, field

import numpy as np
from peers import require_peer

from fastlstm import layers

# ONNX's name, alpha and beta as float32: our name for the same function.
ACTIVATIONS = {
    ("Tanh",): "tanh",
    ("Sigmoid",): "sigmoid",
    ("Relu",): "relu",
    ("Softsign",): "softsign",
    ("Softplus",): "softplus",
    ("HardSigmoid", np.float32(1 / 6), np.float32(0.5)): "hard_sigmoid",
    ("LeakyRelu", np.float32(0.2)): "leaky_relu",
    ("Elu", np.float32(1)): "elu",
    ("Affine", np.float32(1), np.float32(0)): "linear",
}
SLOTS = {"RNN": ("Tanh",), "LSTM": ("Sigmoid", "Tanh", "Tanh"), "GRU": ("Sigmoid", "Tanh")}
INPUTS = ("X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P")
_TAKES = {key[0]: len(key) - 1 for key in ACTIVATIONS}


@dataclass
class Node:
    """One node: its operator, its attributes, and its inputs by name."""

    operator: str
    attributes: dict
    inputs: dict = field(repr=False)

    @property
    def directions(self):
        return len(self.inputs["W"])

    @property
    def is_coupled(self):
        return self.attributes.get("input_forget", 0) != 0

    @property
    def resets_after(self):
        return self.attributes.get("linear_before_reset", 0) != 0

    @property
    def slots(self):
        return len(SLOTS[self.operator])

    def activations(self, direction):
        """Return our names of one direction's activations; ONNX hands out alphas and betas to those that take them."""
        names = self.attributes.get("activations", SLOTS[self.operator] * self.directions)
        alphas = iter(self.attributes.get("activation_alpha", ()))
        betas = iter(self.attributes.get("activation_beta", ()))
        keys = [(name, *(np.float32(next(values)) for values in (alphas, betas)[: _TAKES[name]])) for name in names]
        return [ACTIVATIONS[key] for key in keys[direction * self.slots :][: self.slots]]


def run(node):
    """Return Y, Y_h and, of an LSTM, Y_c, computed by our layers."""
    batch_first = node.attributes.get("layout", 0) == 1
    x = node.inputs["X"] if batch_first else node.inputs["X"].swapaxes(0, 1)
    states = [node.inputs.get(name) for name in ("initial_h", "initial_c")[: 1 + (node.operator == "LSTM")]]
    initial_state = None
    if states[0] is not None:
        by_direction = [s if not batch_first else s.swapaxes(0, 1) for s in states]
        initial_state = [np.ascontiguousarray(s[d]) for d in range(node.directions) for s in by_direction]
    lengths = node.inputs.get("sequence_lens")
    mask = None if lengths is None else np.arange(x.shape[1]) < lengths[:, None]

    layer, reverse = _layer(node), node.attributes.get("direction") == "reverse"
    layer.build(x.shape)
    layer.set_weights([weight for direction in range(node.directions) for weight in _weights(node, direction)])
    y, *final = layer(np.ascontiguousarray(x), initial_state=initial_state, mask=mask)

    y = np.stack(np.split(y[:, ::-1] if reverse else y, node.directions, axis=-1), axis=2)  # (N, T, directions, H)
    y_states = [np.stack(final[i :: len(states)], axis=1) for i in range(len(states))]  # (N, directions, H)
    return [y, *y_states] if batch_first else [y.transpose(1, 2, 0, 3), *(s.swapaxes(0, 1) for s in y_states)]


def _layer(node):
    if node.attributes.get("direction") != "bidirectional":
        return _one_direction(node, 0, node.attributes.get("direction") == "reverse")
    forward, backward = _one_direction(node, 0, False), _one_direction(node, 1, True)
    return layers.Bidirectional(forward, merge_mode="concat", backward_layer=backward)


def _one_direction(node, direction, go_backwards):
    attributes = node.attributes
    options = {
        "units": attributes["hidden_size"],
        "use_bias": "B" in node.inputs,
        "clip": attributes.get("clip"),
        "go_backwards": go_backwards,
        "return_sequences": True,
        "return_state": True,
        "zero_output_for_mask": True,
        "dtype": str(node.inputs["X"].dtype),
    }
    names = node.activations(direction)
    if node.operator == "RNN":
        return layers.SimpleRNN(activation=names[0], **options)
    options |= {"recurrent_activation": names[0], "activation": names[1]}
    if node.operator == "GRU":
        return layers.GRU(reset_after=node.resets_after, **options)
    assert names[1] == names[2], "our LSTM has one activation for the candidate and for the output"
    return layers.LSTM(peephole="P" in node.inputs, coupled=node.is_coupled, **options)


def _weights(node, direction):
    """Return one direction's kernel, recurrent kernel, bias and peephole weights in our layout."""
    blocks = {"RNN": "h", "LSTM": "iofc", "GRU": "zrh"}[node.operator]
    order = {"RNN": "h", "LSTM": "ifco", "GRU": "zrh"}[node.operator]
    if node.is_coupled:
        order = "ico"  # what ONNX has for f goes unused

    def ours(weight):
        return np.concatenate([np.split(weight, len(blocks))[blocks.index(block)] for block in order])

    weights = [ours(node.inputs["W"][direction]).T, ours(node.inputs["R"][direction]).T]
    if "B" in node.inputs:
        of_input, recurrent = np.split(node.inputs["B"][direction], 2)
        if node.resets_after:
            weights.append(np.stack([of_input, recurrent]))
        else:
            weights.append(ours(of_input + recurrent))
    if "P" in node.inputs:
        peephole = dict(zip("iof", np.split(node.inputs["P"][direction], 3), strict=True))
        weights.append(np.stack([peephole[gate] for gate in "ifo" if gate in order]))
    return [np.ascontiguousarray(weight) for weight in weights]


BLOCKS = {"RNN": 1, "LSTM": 4, "GRU": 3}


KEYS = list(ACTIVATIONS)


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
    return Node(operator, attributes, inputs)


def _random_activations(rng, operator):
    """Draw one direction's activations: those of the gates, and twice the same for an LSTM's candidate and output."""
    likely = GATES if rng.random() < 0.5 else KEYS
    gates, activation = likely[rng.integers(len(likely))], KEYS[rng.integers(len(KEYS))]
    return {"RNN": [activation], "LSTM": [gates, activation, activation], "GRU": [gates, activation]}[operator]


def run_in_onnxruntime(node):
    onnx, onnxruntime = require_peer("onnx"), require_peer("onnxruntime")
    outputs = ["Y", "Y_h", "Y_c"][: 2 + (node.operator == "LSTM")]
    last = max(INPUTS.index(name) for name in node.inputs)
    names = [name if name in node.inputs else "" for name in INPUTS[: last + 1]]
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
