"""Losses: names, arguments, configurations, the targets that each takes, values equal to Keras's."""

import inspect

import numpy as np
import pytest
from loss_cases import KERAS_CASES
from peers import require_peer

from fastlstm import Input, Sequential, layers, losses

NAMES = {
    "mse": "MeanSquaredError",
    "MSE": "MeanSquaredError",
    "mean_squared_error": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "MAE": "MeanAbsoluteError",
    "mean_absolute_error": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "MAPE": "MeanAbsolutePercentageError",
    "mean_absolute_percentage_error": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
    "MSLE": "MeanSquaredLogarithmicError",
    "mean_squared_logarithmic_error": "MeanSquaredLogarithmicError",
    "huber": "Huber",
    "log_cosh": "LogCosh",
    "logcosh": "LogCosh",
    "poisson": "Poisson",
    "cosine_similarity": "CosineSimilarity",
    "kld": "KLDivergence",
    "KLD": "KLDivergence",
    "kl_divergence": "KLDivergence",
    "kullback_leibler_divergence": "KLDivergence",
    "bce": "BinaryCrossentropy",
    "BCE": "BinaryCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "hinge": "Hinge",
    "squared_hinge": "SquaredHinge",
    "categorical_hinge": "CategoricalHinge",
    "quantile": "Quantile",
    "binary_focal_crossentropy": "BinaryFocalCrossentropy",
    "categorical_focal_crossentropy": "CategoricalFocalCrossentropy",
    "categorical_generalized_cross_entropy": "CategoricalGeneralizedCrossEntropy",
    "ctc": "CTC",
    "dice": "Dice",
    "tversky": "Tversky",
    "circle": "Circle",
}
CLASSES = sorted(set(NAMES.values()))
NOT_OURS = {"Loss", "LossFunctionWrapper"}


def model_of(loss, outputs=3, steps=False, dtype="float64", activation=None):
    model = Sequential(
        [
            Input((4, 2), dtype=dtype),
            layers.LSTM(3, return_sequences=steps, dtype=dtype),
            layers.Dense(outputs, activation, dtype=dtype),
        ]
    )
    model.compile("sgd", loss)
    return model


def trained(loss, steps=False):
    return model_of(loss, steps=steps).train_on_batch(np.ones((5, 4, 2)), np.ones((5, 4, 3) if steps else (5, 3)))


# Names and configurations


@pytest.mark.parametrize("name", [*NAMES, *CLASSES])
def test_names(name):
    loss = losses.get(name)
    assert type(loss).__name__ == NAMES.get(name, name)
    assert losses.get(loss) is loss
    assert type(losses.get(type(loss))) is type(loss)


def test_every_name_that_keras_knows():
    keras = require_peer("keras")
    from keras.src.losses import ALL_OBJECTS_DICT

    ours = {losses.get(name).kind for name in CLASSES}
    for name in ALL_OBJECTS_DICT:
        if name.lower() in {each.lower() for each in NOT_OURS}:
            continue
        assert losses.get(name).kind in ours, name
    assert keras.losses.get("mse") is ALL_OBJECTS_DICT["mse"]


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "Quantile"])
def test_arguments_and_defaults_are_those_of_keras(name):
    theirs = getattr(require_peer("keras").losses, name)
    ours = getattr(losses, name)
    for mine, other in zip(*(inspect.signature(cls).parameters.values() for cls in (ours, theirs)), strict=True):
        assert (mine.name, mine.default) == (other.name, other.default)
    config, expected = ours().get_config(), theirs().get_config()
    assert {key: config[key] for key in expected} == expected
    assert ours().name == theirs().name


@pytest.mark.parametrize("name", CLASSES)
def test_configurations(name):
    loss = getattr(losses, name)(reduction="sum", name="mine")
    config = loss.get_config()
    assert config["name"] == loss.name == "mine"
    assert config["reduction"] == loss.reduction == "sum"
    again = type(loss).from_config(config)
    assert again.get_config() == config
    assert losses.get(losses.serialize(loss)).get_config() == config


@pytest.mark.parametrize(
    "loss",
    [
        losses.Huber(0.25),
        losses.Quantile((0.2, 0.8)),
        losses.Quantile(0.9),
        losses.BinaryCrossentropy(True, 0.1),
        losses.CategoricalCrossentropy(True, 0.1),
        losses.SparseCategoricalCrossentropy(True, -1),
    ],
)
def test_configurations_keep_every_setting(loss):
    again = losses.get(losses.serialize(loss))
    for name in loss._settings:
        assert getattr(again, name) == getattr(loss, name)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: losses.Huber(0), ValueError, "delta: expected a number of more than 0, got 0"),
        (lambda: losses.Huber("wide"), TypeError, "delta"),
        (
            lambda: losses.Quantile(()),
            ValueError,
            r"quantiles: expected numbers between 0 and 1, at least",
        ),
        (lambda: losses.Quantile(1.0), ValueError, "quantiles: expected numbers between 0 and 1"),
        (lambda: losses.Quantile((0.5, 90)), ValueError, "quantiles"),
        (lambda: losses.Quantile("most"), TypeError, "quantiles"),
        (lambda: losses.BinaryCrossentropy(from_logits=1), TypeError, "from_logits"),
        (lambda: losses.BinaryCrossentropy(label_smoothing=2), ValueError, "label_smoothing"),
        (lambda: losses.CategoricalCrossentropy(axis=None), TypeError, "axis: expected an integer"),
        (lambda: losses.CosineSimilarity(axis=2)([[1.0]], [[1.0]]), ValueError, "axis: expected one of the axes of"),
        (lambda: losses.CategoricalGeneralizedCrossEntropy(1.0), ValueError, "q: expected a number above 0 and below"),
        (lambda: losses.BinaryFocalCrossentropy(gamma=-1), ValueError, "gamma"),
        (lambda: losses.CategoricalFocalCrossentropy([0.5, "x"]), TypeError, "alpha"),
        (lambda: losses.CategoricalFocalCrossentropy([1.0])([[0, 1]], [[1.0, 0.0]]), ValueError, "alpha: .* 2 classes"),
        (lambda: losses.Dice(axis=0.5), TypeError, "axis: expected an integer"),
        (lambda: losses.Dice(axis=2)([[1.0]], [[1.0]]), ValueError, "axis: expected axes of predictions with 2"),
        (lambda: losses.Circle(remove_diagonal=1), TypeError, "remove_diagonal"),
        (lambda: losses.SparseCategoricalCrossentropy(ignore_class=0.5), TypeError, "ignore_class"),
        (
            lambda: trained(losses.MeanSquaredError(None)),
            ValueError,
            "reduction: expected one of .* got None: training",
        ),
        (lambda: trained(losses.Dice("none")), ValueError, "reduction: .* training needs one number"),
        (
            lambda: trained(losses.CosineSimilarity(3), steps=True),
            ValueError,
            "axis: expected one of the axes 1 to 2 of the output, got 3",
        ),
        (
            lambda: losses.MeanSquaredError("average"),
            ValueError,
            "reduction: expected None or one of .*, got 'average'",
        ),
        (lambda: losses.MeanSquaredError(dtype="float16"), ValueError, "dtype: expected None"),
        (lambda: losses.MeanSquaredError(name=3), TypeError, "name"),
        (lambda: losses.get("quantiles"), ValueError, "unknown loss 'quantiles'; did you mean 'quantile'"),
        (lambda: losses.get(losses.Loss), TypeError, r"expected a name, .* or a function f\(y_true, y_pred\)"),
        (lambda: losses.get(losses.Loss()), TypeError, "loss"),
        (lambda: losses.get(None), TypeError, "loss"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


# Values


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("case", KERAS_CASES, ids=lambda case: case.id)
def test_models_have_the_loss_of_keras(rng, case, steps):
    keras = require_peer("keras")
    activation = "softmax" if "Crossentropy" in case.cls and not case.options.get("from_logits") else "softplus"
    if case.options.get("from_logits"):
        activation = None
    model = model_of(case.loss(), steps=steps, activation=activation)
    x, (y, _) = rng.normal(size=(7, 4, 2)), case.sample(rng, (7, 4)[: 1 + steps], 3)
    weight = rng.uniform(size=y.shape[:-1])
    peer = getattr(keras.losses, case.cls)(**case.options)
    for weights in (None, weight):
        predictions = keras.ops.convert_to_tensor(model.predict(x).astype("f4"))
        want = float(peer(case.targets_of_keras(y).astype("f4"), predictions, weights))
        assert model.evaluate(x, y, sample_weight=weights) == pytest.approx(want, rel=1e-4)
        assert case.loss()(y, model.predict(x), weights) == pytest.approx(want, rel=1e-4)
        assert model.test_on_batch(x, y, weights) == model.evaluate(x, y, sample_weight=weights)
    before = model.evaluate(x, y, sample_weight=weight)
    assert model.train_on_batch(x, y, weight) == pytest.approx(before, rel=1e-12)


def test_a_loss_is_a_function_of_arrays(rng):
    y_true, y_pred = rng.normal(size=(2, 6, 3))
    loss = losses.MeanSquaredError()
    assert loss(y_true, y_pred) == pytest.approx(((y_true - y_pred) ** 2).mean(), rel=1e-14)
    assert loss(y_true.tolist(), y_pred.tolist()) == loss(y_true, y_pred)
    assert loss(y_true[:0], y_pred[:0]) == 0
    assert losses.MeanSquaredError("sum")(y_true, y_pred) == pytest.approx(6 * loss(y_true, y_pred), rel=1e-14)
    with pytest.raises(ValueError, match=r"y_pred: expected shape \(N, O\) or \(N, T, O\), got \(\)"):
        loss(y_true[0, 0], y_pred[0, 0])
    with pytest.raises(ValueError, match=r"y_true: expected shape \(6, 3\) for an output \(6, 3\), got \(6, 1\)"):
        loss(y_true[:, :1], y_pred)


@pytest.mark.parametrize("reduction", ["sum", "mean_with_sample_weight", "mean"])
def test_reductions_through_fit_and_evaluate(rng, reduction):
    """An epoch's loss is the mean of those of its batches, weighted with their sizes."""
    x, y, weight = rng.normal(size=(10, 4, 2)), rng.normal(size=(10, 3)), rng.uniform(size=10)
    model = model_of(losses.MeanSquaredError(reduction))
    values = weight * ((model.predict(x) - y) ** 2).mean(axis=-1)
    divisor = {"sum": lambda w: 1, "mean_with_sample_weight": np.sum, "mean": len}[reduction]
    batches = [values[i : i + 4].sum() / divisor(weight[i : i + 4]) * len(weight[i : i + 4]) / 10 for i in (0, 4, 8)]
    assert model.evaluate(x, y, batch_size=4, sample_weight=weight) == pytest.approx(sum(batches), rel=1e-12)
    model.compile("sgd", losses.MeanSquaredError(reduction))
    model.optimizer.learning_rate = 0.0
    history = model.fit(x, y, 4, shuffle=False, sample_weight=weight, verbose=0).history
    assert history["loss"] == [pytest.approx(sum(batches), rel=1e-12)]


def test_quantile_heads_learn_the_quantiles_of_noise(rng):
    quantiles = (0.1, 0.5, 0.9)
    x, y = np.ones((4000, 1)), rng.normal(size=4000)
    model = Sequential([Input((1,), dtype="float64"), layers.Dense(3, use_bias=False, dtype="float64")])
    model.compile("adam", losses.Quantile(quantiles))
    model.optimizer.learning_rate = 0.02
    model.fit(x, y, batch_size=100, epochs=10, verbose=0)
    np.testing.assert_allclose((y[:, None] < model.predict(x[:1])).mean(axis=0), quantiles, atol=0.03)


# Targets


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("name", ["mse", "mae"])
def test_a_target_axis_of_one_may_be_left_out_and_nothing_is_broadcast(rng, name, steps):
    model = model_of(name, outputs=1, steps=steps)
    x = rng.normal(size=(6, 4, 2))
    output = model.predict(x)
    y = rng.normal(size=output.shape)
    difference = abs(y - output)
    want = (difference**2 if name == "mse" else difference).mean()
    for same in (y, y[..., 0], y[..., None]):
        assert model.evaluate(x, same) == pytest.approx(want, rel=1e-12)
    assert model.train_on_batch(x, y[..., 0]) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("steps", [False, True])
def test_a_quantile_has_one_target(rng, steps):
    model = model_of(losses.Quantile((0.25, 0.5, 0.75)), steps=steps)
    x = rng.normal(size=(6, 4, 2))
    output = model.predict(x)
    y = rng.normal(size=output.shape[:-1])
    error = y[..., None] - output
    want = np.maximum(np.array([0.25, 0.5, 0.75]) * error, np.array([-0.75, -0.5, -0.25]) * error).mean()
    for same in (y, y[..., None], y[..., None, None]):
        assert model.evaluate(x, same) == pytest.approx(want, rel=1e-12)
    with pytest.raises(ValueError, match=r"y: expected shape .*1\) or .* for an output"):
        model.evaluate(x, np.zeros(output.shape))
    with pytest.raises(ValueError, match="quantiles: expected one for each column of the output, 2, got 3"):
        model_of(losses.Quantile(), outputs=2, steps=steps).evaluate(x, y)


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float64])
def test_sparse_targets_of_any_real_type_with_or_without_their_axis(rng, dtype):
    model = model_of("sparse_categorical_crossentropy", activation="softmax")
    x = rng.normal(size=(6, 4, 2))
    y = np.array([0, 1, 2, 2, 1, 0])
    want = -np.log(model.predict(x)[np.arange(6), y]).mean()
    assert model.evaluate(x, y.astype(dtype)) == pytest.approx(want, rel=1e-9)
    assert model.evaluate(x, y.astype(dtype)[:, None]) == pytest.approx(want, rel=1e-9)


@pytest.mark.parametrize("from_logits", [False, True])
def test_sparse_equals_categorical_with_one_hot_rows(rng, from_logits):
    activation = None if from_logits else "softmax"
    sparse = model_of(losses.SparseCategoricalCrossentropy(from_logits), activation=activation)
    dense = model_of(losses.CategoricalCrossentropy(from_logits), activation=activation)
    dense.set_weights(sparse.get_weights())
    x, y = rng.normal(size=(9, 4, 2)), rng.integers(0, 3, 9)
    assert sparse.train_on_batch(x, y) == pytest.approx(dense.train_on_batch(x, np.eye(3)[y]), rel=1e-12)
    for a, b in zip(sparse.weights, dense.weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-14)


def test_logits_are_as_good_as_an_activation(rng):
    x, y = rng.normal(size=(9, 4, 2)), rng.integers(0, 2, (9, 3))
    logits, sigmoid = model_of(losses.BinaryCrossentropy(from_logits=True)), model_of("bce", activation="sigmoid")
    sigmoid.set_weights(logits.get_weights())
    for _ in range(3):
        assert logits.train_on_batch(x, y) == pytest.approx(sigmoid.train_on_batch(x, y), rel=1e-9)


@pytest.mark.parametrize(
    ("y", "match"),
    [
        ([0, 1, 3], r"y: expected class numbers, integers from 0 to 2, got 3 at \[2\]"),
        ([0, -1, 2], r"got -1 at \[1\]"),
        ([0.5, 1, 2], r"got 0.5 at \[0\]"),
        ([0, 1, np.nan], r"got nan at \[2\]"),
        (np.eye(3), r"y: expected shape \(3, 1\) or \(3,\) for an output \(3, 3\), got \(3, 3\)"),
    ],
)
def test_sparse_targets_must_be_class_numbers(rng, y, match):
    with pytest.raises(ValueError, match=match):
        model_of("sparse_categorical_crossentropy").evaluate(rng.normal(size=(3, 4, 2)), y)


@pytest.mark.parametrize("shape", [(3,), (3, 1), (3, 2), (3, 3, 3), (3, 1, 3)])
@pytest.mark.parametrize("name", ["mse", "binary_crossentropy", "categorical_crossentropy", "huber", "hinge"])
def test_other_shapes_of_targets_are_refused(rng, name, shape):
    with pytest.raises(ValueError, match=r"y: expected shape \(3, 3\)"):
        model_of(name).evaluate(rng.normal(size=(3, 4, 2)), np.zeros(shape))
