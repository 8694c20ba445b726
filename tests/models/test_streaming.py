"""A stream gives, step by step, what predict gives for the whole sequence, bit for bit."""

import numpy as np
import pytest
from at_once import at_once

import fastlstm
from fastlstm import layers
from fastlstm.layers import LSTM, Dense, Input
from fastlstm.models import Sequential

RECURRENT = {
    "SimpleRNN": lambda **o: layers.SimpleRNN(7, **o),
    "LSTM": lambda **o: LSTM(19, **o),
    "peephole": lambda **o: LSTM(5, peephole=True, peephole_initializer="random_normal", **o),
    "coupled": lambda **o: LSTM(5, coupled=True, **o),
    "GRU": lambda **o: layers.GRU(17, **o),
    "GRU before": lambda **o: layers.GRU(6, reset_after=False, **o),
    "minGRU": lambda **o: layers.MinGRU(9, **o),
    "minLSTM": lambda **o: layers.MinLSTM(9, **o),
    "zoneout": lambda **o: LSTM(8, zoneout=0.2, **o),
    "dropout": lambda **o: LSTM(8, dropout=0.5, recurrent_dropout=0.5, **o),
}


def streamed(stream, x):
    """Return the outputs of every step of x (N, T, D), (N, T, O)."""
    return np.stack([stream.step(np.ascontiguousarray(x[:, t])) for t in range(x.shape[1])], axis=1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", RECURRENT)
def test_every_step_is_the_sequences(name, dtype, isa, rng):
    make = RECURRENT[name]
    model = Sequential(
        [
            Input((13, 3)),
            make(return_sequences=True, dtype=dtype, seed=1),
            layers.LayerNormalization(dtype=dtype),
            make(return_sequences=True, dtype=dtype, seed=2),
            Dense(4, activation="softmax", dtype=dtype),
        ]
    )
    x = rng.normal(size=(5, 13, 3)).astype(dtype)
    whole = model.predict(x, verbose=0)
    np.testing.assert_array_equal(streamed(model.stream(), x), whole)
    alone = model.stream()
    for t in range(13):
        found = alone.step(x[2, t])
        assert found.shape == (4,)
        np.testing.assert_array_equal(found, whole[2, t])


def test_the_output_is_that_of_the_sequence_so_far(rng):
    model = Sequential([Input((None, 2)), LSTM(11, return_sequences=True), layers.GRU(6), Dense(1)])
    x = rng.normal(size=(4, 9, 2)).astype("f4")
    found = streamed(model.stream(), x)
    for t in range(9):
        np.testing.assert_array_equal(found[:, t], model.predict(x[:, : t + 1], verbose=0))


@pytest.mark.parametrize("zero", [False, True])
def test_masked_steps(zero, rng):
    model = Sequential(
        [
            Input((8, 2)),
            layers.Masking(0.0),
            LSTM(5, return_sequences=True, zero_output_for_mask=zero),
            layers.GRU(3, return_sequences=True),
        ]
    )
    x = rng.normal(size=(3, 8, 2)).astype("f4")
    x[0, [0, 1, 5]] = x[1, 7] = x[2] = 0
    np.testing.assert_array_equal(streamed(model.stream(), x), model.predict(x, verbose=0))


def test_indices_of_an_embedding(rng):
    model = Sequential([Input((6,)), layers.Embedding(9, 4, mask_zero=True), LSTM(5, return_sequences=True)])
    x = rng.integers(0, 9, size=(3, 6))
    whole = model.predict(x, verbose=0)
    np.testing.assert_array_equal(streamed(model.stream(), x), whole)
    np.testing.assert_array_equal(streamed(model.stream(), x.astype("f4")), whole)
    one = model.stream()
    for t in range(6):
        np.testing.assert_array_equal(one.step(int(x[1, t])), whole[1, t])
    for wrong in (9, -1, 0.5, float("nan")):
        with pytest.raises(ValueError, match=r"x: .* expected whole numbers from 0 to 8"):
            one.step(np.float32(wrong))


@pytest.mark.parametrize("units", [64, 200])
def test_threads_change_no_bits(units, threads, rng):
    model = Sequential([Input((None, 5)), LSTM(units, return_sequences=True), LSTM(units, return_sequences=True)])
    x = rng.normal(size=(40, 4, 5)).astype("f4")
    results = []
    for count in (1, 2, 4):
        threads(count)
        results.append(streamed(model.stream(), x))
    for found in results[1:]:
        np.testing.assert_array_equal(found, results[0])


def model_of_two():
    return Sequential([Input((None, 2)), LSTM(6, return_sequences=True), layers.GRU(4), Dense(3)])


def test_states_can_be_taken_out_and_put_back(rng):
    stream, x = model_of_two().stream(), rng.normal(size=(10, 2)).astype("f4")
    assert stream.state is None
    for t in range(5):
        stream.step(x[t])
    kept = stream.state
    assert [state.shape for state in kept] == [(1, 6), (1, 6), (1, 4)]
    expected = [stream.step(x[t]) for t in range(5, 10)]
    for given in (kept, [state[0] for state in kept], [state.tolist() for state in kept]):
        stream.set_state(given)
        np.testing.assert_array_equal([stream.step(x[t]) for t in range(5, 10)], expected)
    kept[0][:] = 9  # a copy
    other = stream.state
    stream.set_state(None)
    assert stream.state is None
    assert not (other[0] == 9).any()


def test_states_are_those_of_the_layer(rng):
    layer = LSTM(6, return_state=True)
    x = rng.normal(size=(3, 7, 2)).astype("f4")
    _, h, c = layer(x)
    model = Sequential([Input((None, 2)), LSTM(6)])
    model.set_weights(layer.get_weights())
    stream = model.stream()
    streamed(stream, x)
    np.testing.assert_array_equal(stream.state, [h, c])


def test_reset_begins_again_with_any_number(rng):
    stream, x = model_of_two().stream(), rng.normal(size=(6, 2)).astype("f4")
    first = stream.step(x)
    assert (stream.step(x) != first).any()
    with pytest.raises(ValueError, match=r"x: the stream has begun with 6 rows, got 1 \(reset"):
        stream.step(x[0])
    stream.reset()
    np.testing.assert_array_equal(stream.step(x[0]), first[0])
    stream.reset()
    np.testing.assert_array_equal(stream.step(x), first)


def test_out(rng):
    model = model_of_two()
    x, out = rng.normal(size=(6, 2)).astype("f4"), np.empty((6, 3), "f4")
    assert model.stream().step(x, out) is out
    np.testing.assert_array_equal(out, model.stream().step(x=x))
    stream = model.stream()
    assert stream.step(x, out=None) is not stream.step(x)
    frozen = out.copy()
    frozen.setflags(write=False)
    for wrong in (np.empty((6, 2), "f4"), np.empty(3, "f4"), np.empty((6, 3)), np.empty((3, 6), "f4").T, [1], frozen):
        with pytest.raises((ValueError, TypeError)):
            model.stream().step(x, wrong)


def test_whatever_is_a_step_is_taken(rng):
    model = model_of_two()
    x = rng.normal(size=(6, 2)).astype("f4")
    expected = model.stream().step(x)
    wide = np.zeros((6, 4), "f4")
    wide[:, ::2] = x
    for same in (x.tolist(), x.astype("f8"), wide[:, ::2], np.asfortranarray(x), x.astype(">f4")):
        np.testing.assert_array_equal(model.stream().step(same), expected)
    for wrong in (np.zeros(3), np.zeros((2, 3)), 1.0, np.zeros((1, 1, 2)), []):
        with pytest.raises(ValueError, match=r"x: expected a step of shape \(2,\), or N of them, got shape"):
            model.stream().step(wrong)
    for wrong in ("ab", None, [1j, 2], np.ma.masked_array([1.0, 2.0])):
        with pytest.raises(TypeError, match="x: expected"):
            model.stream().step(wrong)
    assert model.stream().step(np.empty((0, 2), "f4")).shape == (0, 3)
    assert np.isnan(model.stream().step(np.array([np.nan, 1], "f4"))).all()


def test_wrong_states():
    stream = model_of_two().stream()
    with pytest.raises(TypeError, match="state: expected a list of arrays, got ndarray"):
        stream.set_state(np.zeros(16))
    with pytest.raises(ValueError, match="state: expected 3 arrays, got 2"):
        stream.set_state([np.zeros(6), np.zeros(6)])
    with pytest.raises(ValueError, match=r"state\[2\]: expected shape \(1, 4\), got \(1, 6\)"):
        stream.set_state([np.zeros(6)] * 3)
    with pytest.raises(ValueError, match="state"):
        stream.set_state([])
    with pytest.raises(TypeError, match=r"state\[0\]: expected real"):
        stream.set_state(["abcdef", np.zeros(6), np.zeros(4)])


NEED_ALL = {
    "Bidirectional": lambda: [Input((5, 2)), layers.Bidirectional(LSTM(3))],
    "LSTM": lambda: [Input((5, 2)), LSTM(3, go_backwards=True)],
    "Flatten": lambda: [Input((5, 2)), LSTM(3, return_sequences=True), layers.Flatten(), Dense(1)],
    "RepeatVector": lambda: [Input((5, 2)), LSTM(3), layers.RepeatVector(4), LSTM(2)],
    "Reshape": lambda: [Input((5, 2)), LSTM(4), layers.Reshape((2, 2))],
}


@pytest.mark.parametrize("name", NEED_ALL)
def test_models_that_need_the_whole_sequence(name):
    with pytest.raises(ValueError, match=rf"stream: layer .* \({name}\) of model .* needs the whole sequence"):
        Sequential(NEED_ALL[name]()).stream()


def test_models_without_steps():
    with pytest.raises(ValueError, match="not built"):
        Sequential([LSTM(3)]).stream()
    with pytest.raises(ValueError, match="stream: expected a model of sequences"):
        Sequential([Input((3,)), Dense(2)]).stream()


def test_new_weights_count_from_the_next_step(rng):
    model, x = model_of_two(), rng.normal(size=(2,)).astype("f4")
    stream = model.stream()
    before = stream.step(x)
    model.set_weights([weight * 1.5 for weight in model.get_weights()])
    stream.reset()
    after = stream.step(x)
    assert (before != after).any()
    np.testing.assert_array_equal(after, model.stream().step(x))


def test_several_threads_have_streams_of_one_model(rng):
    model, x = model_of_two(), rng.normal(size=(200, 2)).astype("f4")
    expected, wrong = streamed(model.stream(), x[None]), []

    def work():
        if not np.array_equal(streamed(model.stream(), x[None]), expected):
            wrong.append(1)

    at_once(4, work)
    assert not wrong


def test_a_stream_keeps_what_it_needs(rng):
    x = rng.normal(size=(2,)).astype("f4")
    stream = fastlstm.Sequential([Input((None, 2)), LSTM(3, seed=1)]).stream()
    assert np.isfinite(stream.step(x)).all()
