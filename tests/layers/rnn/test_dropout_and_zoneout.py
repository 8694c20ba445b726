"""Dropout, recurrent dropout and zoneout of recurrent layers: rates, what is drawn once and what anew, and seeds."""

import numpy as np
import pytest
from cell_layers import CELLS, made, reference_run
from random_draws import ones, within

import fastlstm
from fastlstm import Input, Sequential, layers

WITH_RECURRENT_KERNEL = [cell for cell in CELLS if not cell.startswith("min_")]
ROWS, STEPS, D = 64, 6, 32


def test_nothing_is_drawn_at_inference(rng):
    x = rng.normal(size=(ROWS, STEPS, D))
    assert (layers.Dropout(0.5, dtype="float64")(x) == x).all()
    for cell in CELLS:
        plain = made(rng, cell, features=D)
        options = {"recurrent_dropout": 0.5} if cell in WITH_RECURRENT_KERNEL else {}
        dropping = made(rng, cell, features=D, dropout=0.5, **options)
        dropping.set_weights(plain.get_weights())
        assert (dropping(x) == plain(x)).all()
        assert (dropping(x, training=True) != plain(x)).any()


@pytest.mark.parametrize("cell", CELLS)
def test_layers_without_randomness_are_the_same_in_training(rng, cell):
    layer = made(rng, cell, return_sequences=True)
    x = rng.normal(size=(3, 5, 3))
    assert (layer(x, training=True) == layer(x)).all()


def identity_rnn(**options):
    """Return a layer whose output is the input as its gates see it."""
    layer = layers.SimpleRNN(D, "linear", use_bias=False, return_sequences=True, dtype="float64", **options)
    layer.build((None, None, D))
    layer.set_weights([np.eye(D), np.zeros((D, D))])
    return layer


def test_inputs_are_dropped_for_all_steps_at_once():
    y = identity_rnn(dropout=0.25)(ones(ROWS, STEPS, D), training=True)
    assert (y == y[:, :1]).all()
    assert within((y[:, 0] == 0).mean(), 0.25, ROWS * D)
    np.testing.assert_allclose(y[y != 0], 1 / 0.75, rtol=1e-12)
    assert (y[0] != y[1]).any()


def test_h_is_dropped_for_all_steps_at_once():
    """With h carried on as it is but for what is dropped, a unit is either scaled at every step or zero."""
    layer = identity_rnn(recurrent_dropout=0.25)
    layer.set_weights([np.zeros((D, D)), np.eye(D)])
    y = layer(np.zeros((ROWS, STEPS, D)), initial_state=ones(ROWS, D), training=True)
    kept = y[:, 0] != 0
    assert within(1 - kept.mean(), 0.25, kept.size)
    scales = (1 / 0.75) ** np.arange(1, STEPS + 1)
    np.testing.assert_allclose(y, np.where(kept[:, None, :], scales[:, None], 0), rtol=1e-12)


@pytest.mark.parametrize("cell", ["lstm", "gru", "gru_reset_before", "min_lstm"])
def test_the_gates_share_what_is_dropped(rng, cell):
    """A dropped layer is the plain one on inputs that have been dropped in the same way."""
    x = rng.normal(size=(8, STEPS, D))
    dropping = made(rng, cell, 4, D, dropout=0.5, seed=5)
    dropped = identity_rnn(dropout=0.5, seed=5)(x, training=True)
    np.testing.assert_allclose(dropping(x, training=True), reference_run(dropping, dropped)[0][:, -1], atol=1e-12)


@pytest.mark.parametrize("cell", WITH_RECURRENT_KERNEL)
def test_recurrent_dropout_is_in_the_products_only(rng, cell):
    """What is dropped is read off a layer that carries h on; the rest is the reference's."""
    carrying = identity_rnn(recurrent_dropout=0.4, seed=5)
    carrying.set_weights([np.zeros((D, D)), np.eye(D)])
    x = rng.normal(size=(8, STEPS, D))
    dropped = carrying(np.zeros_like(x), initial_state=ones(8, D), training=True)[:, 0]
    layer = made(rng, cell, D, D, recurrent_dropout=0.4, seed=5, return_sequences=True)
    expected, _ = reference_run(layer, x, recurrent_mask=dropped)
    np.testing.assert_allclose(layer(x, training=True), expected, rtol=0, atol=1e-11)


@pytest.mark.parametrize("cell", CELLS)
def test_zoneout_in_training_is_the_reference_s(rng, cell):
    counting = identity_rnn(zoneout=0.3, seed=5)
    counting.set_weights([np.eye(D), np.eye(D)])
    x = rng.normal(size=(8, STEPS, D))
    kept = np.diff(counting(np.ones_like(x), training=True), axis=1, prepend=0) == 0
    layer = made(rng, cell, D, D, zoneout=0.3, seed=5, return_sequences=True)
    zoneout = (kept.swapaxes(0, 1).astype(float), None)[: len(layer.cell.states)]
    expected, _ = reference_run(layer, x, zoneout=zoneout)
    np.testing.assert_allclose(layer(x, training=True), expected, rtol=0, atol=1e-11)


RANDOM = {
    "dropout": lambda **kw: layers.Dropout(0.5, **kw),
    "lstm-dropout": lambda **kw: layers.LSTM(4, dropout=0.5, **kw),
    "gru-recurrent": lambda **kw: layers.GRU(4, recurrent_dropout=0.5, return_sequences=True, **kw),
    "min-gru-zoneout": lambda **kw: layers.MinGRU(4, zoneout=0.5, **kw),
    "lstm-zoneout-cell": lambda **kw: layers.LSTM(4, zoneout_cell=0.5, **kw),
    "bidirectional": lambda **kw: layers.Bidirectional(layers.GRU(4, dropout=0.5, **kw)),
    "time-distributed": lambda **kw: layers.TimeDistributed(layers.Dropout(0.5, **kw)),
}


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_each_call_draws_anew_and_seeds_repeat_it(rng, make):
    x = rng.normal(size=(8, 5, 3))
    one, same, other = make(seed=1), make(seed=1), make(seed=2)
    for layer in (one, same, other):
        layer.build(x.shape)
        layer.set_weights(one.get_weights())
    first, second = one(x, training=True), one(x, training=True)
    assert (first != second).any()
    assert (same(x, training=True) == first).all()
    assert (same(x, training=True) == second).all()
    assert (other(x, training=True) != first).any()
    assert (one(x) == other(x)).all()


@pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)
def test_without_a_seed_the_package_s_seed_repeats_it(rng, make):
    x, drawn = rng.normal(size=(8, 5, 3)), []
    for seed in (4, 4, 5):
        fastlstm.utils.set_random_seed(seed)
        layer = make()
        layer.build(x.shape)
        layer.set_weights([np.full(weight.shape, 0.3) for weight in layer.weights])
        drawn.append(layer(x, training=True))
    assert (drawn[0] == drawn[1]).all()
    assert (drawn[0] != drawn[2]).any()


@pytest.mark.parametrize("cell", CELLS)
def test_zoneout_mixes_at_inference(rng, cell):
    options = {"zoneout_cell": 0.6} if cell.endswith("lstm") and cell != "min_lstm" else {}
    layer = made(rng, cell, zoneout=0.3, return_sequences=True, **options)
    x = rng.normal(size=(4, STEPS, 3))
    zoneout = (0.3, 0.6) if options else (0.3,)
    np.testing.assert_allclose(layer(x), reference_run(layer, x, zoneout=zoneout)[0], rtol=0, atol=1e-12)


def test_zoneout_keeps_units_at_its_rate():
    """With h one more at each step than the step before, a kept unit shows as a step of zero."""
    layer = identity_rnn(zoneout=0.2)
    layer.set_weights([np.eye(D), np.eye(D)])
    y = layer(ones(ROWS, STEPS, D), training=True)
    steps = np.diff(y, axis=1, prepend=0)
    assert set(np.unique(steps)) == {0.0, 1.0}
    assert within((steps == 0).mean(), 0.2, steps.size)
    assert (steps[:, 0] != steps[:, 1]).any()


def test_zoneout_of_everything_keeps_the_initial_state(rng):
    state = rng.normal(size=(4, 5))
    layer = made(rng, "gru", zoneout=1.0, return_state=True)
    for training in (False, True):
        for array in layer(rng.normal(size=(4, STEPS, 3)), initial_state=state, training=training):
            np.testing.assert_allclose(array, state, rtol=0, atol=1e-15)


def dropping_model(seed=None):
    model = Sequential([Input((STEPS, 3)), layers.LSTM(8, dropout=0.3, recurrent_dropout=0.3, seed=seed)])
    model.add(layers.Dropout(0.3, seed=seed))
    model.add(layers.Dense(1))
    model.compile("adam", "mse")
    return model


def test_training_with_dropout_is_reproducible(rng):
    x, y = rng.normal(size=(40, STEPS, 3)), rng.normal(size=40)
    losses = []
    for seed in (1, 1, 2):
        fastlstm.utils.set_random_seed(seed)
        losses.append(dropping_model().fit(x, y, epochs=3, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]


def test_training_draws_anew_at_each_step(rng):
    x, y = rng.normal(size=(40, STEPS, 3)), rng.normal(size=40)
    model = dropping_model()
    model.optimizer.learning_rate = 0.0
    losses = [model.train_on_batch(x, y) for _ in range(3)]
    assert len(set(losses)) == 3
    assert model.evaluate(x, y) == model.evaluate(x, y)


def test_a_model_called_in_training_draws_and_in_prediction_does_not(rng):
    x = rng.normal(size=(8, STEPS, 3))
    model = dropping_model(seed=1)
    assert (model(x, training=True) != model(x, training=True)).any()
    assert (model(x) == model.predict(x)).all()
    first, same = dropping_model(seed=1), dropping_model(seed=1)
    for other in (first, same):
        other.set_weights(model.get_weights())
    assert (first(x, training=True) == same(x, training=True)).all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"dropout": 1.5}, ValueError, "dropout"),
        ({"dropout": -0.1}, ValueError, "dropout"),
        ({"dropout": 1.0}, ValueError, "dropout"),
        ({"dropout": "half"}, TypeError, "dropout"),
        ({"recurrent_dropout": 1.0}, ValueError, "recurrent_dropout"),
        ({"zoneout": 1.1}, ValueError, "zoneout"),
        ({"zoneout_cell": float("nan")}, ValueError, "zoneout_cell"),
        ({"seed": -1}, ValueError, "seed"),
        ({"seed": 1.5}, TypeError, "seed"),
        ({"seed": 2**64}, ValueError, "seed"),
    ],
)
def test_wrong_rates_and_seeds(options, error, match):
    with pytest.raises(error, match=f"{match}: "):
        layers.LSTM(2, **options)
    if set(options) <= {"seed"}:
        with pytest.raises(error, match="seed: "):
            layers.Dropout(0.5, **options)
