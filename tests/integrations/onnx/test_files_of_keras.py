"""ONNX files that Keras writes by tf2onnx: recurrent operators, and loops that are recurrent layers."""

import numpy as np
import peer_tf2onnx
import pytest
from peers import start_beside, written_by


def begin():
    start_beside(peer_tf2onnx.__file__, *peer_tf2onnx.NEEDED)


@pytest.fixture(scope="module")
def written(onnx):
    return written_by(peer_tf2onnx.__file__, *peer_tf2onnx.NEEDED)


@pytest.mark.parametrize("name", peer_tf2onnx.MODELS)
def test_models(onnx, written, name):
    folder, results = written
    model = onnx.load(folder / f"{name}.onnx")
    found = model.predict(peer_tf2onnx.data_of(name), verbose=0)
    np.testing.assert_allclose(found, results[name], rtol=0, atol=4e-6)


@pytest.mark.parametrize("name", peer_tf2onnx.REFUSED)
def test_what_is_refused(onnx, written, name):
    folder, _ = written
    with pytest.raises(ValueError, match=peer_tf2onnx.REFUSED[name]):
        onnx.load(folder / f"{name}.onnx")


def changed(written, name, tmp_path, change):
    """Return the path of a file whose first loop is changed."""
    import onnx as format_of_onnx

    folder, _ = written
    proto = format_of_onnx.load(folder / f"{name}.onnx")
    loop = next(node for node in proto.graph.node if node.op_type == "Loop")
    body = next(attribute.g for attribute in loop.attribute if attribute.name == "body")
    change(proto.graph, loop, body)
    format_of_onnx.save(proto, tmp_path / "changed.onnx")
    return tmp_path / "changed.onnx"


def other_equation(graph, loop, body):
    next(node for node in body.node if node.op_type == "Tanh").op_type = "Sin"


def one_step_less(graph, loop, body):
    for tensor in graph.initializer:
        if tensor.name == loop.input[0]:
            tensor.CopyFrom(type(tensor)(name=tensor.name, data_type=7, int64_data=[peer_tf2onnx.STEPS - 1]))


def endless(graph, loop, body):
    """Let the condition be true for ever, and no number of steps be given."""
    loop.input[0] = ""
    body.node.add(op_type="Not", input=["never"], output=["always"])
    body.node.add(op_type="Not", input=[body.input[1].name], output=["never"])
    nodes = list(body.node)
    del body.node[:]
    body.node.extend([nodes[-1], nodes[-2], *nodes[:-2]])
    body.output[0].name = "always"


def unknown_operator(graph, loop, body):
    next(node for node in body.node if node.op_type == "Tanh").op_type = "ThereIsNoSuchOperator"


@pytest.mark.parametrize("change", [other_equation, one_step_less, endless, unknown_operator])
def test_loops_that_are_no_layers(onnx, written, tmp_path, change):
    with pytest.raises(ValueError, match=r"changed\.onnx"):
        onnx.load(changed(written, "gru_reset_before", tmp_path, change))
