"""A Python function as a loss: the same training as the native loss that it computes, and what it must return."""

import numpy as np
import pytest
from training_models import seeded_fit

import fastlstm
from fastlstm import Input, Sequential, constraints, layers, losses, optimizers, regularizers, schedules

N, T = 26, 5


def squared_error(y_true, y_pred):
    error = y_pred - y_true
    return (error**2).mean(axis=-1), 2 * error / error.shape[-1]


def plain(dtype, steps):
    return [layers.LSTM(4, return_sequences=steps, dtype=dtype), layers.Dense(2, dtype=dtype)]


def with_dropout(dtype, steps):
    lstm = layers.LSTM(4, dropout=0.3, recurrent_dropout=0.2, seed=5, return_sequences=steps, dtype=dtype)
    return [lstm, layers.Dropout(0.3, seed=6, dtype=dtype), layers.Dense(2, dtype=dtype)]


def penalised(dtype, steps):
    return [
        layers.GRU(
            4,
            kernel_regularizer="l1_l2",
            activity_regularizer=regularizers.L2(0.1),
            return_sequences=steps,
            dtype=dtype,
        ),
        layers.Dense(2, kernel_constraint=constraints.MaxNorm(0.5), bias_regularizer="l2", dtype=dtype),
    ]


def normalised(dtype, steps):
    return [layers.Normalization(dtype=dtype), layers.LayerNormalization(dtype=dtype), *plain(dtype, steps)]


def model_of(loss, make=plain, steps=False, dtype="float64", optimizer="adam"):
    fastlstm.utils.set_random_seed(3)
    model = Sequential([Input((T, 3), dtype=dtype), *make(dtype, steps)])
    model.compile(optimizer, loss)
    return model


@pytest.fixture
def data(rng):
    return rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2))


def close(one, other, rtol=1e-9):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize(
    ("steps", "weighted"),
    [
        (False, None),
        (False, "sample"),
        (False, "class"),
        (True, None),
        (True, "sample"),
        (True, "step"),
        (True, "class"),
    ],
)
@pytest.mark.parametrize("make", [plain, with_dropout, penalised, normalised])
def test_training_is_that_of_the_native_loss(rng, make, steps, weighted):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2) if steps else (N, 2))
    given = {
        None: {},
        "sample": {"sample_weight": rng.uniform(size=N)},
        "step": {"sample_weight": rng.uniform(size=(N, T))},
        "class": {"class_weight": {0: 0.5, 1: 2.0}},
    }[weighted]
    native, function = model_of("mse", make, steps), model_of(squared_error, make, steps)
    for model in (native, function):
        seeded_fit(model, x, y, batch_size=8, epochs=3, validation_split=0.25, **given)
    for name, expected in native.history.history.items():
        assert function.history.history[name] == pytest.approx(expected, rel=1e-9)
    close(native, function)
    assert function.optimizer.iterations == native.optimizer.iterations == 9
    weight = given.get("sample_weight")
    for entry in ("evaluate", "test_on_batch", "train_on_batch"):
        expected = getattr(native, entry)(x, y, sample_weight=weight)
        assert getattr(function, entry)(x, y, sample_weight=weight) == pytest.approx(expected, rel=1e-9)
    close(native, function)


@pytest.mark.parametrize(
    "options",
    [
        {"clipnorm": 0.05},
        {"global_clipnorm": 0.05},
        {"clipvalue": 0.01, "weight_decay": 0.1},
        {"gradient_accumulation_steps": 2},
        {"use_ema": True, "ema_momentum": 0.5, "ema_overwrite_frequency": 3},
        {"learning_rate": schedules.ExponentialDecay(0.01, 1, 0.5)},
    ],
    ids=lambda options: next(iter(options)),
)
def test_optimizers_do_what_they_do_in_the_fused_step(data, options):
    models = [model_of(loss, penalised, optimizer=optimizers.Adam(**options)) for loss in ("mse", squared_error)]
    for model in models:
        seeded_fit(model, *data, batch_size=8, epochs=2)
    close(*models)
    assert models[0].optimizer.iterations == models[1].optimizer.iterations


def test_stateful_models_carry_their_states(rng):
    x, y = rng.normal(size=(12, T, 3)), rng.normal(size=(12, 2))

    def stateful(dtype, steps):
        first = layers.LSTM(4, return_sequences=True, dtype=dtype)
        return [first, layers.GRU(3, stateful=True, dtype=dtype), layers.Dense(2, dtype=dtype)]

    native, function = model_of("mse", stateful), model_of(squared_error, stateful)
    for model in (native, function):
        model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    close(native, function)
    assert function.history.history["loss"] == pytest.approx(native.history.history["loss"], rel=1e-9)
    assert function.evaluate(x, y, batch_size=4) == pytest.approx(native.evaluate(x, y, batch_size=4), rel=1e-9)
    np.testing.assert_allclose(function.predict(x, 4), native.predict(x, 4), rtol=1e-9)


def test_threads_change_no_bit(data, threads):
    results = []
    for count in (1, 4, 3):
        threads(count)
        model = model_of(squared_error, dtype="float32")
        seeded_fit(model, *data, epochs=2)
        results.append([weight.tolist() for weight in model.get_weights()])
    assert results[0] == results[1] == results[2]


def test_what_the_function_gets(data, dtype):
    x, y = data
    seen = []

    def spy(y_true, y_pred):
        seen.append((y_true.copy(), y_pred.copy()))
        return squared_error(y_true, y_pred)

    model = model_of(spy, dtype=dtype)
    before = model.predict(x)
    model.fit(x, y, batch_size=10, shuffle=False, verbose=0)
    assert [len(y_true) for y_true, _ in seen] == [10, 10, 6]
    assert all(array.dtype == dtype for pair in seen for array in pair)
    np.testing.assert_array_equal(np.concatenate([y_true for y_true, _ in seen]), y.astype(dtype))
    np.testing.assert_array_equal(seen[0][1], before[:10])


@pytest.mark.parametrize("shape", [(N,), (N, 1), (N, 4), (N, 2, 3)])
def test_targets_have_any_shape(rng, shape):
    def largest_target(y_true, y_pred):
        assert y_true.shape[1:] == shape[1:] or y_true.shape[1:] == (1,)
        return squared_error(y_true.reshape(len(y_true), -1).max(axis=-1, keepdims=True), y_pred)

    def one_output(dtype, steps):
        return [layers.LSTM(2, dtype=dtype), layers.Dense(1, dtype=dtype)]

    x, y = rng.normal(size=(N, T, 3)), rng.integers(5, size=shape)
    native, function = model_of("mse", one_output), model_of(largest_target, one_output)
    native.fit(x, y.reshape(N, -1).max(axis=-1), shuffle=False, verbose=0)
    function.fit(x, y, shuffle=False, verbose=0)
    close(native, function)


def test_a_value_for_each_sample_of_a_sequence(rng):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2))

    def over_all_steps(y_true, y_pred):
        error = y_pred - y_true
        return (error**2).mean(axis=(1, 2)), 2 * error / (error.shape[1] * error.shape[2])

    native, function = model_of("mse", steps=True), model_of(over_all_steps, steps=True)
    weight = rng.uniform(size=N)
    assert function.train_on_batch(x, y, weight) == pytest.approx(native.train_on_batch(x, y, weight), rel=1e-12)
    close(native, function)
    with pytest.raises(ValueError, match="sample_weight or mask of y_pred: expected one for each sample"):
        function.train_on_batch(x, y, np.ones((N, T)))


def test_any_callable_and_a_second_compile(data):
    class Scaled:
        def __call__(self, y_true, y_pred):
            values, gradient = squared_error(y_true, y_pred)
            return 2 * values, 2 * gradient

    model = model_of(Scaled())
    native = model_of("mse")
    assert model.evaluate(*data) == pytest.approx(2 * native.evaluate(*data), rel=1e-12)
    assert losses.get(Scaled()).name == "Scaled"
    assert losses.get(squared_error).name == "squared_error"
    model.compile("sgd", "mae")
    assert model.evaluate(*data) == pytest.approx(np.abs(model.predict(data[0]) - data[1]).mean(), rel=1e-12)
    model.compile("sgd", squared_error)
    assert model.evaluate(*data) == pytest.approx(native.evaluate(*data), rel=1e-12)


def test_the_function_may_use_the_model(data):
    """Nothing is locked while it runs."""

    def asks(y_true, y_pred):
        assert model.predict(data[0]).shape == (N, 2)
        return squared_error(y_true, y_pred)

    model = model_of(asks)
    model.fit(*data, verbose=0)


def test_an_error_of_the_function_comes_out_and_changes_nothing(data):
    def fails(y_true, y_pred):
        raise KeyError("mine")

    model = model_of(fails)
    before = model.get_weights()
    with pytest.raises(KeyError, match="mine"):
        model.fit(*data, verbose=0)
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


@pytest.mark.parametrize(
    ("result", "error", "match"),
    [
        (lambda v, g: None, TypeError, "loss: expected 'wrong' to return an array of values, got NoneType"),
        (lambda v, g: (v, g, g), TypeError, r"to return values, or a tuple \(values, gradient\) of two arrays, got a"),
        (
            lambda v, g: (v.mean(), g),
            ValueError,
            r"values of loss 'wrong': expected shape \(26,\), one for",
        ),
        (lambda v, g: (g, v), ValueError, r"values of loss 'wrong': expected shape \(26,\).* got \(26, 2\)"),
        (lambda v, g: (v, v), ValueError, r"gradient of loss 'wrong': expected the shape of y_pred, \(26, 2\), got"),
        (lambda v, g: (v, g.astype(str)), TypeError, "gradient of loss 'wrong': expected real integers or floats"),
        (lambda v, g: (v.astype(str), g), TypeError, "values of loss 'wrong': expected real integers or floats"),
    ],
)
@pytest.mark.parametrize("entry", ["fit", "evaluate", "train_on_batch", "test_on_batch"])
def test_wrong_results(data, entry, result, error, match):
    def wrong(y_true, y_pred):
        return result(*squared_error(y_true, y_pred))

    with pytest.raises(error, match=match):
        getattr(model_of(wrong), entry)(*data)


def test_what_a_function_has_not():
    loss = losses.get(squared_error)
    with pytest.raises(TypeError, match="has no configuration"):
        losses.serialize(loss)


def test_nan_and_empty_targets_are_refused(data):
    x, y = data
    y[3, 1] = np.nan
    with pytest.raises(ValueError, match=r"y: NaN at \[3, 1\]"):
        model_of(squared_error).fit(x, y, verbose=0)
    assert np.isnan(model_of(squared_error).evaluate(x, y))
    with pytest.raises(ValueError, match="y: expected as many samples"):
        model_of(squared_error).evaluate(x, y[:3])
