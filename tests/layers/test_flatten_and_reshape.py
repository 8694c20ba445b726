"""Flatten and Reshape: the number of steps must be known, and sizes must agree."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers

N, T, D = 6, 5, 3


@pytest.mark.parametrize("layer", [layers.Flatten, lambda: layers.Reshape((-1, 2))])
def test_the_number_of_steps_must_be_known(rng, layer):
    with pytest.raises(ValueError, match=r"needs to know the number of steps.*Input\(\(T, D\)\)"):
        Sequential([Input((None, 2)), layer()])
    model = Sequential([layer()])
    with pytest.raises(ValueError, match="number of steps"):
        model.build((None, None, 2))
    x = rng.normal(size=(N, 4, 2)).astype(np.float32)
    assert (model.predict(x).ravel() == x.ravel()).all()
    with pytest.raises(ValueError, match="at least one step"):
        layer()(np.zeros((N, 0, 2)))


def test_a_window_without_memory_learns(rng):
    x = rng.normal(size=(200, 4, 2))
    y = x[:, 1, 0] - 2 * x[:, 3, 1]
    model = Sequential([Input((4, 2)), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    model.optimizer.learning_rate = 0.1
    model.fit(x, y, epochs=20, verbose=0)
    kernel = model.layers[1].kernel.ravel()
    np.testing.assert_allclose(kernel, [0, 0, 1, 0, 0, 0, 0, -2], atol=1e-3)


@pytest.mark.parametrize(
    ("target", "match"),
    [((4, 4), "can not bring the 15 numbers"), ((-1, 4), "can not bring the 15 numbers"), ((15, 2), "can not bring")],
)
def test_reshapes_that_do_not_fit(target, match):
    with pytest.raises(ValueError, match=match):
        layers.Reshape(target)(np.zeros((N, T, D)))
