"""What only the GRU has: a reset gate that acts before or after the recurrent product, and two biases.

What all cells share is tested for each of them, in the files that `test_lstm.py` lists.
"""

import numpy as np
import pytest
from cell_layers import made

from fastlstm import layers

UNITS = 5
Z, R, H = (slice(i * UNITS, (i + 1) * UNITS) for i in range(3))
OPEN, SHUT = 1e3, -1e3  # biases that make a gate 1 or 0


def test_reset_after_is_a_flag():
    with pytest.raises(TypeError, match="reset_after: expected True or False"):
        layers.GRU(3, reset_after=1)


def test_there_is_a_second_bias_only_if_the_reset_gate_acts_after_the_product():
    for reset_after, shape in ((True, (2, 9)), (False, (9,))):
        layer = layers.GRU(3, reset_after=reset_after)
        layer.build((None, None, 2))
        assert layer.bias.shape == shape
        assert not layer.bias.any()


def test_both_forms_agree_while_the_reset_gate_is_open(rng):
    before, after = made(rng, "gru_reset_before"), made(rng, "gru")
    kernel, recurrent_kernel, bias = before.get_weights()
    bias[R] = OPEN
    before.set_weights([kernel, recurrent_kernel, bias])
    after.set_weights([kernel, recurrent_kernel, np.stack([bias, np.zeros_like(bias)])])
    x = rng.normal(size=(4, 6, 3))
    np.testing.assert_allclose(after(x), before(x), rtol=0, atol=1e-14)


def test_a_shut_reset_gate_hides_the_second_bias_of_the_candidate_too(rng):
    layer = made(rng, "gru", return_sequences=True)
    kernel, recurrent_kernel, bias = layer.get_weights()
    bias[0, R] = SHUT
    layer.set_weights([kernel, recurrent_kernel, bias])
    x = rng.normal(size=(4, 6, 3))
    expected = layer(x)
    recurrent_kernel[:, H] += 1
    bias[1, H] += 1
    layer.set_weights([kernel, recurrent_kernel, bias])
    np.testing.assert_array_equal(layer(x), expected)
