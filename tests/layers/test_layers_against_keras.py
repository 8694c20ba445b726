"""Layers, stacks, states and masks against Keras on TensorFlow and on JAX."""

from dataclasses import replace
from functools import partial

import numpy as np
import peer_keras
import pytest
from peers import answers_of_keras, ask_keras, require_peer_elsewhere

import fastlstm

BOUND = 4e-6


def begin():
    ask_keras(peer_keras.results)


@pytest.fixture(scope="module")
def results():
    """Return Keras's weights and outputs by backend and case."""
    return answers_of_keras(peer_keras.results)


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
    weights, peer_outputs = results[backend][name]
    _, outputs = peer_keras.run(fastlstm, name, weights)
    assert len(outputs) == len(peer_outputs)
    for output, expected in zip(outputs, peer_outputs, strict=True):
        assert_close(output, expected)


@pytest.mark.parametrize("cell", peer_keras.CELLS)
def test_zero_output_for_mask_leaves_the_last_valid_output_alone(results, cell):
    """Keras zeroes it where the last step is masked, so it is compared without that option."""
    name = f"{cell}-last-masked"
    require_peer_elsewhere("tensorflow")
    weights, (expected,) = results["tensorflow"][name]
    zeros = replace(peer_keras.CASES[name], build=partial(peer_keras.recurrent, cell=cell, zero_output_for_mask=True))
    _, (output,) = peer_keras.run(fastlstm, name, weights, zeros)
    assert expected[~peer_keras.MASK[:, -1]].any()
    assert_close(output, expected)
