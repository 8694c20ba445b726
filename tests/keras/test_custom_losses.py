"""Custom losses and metrics of scripts: values, gradients and training, compared with Keras on TensorFlow."""

import custom_losses
import numpy as np
import peer_custom_losses
import pytest
from peers import keras_on

from fastlstm import keras
from fastlstm._internal.tape import vjp
from fastlstm.keras import NotAvailableError, ops
from fastlstm.keras import backend as K
from fastlstm.keras import tensorflow as tf

LOSSES = custom_losses.losses(tf, K, ops, keras)
METRICS = custom_losses.metrics(tf, K, keras)


@pytest.fixture(scope="module")
def theirs():
    return keras_on("tensorflow").submit(peer_custom_losses.results).result()


@pytest.mark.parametrize("name", LOSSES)
def test_values_gradients_and_training_are_those_of_keras(theirs, name):
    loss, kind = LOSSES[name]
    x, y = custom_losses.data(kind)
    y_pred = custom_losses.predictions(keras, kind, x, y)
    value, gradient, (steps, evaluated, weights) = theirs[0][name]
    found, pullback = vjp(lambda p: loss(tf.constant(y), p), y_pred)
    np.testing.assert_allclose(found, value, rtol=2e-5, atol=1e-6)
    np.testing.assert_allclose(pullback(np.ones(np.shape(found)))[0], gradient, rtol=1e-4, atol=1e-6)
    ours = custom_losses.trained(keras, loss, kind)
    np.testing.assert_allclose(ours[0], steps, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours[1], evaluated, rtol=1e-4, atol=1e-5)
    for one, other in zip(ours[2], weights, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("name", LOSSES.keys() - {"with parts"})  # part of which is held constant
def test_gradients_are_those_of_finite_differences(name):
    loss, kind = LOSSES[name]
    x, y = custom_losses.data(kind)
    y_pred = custom_losses.predictions(keras, kind, x, y)
    y, y_pred = y.astype(np.float64), y_pred.astype(np.float64)
    rng = np.random.default_rng(0)
    value, pullback = vjp(lambda p: loss(y, p), y_pred)
    weights = rng.normal(size=np.shape(value))
    for _ in range(5):
        direction = rng.normal(size=y_pred.shape) * 1e-6
        sides = [float(np.sum(weights * np.asarray(loss(y, y_pred + sign * direction)))) for sign in (1, -1)]
        along = float(np.sum(pullback(weights)[0] * direction))
        assert along == pytest.approx((sides[0] - sides[1]) / 2, rel=1e-4, abs=1e-11)


@pytest.mark.parametrize("name", METRICS)
def test_metrics_are_those_of_keras(theirs, name):
    metric, kind = METRICS[name]
    history, evaluated = theirs[1][name]
    ours = custom_losses.measured(keras, metric, kind)
    assert set(ours[0]) == set(history)
    for key, values in history.items():
        np.testing.assert_allclose(ours[0][key], values, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours[1], evaluated, rtol=1e-4, atol=1e-6)


def test_functions_get_tensors():
    def loss(y_true, y_pred):
        assert y_true.get_shape() == y_pred.get_shape() == K.int_shape(y_pred) == (24, 2)
        assert tf.is_tensor(y_pred)
        assert K.dtype(y_pred) == "float32"
        return K.mean(K.abs(y_true - y_pred), axis=-1)

    def metric(y_true, y_pred):
        return tf.py_function(lambda y, p: np.median(np.abs(y.numpy() - p.numpy())), [y_true, y_pred], tf.float32)

    x, y = custom_losses.data("real")
    model = custom_losses.model_for(keras, "real")
    model.compile("sgd", loss=[loss], metrics={"dense": [metric]}, run_eagerly=True)
    assert list(model.fit(x, y, verbose=0).history) == ["loss", "metric"]


def test_an_older_metric():
    class Older(keras.metrics.Metric):
        def __init__(self, name="older", **options):
            super().__init__(name=name, **options)
            self.total = self.add_weight("total", (2,), initializer="zeros", aggregation=None)
            self.count = self.add_weight("count", initializer=None)

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.total.assign_add(K.sum(y_pred, axis=0))
            self.count.assign_add(K.cast(tf.size(y_true) / 2, "float32"))

        def result(self):
            return K.mean(self.total / self.count)

        def reset_states(self):
            for variable in self.variables:
                K.set_value(variable, K.zeros_like(variable))
            super().reset_states()

    metric = Older()
    metric.update_state(np.ones((4, 2)), np.full((4, 2), 3.0))
    assert K.eval(metric.result()) == 3
    assert K.get_value(metric.count) == 4
    metric.reset_state()
    metric.reset_states()
    assert K.batch_get_value(metric.variables)[1] == 0
    with pytest.raises(TypeError, match="unexpected keyword argument 'regularizer'"):
        metric.add_weight("another", regularizer="l2")


def test_wrapped_functions():
    def power(y_true, y_pred, exponent):
        return K.mean(K.pow(K.abs(y_true - y_pred), exponent), axis=-1)

    loss = keras.losses.LossFunctionWrapper(power, name="cubed", exponent=3, reduction=keras.losses.Reduction.SUM)
    assert float(loss(np.zeros((2, 1)), np.full((2, 1), 2.0))) == 16
    assert (loss.name, loss.get_config()["exponent"]) == ("cubed", 3)
    x, y = custom_losses.data("real")
    model = custom_losses.model_for(keras, "real")
    model.compile("sgd", loss)
    assert np.isfinite(model.fit(x, y, verbose=0).history["loss"]).all()


def test_a_saved_model_with_a_custom_loss(tmp_path):
    def custom(y_true, y_pred):
        return K.mean(K.square(y_true - y_pred), axis=-1)

    x, y = custom_losses.data("real")
    model = custom_losses.model_for(keras, "real")
    model.compile("sgd", loss=custom, metrics=[custom])
    expected = model.evaluate(x, y, verbose=0)
    model.save(tmp_path / "model.h5")
    loaded = keras.models.load_model(tmp_path / "model.h5", custom_objects={"custom": custom})
    assert loaded.evaluate(x, y, verbose=0) == pytest.approx(expected)
    loaded.fit(x, y, verbose=0)


def test_losses_and_metrics_of_other_tensors_are_refused():
    model = custom_losses.model_for(keras, "real")
    with pytest.raises(NotAvailableError, match=r"model\.add_loss of values: add tensors"):
        model.add_loss(K.mean(np.ones(3)))
    with pytest.raises(NotAvailableError, match=r"model\.add_metric of values: add tensors"):
        model.add_metric(K.mean(np.ones(3)), name="mean")


def test_a_loss_without_a_gradient():
    x, y = custom_losses.data("labels")
    model = custom_losses.model_for(keras, "labels")
    model.compile("sgd", loss=lambda y_true, y_pred: K.mean(K.round(y_pred) - y_true, axis=-1))
    with pytest.raises(ValueError, match="values that depend on y_pred through functions with a derivative"):
        model.fit(x, y, verbose=0)
