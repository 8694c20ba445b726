"""Layers, stacks, states and masks against Keras on TensorFlow and on JAX."""

from dataclasses import replace
from functools import partial
from importlib.util import find_spec

import numpy as np
import peer_keras
import pytest
from peers import require_peer_elsewhere

import fastlstm

BOUND = 4e-6


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Return Keras's weights and outputs by backend and case, of the backends that are installed."""
    require_peer_elsewhere("keras")
    folder = tmp_path_factory.mktemp("keras")
    installed = [backend for backend in peer_keras.OF_BACKEND if find_spec(backend) is not None]
    processes = {backend: peer_keras.start(backend, folder / f"{backend}.npz") for backend in installed}
    for backend, process in processes.items():
        errors = process.communicate()[1]
        assert process.returncode == 0, f"Keras on {backend}: {errors}"
    return {backend: peer_keras.read(folder / f"{backend}.npz") for backend in processes}


def assert_close(output, expected):
    assert output.shape == expected.shape
    assert output.dtype == expected.dtype
    error = np.abs(output - expected) / np.maximum(1, np.abs(expected))
    assert error.max() < BOUND, f"{error.max()} at {np.unravel_index(error.argmax(), error.shape)}"


@pytest.mark.parametrize(
    ("backend", "name"), [(backend, name) for backend, names in peer_keras.OF_BACKEND.items() for name in names]
)
def test_agrees_with_keras(results, backend, name):
    require_peer_elsewhere(backend)
    peer = results[backend][name]
    _, outputs = peer_keras.run(fastlstm, name, peer["weights"])
    assert len(outputs) == len(peer["outputs"])
    for output, expected in zip(outputs, peer["outputs"], strict=True):
        assert_close(output, expected)


@pytest.mark.parametrize("cell", peer_keras.CELLS)
def test_zero_output_for_mask_leaves_the_last_valid_output_alone(results, cell):
    """Keras zeroes it where the last step is masked, so it is compared without that option."""
    name = f"{cell}-last-masked"
    require_peer_elsewhere("tensorflow")
    peer = results["tensorflow"][name]
    zeros = replace(peer_keras.CASES[name], build=partial(peer_keras.recurrent, cell=cell, zero_output_for_mask=True))
    _, (output,) = peer_keras.run(fastlstm, name, peer["weights"], zeros)
    (expected,) = peer["outputs"]
    assert expected[~peer_keras.MASK[:, -1]].any()
    assert_close(output, expected)
