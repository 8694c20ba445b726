"""Metrics of a compiled model: what they see, when, under which names; against Keras where it is installed."""

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, same, seeded_fit

from fastlstm import Input, Sequential, fit, layers, metrics, optimizers
from fastlstm.callbacks import Callback

N, T, D = 50, 5, 2


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(N, T, D))
    return x, x[:, -1].sum(-1)


def with_metrics(given, loss="mse", optimizer="sgd", dtype="float64", **options):
    model = lstm_model(dtype=dtype)
    model.compile(optimizer, loss, metrics=given, **options)
    return model


class Nothing(Callback):
    """Makes each step a native call of its own."""

    def on_train_batch_end(self, batch, logs=None):
        pass

    def on_test_batch_end(self, batch, logs=None):
        pass


# What they see


def test_they_see_the_predictions_of_each_batch_before_its_step(data):
    x, y = data
    one, other = with_metrics(["mae"]), with_metrics(None)
    history = one.fit(x, y, batch_size=16, epochs=2, shuffle=False, verbose=0).history
    for epoch in range(2):
        errors = []
        for i in range(0, N, 16):
            errors.append(np.abs(other.predict(x[i : i + 16])[:, 0] - y[i : i + 16]))
            other.train_on_batch(x[i : i + 16], y[i : i + 16])
        assert history["mae"][epoch] == pytest.approx(np.concatenate(errors).mean(), rel=1e-12)
    assert same(one, other)


def test_a_step_with_metrics_changes_no_bit(data, dtype):
    models = [with_metrics(given, dtype=dtype) for given in (None, ["mae", "r2_score"])]
    for model in models:
        seeded_fit(model, *data, epochs=3, batch_size=7)
    assert same(*models)
    assert models[0].history.history["loss"] == models[1].history.history["loss"]


@pytest.mark.parametrize("threads_used", [1, 3])
def test_predictions_are_those_of_predict_on_any_number_of_threads(rng, isa, dtype, threads, threads_used):
    threads(threads_used)
    model = Sequential([Input((T, D), dtype=dtype), layers.LSTM(7, return_sequences=True, dtype=dtype)])
    model.add(layers.Dense(3, dtype=dtype))
    model.compile(optimizers.SGD(0.0), "mse")
    network = model._native_model().network
    x, y = rng.normal(size=(N, T, D)).astype(dtype), np.zeros((N, T, 3), dtype)
    order = rng.permutation(N)
    seen, evaluated = np.full((N, T, 3), np.nan, dtype), np.full((N, T, 3), np.nan, dtype)
    network.train(x, y, order, batch_size=17, first_step=0, learning_rate=0.0, seconds=1e9, predictions=seen)
    network.evaluate(x, y, predictions=evaluated)
    wanted = model.predict(x)
    assert (seen == wanted[order]).all()
    assert (evaluated == wanted).all()


def test_the_core_takes_arrays_that_fit(data, rng):
    model = with_metrics(None)
    network = model._native_model().network
    x, y = data[0], data[1][:, None]
    for bad, error in [
        (np.zeros((N, 2)), ValueError),
        (np.zeros((N, 1), np.float32), TypeError),
        ([[0.0]] * N, TypeError),
        (np.broadcast_to(np.zeros((1, 1)), (N, 1)), (TypeError, ValueError)),
    ]:
        with pytest.raises(error, match="predictions: expected"):
            network.evaluate(x, y, predictions=bad)
    readonly = np.zeros((N, 1))
    readonly.setflags(write=False)
    with pytest.raises(ValueError, match="predictions: expected an array that can be written to"):
        network.evaluate(x, y, predictions=readonly)
    with pytest.raises(ValueError, match="valid: expected"):
        network.evaluate(x, y, predictions=np.zeros((N, 1)), valid=np.zeros((N, 1), bool))


def test_many_steps_a_call_and_one_give_the_same(data):
    results = []
    for callbacks in ([], [Nothing()]):
        model = with_metrics(["mae", metrics.AUC(name="auc"), lambda y, p: np.abs(y - p).max()])
        y = (data[1] > 0).astype(float)
        seeded_fit(model, data[0], y, batch_size=8, epochs=2, validation_split=0.3, callbacks=callbacks)
        results.append(model.history.history)
    for name, values in results[0].items():
        assert values == pytest.approx(results[1][name], rel=1e-12)


def test_a_function_gets_one_batch_at_a_time(data):
    sizes = []

    def largest_error(y_true, y_pred):
        assert y_true.shape == y_pred.shape
        sizes.append(len(y_true))
        return np.abs(y_true - y_pred).max()

    x, y = data
    model = with_metrics([largest_error])
    value = model.evaluate(x, y, batch_size=16, verbose=0)[1]
    assert sizes == [16, 16, 16, 2]
    errors = np.abs(model.predict(x)[:, 0] - y)
    assert value == pytest.approx(np.mean([errors[i : i + 16].max() for i in range(0, N, 16)]), rel=1e-12)
    assert model.metrics_names == ["loss", "largest_error"]


def test_the_mask_of_the_output_is_a_weight(rng):
    x, y = rng.normal(size=(N, T, D)), rng.normal(size=(N, T, 1))
    valid = rng.uniform(size=(N, T)) < 0.6
    x[~valid] = 0
    model = Sequential([Input((T, D), dtype="float64"), layers.Masking(dtype="float64")])
    model.add(layers.GRU(3, return_sequences=True, dtype="float64"))
    model.add(layers.Dense(1, dtype="float64"))
    model.compile(optimizers.SGD(0.0), "mse", metrics=["mae", "root_mean_squared_error"], weighted_metrics=["mae"])
    errors = (model.predict(x) - y)[..., 0][valid]
    history = model.fit(x, y, batch_size=16, validation_data=(x, y), verbose=0).history
    for prefix in ("", "val_"):
        assert history[f"{prefix}mae"][0] == pytest.approx(np.abs(errors).mean(), rel=1e-12)
        assert history[f"{prefix}weighted_mae"] == history[f"{prefix}mae"]
        assert history[f"{prefix}root_mean_squared_error"][0] == pytest.approx(np.sqrt((errors**2).mean()), rel=1e-12)


def test_embedded_indices(rng):
    x = rng.integers(0, 5, size=(20, 6))
    model = Sequential([Input((6,)), layers.Embedding(5, 3, mask_zero=True), layers.LSTM(4, return_sequences=True)])
    model.add(layers.Dense(4, activation="softmax"))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    y = rng.integers(0, 4, size=(20, 6))
    history = model.fit(x, y, verbose=0, epochs=2).history
    found = model.evaluate(x, y, verbose=0, return_dict=True)["accuracy"]
    right = model.predict(x).argmax(-1) == y
    assert found == pytest.approx(right[x != 0].mean(), rel=1e-12)
    assert list(history) == ["accuracy", "loss"]


# Names and results


@pytest.mark.parametrize(
    ("loss", "outputs", "activation", "chosen"),
    [
        ("binary_crossentropy", 1, "sigmoid", "Binary"),
        ("categorical_crossentropy", 3, "softmax", "Categorical"),
        ("sparse_categorical_crossentropy", 3, "softmax", "SparseCategorical"),
    ],
)
def test_some_names_choose_by_the_targets(rng, loss, outputs, activation, chosen):
    x, classes = rng.normal(size=(N, T, D)), rng.integers(0, max(2, outputs), N)
    model = Sequential([Input((T, D)), layers.LSTM(4), layers.Dense(outputs, activation=activation)])
    model.compile("sgd", loss, metrics=["accuracy", "acc", "crossentropy", "ce"])
    assert model.metrics == []
    y = np.eye(3)[classes] if chosen == "Categorical" else classes
    logs = model.evaluate(x, y, verbose=0, return_dict=True)
    names = [type(metric).__name__ for metric in model.metrics]
    assert names == [f"{chosen}Accuracy"] * 2 + [f"{chosen}Crossentropy"] * 2
    p = model.predict(x)
    right = (p[:, 0] > 0.5) == classes if outputs == 1 else p.argmax(-1) == classes
    assert logs["acc"] == logs["accuracy"] == pytest.approx(right.mean())
    assert logs["ce"] == logs["crossentropy"] == pytest.approx(logs["loss"], rel=1e-5)


def test_results_of_batches(data):
    plain, model = with_metrics(None), with_metrics(["mae", metrics.RootMeanSquaredError(name="rmse")])
    for call in ("test_on_batch", "train_on_batch"):
        loss = getattr(plain, call)(*data)
        assert isinstance(loss, float)
        found = getattr(model, call)(*data)
        assert found[0] == pytest.approx(loss)
        assert found[2] == pytest.approx(np.sqrt(loss))
    assert model.metrics_names == ["loss", "mae", "rmse"]
    for call in ("test_on_batch", "train_on_batch", "evaluate"):
        logs = getattr(model, call)(*data, return_dict=True, **({"verbose": 0} if call == "evaluate" else {}))
        assert list(logs) == ["loss", "mae", "rmse"]


def test_arrays_and_dicts_of_results(rng):
    class Both(metrics.Metric):
        def update_state(self, y_true, y_pred, sample_weight=None):
            pass

        def result(self):
            return {"one": 1.0, "two": np.float32(2)}

    x, y = rng.normal(size=(N, T, D)), np.eye(3)[rng.integers(0, 3, N)]
    model = Sequential([Input((T, D)), layers.LSTM(4), layers.Dense(3, activation="softmax")])
    model.compile("sgd", "mse", metrics=[metrics.F1Score(), Both()])
    logs = model.evaluate(x, y, return_dict=True, verbose=0)
    assert logs["f1_score"].shape == (3,)
    assert (logs["one"], logs["two"]) == (1.0, 2.0)
    model.fit(x, y, verbose=2)


def test_equal_names_are_told_apart(data):
    model = with_metrics(["mae", "mae"], weighted_metrics=["mae", "mae", "mse"])
    assert model.metrics_names == ["loss", "mae", "mae_1", "weighted_mae", "weighted_mae_1", "mse"]
    assert len(model.evaluate(*data, verbose=0)) == 6


def test_a_shortcut_of_fit(data):
    model = fit(*data, units=3, epochs=1, verbose=0, metrics=["mae"])
    assert set(model.history.history) == {"loss", "mae"}


def test_compile_replaces_them(data):
    model = with_metrics(["mae"])
    model.compile("sgd", "mse")
    assert list(model.fit(*data, verbose=0).history) == ["loss"]


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"metrics": 3}, TypeError, "metrics: expected a metric or a list of them, got 3"),
        ({"metrics": ["maee"]}, ValueError, "unknown metric 'maee'"),
        ({"metrics": [None]}, TypeError, "metrics: expected a name"),
        ({"metrics": ["mean"]}, TypeError, "metrics: expected metrics of targets and predictions, got 'mean'"),
        ({"weighted_metrics": [metrics.Sum()]}, TypeError, "metrics: expected metrics of targets and predict"),
        ({"weighted_metrics": 3}, TypeError, "weighted_metrics: expected a metric or a list"),
        ({"loss_weights": [1.0, 2.0]}, ValueError, "loss_weights: expected one"),
        ({"loss_weights": "a"}, TypeError, "loss_weights: expected a real number"),
    ],
)
def test_wrong_arguments_leave_the_model_as_it_was(data, options, error, match):
    model = with_metrics(["mae"])
    before = model.optimizer
    with pytest.raises(error, match=match):
        model.compile("adam", "mse", **options)
    assert model.optimizer is before
    assert model.metrics_names == ["loss", "mae"]


@pytest.mark.parametrize("given", [0.25, [0.25], {"out": 0.25}])
def test_a_weight_of_the_loss_leaves_penalties_alone(data, given):
    def model_with(weights):
        model = Sequential([Input((T, D), dtype="float64"), layers.LSTM(3, kernel_regularizer="l2", dtype="float64")])
        model.add(layers.Dense(1, dtype="float64"))
        model.compile(optimizers.SGD(0.1), "mse", loss_weights=weights)
        return model

    one, other = model_with(None), model_with(given)
    other.set_weights(one.get_weights())
    penalty = 0.01 * np.square(one.get_weights()[0]).sum()
    error = one.evaluate(*data, verbose=0) - penalty
    assert other.evaluate(*data, verbose=0) == pytest.approx(0.25 * error + penalty, rel=1e-12)
    before = one.get_weights()
    for model in (one, other):
        model.train_on_batch(*data)
    moved = [[a - b for a, b in zip(model.get_weights(), before, strict=True)] for model in (one, other)]
    np.testing.assert_allclose(moved[1][-1], 0.25 * moved[0][-1], rtol=1e-10)  # of the bias, which has no penalty


# Against Keras


def built(package, name):
    at = package.layers
    if name == "masked":
        first = [at.Masking(), at.LSTM(4, return_sequences=True)]
        return package.Sequential([package.Input((T, D)), *first, at.Dense(3, activation="softmax")])
    outputs, activation = {"regression": (2, None), "binary": (1, "sigmoid"), "classes": (6, "softmax")}[name]
    return package.Sequential([package.Input((T, D)), at.LSTM(4), at.Dense(outputs, activation=activation)])


@pytest.mark.parametrize(
    ("name", "loss", "given"),
    [
        ("regression", "mse", ["mae", "mape", "R2Score", "RootMeanSquaredError"]),
        ("binary", "binary_crossentropy", ["accuracy", "AUC", "Precision", "Recall", "bce"]),
        ("classes", "categorical_crossentropy", ["acc", "TopKCategoricalAccuracy", "f1_score", "mse"]),
        ("masked", "sparse_categorical_crossentropy", ["accuracy", "sparse_categorical_crossentropy"]),
    ],
)
def test_fit_evaluate_and_batches_equal_keras(rng, name, loss, given):
    import fastlstm

    keras = require_peer("keras")
    x = rng.normal(size=(N, T, D)).astype("float32")
    y = {
        "regression": rng.normal(size=(N, 2)),
        "binary": rng.integers(0, 2, size=(N, 1)),
        "classes": np.eye(6)[rng.integers(0, 6, N)],
        "masked": rng.integers(0, 3, size=(N, T)),
    }[name].astype("float32")
    if name == "masked":
        x[rng.uniform(size=(N, T)) < 0.3] = 0
    ours, theirs = built(fastlstm, name), built(keras, name)
    theirs.set_weights(ours.get_weights())
    for model, package in ((ours, fastlstm), (theirs, keras)):
        model.compile(package.optimizers.SGD(0.1), loss, metrics=given, weighted_metrics=[given[0]])
    options = {"batch_size": 16, "verbose": 0}
    history, wanted = (
        model.fit(x, y, epochs=2, shuffle=False, validation_split=0.2, **options).history for model in (ours, theirs)
    )
    assert list(history) == list(wanted)
    for key, values in wanted.items():
        np.testing.assert_allclose(history[key], np.array(values), rtol=2e-3, atol=1e-4, err_msg=key)
    found, expected = (model.evaluate(x, y, return_dict=True, **options) for model in (ours, theirs))
    assert list(found) == list(expected)
    np.testing.assert_allclose(
        np.concatenate([np.ravel(found[key]) for key in found]),
        np.concatenate([np.ravel(expected[key]) for key in found]),
        rtol=2e-3,
        atol=1e-4,
    )
    for call in ("test_on_batch", "train_on_batch"):
        found, expected = (getattr(model, call)(x, y, return_dict=True) for model in (ours, theirs))
        assert list(found) == list(expected)
        assert found["loss"] == pytest.approx(expected["loss"], rel=2e-3)


def test_lists_are_in_the_order_of_keras(rng):
    import fastlstm

    keras = require_peer("keras")
    x, y = rng.normal(size=(N, T, D)).astype("float32"), rng.normal(size=(N, 2)).astype("float32")
    ours, theirs = built(fastlstm, "regression"), built(keras, "regression")
    theirs.set_weights(ours.get_weights())
    for model in (ours, theirs):
        model.compile("sgd", "mse", metrics=["mape", "mae"])
        assert model.predict(x, verbose=0).shape == (N, 2)
    found, expected = (model.evaluate(x, y, verbose=0) for model in (ours, theirs))
    assert found == pytest.approx(expected, rel=1e-3)
    assert theirs.test_on_batch(x, y) == pytest.approx(ours.test_on_batch(x, y), rel=1e-3)
