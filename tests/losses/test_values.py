"""Losses and metrics as functions: the values of Keras's, and what they stand for in a model."""

import inspect

import numpy as np
import pytest
from loss_cases import KERAS_CASES, LossCase
from peers import require_peer
from training_models import lstm_model, same, seeded_fit

from fastlstm import losses, metrics
from fastlstm.callbacks import Callback, EarlyStopping

KERAS_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
NAMES = sorted(name for name in losses.__all__ if name[0].islower() and name not in ("get", "serialize", "deserialize"))
ACCURACIES = sorted(name for name in metrics.__all__ if name.endswith("accuracy"))


def function_of(case):
    return getattr(losses, case.loss().kind)


@KERAS_WARNING
@pytest.mark.parametrize("module", ["losses", "metrics"])
def test_every_function_that_keras_has_with_its_arguments(module):
    theirs = getattr(require_peer("keras"), module)
    ours = {"losses": losses, "metrics": metrics}[module]
    for name in dir(theirs):
        other = getattr(theirs, name)
        skip = name == "deserialize"
        if skip or not inspect.isfunction(other) or name.startswith("_"):
            continue
        found, wanted = inspect.signature(getattr(ours, name)), inspect.signature(other)
        if name not in ("get", "serialize"):
            assert [(p.name, p.default) for p in found.parameters.values()] == [
                (p.name, p.default) for p in wanted.parameters.values()
            ], name
    assert set(NAMES) == {losses.get(name).kind for name in NAMES}


@KERAS_WARNING
@pytest.mark.parametrize("leading", [(7,), (7, 4)])
@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
def test_values_are_those_of_keras(rng, case, leading):
    keras = require_peer("keras")
    y_true, y_pred = case.sample(rng, leading, 5, "float32")
    options, predictions = case.function_options(), keras.ops.convert_to_tensor(y_pred)
    wanted = np.asarray(getattr(keras.losses, case.loss().kind)(case.targets_of_keras(y_true), predictions, **options))
    found = function_of(case)(y_true, y_pred, **options)
    assert found.shape == wanted.shape == leading
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, wanted, rtol=2e-5, atol=1e-6)
    np.testing.assert_array_equal(function_of(case)(y_true.tolist(), y_pred, **options), found)


@pytest.mark.parametrize(
    "case", [*KERAS_CASES, LossCase("Quantile", {"quantiles": (0.2, 0.3, 0.9)})], ids=lambda c: c.id
)
def test_a_class_is_the_mean_of_its_function(rng, case):
    y_true, y_pred = case.sample(rng, (7, 4), 3)
    values = function_of(case)(y_true, y_pred, **case.function_options())
    assert values.shape == (7, 4)
    assert case.loss()(y_true, y_pred) == pytest.approx(values.mean(), rel=1e-9)


@KERAS_WARNING
@pytest.mark.parametrize("leading", [(9,), (9, 4)])
@pytest.mark.parametrize("name", ACCURACIES)
def test_accuracies_are_those_of_keras(rng, name, leading):
    keras = require_peer("keras")
    y_pred = rng.uniform(size=(*leading, 4)).astype("f4")
    classes = rng.integers(4, size=leading)
    y_true = classes if name.startswith("sparse") else np.eye(4, dtype="f4")[classes]
    for options in [{"k": 2}] if "top_k" in name else [{}]:
        found = getattr(metrics, name)(y_true, y_pred, **options)
        wanted = np.asarray(getattr(keras.metrics, name)(y_true, y_pred, **options))
        assert found.dtype == np.float64
        np.testing.assert_array_equal(found, wanted)


def test_a_last_axis_of_one_may_be_left_out_and_nothing_is_broadcast(rng):
    y_true, y_pred = rng.normal(size=(6, 1)), rng.normal(size=(6, 1))
    values = losses.mean_squared_error(y_true, y_pred)
    assert values.shape == (6,)
    np.testing.assert_array_equal(losses.mean_squared_error(y_true[:, 0], y_pred), values)
    for shape in ((6, 3), (3,), (1, 1), (6, 1, 2)):
        with pytest.raises(ValueError, match=r"y_true: expected the shape of y_pred, \(6, 1\), got"):
            losses.mean_squared_error(np.zeros(shape), y_pred)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: losses.mean_squared_error(["a"], [1.0]), TypeError, "y_true: expected real integers or floats"),
        (lambda: losses.mean_squared_error([1.0], ["1"]), TypeError, "y_pred: expected real integers or floats"),
        (lambda: losses.mean_absolute_error([1j], [1.0]), TypeError, "y_true"),
        (lambda: losses.poisson(np.ma.masked_array([1.0], [True]), [1.0]), TypeError, "y_true: .* without a mask"),
        (lambda: losses.huber([[1.0]], [[1.0]], delta="wide"), TypeError, "delta"),
        (lambda: losses.binary_crossentropy([[1.0]], [[1.0]], from_logits=1), TypeError, "from_logits"),
        (lambda: losses.binary_crossentropy([[1.0]], [[1.0]], label_smoothing=2), ValueError, "label_smoothing"),
        (lambda: losses.sparse_categorical_crossentropy([2], [[0.5, 0.5]]), ValueError, r"y_true: .* got 2.0 at \[0\]"),
        (lambda: losses.sparse_categorical_crossentropy([-1], [[0.5, 0.5]]), ValueError, "y_true: .* got -1"),
        (
            lambda: losses.sparse_categorical_crossentropy([0, 1, 1], [[0.5, 0.5]]),
            ValueError,
            r"y_true: expected shape \(1,\), a class number for each prediction",
        ),
        (lambda: losses.quantile([0.0], [[1.0, 2.0]]), ValueError, "y_pred: expected a last axis of 3"),
        (lambda: losses.quantile([[0.0, 1.0]], [[1.0, 2.0, 3.0]]), ValueError, r"y_true: expected shape \(1,\)"),
        (lambda: losses.quantile([0.0], [[1.0]], 1.5), ValueError, "quantiles"),
        (lambda: metrics.sparse_categorical_accuracy([[0, 1]], [[0.5, 0.5]]), ValueError, "y_true: expected shape"),
        (lambda: metrics.categorical_accuracy([0], [[0.5, 0.5]]), ValueError, "y_true: expected the shape"),
        (lambda: metrics.top_k_categorical_accuracy([[0, 1]], [[0.5, 0.5]], k=0), ValueError, "k: expected"),
        (lambda: metrics.MeanSquaredError()(["1"], ["2"]), TypeError, "expected real integers or floats"),
    ],
)
def test_wrong_arguments(call, error, match):
    with pytest.raises(error, match=match):
        call()


@pytest.mark.parametrize("name", ["huber", "logcosh", "kld", "quantile", "KLD"])
def test_names_of_losses_as_metrics_are_weighted_means(rng, name):
    y_true, y_pred = rng.uniform(size=(2, 7, 3))
    y_true = y_true[:, :1] if name == "quantile" else y_true
    weights = rng.uniform(size=7)
    metric = metrics.get(name)
    for rows in (slice(0, 4), slice(4, 7)):
        metric.update_state(y_true[rows], y_pred[rows], weights[rows])
    values = getattr(losses, losses.get(name).kind)(y_true, y_pred)
    assert metric.result() == pytest.approx((values * weights).sum() / weights.sum(), rel=1e-12)
    assert metric.name in (name, "logcosh")


@pytest.mark.parametrize("name", NAMES)
def test_a_function_stands_for_its_class_in_compile(name):
    loss = losses.get(getattr(losses, name))
    assert type(loss) is type(losses.get(name))
    assert loss.get_config() == losses.get(name).get_config()


def test_functions_in_compile(rng):
    x, y = rng.normal(size=(20, 5, 2)), rng.normal(size=20)
    one, other = lstm_model(loss="mse"), lstm_model(loss=losses.mean_squared_error)
    one.compile("adam", "mse", metrics=["mae", "binary_accuracy"])
    other.compile("adam", losses.mean_squared_error, [None], [losses.mean_absolute_error, metrics.binary_accuracy])
    for model in (one, other):
        seeded_fit(model, x, y, batch_size=8, epochs=2)
    assert same(one, other)
    assert other.metrics_names == ["loss", "mean_absolute_error", "binary_accuracy"]
    assert list(one.history.history.values()) == [
        pytest.approx(values, rel=1e-12) for values in other.history.history.values()
    ]


@pytest.mark.parametrize(
    ("metric", "better"),
    [
        (metrics.binary_accuracy, "up"),
        (losses.cosine_similarity, "down"),
        (metrics.CosineSimilarity(), "up"),
        (losses.mean_absolute_error, "down"),
        (metrics.MeanAbsoluteError(), "down"),
        (metrics.CategoricalAccuracy(), "up"),
    ],
)
def test_callbacks_know_which_way_is_better(rng, metric, better):
    """A value that rises is an improvement of some, and that of others falls."""
    model = lstm_model()
    model.compile("sgd", "mse", metrics=[metric])
    name = model.metrics_names[1]

    def rise(self, epoch, logs=None):
        logs[name] = float(epoch)

    stop = EarlyStopping(monitor=name, patience=1)
    rising = type("Rise", (Callback,), {"on_epoch_end": rise})()
    history = model.fit(rng.normal(size=(8, 5, 2)), rng.normal(size=8), epochs=4, verbose=0, callbacks=[rising, stop])
    assert len(history.epoch) == (4 if better == "up" else 2)
