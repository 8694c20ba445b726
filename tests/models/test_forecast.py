"""`Model.forecast`: the same bits as a loop over predict, dtypes, and known inputs."""

import numpy as np
import pytest
from training_models import small_lstm

from fastlstm import Input, Sequential, layers


def test_forecast_with_other_layers(rng):
    history = rng.normal(size=(9, 2))
    model = Sequential(
        [Input((6, 2)), layers.LayerNormalization(), layers.Bidirectional(layers.GRU(3)), layers.Dense(2)]
    )
    values = history[-6:]
    for _ in range(4):
        values = np.concatenate([values, model.predict(values[None, -6:])])
    np.testing.assert_allclose(model.forecast(history, 4), values[6:], rtol=1e-6)
    stateful = Sequential([Input((6, 2)), layers.GRU(2, stateful=True)])
    with pytest.raises(ValueError, match=r"forecast: .*stateful"):
        stateful.forecast(history, 4)


@pytest.mark.parametrize("window", [6, None])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_forecast_is_the_loop_over_predict(rng, window, rank):
    features = 1 if rank == 1 else 2
    model = small_lstm(window, features, features)
    history = rng.normal(size={1: (9,), 2: (9, 2), 3: (4, 9, 2)}[rank]).astype(np.float32)
    start = history.reshape(-1, 9, features)[:, 9 - (window or 9) :]
    values = start.copy()
    for _ in range(11):
        newest = model.predict(np.ascontiguousarray(values[:, -start.shape[1] :]))
        values = np.concatenate([values, newest[:, None]], axis=1)
    got = model.forecast(history, 11)
    assert got.shape == {1: (11,), 2: (11, 2), 3: (4, 11, 2)}[rank]
    assert (got.ravel() == values[:, start.shape[1] :].ravel()).all()


@pytest.mark.parametrize("window", [6, None])
@pytest.mark.parametrize("rank", [2, 3])
def test_forecast_with_known_inputs_is_the_loop_over_predict(rng, window, rank, monkeypatch):
    model = small_lstm(window, 3, 1)
    series = rng.normal(size=(1 if rank == 2 else 4, 9 + 11, 3)).astype(np.float32)
    # What is known of a step stands beside the values of the step before.
    rows = np.concatenate([series[:, :9, :1], series[:, 1:10, 1:]], axis=2)[:, 9 - (window or 9) :]
    size, expected = rows.shape[1], []
    for t in range(9, 20):
        expected.append(model.predict(np.ascontiguousarray(rows[:, -size:])))
        if t < 19:
            rows = np.concatenate([rows, np.concatenate([expected[-1], series[:, t + 1, 1:]], axis=1)[:, None]], axis=1)
    history, known = series[:, :9], series[:, 9:, 1:]
    if rank == 2:
        history, known = history[0], known[0]
    for block in (2**22, 1):
        monkeypatch.setattr("fastlstm.training.native_model._BLOCK", block)
        got = model.forecast(history, 11, known=known)
        np.testing.assert_array_equal(got.reshape(-1, 11), np.concatenate(expected, axis=1))
    assert model.forecast(history, 0, known=known[..., :0, :]).shape == (*history.shape[:-2], 0, 1)


@pytest.mark.parametrize(
    ("dtype", "result"), [("float32", "float32"), ("float64", "float64"), ("float16", "float16"), ("int64", "float32")]
)
def test_forecast_keeps_the_dtype_of_floats(dtype, result):
    assert small_lstm(6, 1, 1).forecast(np.zeros(8, dtype), 3).dtype == result


def test_forecast_of_nothing():
    model = small_lstm()
    assert model.forecast(np.zeros((6, 2)), 0).shape == (0, 2)
    assert model.forecast(np.zeros((0, 6, 2)), 3).shape == (0, 3, 2)


def test_a_long_roll_out_is_many_calls_with_the_same_bits(monkeypatch):
    from fastlstm.training import native_model

    model = Sequential([Input((7, 2)), layers.LSTM(5), layers.Dense(2)])
    history = np.random.default_rng(3).normal(size=(3, 9, 2)).astype("float32")
    whole = model.forecast(history, 23)
    for block in (1, 500):
        monkeypatch.setattr(native_model, "_BLOCK", block)
        np.testing.assert_array_equal(model.forecast(history, 23), whole)
    assert model.forecast(history, 0).shape == (3, 0, 2)
