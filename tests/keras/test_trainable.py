"""`trainable` as in Keras 2: a model trains what was trainable when it was compiled."""

import copy

import numpy as np
import pytest

from fastlstm import keras


@pytest.fixture
def networks():
    """A discriminator, compiled, and a generator with it, compiled while the discriminator was frozen."""
    optimizer = keras.optimizers.Adam(0.01)
    discriminator = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    discriminator.compile(optimizer, "mse")
    z = keras.Input((2,))
    generator = keras.layers.Dense(3)
    discriminator.trainable = False
    both = keras.Model(z, discriminator(generator(z)))
    both.compile(optimizer, "mse")
    return discriminator, generator, both


def changes(model, layers, *arrays):
    """Return for each of the layers whether a step of a model changes it."""
    before = [layer.get_weights() for layer in layers]
    model.train_on_batch(*arrays)
    after = [layer.get_weights() for layer in layers]
    return [any((a != b).any() for a, b in zip(*pair, strict=True)) for pair in zip(before, after, strict=True)]


def test_networks_that_compete_train_their_own_weights(networks):
    discriminator, generator, both = networks
    x, z, y = np.ones((4, 3)), np.ones((4, 2)), np.zeros((4, 1))
    for frozen in (True, False, True):
        discriminator.trainable = not frozen
        assert changes(discriminator, [discriminator, generator], x, y) == [True, False]
        assert changes(both, [discriminator, generator], z, y) == [False, True]


def test_toggling_does_not_reset_the_optimizer(networks):
    discriminator, _, _ = networks
    x, y = np.ones((4, 3)), np.zeros((4, 1))
    for step in range(1, 4):
        discriminator.trainable = step % 2 == 0
        discriminator.train_on_batch(x, y)
        assert discriminator.optimizer.iterations == step


def test_compile_takes_the_present_flags(networks):
    discriminator, _, _ = networks
    discriminator.compile("sgd", "mse")
    with pytest.warns(UserWarning, match="no trainable weights"):
        assert changes(discriminator, [discriminator], np.ones((4, 3)), np.zeros((4, 1))) == [False]


def test_each_model_has_its_own_slots(networks):
    discriminator, _, both = networks
    assert discriminator.optimizer is not both.optimizer
    assert discriminator.optimizer.get_config() == both.optimizer.get_config()


def test_copies_go_on_as_they_were(networks):
    discriminator, _, _ = networks
    x, y = np.ones((4, 3)), np.zeros((4, 1))
    discriminator.train_on_batch(x, y)
    other = copy.deepcopy(discriminator)
    assert changes(other, [other], x, y) == [True]
    discriminator.train_on_batch(x, y)
    for found, expected in zip(other.get_weights(), discriminator.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
