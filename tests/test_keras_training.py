"""Random models trained for twenty steps here and in Keras, from the same weights and batches, end the same."""

import numpy as np
import peer_keras_training
import pytest
from peers import require_peer_elsewhere

import fastlstm


@pytest.fixture(scope="module")
def keras_results(tmp_path_factory):
    """Return what Keras makes of each case."""
    require_peer_elsewhere("keras")
    require_peer_elsewhere("jax")
    path = tmp_path_factory.mktemp("keras") / "training.npz"
    process = peer_keras_training.start(path)
    errors = process.communicate()[1]
    assert process.returncode == 0, errors
    return peer_keras_training.read(path)


@pytest.mark.parametrize("case", peer_keras_training.CASES)
def test_twenty_steps(keras_results, case):
    first, losses, last = keras_results[case]
    _, own_losses, own_last = peer_keras_training.train(fastlstm, case, first)
    np.testing.assert_allclose(own_losses, losses, rtol=1e-5, atol=1e-5)
    assert len(own_last) == len(last)
    for own, peer in zip(own_last, last, strict=True):
        assert (np.abs(own - peer) / np.maximum(1, np.abs(peer))).max() < 1e-4
