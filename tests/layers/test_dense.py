"""Dense and Activation: every activation, and Dense on sequences."""

import numpy as np
import pytest

from fastlstm import _core, activations, layers

RNG = np.random.default_rng(0)


def test_dense_on_a_sequence_is_time_distributed():
    x = RNG.normal(size=(2, 5, 3))
    dense, wrapped = layers.Dense(4, "tanh"), layers.TimeDistributed(layers.Dense(4, "tanh"))
    dense.build(x.shape)
    wrapped.build(x.shape)
    wrapped.set_weights(dense.get_weights())
    assert (wrapped(x) == dense(x)).all()
    assert (wrapped.layer.kernel == dense.kernel).all()


@pytest.mark.parametrize("name", _core.activations())
def test_activations_are_what_their_functions_define(name):
    x = RNG.normal(scale=4, size=(50, 8))
    wanted = getattr(activations, name)(x)
    dense = layers.Dense(8, name, dtype="float64")
    dense.build(x.shape)
    dense.set_weights([np.eye(8), np.zeros(8)])
    for layer in (
        dense,
        layers.Activation(name, dtype="float64"),
        layers.Activation(activations.get(name), dtype="float64"),
    ):
        np.testing.assert_allclose(layer(x), wanted, rtol=1e-12, atol=1e-14)
