"""Every recurrent layer: weights, arguments, and outputs equal to the NumPy reference."""

import numpy as np
import pytest
from cell_layers import CELLS, MAKERS, made, reference_run

import fastlstm
from fastlstm import _core, layers, reference

WITH_ACTIVATION = [cell for cell in CELLS if not cell.startswith("min_")]


def test_there_is_a_layer_for_every_cell_of_the_core():
    assert set(MAKERS) == set(_core.cells())


@pytest.mark.parametrize("use_bias", [True, False])
@pytest.mark.parametrize("cell", CELLS)
def test_weights_are_those_of_the_reference(cell, use_bias):
    layer = MAKERS[cell](4, use_bias=use_bias)
    layer.build((None, None, 3))
    shapes = reference.CELLS[cell].shapes(3, 4)
    if not use_bias:
        del shapes["bias"]
    assert [weight.shape for weight in layer.get_weights()] == list(shapes.values())
    assert layer.cell.states == reference.CELLS[cell].states
    named = {name: getattr(layer, {"peephole": "peephole_weights"}.get(name, name)) for name in shapes}
    assert {name: view.shape for name, view in named.items()} == shapes
    assert layer.bias is None or use_bias


@pytest.mark.parametrize("options", [{}, {"use_bias": False}, {"go_backwards": True}, {"clip": 0.4}], ids=str)
@pytest.mark.parametrize("units", [1, 17])
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_are_those_of_the_reference(rng, cell, units, options):
    sequences = made(rng, cell, units, return_sequences=True, **options)
    last = made(rng, cell, units, **options)
    last.set_weights(sequences.get_weights())
    x = rng.normal(size=(5, 6, 3))
    expected, _ = reference_run(sequences, x)
    np.testing.assert_allclose(sequences(x), expected, rtol=0, atol=1e-12)
    np.testing.assert_allclose(last(x), expected[:, -1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("activation", ["hard_tanh", "softsign", "hard_sigmoid", "relu6"])
@pytest.mark.parametrize("cell", WITH_ACTIVATION)
def test_activations(rng, cell, activation):
    layer = made(rng, cell, activation=activation)
    x = rng.normal(size=(5, 6, 3))
    expected, _ = reference_run(layer, x, activation=activation)
    np.testing.assert_allclose(layer(x), expected[:, -1], rtol=0, atol=1e-12)
    if cell != "simple_rnn":
        layer = made(rng, cell, recurrent_activation=activation)
        expected, _ = reference_run(layer, x, recurrent_activation=activation)
        np.testing.assert_allclose(layer(x), expected[:, -1], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", [cell for cell in CELLS if not cell.startswith("min_")])
def test_recurrent_kernel_is_one_orthogonal_matrix(cell):
    layer = MAKERS[cell](8, dtype="float64")
    layer.build((None, None, 2))
    np.testing.assert_allclose(layer.recurrent_kernel @ layer.recurrent_kernel.T, np.eye(8), atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_nan_goes_through_to_its_own_sample_only(rng, cell):
    x = np.ones((3, 4, 3))
    x[1, 2, 0] = np.nan
    output = made(rng, cell)(x)
    assert np.isnan(output[1]).all()
    assert np.isfinite(output[[0, 2]]).all()


@pytest.mark.parametrize("cell", CELLS)
def test_what_a_call_returns(rng, cell):
    x = rng.normal(size=(4, 6, 3))
    for return_sequences, shape in ((False, (4, 5)), (True, (4, 6, 5))):
        layer = made(rng, cell, return_sequences=return_sequences, return_state=True)
        y, *states = layer(x)
        assert y.shape == shape
        assert [state.shape for state in states] == [(4, 5)] * len(layer.cell.states)
        assert (states[0] == (y[:, -1] if return_sequences else y)).all()
        assert layer.compute_output_shape((None, 6, 3)) == ((None, *shape[1:]), *[(None, 5)] * len(states))


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU, layers.SimpleRNN, layers.MinGRU, layers.MinLSTM])
def test_arguments_without_effect_are_taken(make):
    x = np.ones((2, 3, 2))
    plain, other = make(3), make(3, unroll=True, implementation=1, use_cudnn=False)
    plain.build(x.shape)
    other.build(x.shape)
    other.set_weights(plain.get_weights())
    assert (plain(x) == other(x)).all()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.LSTM(3, peephole="yes"), TypeError, "peephole: expected True or False"),
        (lambda: layers.LSTM(3, coupled=None), TypeError, "coupled: expected True or False"),
        (lambda: layers.LSTM(3, clip=0), ValueError, "clip: expected a number above 0, got 0"),
        (lambda: layers.LSTM(3, clip=-2.0), ValueError, "clip: expected"),
        (lambda: layers.LSTM(3, clip="2"), TypeError, "clip: expected a real number"),
        (lambda: layers.SimpleRNN(3, "softmax"), ValueError, "activation: .*elementwise"),
        (lambda: layers.GRU(3, recurrent_activation="glu"), ValueError, "recurrent_activation: .*elementwise"),
        (lambda: layers.GRU(3, stateful="no"), TypeError, "stateful: expected True or False"),
        (lambda: layers.GRU(3, return_state=0), TypeError, "return_state: expected True or False"),
        (lambda: layers.GRU(3, zero_output_for_mask=0), TypeError, "zero_output_for_mask: expected True or False"),
        (lambda: layers.GRU(3, go_backwards=0), TypeError, "go_backwards: expected True or False"),
        (lambda: layers.GRU(3, kernel_regularizer="l3"), ValueError, "unknown regularizer 'l3'"),
        (lambda: layers.GRU(3, bias_constraint="positive"), ValueError, "unknown constraint 'positive'"),
        (lambda: layers.GRU(3, recurrent_initializer="orthogonall"), ValueError, "did you mean 'orthogonal'"),
        (lambda: layers.GRU(3, drop_out=0.5), TypeError, "drop_out"),
        (lambda: layers.SimpleRNN(3, recurrent_activation="tanh"), TypeError, "recurrent_activation"),
        (lambda: layers.GRU(3)(np.ones((2, 3))), ValueError, r"expected shape \(N, T, D\), got \(2, 3\)"),
        (lambda: layers.GRU(3)(np.ones((2, 3, 4, 5))), ValueError, r"expected shape \(N, T, D\)"),
        (lambda: layers.GRU(3)(np.ones((2, 3, 4)), training="yes"), TypeError, "training: expected True or False"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_a_constraint_that_does_not_fit_leaves_the_layer_unbuilt():
    layer = layers.GRU(3, bias_constraint=fastlstm.constraints.MaxNorm(axis=2))
    with pytest.raises(ValueError, match="axis"):
        layer.build((None, None, 2))
    assert not layer.built
    with pytest.raises(ValueError, match="axis"):
        fastlstm.Sequential([fastlstm.Input((4, 2)), layer])
    assert not layer._owned_by()
