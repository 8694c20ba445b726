"""ONNX Runtime, and how far its results may be from ours."""

import numpy as np
from peers import require_peer

ROOM = 4e-6
"""How far a float32 result may be off, relative to max(1, |y|)."""


def run(path, x):
    """Return what ONNX Runtime makes of x."""
    onnxruntime = require_peer("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    (given,) = session.get_inputs()
    return session.run(None, {given.name: x})[0]


def error(y, peer):
    """Return how far results are apart, relative to max(1, |peer|)."""
    assert y.shape == peer.shape
    return (np.abs(y - peer) / np.maximum(1, np.abs(peer))).max(initial=0)
