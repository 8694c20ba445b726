"""Classes that derive from Loss: reductions and weights as in Keras, training as with the native loss, refusals."""

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, seeded_fit

from fastlstm import Input, Sequential, layers, losses, utils
from fastlstm.losses import Loss

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")
N, T = 26, 5


class Squared(Loss):
    """The mean squared error, times a factor."""

    def __init__(self, factor=1.0, name=None, reduction="sum_over_batch_size"):
        super().__init__(name, reduction)
        self.factor = factor

    def call(self, y_true, y_pred):
        error = y_pred - y_true
        return self.factor * (error**2).mean(axis=-1), self.factor * 2 * error / error.shape[-1]

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def model_of(loss, steps=False, loss_weights=None):
    utils.set_random_seed(3)
    recurrent = layers.LSTM(4, return_sequences=steps, dtype="float64")
    model = Sequential([Input((T, 3), dtype="float64"), recurrent, layers.Dense(2, dtype="float64")])
    model.compile("adam", loss, loss_weights)
    return model


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_training_is_that_of_the_native_loss(rng, reduction, steps):
    """With weights of samples, of steps, of the loss, and some that are all zero."""
    x, y = rng.normal(size=(N, T, 3)), rng.normal(size=(N, T, 2) if steps else (N, 2))
    for weight in (None, rng.uniform(size=N), rng.uniform(size=y.shape[:-1]), np.zeros(N)):
        models = [
            model_of(loss, steps, loss_weights=0.5)
            for loss in (losses.MeanSquaredError(reduction), Squared(reduction=reduction))
        ]
        for model in models:
            seeded_fit(model, x, y, batch_size=8, epochs=2, sample_weight=weight)
        native, own = models
        assert own.history.history["loss"] == pytest.approx(native.history.history["loss"], rel=1e-9)
        for one, other in zip(native.get_weights(), own.get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)
        for entry in ("evaluate", "train_on_batch"):
            expected = getattr(native, entry)(x, y, sample_weight=weight)
            assert getattr(own, entry)(x, y, sample_weight=weight) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("shape", [(7, 3), (7, 4, 3)])
def test_a_call_is_that_of_the_class_in_keras(rng, shape, reduction):
    keras = require_peer("keras")

    class Theirs(keras.losses.Loss):
        def call(self, y_true, y_pred):
            return keras.ops.mean(keras.ops.square(y_pred - y_true), axis=-1)

    y_true, y_pred, weight = (*rng.normal(size=(2, *shape)), rng.uniform(size=shape[:-1]))
    for weights in (None, weight):
        wanted = float(Theirs(reduction=reduction)(y_true.astype("f4"), y_pred.astype("f4"), weights))
        assert Squared(reduction=reduction)(y_true, y_pred, weights) == pytest.approx(wanted, rel=1e-5)
        assert Squared(reduction=reduction)(y_true, y_pred.astype("f4"), weights) == pytest.approx(wanted, rel=1e-5)
    assert Squared()(y_true[:0], y_pred[:0]) == 0


def test_names_and_configurations():
    assert Squared().name == "squared"
    assert Squared(name="mine").name == "mine"
    loss = Squared(2.0, reduction="sum")
    again = Squared.from_config(loss.get_config())
    assert again.get_config() == loss.get_config() == {"name": "squared", "reduction": "sum", "factor": 2.0}
    assert losses.serialize(loss) == {"class_name": "Squared", "config": loss.get_config()}
    assert losses.get(loss) is loss
    assert type(losses.get(Squared)) is Squared


def test_as_a_metric(rng):
    x, y = rng.normal(size=(N, T, 2)), rng.normal(size=N)
    model = lstm_model()
    model.compile("adam", Squared(), metrics=[Squared(3.0, name="thrice"), "mse"])
    loss, thrice, mse = model.evaluate(x, y, batch_size=N, verbose=0)
    assert loss == pytest.approx(mse, rel=1e-12)
    assert thrice == pytest.approx(3 * mse, rel=1e-12)


def test_the_loss_of_a_function_is_the_mean_of_its_values(rng):
    def absolute(y_true, y_pred):
        return np.abs(y_pred - y_true).mean(axis=-1), np.sign(y_pred - y_true) / y_pred.shape[-1]

    y_true, y_pred = rng.normal(size=(2, 6, 3))
    assert losses.get(absolute)(y_true, y_pred) == pytest.approx(np.abs(y_true - y_pred).mean(), rel=1e-12)


def test_what_is_no_loss():
    class Unfinished(Loss):
        pass

    class Halved(losses.MeanSquaredError):
        def call(self, y_true, y_pred):
            return super().call(y_true, y_pred)

    for wrong in (Unfinished, Unfinished(), Halved, Halved(), Loss, Loss()):
        with pytest.raises(TypeError, match=r"or of a class that derives from losses\.Loss and defines call"):
            losses.get(wrong)
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define call\(y_true, y_pred\)"):
        Unfinished()([[1.0]], [[1.0]])


def test_a_class_that_defines_only_a_direct_call():
    class Total(losses.Loss):
        def __call__(self, y_true, y_pred, sample_weight=None):
            return np.sum((y_pred - y_true) ** 2)

    model = Sequential([Input((1,)), layers.Dense(1, kernel_initializer="ones")])
    model.compile("sgd", Total())
    assert model.evaluate(np.ones((2, 1)), [3.0, 0.0], verbose=0) == 5.0
    model.fit(np.ones((2, 1)), [3.0, 0.0], verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], [[1 + 0.01 * 2]], rtol=1e-6)
