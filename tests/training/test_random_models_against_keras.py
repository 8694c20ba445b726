"""Random models trained for twenty steps here and in Keras, from the same weights and batches, end the same."""

import numpy as np
import peer_keras_training
import pytest
from peers import require_peer

import fastlstm


@pytest.mark.parametrize("case", peer_keras_training.CASES)
def test_twenty_steps(case):
    first, losses, last = peer_keras_training.train(require_peer("keras"), case)
    _, own_losses, own_last = peer_keras_training.train(fastlstm, case, first)
    np.testing.assert_allclose(own_losses, losses, rtol=1e-5, atol=1e-5)
    assert len(own_last) == len(last)
    for own, peer in zip(own_last, last, strict=True):
        assert (np.abs(own - peer) / np.maximum(1, np.abs(peer))).max() < 1e-4
