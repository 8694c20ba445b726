"""Losses that return values alone, whose gradient is found by tracing them: as the native losses, and as in Keras."""

import numpy as np
import pytest
from loss_cases import all_cases
from peers import require_peer
from training_models import seeded_fit

from fastlstm import Input, Sequential, layers, losses, utils
from fastlstm._internal.tape import vjp
from fastlstm.models import Model

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")
N, T = 26, 5


class Squared(losses.Loss):
    def call(self, y_true, y_pred):
        return np.mean(np.square(y_pred - y_true), axis=-1)


def squared(y_true, y_pred):
    return np.square(y_pred - y_true)  # a value for each output


def model_of(loss, steps=False, loss_weights=None, dtype="float64"):
    utils.set_random_seed(3)
    recurrent = layers.LSTM(4, return_sequences=steps, dtype=dtype)
    model = Sequential([Input((T, 3), dtype=dtype), recurrent, layers.Dense(2, dtype=dtype)])
    model.compile("adam", loss, loss_weights)
    return model


def close(one, other, rtol=1e-8):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=1e-12)


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_training_is_that_of_the_native_loss(rng, reduction, steps):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2) if steps else (N, 2))
    for weight in (None, rng.uniform(size=N), rng.uniform(size=y.shape[:-1]), np.zeros(N)):
        native, own = (
            model_of(loss, steps, loss_weights=0.5)
            for loss in (losses.MeanSquaredError(reduction), Squared(reduction=reduction))
        )
        for model in (native, own):
            seeded_fit(model, x, y, batch_size=8, epochs=2, sample_weight=weight)
        assert own.history.history["loss"] == pytest.approx(native.history.history["loss"], rel=1e-9)
        close(native, own)
        for entry in ("evaluate", "train_on_batch"):
            expected = getattr(native, entry)(x, y, sample_weight=weight)
            assert getattr(own, entry)(x, y, sample_weight=weight) == pytest.approx(expected, rel=1e-9)


def scalar(y_true, y_pred):
    return np.mean(np.square(y_pred - y_true))


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("function", [squared, scalar])
def test_values_of_any_shape(rng, function, steps):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2) if steps else (N, 2))
    native, own = model_of("mse", steps), model_of(function, steps)
    for model in (native, own):
        seeded_fit(model, x, y, batch_size=8, epochs=2)
    assert own.history.history["loss"] == pytest.approx(native.history.history["loss"], rel=1e-9)
    close(native, own)
    weight = rng.uniform(size=N)
    mean = 1.0 if function is squared else weight.mean()  # one value for a batch is weighted as a whole
    expected = native.evaluate(x, y, batch_size=N, sample_weight=weight if function is squared else None)
    assert own.evaluate(x, y, batch_size=N, sample_weight=weight) == pytest.approx(expected * mean, rel=1e-9)


def test_weights_of_values_that_are_not_of_samples(rng):
    model = model_of(lambda y_true, y_pred: np.mean(np.square(y_pred - y_true), axis=0))
    with pytest.raises(
        ValueError, match=r"sample_weight or mask of y_pred: expected values of the loss '<lambda>' for each sample,"
    ):
        model.train_on_batch(rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2)), np.ones(N))


@pytest.mark.parametrize("case", all_cases(4), ids=lambda case: case.id)
def test_every_loss_traced_has_the_gradient_of_its_reference(rng, case):
    y_true, y_pred = case.sample(rng, (6,), 4)
    loss = case.loss()
    value, pullback = vjp(lambda p: loss(y_true, p), y_pred)
    expected, gradient = case.reference(y_true, y_pred)
    assert float(value) == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(pullback(1.0)[0], gradient, rtol=1e-7, atol=1e-10)


def test_losses_inside_losses(rng):
    """Built-in and own ones, as classes and functions, of parts of the output."""
    half = Squared()

    def mixed(y_true, y_pred):
        first = losses.MeanSquaredError()(y_true[:, :1], y_pred[:, :1])
        second = losses.mean_squared_error(y_true[:, 1:], y_pred[:, 1:])
        return first / 4 + second / 4 + 0.5 * half(y_true, y_pred)

    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2))
    native, own = model_of("mse"), model_of(mixed)
    for model in (native, own):
        seeded_fit(model, x, y, batch_size=8, epochs=2)
    close(native, own)
    assert half(y, y + 1) == pytest.approx(1)
    assert Squared()(y[:, 0], y[:, 0] + 2) == pytest.approx(4)
    assert Squared(reduction="sum")(y, y + 1, np.full(N, 0.5)) == pytest.approx(N / 2)


def test_what_it_gets_in_the_first_step_and_later(rng):
    seen = []

    def spy(y_true, y_pred):
        seen.append((type(y_true), type(y_pred), y_pred.shape))
        return squared(y_true, y_pred)

    model = model_of(spy, dtype="float32")
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2))
    model.fit(x, y, batch_size=10, shuffle=False, verbose=0)
    kinds = [y_pred for _, y_pred, _ in seen]
    assert kinds[0] is np.ndarray
    assert [shape for *_, shape in seen] == [(10, 2), (10, 2), (10, 2), (6, 2)]
    assert len({*kinds[1:]}) == 1
    del seen[:]
    model.evaluate(x, y)
    assert [kind for _, kind, _ in seen] == [np.ndarray]


@pytest.mark.parametrize(
    ("function", "error", "match"),
    [
        (lambda t, p: np.mean(np.square(t), axis=-1), ValueError, r"values that depend on y_pred through functions"),
        (
            lambda t, p: np.mean(np.round(p) - t, axis=-1),
            ValueError,
            r"'<lambda>' to return values that depend on y_pred",
        ),
        (lambda t, p: np.mean(np.asarray(p) - t, axis=-1), TypeError, "cannot become a plain array or number"),
        (lambda t, p: np.median(p - t, axis=-1), TypeError, "numpy.median has no derivative here"),
        (lambda t, p: str(p), TypeError, "loss: expected '<lambda>' to return an array of values, got str"),
    ],
)
def test_what_cannot_be_trained(rng, function, error, match):
    model = model_of(function)
    before = model.get_weights()
    with pytest.raises(error, match=match):
        model.fit(rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2)), verbose=0)
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_threads_change_no_bit(rng, threads):
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, 2))
    results = []
    for count in (1, 4, 3):
        threads(count)
        model = model_of(Squared(), dtype="float32")
        seeded_fit(model, x, y, epochs=2)
        results.append([weight.tolist() for weight in model.get_weights()])
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axis", [None, -1, ()])
def test_reductions_and_weights_are_those_of_keras(rng, reduction, axis):
    keras = require_peer("keras")

    class Theirs(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.ops.square(y_pred - y_true), axis=axis)

    class Ours(losses.Loss):
        def call(self, y_true, y_pred):
            return np.mean(np.square(y_pred - y_true), axis=axis)

    y_true, y_pred = rng.normal(size=(2, 7, 1)).astype("f4")
    for weight in (None, rng.uniform(size=7).astype("f4")):
        given = weight if weight is None or axis != () else weight[:, None]
        wanted = float(np.asarray(Theirs(reduction=reduction)(y_true, y_pred, given).detach()).sum())
        value, _ = vjp(lambda p, weight=weight: Ours(reduction=reduction)(y_true, p, weight), y_pred)
        assert float(value) == pytest.approx(wanted, rel=1e-5)


def two_outputs(loss, stateful=False):
    utils.set_random_seed(5)
    steps = Input((T, 3), batch_size=8 if stateful else None, dtype="float64")
    more = Input((2,), batch_size=8 if stateful else None, dtype="float64")
    hidden = layers.LSTM(4, stateful=stateful, dtype="float64")(steps)
    first = layers.Dense(1, name="first", kernel_regularizer="l2", dtype="float64")(hidden)
    second = layers.Dense(2, name="second", dtype="float64")(layers.Concatenate(dtype="float64")([hidden, more]))
    model = Model([steps, more], [first, second])
    model.compile("adam", loss, loss_weights=[2.0, 0.5], metrics=["mae"])
    return model


@pytest.mark.parametrize(
    "loss", [[Squared(), "mae"], [squared, lambda t, p: np.abs(t - p)], {"first": scalar, "second": "mae"}]
)
@pytest.mark.parametrize("weighted", [False, True])
def test_several_outputs(rng, loss, weighted):
    """Of several inputs, some of them with native losses; penalties, weights of samples and of losses, metrics."""
    if weighted and isinstance(loss, dict):
        loss = {**loss, "first": squared}  # one value for a batch is weighted as a whole
    x, y = [rng.normal(size=(24, T, 3)), rng.normal(size=(24, 2))], [rng.normal(size=(24, 1)), rng.normal(size=(24, 2))]
    weight = [rng.uniform(size=24), rng.uniform(size=24)] if weighted else None
    native, own = two_outputs(["mse", "mae"]), two_outputs(loss)
    for model in (native, own):
        seeded_fit(model, x, y, batch_size=8, epochs=2, validation_split=0.25, sample_weight=weight)
    for name, expected in native.history.history.items():
        assert own.history.history[name] == pytest.approx(expected, rel=1e-9)
    close(native, own)
    for entry in ("evaluate", "train_on_batch", "test_on_batch"):
        expected = getattr(native, entry)(x, y)
        assert getattr(own, entry)(x, y) == pytest.approx(expected, rel=1e-9)


def test_an_output_without_a_loss(rng):
    x, y = [rng.normal(size=(24, T, 3)), rng.normal(size=(24, 2))], {"first": rng.normal(size=(24, 1))}
    native, own = two_outputs({"first": "mse"}), two_outputs({"first": squared})
    for model in (native, own):
        model.compile("adam", {"first": "mse" if model is native else squared})
        seeded_fit(model, x, y, batch_size=8)
    assert own.history.history == {
        name: pytest.approx(values, rel=1e-9) for name, values in native.history.history.items()
    }
    close(native, own)


def test_stateful_models_with_several_outputs(rng):
    x, y = [rng.normal(size=(24, T, 3)), rng.normal(size=(24, 2))], [rng.normal(size=(24, 1)), rng.normal(size=(24, 2))]
    native, own = two_outputs(["mse", "mae"], stateful=True), two_outputs([squared, "mae"], stateful=True)
    for model in (native, own):
        model.fit(x, y, batch_size=8, epochs=2, shuffle=False, verbose=0)
    close(native, own)
