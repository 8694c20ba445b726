"""The gradients of every cell with every option against finite differences in float64."""

import pytest
from reference_cases import MASK, OPTIONS, SHAPE, WITH_ACTIVATION, WITH_GATES, Run

from fastlstm.reference import CELLS, ELEMENTWISE_ACTIVATIONS


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("name", CELLS)
def test_gradients_with_every_option(rng, name, option):
    Run(rng, name, SHAPE).check_gradients(rng, **OPTIONS[option](rng, name))


@pytest.mark.parametrize("shape", [(1, 1, 1, 1), (2, 5, 3, 4), (3, 2, 9, 1), (1, 3, 1, 5), (0, 3, 2, 4), (2, 0, 3, 4)])
@pytest.mark.parametrize("name", CELLS)
def test_gradients_of_every_shape(rng, name, shape):
    Run(rng, name, shape).check_gradients(rng)


@pytest.mark.parametrize("activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("name", WITH_ACTIVATION)
def test_gradients_with_every_activation(rng, name, activation):
    Run(rng, name, (2, 3, 2, 2), scale=0.3).check_gradients(rng, activation=activation)


@pytest.mark.parametrize("recurrent_activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("name", WITH_GATES)
def test_gradients_with_every_recurrent_activation(rng, name, recurrent_activation):
    Run(rng, name, (2, 3, 2, 2), scale=0.3).check_gradients(rng, recurrent_activation=recurrent_activation)


@pytest.mark.slow
@pytest.mark.parametrize("recurrent_activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("activation", ELEMENTWISE_ACTIVATIONS)
@pytest.mark.parametrize("name", ["lstm", "coupled_peephole_lstm", "gru", "gru_reset_before"])
def test_gradients_with_every_pair_of_activations(rng, name, activation, recurrent_activation):
    options = {"mask": MASK[2:4], "activation": activation, "recurrent_activation": recurrent_activation}
    Run(rng, name, (2, 4, 2, 2), scale=0.2).check_gradients(rng, **options)
