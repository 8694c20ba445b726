"""States: given, returned, and carried from call to call."""

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
        ([STATE > 0] * 2, TypeError, r"initial_state\[0\]: expected real"),
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


def stateful_model(rng, cell="lstm", **options):
    model = Sequential([Input((None, D)), made(rng, cell, 5, dtype="float32", stateful=True, return_sequences=True)])
    model.add(made(rng, cell, 4, 5, dtype="float32", stateful=True, **options))
    model.add(layers.Dense(2))
    return model


def layer_by_layer(model, x):
    for layer in model.layers:
        x = layer(x)
    return x


@pytest.mark.parametrize("cell", CELLS)
def test_a_stateful_model_goes_on_where_it_stopped(rng, cell):
    model = stateful_model(rng, cell, return_sequences=True)
    x = rng.normal(size=(N, T, D))
    whole = model.predict(x)
    for reset in (model.reset_state, model.reset_states):
        reset()
        parts = [model.predict(x[:, :2]), model(x[:, 2:3]), model.predict_on_batch(x[:, 3:])]
        assert (np.concatenate(parts, axis=1) == whole).all()


def test_batches_carry_the_state(rng):
    model = stateful_model(rng)
    x = rng.normal(size=(3 * N, T, D))
    together = model.predict(x, batch_size=N)
    model.reset_state()
    one_by_one = [model(x[i : i + N]) for i in range(0, 3 * N, N)]
    assert (np.concatenate(one_by_one) == together).all()


def test_a_batch_is_as_large_as_it_comes(rng):
    model = stateful_model(rng)
    x = rng.normal(size=(50, T, D))
    want = model(x)
    model.reset_state()
    assert (model.predict_on_batch(x) == want).all()
    with pytest.raises(ValueError, match="50 rows do not make batches of 32"):
        model.predict(x)


def test_a_call_with_training_or_a_mask_carries_the_state_as_well(rng):
    model = stateful_model(rng)
    x = rng.normal(size=(N, T, D))
    want = [model(x), model(x)]
    valid = np.ones((N, T), bool)
    for options in ({"training": True}, {"mask": valid}):
        model.reset_state()
        assert all((model(x, **options) == y).all() for y in want)


def test_a_layer_in_a_model_resets_its_part_only(rng):
    model = stateful_model(rng)
    first, second = model.layers[:2]
    x = rng.normal(size=(N, T, D))
    model.predict(x)
    first.reset_state()
    found = model.predict(x)
    alone = [
        made(
            rng,
            "lstm",
            layer.units,
            layer.kernel.shape[0],
            dtype="float32",
            stateful=True,
            return_sequences=layer.return_sequences,
        )
        for layer in (first, second)
    ]
    for layer, source in zip(alone, (first, second), strict=True):
        layer.set_weights(source.get_weights())
    alone[1](alone[0](x))
    alone[0].reset_state()
    assert (model.layers[2](alone[1](alone[0](x))) == found).all()


def test_a_layer_in_a_model_has_one_state(rng):
    model = stateful_model(rng)
    x = rng.normal(size=(N, T, D))
    want = [model.predict(x), model.predict(x)]
    model.reset_state()
    assert (layer_by_layer(model, x) == want[0]).all()
    assert (model.predict(x) == want[1]).all()


def test_only_stateful_layers_carry(rng):
    model = Sequential([Input((None, D)), made(rng, "gru", 5, dtype="float32", return_sequences=True)])
    model.add(made(rng, "lstm", 4, 5, dtype="float32", stateful=True))
    x = rng.normal(size=(N, T, D))
    want = [layer_by_layer(model, x), layer_by_layer(model, x)]
    for call in (model.predict, model, lambda x: model(x, training=True)):
        model.reset_state()
        assert all((call(x) == y).all() for y in want)


def test_rows_that_do_not_fit_the_state(rng):
    model = stateful_model(rng)
    x = rng.normal(size=(8, T, D))
    with pytest.raises(ValueError, match=r"stateful.*8 rows do not make batches of 3"):
        model.predict(x, batch_size=3)
    model.predict(x, batch_size=4)
    for call in (model.predict, model):
        with pytest.raises(ValueError, match=r"carries the states of 4 rows.*got 8 .*reset_state"):
            call(x)
    layer = model.layers[0]
    with pytest.raises(ValueError, match="carries the states of 4 rows"):
        layer(x)
    assert model.predict(x[:0]).shape == (0, 2)
    model.reset_state()
    model.predict(x)
    alone = made(rng, "gru", stateful=True)
    alone(x)
    with pytest.raises(ValueError, match=r"layer '.*' is stateful and carries the states of 8 rows"):
        alone(x[:3])
    assert alone(x[:0]).shape == (0, 5)


def test_the_batch_size_of_the_input(rng):
    for made_input in (Input(batch_shape=(4, None, D)), Input((None, D), batch_size=4), Input((None, D), 4)):
        model = Sequential([made_input, layers.LSTM(2, stateful=True)])
        assert model.output_shape == (4, 2)
        x = rng.normal(size=(8, T, D))
        assert model.predict(x, batch_size=4).shape == (8, 2)
        with pytest.raises(ValueError, match=r"batches of 4 rows, got 8"):
            model.predict(x)


def test_fit_and_evaluate_carry_the_state(rng):
    x, y = rng.normal(size=(12, T, D)), rng.normal(size=(12, 2))
    model = stateful_model(rng)
    model.compile("sgd", "mse")
    loss = model.evaluate(x, y, batch_size=4)
    model.reset_state()
    predicted = model.predict(x, batch_size=4)
    assert loss == pytest.approx(np.mean((predicted - y) ** 2), rel=1e-5)
    model.reset_state()
    model.optimizer.learning_rate = 0.0
    history = model.fit(x, y, batch_size=4, shuffle=False, verbose=0)
    assert history.history["loss"][0] == pytest.approx(loss, rel=1e-5)
    assert model.fit(x, y, batch_size=4, verbose=0, validation_split=1 / 3).history["val_loss"]
    for options in ({"batch_size": 5}, {"batch_size": 4, "validation_split": 0.25}, {"batch_size": 12}):
        with pytest.raises(ValueError, match="stateful"):
            model.fit(x, y, verbose=0, **options)
    with pytest.raises(ValueError, match="carries the states of 4 rows"):
        model.train_on_batch(x, y)
    model.reset_state()
    model.train_on_batch(x, y)


def test_a_model_passes_on_one_array():
    for layer, match in [
        (layers.LSTM(2, return_state=True), "return_state=True"),
        (layers.Bidirectional(layers.GRU(2, return_state=True)), "return_state=True"),
        (layers.Bidirectional(layers.GRU(2), merge_mode=None), "merge_mode=None"),
    ]:
        with pytest.raises(ValueError, match=match):
            Sequential([Input((T, D)), layer])
