"""States of recurrent layers: given, returned, and carried from call to call. Models: models/test_stateful.py."""

import numpy as np
import pytest
from cell_layers import CELLS, made, reference_run, with_random_weights

from fastlstm import Input, Sequential, layers

N, T, D = 3, 7, 3


def states_of(rng, layer, rows=N):
    return [rng.normal(size=(rows, layer.units)) for _ in layer.cell.states]


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_starts_from_the_states_it_is_given(rng, cell):
    layer = made(rng, cell, return_sequences=True, return_state=True)
    x, initial = rng.normal(size=(N, T, D)), states_of(rng, layer)
    outputs, *states = layer(x, initial_state=initial)
    expected, expected_states = reference_run(layer, x, tuple(initial))
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-12)
    for state, wanted in zip(states, expected_states, strict=True):
        np.testing.assert_allclose(state, wanted, rtol=0, atol=1e-12)
    assert (states[0] == outputs[:, -1]).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_sequence_step_by_step_has_the_same_bits(rng, cell, dtype):
    whole = made(rng, cell, 17, dtype=dtype, return_sequences=True, return_state=True)
    x = rng.normal(size=(N, T, D))
    outputs, *final = whole(x)
    states = None
    for t in range(T):
        output, *states = whole(x[:, t : t + 1], initial_state=states)
        assert (output[:, 0] == outputs[:, t]).all()
    for state, wanted in zip(states, final, strict=True):
        assert (state == wanted).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_stateful_layer_goes_on_where_it_stopped(rng, cell, dtype):
    whole = made(rng, cell, 17, dtype=dtype, return_sequences=True)
    parts = made(rng, cell, 17, dtype=dtype, return_sequences=True, stateful=True)
    parts.set_weights(whole.get_weights())
    x = rng.normal(size=(N, T, D))
    outputs = whole(x)
    for _ in range(2):
        found = [parts(x[:, start:stop]) for start, stop in ((0, 1), (1, 4), (4, T))]
        assert (np.concatenate(found, axis=1) == outputs).all()
        parts.reset_state()
    parts(x)
    parts.reset_states()
    assert (parts(x) == outputs).all()


@pytest.mark.parametrize("cell", CELLS)
def test_no_steps_give_the_initial_state(rng, cell):
    layer = made(rng, cell, return_state=True)
    x = np.zeros((N, 0, D))
    output, *states = layer(x)
    assert not output.any()
    assert not any(state.any() for state in states)
    initial = states_of(rng, layer)
    output, *states = layer(x, initial_state=initial)
    assert all((state == wanted).all() for state, wanted in zip(states, initial, strict=True))


def test_a_bidirectional_layer_has_the_states_of_both(rng):
    layer = with_random_weights(
        rng, layers.Bidirectional(layers.LSTM(4, return_sequences=True, return_state=True, dtype="float64")), D
    )
    x = rng.normal(size=(N, T, D))
    initial = [rng.normal(size=(N, 4)) for _ in range(4)]
    y, *states = layer(x, initial_state=initial)
    forward, forward_states = reference_run(layer.forward_layer, x, tuple(initial[:2]))
    backward, backward_states = reference_run(layer.backward_layer, x, tuple(initial[2:]))
    np.testing.assert_allclose(y, np.concatenate([forward, backward[:, ::-1]], axis=2), rtol=0, atol=1e-12)
    for state, wanted in zip(states, [*forward_states, *backward_states], strict=True):
        np.testing.assert_allclose(state, wanted, rtol=0, atol=1e-12)


def test_a_stateful_bidirectional_layer_carries_both(rng):
    layer = with_random_weights(rng, layers.Bidirectional(layers.GRU(4, stateful=True, return_state=True)), D)
    x = rng.normal(size=(N, T, D))
    _, *states = layer(x)
    again = layer(x)
    other = with_random_weights(rng, layers.Bidirectional(layers.GRU(4, return_state=True)), D)
    other.set_weights(layer.get_weights())
    for found, wanted in zip(again, other(x, initial_state=states), strict=True):
        assert (found == wanted).all()


def test_returned_states_are_not_the_carried_ones(rng):
    layer = made(rng, "lstm", stateful=True, return_state=True)
    x = rng.normal(size=(N, T, D))
    first = layer(x)
    copies = [array.copy() for array in first]
    for array in first:
        array[...] = 100
    layer(x)
    layer.reset_state()
    for found, wanted in zip(layer(x), copies, strict=True):
        assert (found == wanted).all()


STATE = np.zeros((3, 4))


@pytest.mark.parametrize(
    ("initial", "error", "match"),
    [
        ([STATE], ValueError, "initial_state: expected 2 arrays, got 1"),
        ([STATE] * 3, ValueError, "initial_state: expected 2 arrays, got 3"),
        (STATE, TypeError, "initial_state: expected a list of 2 arrays, got ndarray"),
        ([STATE, STATE[:, :3]], ValueError, r"initial_state\[1\]: expected shape \(3, 4\), got \(3, 3\)"),
        ([STATE[:2], STATE], ValueError, r"initial_state\[0\]: expected shape \(3, 4\), got \(2, 4\)"),
        ([STATE.astype(str)] * 2, TypeError, r"initial_state\[0\]: expected real"),
    ],
)
def test_wrong_initial_states(initial, error, match):
    with pytest.raises(error, match=match):
        layers.LSTM(4)(np.zeros((3, 5, 2)), initial_state=initial)


def test_one_state_may_be_given_as_one_array():
    x, state = np.ones((3, 5, 2)), np.full((3, 4), 0.5)
    layer = layers.GRU(4)
    want = layer(x, initial_state=[state])
    for same in (state, (state,), state.tolist(), [state.tolist()]):
        assert (layer(x, initial_state=same) == want).all()
    with pytest.raises(ValueError, match="initial_state: expected 1 arrays, got 2"):
        layer(x, initial_state=[state, state])


# Models ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU, layers.SimpleRNN])
@pytest.mark.parametrize("in_a_model", [False, True])
def test_states_that_are_set(make, in_a_model, rng):
    layer, count = make(3, stateful=True), 2 if make is layers.LSTM else 1
    x = rng.normal(size=(2, 5, 4)).astype(np.float32)
    states = [rng.normal(size=(2, 3)).astype(np.float32) for _ in range(count)]
    run = layer
    if in_a_model:
        model = Sequential([Input(batch_shape=(2, 5, 4)), layer])
        run = lambda x: model.predict(x, batch_size=2, verbose=0)  # noqa: E731
    run(x)
    layer.reset_states(states if count == 2 else states[0])
    found = run(x)
    other = make(3)
    other.build(x.shape)
    other.set_weights(layer.get_weights())
    np.testing.assert_allclose(found, other(x, initial_state=states), rtol=1e-6, atol=1e-7)
    layer.reset_states()
    np.testing.assert_allclose(run(x), other(x), rtol=1e-6, atol=1e-7)
    with pytest.raises(ValueError, match="states"):
        layer.reset_states(states * 2)
    with pytest.raises(ValueError, match="not stateful"):
        other.reset_states(states)


def test_states_that_do_not_fit_leave_those_before(rng):
    layer = layers.LSTM(2, stateful=True)
    states = [rng.normal(size=(3, 2)).astype(np.float32) for _ in range(2)]
    layer.reset_states(states)
    for wrong in ([], [states[0]], [states[0], states[1][:, :1]]):
        with pytest.raises(ValueError, match="states"):
            layer.reset_states(wrong)
    for found, expected in zip(layer.states, states, strict=True):
        np.testing.assert_array_equal(found, expected)
