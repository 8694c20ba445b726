"""The Keras layers of `fastlstm.integrations.keras` in training, against the layers here."""

import importlib

import numpy as np
import peer_keras_files
import pytest
from peers import array_of, require_peer

import fastlstm

ROWS, STEPS, FEATURES, UNITS = 12, 6, 3, 5
WITHOUT_NOISE = [
    (name, {key: value for key, value in options.items() if not key.startswith("zoneout")})
    for name, options in peer_keras_files.OWN
]


def own_layers():
    """Return fastlstm.integrations.keras, or skip the test."""
    require_peer("keras")
    return importlib.import_module("fastlstm.integrations.keras")


def train(package, layers, name, options, rng, weights=None):
    """Return the first weights, the losses of ten steps, and the last weights."""
    at = package.layers
    layer = getattr(layers, name)(UNITS, return_sequences=True, **options)
    model = package.Sequential([at.Input((STEPS, FEATURES)), at.Masking(), layer, at.Dense(2)])
    drawn = [rng.uniform(-0.6, 0.6, weight.shape).astype("float32") for weight in model.get_weights()]
    model.set_weights(drawn if weights is None else weights)
    model.compile(package.optimizers.SGD(0.5, momentum=0.5), "mse")
    losses = []
    for _ in range(10):
        x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype("float32")
        x[np.arange(STEPS) >= rng.integers(2, STEPS + 1, (ROWS, 1))] = 0
        losses.append(float(model.train_on_batch(x, rng.normal(size=(ROWS, STEPS, 2)).astype("float32"))))
    return drawn, losses, model.get_weights()


@pytest.mark.parametrize(("name", "options"), WITHOUT_NOISE)
def test_ten_steps(name, options):
    layers, seed = own_layers(), [*name.encode(), len(options)]
    first, losses, last = train(require_peer("keras"), layers, name, options, np.random.default_rng(seed))
    _, own_losses, own_last = train(fastlstm, fastlstm.layers, name, options, np.random.default_rng(seed), first)
    np.testing.assert_allclose(own_losses, losses, rtol=1e-5, atol=1e-5)
    for own, peer in zip(own_last, last, strict=True):
        np.testing.assert_allclose(own, peer, rtol=0, atol=1e-5)


NOISY = [
    ("LSTM", {"zoneout": 0.3, "zoneout_cell": 0.6}),
    ("SimpleRNN", {"zoneout": 0.3}),
    ("GRU", {"zoneout": 0.3}),
    ("GRU", {"zoneout": 0.3, "reset_after": False}),
    ("MinGRU", {"zoneout": 0.3}),
    ("MinLSTM", {"zoneout": 0.3}),
]


@pytest.mark.parametrize(("name", "options"), NOISY)
def test_zoneout_keeps_single_states_as_often_as_it_should(name, options):
    layers, rows, units = own_layers(), 500, 8
    keras = require_peer("keras")
    keras.utils.set_random_seed(1)
    x = np.random.default_rng(2).normal(size=(rows, 1, FEATURES)).astype("float32")
    noisy = getattr(layers, name)(units, return_state=True, **options)
    plain = getattr(layers, name)(units, return_state=True, reset_after=False) if "reset_after" in options else None
    plain = plain or getattr(layers, name)(units, return_state=True)
    noisy(x), plain(x)
    plain.set_weights(noisy.get_weights())
    states = [array_of(state) for state in noisy(x, training=True)[1:]]
    expected = [array_of(state) for state in plain(x)[1:]]
    rates = [options["zoneout"], options.get("zoneout_cell", options["zoneout"])]
    if name == "LSTM":  # c is kept first, and h is of the c that there is
        states, expected, rates = states[1:], expected[1:], rates[1:]
    kept = states[0] == 0
    np.testing.assert_allclose(states[0][~kept], expected[0][~kept], rtol=1e-6)
    assert abs(kept.mean() - rates[0]) < 4 * np.sqrt(0.25 / kept.size)


@pytest.mark.parametrize("checkpoint", [False, True])
@pytest.mark.parametrize("cells", [["LSTMCell"], ["GRUCell", "LSTMCell"], None])
def test_files_of_layers_with_checkpoints_and_of_cells(tmp_path, rng, cells, checkpoint):
    """The layers of cells and, without checkpoints, those of one cell are Keras's own in files."""
    at = fastlstm.layers
    if cells is None:
        layer = at.LSTM(UNITS, checkpoint=checkpoint)
    else:
        layer = at.RNN([getattr(at, cell)(UNITS) for cell in cells], checkpoint=checkpoint)
    model = fastlstm.Sequential([at.Input((STEPS, FEATURES)), layer])
    model.save(tmp_path / "model.keras")
    own_layers()
    loaded = require_peer("keras").saving.load_model(tmp_path / "model.keras")
    x = rng.normal(size=(ROWS, STEPS, FEATURES)).astype("float32")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), model.predict(x), rtol=0, atol=1e-6)
    assert fastlstm.load_model(tmp_path / "model.keras").layers[0].checkpoint is checkpoint
