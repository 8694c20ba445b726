"""Stateful models: states carried from call to call, through fit and evaluate."""

import numpy as np
import pytest
from cell_layers import CELLS, made

from fastlstm import Input, Sequential, layers

N, T, D = 3, 7, 3


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
