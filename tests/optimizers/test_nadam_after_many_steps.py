"""Nadam goes on from any number of steps, which a file may give, without going through all of them."""

import math

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers, optimizers


def weight_after(steps, beta, rate=0.1):
    """Return the weight after a step with a gradient of 1 on a weight of 1, which begins with these steps made."""
    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="ones", dtype="float64")])
    model.compile(optimizers.Nadam(rate, beta_1=beta, epsilon=1e-12), "mae")
    model.build((None, 1))
    model.optimizer.iterations = steps
    model.fit(np.array([[1.0]]), np.array([[0.0]]), verbose=0)
    return model.get_weights()[0].item()


@pytest.mark.parametrize("beta", [0.9, 0.999, 1 - 1e-9])
@pytest.mark.parametrize("steps", [0, 1, 999, 1001, 5000, 2**21, 2**40, 2**53 - 1])
def test_a_step_is_that_of_the_equations(steps, beta):
    def momentum(step):
        return beta * (1 - 0.5 * 0.96**step)

    head = min(steps, 2000)
    logarithm = sum(math.log(momentum(step)) for step in range(1, head + 1)) + (steps - head) * math.log(beta)
    t = steps + 1
    product = math.exp(logarithm) * momentum(t)
    gradient, velocity = (1 - beta), (1 - 0.999)  # averages after a first gradient of 1
    m = momentum(t + 1) * gradient / (1 - product * momentum(t + 1)) + (1 - momentum(t)) / (1 - product)
    wanted = 1 - 0.1 * m / (math.sqrt(velocity / (1 - 0.999**t)) + 1e-12)
    assert weight_after(steps, beta) == pytest.approx(wanted, rel=1e-6)


def test_more_steps_than_can_be_counted_are_refused():
    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile(optimizers.Nadam(), "mse")
    with pytest.raises(ValueError, match="iterations: expected an integer"):
        model.optimizer.iterations = 2**53 + 1
