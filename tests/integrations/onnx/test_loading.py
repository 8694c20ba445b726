"""ONNX files that others write, and files that are no model of this package."""

import numpy as np
import pytest
from peer_onnxruntime import ROOM, error, run
from peers import require_peer

from fastlstm import Input, Sequential, layers


def saved(text, path, constants=(), opset=18):
    """Write a graph given in ONNX's text form."""
    onnx = require_peer("onnx")
    graph = onnx.parser.parse_graph(text)
    for name, value in dict(constants).items():
        graph.initializer.append(onnx.numpy_helper.from_array(np.asarray(value), name))
    opsets = [onnx.helper.make_opsetid(*entry) for entry in {"": opset, "somebody": 1}.items()]
    proto = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=8)
    onnx.save(proto, path)
    return path


def f32(rng, *shape):
    return rng.uniform(-0.7, 0.7, shape).astype(np.float32)


LSTM = "y, h, c = LSTM <hidden_size = 2 {}> (t, W, R)"
BEGIN = "t = Transpose <perm = [1, 0, 2]> (x)"


def lstm_weights(rng, directions=1):
    return {"W": f32(rng, directions, 8, 3), "R": f32(rng, directions, 8, 2)}


REFUSED = {
    "a first step": (
        f"{BEGIN} {LSTM.format('')} z = Constant <value_ints = [0]> () s = Gather <axis = 0> (y, z) o = Squeeze (s)",
        "takes the first step, which is not the last one that a recurrent node has processed",
    ),
    "the cell state": (f"{BEGIN} {LSTM.format('')} o = Relu (c)", "the last cell state c"),
    "unmerged directions": (
        f"{BEGIN} {LSTM.format(', direction = ' + chr(34) + 'bidirectional' + chr(34))} o = Relu (h)",
        "the two directions of a recurrent node are not merged",
    ),
    "backwards in the order of time": (
        f"{BEGIN} {LSTM.format(', direction = ' + chr(34) + 'reverse' + chr(34))} o = Relu (y)",
        "the outputs of a node that goes backwards are used in the order of time",
    ),
    "a branch": ("a = Relu (x) b = Tanh (x) o = Add (a, b)", "both of which depend on the input"),
    "an operator": ("o = Sin (x)", r"node 'o' \(Sin\): no layer of this package does that; known are Add, "),
    "a slope": ("o = LeakyRelu <alpha = 0.01> (x)", "no activation of this package has .*alpha"),
    "a domain": ("o = somebody.Relu (x)", "of the domain 'somebody'"),
    "only an input": ("o = Identity (x)", "the graph has no layers"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_graphs_that_are_no_model(onnx, tmp_path, rng, name):
    nodes, message = REFUSED[name]
    directions = 2 if "bidirectional" in nodes else 1
    text = f"g (float[N, T, 3] x) => (float[N, T, M] o) {{ {nodes} }}"
    path = tmp_path / "model.onnx"
    saved(text, path, lstm_weights(rng, directions) if "LSTM" in nodes else {})
    with pytest.raises(ValueError, match=message) as caught:
        onnx.load(path)
    assert str(path) in str(caught.value)


def test_states_and_lengths_must_be_those_of_a_sequential(onnx, tmp_path, rng):
    begin = "g (float[N, T, 3] x) => (float[N, 2] o) { t = Transpose <perm = [1, 0, 2]> (x)"
    end = "o = Squeeze <axes = [0]> (h) }"
    constants = lstm_weights(rng)
    for inputs, given, message in (
        ("t, W, R, , , h0", {"h0": np.ones((1, 4, 2), np.float32)}, "initial_h: expected zeros"),
        ("t, W, R, , n", {"n": np.array([3, 2], np.int32)}, "sequence_lens: expected none, or the number of steps"),
    ):
        text = f"{begin} y, h = LSTM <hidden_size = 2> ({inputs}) {end}"
        path = saved(text, tmp_path / "model.onnx", constants | given, opset=11)
        with pytest.raises(ValueError, match=message):
            onnx.load(path)
    zeros = {"h0": np.zeros((1, 4, 2), np.float32)}
    text = f"{begin} y, h = LSTM <hidden_size = 2> (t, W, R, , , h0) {end}"
    model = onnx.load(saved(text, tmp_path / "model.onnx", constants | zeros, opset=11))
    assert model.output_shape == (None, 2)


def test_several_inputs_or_outputs_are_named(onnx, tmp_path):
    path = saved("g (float[N, 3] a, float[N, 3] b) => (float[N, 3] o) { o = Add (a, b) }", tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="expected one input, got a, b"):
        onnx.load(path)
    path = saved("g (float[N, 3] x) => (float[N, 3] a, float[N, 3] b) { a = Relu (x) b = Tanh (x) }", path)
    with pytest.raises(ValueError, match="expected one output, got a, b"):
        onnx.load(path)
    path = saved("g (float16[N, 3] x) => (float16[N, 3] a) { a = Relu (x) }", path)
    with pytest.raises(ValueError, match=r"input 'x': expected float32, float64 or integers, got FLOAT16"):
        onnx.load(path)


def test_files_that_are_none(onnx, tmp_path):
    with pytest.raises(FileNotFoundError):
        onnx.load(tmp_path / "missing.onnx")
    path = tmp_path / "model.onnx"
    for content in (b"", b"no model", bytes(range(256))):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="not an ONNX file that can be read"):
            onnx.load(path)


def exported(onnx, path, *made):
    model = Sequential([Input((None, 3)), *made])
    onnx.export(model, path)
    return model


def test_weights_in_a_file_beside_it(onnx, tmp_path):
    path = tmp_path / "model.onnx"
    model = exported(onnx, path, layers.LSTM(8))
    package = require_peer("onnx")
    proto = package.load(path)
    package.save(proto, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
    assert (tmp_path / "weights.bin").stat().st_size > 500
    np.testing.assert_array_equal(onnx.load(path).get_weights()[0], model.get_weights()[0])


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/hostname", "link.bin"])
def test_weights_from_elsewhere_are_refused(onnx, tmp_path, place):
    (tmp_path / "secret.bin").write_bytes(bytes(4096))
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    path = folder / "model.onnx"
    exported(onnx, path, layers.LSTM(8))
    package = require_peer("onnx")
    proto = package.load(path)
    tensor = next(tensor for tensor in proto.graph.initializer if tensor.dims == [1, 32, 3])
    tensor.ClearField("raw_data")
    tensor.data_location = package.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=place)
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(ValueError, match="not an ONNX file that can be read"):
        onnx.load(path)


def test_a_function_that_is_not_ours_is_refused(onnx, tmp_path):
    """A node's name says which layer it is; what a runtime executes is the function, so they must agree."""
    path = tmp_path / "model.onnx"
    exported(onnx, path, layers.Dense(2, "silu"), layers.MinGRU(4))
    package = require_peer("onnx")
    for name in ("silu", "min_gru"):
        proto = package.load(path)
        function = next(function for function in proto.functions if function.name == name)
        for node in function.node:
            node.op_type = {"Mul": "Add", "MatMul": "Mod"}.get(node.op_type, node.op_type)
        changed = tmp_path / "changed.onnx"
        changed.write_bytes(proto.SerializeToString())
        with pytest.raises(ValueError, match=rf"\({name}\): the file's function of this name is not the one"):
            onnx.load(changed)


def test_a_mask_that_is_left_out_is_noticed(onnx, tmp_path):
    path = tmp_path / "model.onnx"
    exported(onnx, path, layers.Masking(), layers.GRU(4))
    proto = require_peer("onnx").load(path)
    call = next(node for node in proto.graph.node if node.op_type == "gru")
    assert call.input[-1].startswith("masking")
    call.input.pop()
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(ValueError, match="expected the mask of the sequence that it takes"):
        onnx.load(path)


KERAS_STATES = """
    n = Shape (x) m = Cast <to = 6> (n) r = Slice (m, zero, one, zero) s = Concat <axis = 0> (r, units)
    e = Cast <to = 7> (s) z = Expand (nothing, e) z0 = Unsqueeze (z, zero)
"""
KERAS_CONSTANTS = {
    "zero": np.array([0]),
    "one": np.array([1]),
    "two": np.array([2]),
    "last": np.array([-1]),
    "end": np.array([2**31 - 1]),
    "units": np.array([2], np.int32),
    "nothing": np.float32(0),
}


@pytest.mark.parametrize("directions", [1, 2])
def test_graphs_as_keras_has_them_written(onnx, tmp_path, rng, directions):
    """The states are zeros of the batch's size; one step is cut out of the sequence, of two directions apart."""
    one = """
        y = LSTM <hidden_size = 2> (t, W, R, B, , z0, z0) q = Squeeze (y, one)
        l = Slice (q, last, end, zero) o = Squeeze (l, zero)
    """
    two = """
        zz = Concat <axis = 0> (z0, z0) y = LSTM <hidden_size = 2, direction = "bidirectional"> (t, W, R, B, , zz, zz)
        b = Slice (y, one, two, one) bq = Squeeze (b, one) bl = Slice (bq, zero, one, zero) bs = Squeeze (bl, zero)
        f = Slice (y, zero, one, one) fq = Squeeze (f, one) fl = Slice (fq, last, end, zero) fs = Squeeze (fl, zero)
        o = Concat <axis = 1> (fs, bs)
    """
    constants = {**KERAS_CONSTANTS, **lstm_weights(rng, directions), "B": f32(rng, directions, 16)}
    text = f"g (float[N, T, 3] x) => (float[N, M] o) {{ {BEGIN} {KERAS_STATES} {one if directions == 1 else two} }}"
    path = saved(text, tmp_path / "model.onnx", constants, opset=15)
    model, x = onnx.load(path), f32(rng, 5, 6, 3)
    assert error(model.predict(x), run(path, x)) < ROOM
    assert [type(layer).__name__ for layer in model.layers] == [("LSTM", "Bidirectional")[directions - 1]]


def test_damaged_files_raise_value_errors(onnx, tmp_path, rng):
    path = tmp_path / "model.onnx"
    exported(onnx, path, layers.Bidirectional(layers.GRU(3, return_sequences=True)), layers.MinGRU(2), layers.Dense(1))
    content = path.read_bytes()
    outcomes = set()
    for _ in range(300):
        changed = bytearray(content)
        for place in rng.integers(0, len(content), 3):
            changed[place] = rng.integers(256)
        path.write_bytes(bytes(changed))
        try:
            onnx.load(path)
            outcomes.add("loaded")
        except ValueError:
            outcomes.add("refused")
    assert "refused" in outcomes


def test_gemm_and_flatten(onnx, tmp_path, rng):
    constants = {"W": f32(rng, 4, 6), "b": f32(rng, 4)}
    text = (
        "g (float[N, 2, 3] x) => (float[N, 4] o) { f = Flatten (x)"
        " o = Gemm <alpha = 2.0, beta = 0.5, transB = 1> (f, W, b) }"
    )
    model = onnx.load(saved(text, tmp_path / "model.onnx", constants))
    x = f32(rng, 5, 2, 3)
    assert error(model.predict(x), 2 * x.reshape(5, 6) @ constants["W"].T + 0.5 * constants["b"]) < ROOM
    assert [type(layer).__name__ for layer in model.layers] == ["Flatten", "Dense"]


def test_arithmetic_with_constants(onnx, tmp_path, rng):
    constants = {"a": f32(rng, 3), "b": f32(rng, 3) + 2, "c": np.float32(3)}
    text = "g (float[N, 3] x) => (float[N, 3] o) { p = Sub (x, a) q = Div (p, b) r = Mul (c, q) o = Sub (c, r) }"
    model = onnx.load(saved(text, tmp_path / "model.onnx", constants))
    x = f32(rng, 5, 3)
    assert error(model.predict(x), 3 - 3 * (x - constants["a"]) / constants["b"]) < ROOM


@pytest.mark.parametrize("name", ["celu", "gelu"])
def test_operators_that_only_others_write(onnx, tmp_path, rng, name):
    text = f"g (float[N, 3] x) => (float[N, 3] o) {{ o = {name.capitalize()} (x) }}"
    path = saved(text, tmp_path / "model.onnx", opset=20)
    model, x = onnx.load(path), 3 * f32(rng, 5, 3)
    assert error(model.predict(x), run(path, x)) < ROOM


def test_numbers_that_are_embedded(onnx, tmp_path, rng):
    constants = {"table": f32(rng, 7, 3)}
    text = "g (float[N, T] x) => (float[N, T, 3] o) { i = Cast <to = 6> (x) o = Gather <axis = 0> (table, i) }"
    model = onnx.load(saved(text, tmp_path / "model.onnx", constants))
    x = rng.integers(0, 7, (4, 5))
    np.testing.assert_array_equal(model.predict(x), constants["table"][x])
