"""Bidirectional: both directions, merged, with what each of them returns."""

import numpy as np
import pytest
from cell_layers import CELLS, MAKERS, reference_run, with_random_weights

from fastlstm import Input, Sequential, layers

MERGED = {
    "concat": lambda f, b: np.concatenate([f, b], axis=-1),
    "sum": lambda f, b: f + b,
    "mul": lambda f, b: f * b,
    "ave": lambda f, b: (f + b) / 2,
}


def both(layer, x):
    """Return the outputs of both directions in the order of time."""
    forward, _ = reference_run(layer.forward_layer, x)
    backward, _ = reference_run(layer.backward_layer, x)
    return (forward, backward[:, ::-1]) if layer.return_sequences else (forward[:, -1], backward[:, -1])


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("mode", MERGED)
@pytest.mark.parametrize("cell", CELLS)
def test_merged_outputs(rng, cell, mode, return_sequences):
    inner = MAKERS[cell](5, return_sequences=return_sequences, dtype="float64")
    layer = with_random_weights(rng, layers.Bidirectional(inner, mode), 3)
    x = rng.normal(size=(4, 6, 3))
    np.testing.assert_allclose(layer(x), MERGED[mode](*both(layer, x)), rtol=0, atol=1e-12)


@pytest.mark.parametrize("return_sequences", [False, True])
def test_a_layer_that_does_not_merge_returns_both(rng, return_sequences):
    inner = layers.LSTM(5, return_sequences=return_sequences, return_state=True, dtype="float64")
    other = layers.LSTM(3, return_sequences=return_sequences, return_state=True, go_backwards=True, dtype="float64")
    layer = with_random_weights(rng, layers.Bidirectional(inner, None, backward_layer=other), 3)
    x = rng.normal(size=(4, 6, 3))
    forward, backward, *states = layer(x)
    for found, wanted in zip((forward, backward), both(layer, x), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    assert [state.shape for state in states] == [(4, 5), (4, 5), (4, 3), (4, 3)]
    shapes = layer.compute_output_shape((None, 6, 3))
    assert [shape[1:] for shape in shapes] == [array.shape[1:] for array in (forward, backward, *states)]


def test_layers_of_two_kinds(rng):
    layer = layers.Bidirectional(
        layers.GRU(5, dtype="float64"),
        backward_layer=layers.LSTM(3, go_backwards=True, peephole=True, dtype="float64"),
    )
    with_random_weights(rng, layer, 3)
    x = rng.normal(size=(4, 6, 3))
    np.testing.assert_allclose(layer(x), np.concatenate(both(layer, x), axis=-1), rtol=0, atol=1e-12)
    assert layer.compute_output_shape((None, 6, 3)) == (None, 8)


def test_weights_are_the_forward_layer_s_then_the_backward_layer_s(rng):
    layer = with_random_weights(rng, layers.Bidirectional(layers.GRU(5)), 3)
    inner = [*layer.forward_layer.get_weights(), *layer.backward_layer.get_weights()]
    assert all((a == b).all() for a, b in zip(layer.get_weights(), inner, strict=True))
    again = layers.Bidirectional(layers.GRU(5), weights=layer.get_weights())
    again.build((None, None, 3))
    assert all((a == b).all() for a, b in zip(again.get_weights(), inner, strict=True))

    model = Sequential([Input((6, 3)), layer, layers.Dense(1)])
    x = rng.normal(size=(4, 6, 3))
    before = model.predict(x)
    kernel, *others = layer.backward_layer.get_weights()
    layer.backward_layer.set_weights([0 * kernel, *others])
    assert (model.predict(x) != before).any()
    assert not layer.backward_layer.kernel.any()
    assert not model.get_weights()[3].any()
    layer.backward_layer.set_weights([kernel, *others])
    assert (model.predict(x) == before).all()
    assert model.pop().name.startswith("dense")
    assert model.pop() is layer
    assert all((a == b).all() for a, b in zip(layer.get_weights(), inner, strict=True))


def test_names_and_the_layers_that_are_made():
    given = layers.LSTM(2, name="mine", dropout=0.25, seed=3)
    layer = layers.Bidirectional(given)
    assert (layer.forward_layer.name, layer.backward_layer.name) == ("forward_mine", "backward_mine")
    assert (layer.forward_layer.go_backwards, layer.backward_layer.go_backwards) == (False, True)
    assert layer.backward_layer.dropout == 0.25
    assert layer.backward_layer.seed == 3
    Sequential([Input((4, 2)), given])  # the layer itself stays free


def test_the_directions_begin_with_weights_of_their_own():
    layer = layers.Bidirectional(layers.GRU(5))
    layer.build((None, None, 3))
    assert (layer.forward_layer.kernel != layer.backward_layer.kernel).any()


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.Bidirectional(layers.Dense(2)), TypeError, "layer: Bidirectional expected a recurrent layer"),
        (lambda: layers.Bidirectional("lstm"), TypeError, "layer: expected a layer, got 'lstm'"),
        (lambda: layers.Bidirectional(layers.GRU(2), "add"), ValueError, "merge_mode: expected one of 'concat'"),
        (lambda: layers.Bidirectional(layers.GRU(2, go_backwards=True)), ValueError, "expected go_backwards=False"),
        (lambda: with_backward(layers.GRU(2)), ValueError, "backward_layer: expected go_backwards=True"),
        (lambda: with_backward(layers.Dense(2)), TypeError, "backward_layer: Bidirectional expected a recurrent"),
        (
            lambda: with_backward(layers.GRU(2, go_backwards=True, return_sequences=True)),
            ValueError,
            "backward_layer: expected return_sequences=False as in layer, got True",
        ),
        (
            lambda: with_backward(layers.GRU(2, go_backwards=True, stateful=True)),
            ValueError,
            "backward_layer: expected stateful=False",
        ),
        (
            lambda: with_backward(layers.GRU(2, go_backwards=True, dtype="float64")),
            ValueError,
            "backward_layer: expected dtype='float32'",
        ),
        (
            lambda: with_backward(layers.GRU(3, go_backwards=True), merge_mode="sum"),
            ValueError,
            "merge_mode 'sum' needs as many units as in layer, 2, got 3",
        ),
        (lambda: layers.Bidirectional(layers.GRU(2), dtype="float64"), ValueError, "is float64, its layer"),
        (
            lambda: layers.Bidirectional(layers.GRU(2, activity_regularizer="l2")),
            ValueError,
            "give it to the Bidirectional",
        ),
        (
            lambda: layers.Bidirectional(layers.GRU(2), weights=[np.zeros((3, 6))]).build((None, None, 3)),
            ValueError,
            "expected 6 arrays, got 1",
        ),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def with_backward(backward_layer, **options):
    return layers.Bidirectional(layers.GRU(2), backward_layer=backward_layer, **options)
