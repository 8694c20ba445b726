"""The RNN, LSTM and GRU tests of the backend suite in the onnx package, run by our layers."""

import warnings

import numpy as np
import peer_onnx
import pytest
from peers import require_peer

NAMES = [
    "test_gru_batchwise",
    "test_gru_bidirectional",
    "test_gru_defaults",
    "test_gru_reverse",
    "test_gru_seq_length",
    "test_gru_with_initial_bias",
    "test_lstm_batchwise",
    "test_lstm_bidirectional",
    "test_lstm_defaults",
    "test_lstm_reverse",
    "test_lstm_with_initial_bias",
    "test_lstm_with_peepholes",
    "test_rnn_seq_length",
    "test_simple_rnn_batchwise",
    "test_simple_rnn_bidirectional",
    "test_simple_rnn_defaults",
    "test_simple_rnn_reverse",
    "test_simple_rnn_with_initial_bias",
]


@pytest.fixture(scope="module")
def suite():
    """Return the suite's cases of the three operators by name."""
    require_peer("onnx")
    loader = require_peer("onnx.backend.test.loader")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of the other 1900 nodes overflow while their cases are made
        cases = loader.load_model_tests(kind="node")
    return {case.name: case for case in cases if case.model.graph.node[0].op_type in peer_onnx.SLOTS}


def test_the_suite_is_complete(suite):
    assert sorted(suite) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_node(suite, name):
    onnx = require_peer("onnx")
    case = suite[name]
    (proto,) = case.model.graph.node
    ((inputs, expected),) = case.data_sets
    attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in proto.attribute}
    attributes = {key: value.decode() if isinstance(value, bytes) else value for key, value in attributes.items()}
    given = [known for known, used in zip(peer_onnx.INPUTS, proto.input, strict=False) if used]
    node = peer_onnx.Node(proto.op_type, attributes, dict(zip(given, inputs, strict=True)))

    outputs = [value for value, used in zip(peer_onnx.run(node), proto.output, strict=False) if used]
    assert len(outputs) == len(expected) > 0
    for output, value in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(output, value, rtol=case.rtol, atol=case.atol)
