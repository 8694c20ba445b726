"""What only the LSTM has: forget bias, peepholes, coupled gates, zoneout of c.

What all cells share is tested for each of them: outputs, weights and arguments in `test_every_cell.py`, states in
`test_states.py`, dropout and zoneout in `test_dropout_and_zoneout.py`, masks in `../test_masks.py`. The kernels are
tested in `tests/core/test_cell_kernels.py`, and against other libraries in `test_cells_against_onnxruntime.py` (here),
`../test_layers_against_keras.py` and `tests/core/test_cells_against_torch.py`.
"""

import numpy as np
import pytest
from cell_layers import made
from random_draws import ones, within

from fastlstm import layers

ROWS, STEPS, D = 64, 6, 32


@pytest.mark.parametrize("peephole", [False, True])
@pytest.mark.parametrize("unit_forget_bias", [True, False])
def test_bias_starts_at_zero_and_the_forget_gates_at_one(unit_forget_bias, peephole):
    layer = layers.LSTM(3, unit_forget_bias=unit_forget_bias, peephole=peephole)
    layer.build((None, None, 2))
    i, f, c, o = layer.bias.reshape(4, 3)
    assert f.tolist() == [float(unit_forget_bias)] * 3
    assert not i.any()
    assert not c.any()
    assert not o.any()


def test_coupled_gates_have_no_forget_bias():
    layer = layers.LSTM(3, coupled=True, unit_forget_bias=True)
    layer.build((None, None, 2))
    assert not layer.bias.any()


def test_peepholes_begin_at_zero_or_as_told(rng):
    layer = layers.LSTM(3, peephole=True)
    layer.build((None, None, 2))
    assert not layer.peephole_weights.any()
    layer = layers.LSTM(3, peephole=True, peephole_initializer="ones")
    layer.build((None, None, 2))
    assert (layer.peephole_weights == 1).all()
    plain = layers.LSTM(3)
    plain.build((None, None, 2))
    assert plain.peephole_weights is None


def test_a_peephole_of_zeros_changes_nothing(rng):
    plain, peephole = made(rng, "lstm"), made(rng, "peephole_lstm")
    peephole.set_weights([*plain.get_weights(), np.zeros((3, 5))])
    x = rng.normal(size=(4, 6, 3))
    np.testing.assert_allclose(peephole(x), plain(x), rtol=0, atol=1e-15)


def test_zoneout_of_c_keeps_cells_at_its_rate():
    """With gates of one and no activation, c counts the steps, and h is the c of the step before plus one."""
    layer = layers.LSTM(D, "linear", "linear", return_sequences=True, zoneout_cell=0.2, dtype="float64")
    layer.build((None, None, 1))
    layer.set_weights([np.zeros((1, 4 * D)), np.zeros((D, 4 * D)), np.ones(4 * D)])
    steps = np.diff(layer(ones(ROWS, STEPS, 1), training=True), axis=1)
    assert set(np.unique(steps)) == {0.0, 1.0}
    assert within((steps == 0).mean(), 0.2, steps.size)
