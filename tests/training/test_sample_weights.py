"""Weights of samples, steps and classes in fit, evaluate and the calls for one batch."""

import numpy as np
import pytest
from peers import require_peer
from training_models import same, seeded_fit

import fastlstm
from fastlstm import Input, Sequential, layers, losses, optimizers

N, T = 24, 5


def small(loss="mse", steps=False, outputs=2, optimizer="sgd", dtype="float64"):
    fastlstm.utils.set_random_seed(3)
    model = Sequential(
        [
            Input((T, 3), dtype=dtype),
            layers.LSTM(4, return_sequences=steps, dtype=dtype),
            layers.Dense(outputs, dtype=dtype),
        ]
    )
    model.compile(optimizer, loss)
    return model


@pytest.fixture
def data(rng):
    return rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2))


def values(model, x, y):
    """Return the squared error of each sample, or of each sample and step."""
    return ((model.predict(x) - y) ** 2).mean(axis=-1)


@pytest.mark.parametrize("shape", [(N,), (N, 1)])
def test_the_mean_is_over_the_number_of_samples(data, rng, shape):
    x, y = data
    weight, model = rng.uniform(size=shape), small()
    want = (weight.reshape(N) * values(model, x, y)).sum() / N
    assert model.evaluate(x, y, sample_weight=weight) == pytest.approx(want, rel=1e-12)
    assert model.evaluate(x, y, 7, 0, weight) == pytest.approx(want, rel=1e-12)
    assert model.test_on_batch(x, y, weight) == pytest.approx(want, rel=1e-12)
    assert model.train_on_batch(x, y, weight) == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize("shape", [(N,), (N, 1), (N, T), (N, T, 1)])
def test_weights_of_sequences(rng, shape):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2))
    weight, model = rng.uniform(size=shape), small(steps=True)
    want = (weight.reshape(N, -1) * values(model, x, y)).mean()
    assert model.evaluate(x, y, sample_weight=weight) == pytest.approx(want, rel=1e-12)
    assert model.train_on_batch(x, y, weight) == pytest.approx(want, rel=1e-12)


def test_ones_change_nothing(data):
    x, y = data
    one, other = small(optimizer="adam"), small(optimizer="adam")
    seeded_fit(one, x, y, epochs=2)
    seeded_fit(other, x, y, epochs=2, sample_weight=np.ones(N, int))
    assert same(one, other)


def test_the_weights_go_with_their_samples_when_shuffled(data, rng):
    """Samples without weight have no influence, whatever they hold."""
    x, y = data
    weight = rng.integers(2, size=N)
    other = np.where(weight[:, None], y, 1e3)
    one, two = small(), small()
    first = seeded_fit(one, x, y, batch_size=5, epochs=3, sample_weight=weight)
    second = seeded_fit(two, x, other, batch_size=5, epochs=3, sample_weight=weight)
    assert same(one, two)
    assert first.history == second.history


def test_a_weight_of_two_is_the_sample_twice(data, rng):
    x, y = data
    weight = rng.integers(3, size=N)
    one, two = small(losses.MeanSquaredError("sum")), small(losses.MeanSquaredError("sum"))
    one.optimizer.learning_rate = two.optimizer.learning_rate = 0.001
    first = one.train_on_batch(x, y, weight)
    second = two.train_on_batch(np.repeat(x, weight, axis=0), np.repeat(y, weight, axis=0))
    assert first == pytest.approx(second, rel=1e-12)
    for a, b in zip(one.weights, two.weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-14)


def test_validation_splits_and_tuples_have_weights(data, rng):
    x, y = data
    weight = rng.uniform(size=N)
    kept = N * 3 // 4
    one, other = small(), small()
    seeded_fit(one, x, y, epochs=2, validation_split=0.25, sample_weight=weight)
    held = (x[kept:], y[kept:], weight[kept:])
    seeded_fit(other, x[:kept], y[:kept], epochs=2, validation_data=held, sample_weight=weight[:kept])
    assert same(one, other)
    assert one.history.history == other.history.history
    want = one.evaluate(x[kept:], y[kept:], sample_weight=weight[kept:])
    assert one.history.history["val_loss"][-1] == pytest.approx(want, rel=1e-12)


# Classes


@pytest.mark.parametrize("form", ["sparse", "sparse column", "one hot", "binary", "sequences"])
def test_class_weights_become_sample_weights(rng, form):
    steps = form == "sequences"
    classes = rng.integers(2 if form == "binary" else 3, size=(N, T) if steps else N)
    weight = np.choose(classes, [0.5, 1.0, 3.0])
    x = rng.normal(size=(N, T, 3))
    y, loss, outputs = {
        "sparse": (classes, losses.SparseCategoricalCrossentropy(True), 3),
        "sparse column": (classes[..., None], losses.SparseCategoricalCrossentropy(True), 3),
        "one hot": (np.eye(3)[classes], losses.CategoricalCrossentropy(True), 3),
        "binary": (classes, losses.BinaryCrossentropy(True), 1),
        "sequences": (classes, losses.SparseCategoricalCrossentropy(True), 3),
    }[form]
    by_class, by_sample = small(loss, steps, outputs), small(loss, steps, outputs)
    given = {0: 0.5, np.int64(2): 3}  # a class that is not named weighs 1
    assert by_class.train_on_batch(x, y, class_weight=given) == by_sample.train_on_batch(x, y, weight)
    seeded_fit(by_class, x, y, epochs=2, class_weight=given)
    seeded_fit(by_sample, x, y, epochs=2, sample_weight=weight)
    assert same(by_class, by_sample)


def test_class_weights_are_for_training_only(rng):
    x, y = rng.normal(size=(N, T, 3)), rng.integers(3, size=N)
    model = small(losses.SparseCategoricalCrossentropy(True), outputs=3)
    history = model.fit(x, y, validation_split=0.25, class_weight={0: 5.0, 1: 5.0, 2: 5.0}, verbose=0).history
    assert history["val_loss"] == [pytest.approx(model.evaluate(x[18:], y[18:]), rel=1e-12)]


# Keras


@pytest.mark.parametrize(("weights", "masked"), [("sample", False), ("class", False), ("step", False), ("step", True)])
@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "mean_with_sample_weight"])
def test_training_equals_keras(rng, weights, masked, reduction):
    keras = require_peer("keras")
    steps = weights == "step"
    x = rng.normal(size=(N, T, 3)).astype(np.float32)
    if masked:
        x[rng.integers(2, size=(N, T)).astype(bool)] = 0
        x[:, 0] = 1
    y = rng.integers(3, size=(N, T) if steps else N)
    given = {
        "sample": {"sample_weight": rng.uniform(size=N).astype(np.float32)},
        "step": {"sample_weight": rng.uniform(size=(N, T)).astype(np.float32)},
        "class": {"class_weight": {0: 0.5, 1: 2.0}},
    }[weights]
    models = []
    for package in (fastlstm, keras):
        make = [package.layers.Masking()] if masked else []
        make += [package.layers.LSTM(4, return_sequences=steps), package.layers.Dense(3)]
        model = package.Sequential([package.layers.Input((T, 3)), *make])
        loss = package.losses.SparseCategoricalCrossentropy(from_logits=True, reduction=reduction)
        model.compile(package.optimizers.SGD(0.5), loss)
        models.append(model)
    ours, theirs = models
    theirs.set_weights(ours.get_weights())
    fit = {"epochs": 3, "batch_size": 7, "shuffle": False, "verbose": 0, **given}
    found, expected = ours.fit(x, y, **fit).history, theirs.fit(x, y, **fit).history
    assert found["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    for a, b in zip(ours.weights, theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)


# What is refused


@pytest.mark.parametrize("entry", ["fit", "train_on_batch", "evaluate", "test_on_batch"])
@pytest.mark.parametrize(
    ("weight", "error", "match"),
    [
        (np.ones(N - 1), ValueError, rf"sample_weight: expected shape \({N},\), a weight for each sample of an output"),
        (np.ones((N, 2)), ValueError, "sample_weight: expected shape"),
        (1.0, ValueError, r"sample_weight: expected shape .* got \(\)"),
        (["much"] * N, TypeError, "sample_weight: expected real integers or floats"),
    ],
)
def test_wrong_sample_weights(data, entry, weight, error, match):
    model = small()
    with pytest.raises(error, match=match):
        getattr(model, entry)(*data, sample_weight=weight)


def test_weights_must_be_finite_in_training(data):
    weight = np.ones(N)
    weight[3] = np.nan
    for entry in ("fit", "train_on_batch"):
        with pytest.raises(ValueError, match=r"sample_weight: NaN at \[3\]"):
            getattr(small(), entry)(*data, sample_weight=weight)
    assert np.isnan(small().evaluate(*data, sample_weight=weight))


def test_wrong_weights_of_steps(rng):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2))
    match = rf"sample_weight: expected shape \({N},\) or \({N}, {T}\), a weight for each sample or step .*got \({T},\)"
    with pytest.raises(ValueError, match=match):
        small(steps=True).evaluate(x, y, sample_weight=np.ones(T))


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"class_weight": [1.0, 2.0]}, TypeError, "class_weight: expected a dict from class numbers to weights"),
        ({"class_weight": {"spam": 1.0}}, TypeError, "class_weight, class: expected an integer, got 'spam'"),
        ({"class_weight": {1: "much"}}, TypeError, r"class_weight\[1\]: expected a real number"),
        ({"class_weight": {1: np.inf}}, ValueError, r"class_weight\[1\]: expected a finite number"),
        ({"class_weight": {1: 2.0}, "sample_weight": np.ones(N)}, ValueError, "class_weight: expected None if"),
    ],
)
@pytest.mark.parametrize("entry", ["fit", "train_on_batch"])
def test_wrong_class_weights(data, entry, options, error, match):
    with pytest.raises(error, match=match):
        getattr(small(), entry)(*data, **options)


def test_wrong_weights_of_validation_data(data):
    x, y = data
    for entries, match in [
        ((x, y, np.ones(3)), r"validation_data\[2\]: expected shape"),
        ((x, y, np.full(N, np.inf)), r"validation_data\[2\]: Inf at \[0\]"),
        ((x, y, None, None), r"validation_data: expected a tuple \(x, y\) or \(x, y, sample_weight\), got 4 entries"),
    ]:
        with pytest.raises(ValueError, match=match):
            small(optimizer=optimizers.SGD()).fit(x, y, validation_data=entries, verbose=0)
