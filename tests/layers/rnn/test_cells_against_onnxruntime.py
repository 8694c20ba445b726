"""Every cell against ONNX Runtime on random nodes: activations, clip, directions, ragged lengths, initial states."""

import numpy as np
import peer_onnx
import pytest

CASES = 500


@pytest.mark.parametrize("seed", range(CASES))
def test_agrees_with_onnxruntime(seed):
    node = peer_onnx.random_node(seed)
    expected = peer_onnx.run_in_onnxruntime(node)
    found = peer_onnx.run(node)
    assert len(found) == len(expected)
    for name, value, peer in zip(("Y", "Y_h", "Y_c"), found, expected, strict=False):
        assert value.shape == peer.shape, name
        assert (np.abs(value - peer) / np.maximum(1, np.abs(peer))).max() < 4e-6, (name, node)


def test_the_nodes_cover_what_they_should():
    nodes = [peer_onnx.random_node(seed) for seed in range(CASES)]
    combinations = {
        (node.operator, node.is_coupled, node.resets_after, "P" in node.inputs, "clip" in node.attributes, direction)
        for node in nodes
        for direction in [node.attributes["direction"]]
    }
    assert len(combinations) == (1 + 4 + 2) * 2 * 3
    for slot in (0, 1):  # both are drawn alike, so an LSTM's and a GRU's two stand for all
        used = {node.activations(0)[slot] for node in nodes if node.operator != "RNN"}
        assert used == set(peer_onnx.ACTIVATIONS.values())
