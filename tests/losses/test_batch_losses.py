"""Losses of whole batches: values, weights and gradients of Keras, and exact gradients in training."""

import numpy as np
import pytest
from peers import floatx
from training_models import lstm_model

from fastlstm import Input, Sequential, layers, losses
from fastlstm import keras as keras_modules
from fastlstm.models import load_model

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight")
CASES = [
    ("Dice", {}),
    ("Dice", {"axis": (1, 2)}),
    ("Dice", {"axis": -1}),
    ("Dice", {"axis": [0, 1]}),
    ("Tversky", {}),
    ("Tversky", {"alpha": 0.3, "beta": 0.9}),
    ("Tversky", {"alpha": 0.3, "beta": 0.9, "axis": (1, 2)}),
]


def of_keras(name, options, y_true, y_pred, weight):
    """Return the loss and the gradient of Keras on PyTorch, in float64."""
    with floatx("float64") as keras:
        predictions = keras.ops.convert_to_tensor(y_pred).requires_grad_()
        loss = getattr(keras.losses, name)(**options, dtype="float64")(
            keras.ops.convert_to_tensor(y_true), predictions, weight
        )
        loss.backward()
        return float(loss.detach()), predictions.grad.numpy()


def masks_of(rng, shape=(6, 4, 3)):
    return rng.integers(2, size=shape).astype(float), rng.uniform(size=shape)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize(("name", "options"), CASES)
def test_values_and_gradients_are_those_of_keras(rng, name, options, reduction, weighted):
    y_true, y_pred = masks_of(rng)
    axis = options.get("axis")
    shape = {None: (6,), (1, 2): (6,), -1: (6, 4)}.get(axis if not isinstance(axis, list) else "columns")
    weight = rng.uniform(size=shape) if weighted and shape else None
    options = {**options, "reduction": reduction}
    loss = getattr(losses, name)(**options)
    wanted, slopes = of_keras(name, options, y_true, y_pred, weight)
    assert loss(y_true, y_pred, weight) == pytest.approx(wanted, rel=1e-6)
    value, gradient = loss.reduced(y_true, y_pred, weight)
    assert value == pytest.approx(wanted, rel=1e-6)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("axis", [None, (1, 2), 0])
@pytest.mark.parametrize("name", ["dice", "tversky"])
def test_functions_are_those_of_keras(rng, name, axis):
    y_true, y_pred = masks_of(rng)
    with floatx("float64") as keras:
        wanted = getattr(keras.losses, name)(y_true, y_pred, axis=axis).numpy()
    found = getattr(losses, name)(y_true, y_pred, axis=axis)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("options", [{}, {"gamma": 3.0, "margin": 0.2}, {"remove_diagonal": False, "gamma": 2.0}])
def test_circle_is_that_of_keras(rng, options, reduction, weighted):
    embeddings, classes = rng.normal(size=(9, 4)), rng.integers(3, size=9)
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    weight = rng.uniform(size=9) if weighted else None
    options = {**options, "reduction": reduction}
    wanted, slopes = of_keras("Circle", options, classes, embeddings, weight)
    loss = losses.Circle(**options)
    value, gradient = loss.reduced(classes, embeddings, weight)
    assert loss(classes, embeddings, weight) == pytest.approx(value, rel=1e-14)
    assert value == pytest.approx(wanted, rel=1e-5)
    np.testing.assert_allclose(gradient, slopes, rtol=1e-4, atol=1e-5)


def test_circle_against_other_embeddings(rng):
    embeddings, others = rng.normal(size=(5, 3)), rng.normal(size=(7, 3))
    embeddings /= np.linalg.norm(embeddings, axis=1, keepdims=True)
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    classes, their = rng.integers(2, size=5), rng.integers(2, size=7)
    with floatx("float64") as keras:
        wanted = keras.losses.circle(classes, embeddings, their, others, remove_diagonal=False, gamma=5).numpy()
    found = losses.circle(classes, embeddings, their, others, remove_diagonal=False, gamma=5)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    alone = losses.circle([0, 1], np.eye(3)[:2])  # no two of one class
    np.testing.assert_array_equal(alone, [0, 0])


@pytest.mark.parametrize("loss", [losses.Dice(), losses.Tversky(0.3, 0.7, "sum"), losses.Circle(4.0)])
def test_the_gradient_is_that_of_finite_differences(rng, loss):
    y = rng.integers(3, size=6) if isinstance(loss, losses.Circle) else rng.integers(2, size=(6, 3)).astype(float)
    p, weight = rng.uniform(0.1, 0.5, size=(6, 3)), rng.uniform(size=6)
    _, gradient = loss.reduced(y, p, weight)
    for place in np.ndindex(p.shape):
        moved = [p.copy(), p.copy()]
        moved[0][place] += 1e-6
        moved[1][place] -= 1e-6
        up, down = (loss.reduced(y, each, weight)[0] for each in moved)
        assert (up - down) / 2e-6 == pytest.approx(gradient[place], rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["dice", "tversky", "circle"])
def test_models_learn_with_them(rng, name, dtype):
    x, classes = rng.normal(size=(64, 5)), np.tile([0, 1, 2, 3], 16)
    x[:, :4] += 3 * np.eye(4)[classes]
    head = layers.Dense(4, None if name == "circle" else "softmax", dtype=dtype)
    model = Sequential([Input((5,), dtype=dtype), layers.Dense(8, "tanh", dtype=dtype), head])
    if name == "circle":
        model.add(layers.UnitNormalization(dtype=dtype))
    model.compile("adam", name)
    model.optimizer.learning_rate = 0.02
    y = classes if name == "circle" else np.eye(4)[classes]
    before = model.evaluate(x, y, batch_size=32, verbose=0)
    history = model.fit(x, y, batch_size=32, epochs=20, verbose=0).history["loss"]
    assert history[-1] < before / 2
    assert model.evaluate(x, y, batch_size=32, verbose=0) < before / 2


def test_weights_that_no_value_has_are_refused(rng):
    y_true, y_pred = masks_of(rng)
    with pytest.raises(ValueError, match="sample_weight: expected None, since the values of the loss 'dice' are sums"):
        losses.Dice(axis=0)(y_true, y_pred, np.ones(6))
    with pytest.raises(ValueError, match=r"sample_weight: .* values \(6,\) of the loss 'tversky', got shape \(4,\)"):
        losses.Tversky(axis=(1, 2))(y_true, y_pred, np.ones(4))
    with pytest.raises(ValueError, match=r"y_true: expected shape \(6, 4, 3\)"):
        losses.Dice()(y_true[:, :1], y_pred)
    with pytest.raises(ValueError, match=r"y_pred: expected embeddings \(N, D\)"):
        losses.Circle()(y_true[:, 0, 0], y_pred)
    with pytest.raises(ValueError, match=r"y_true: expected shape \(2,\), class numbers"):
        losses.Circle()([[0, 1], [1, 0]], np.eye(2))


@pytest.mark.parametrize(
    "loss", [losses.Dice(), losses.Tversky(0.3, 0.6), losses.Dice(axis=1), losses.Dice(axis=(0, 1))]
)
def test_masked_steps_are_in_no_sum(rng, loss):
    """A mask whose steps are at the end: the sums are those of the steps before it."""
    x, y = rng.normal(size=(3, 6, 2)), rng.uniform(size=(3, 6, 3))
    x[:, 4:] = 0
    lstm = layers.LSTM(3, return_sequences=True, activation="sigmoid", dtype="float64")
    model = keras_modules.Sequential([Input((None, 2), dtype="float64"), layers.Masking(dtype="float64"), lstm])
    model.compile("sgd", loss)
    expected = loss(y[:, :4], model.predict(x[:, :4], verbose=0))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-12)
    assert loss(y, model(x)) == pytest.approx(expected, rel=1e-12)
    before = model.get_weights()
    model.train_on_batch(x, y)
    after = model.get_weights()
    model.set_weights(before)
    model.train_on_batch(x[:, :4], y[:, :4])
    for found, one in zip(after, model.get_weights(), strict=True):
        np.testing.assert_allclose(found, one, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axis", [-1, (0, 2), (1, 2), 0])
def test_values_of_masked_steps_alone_do_not_count(rng, axis, reduction):
    """Against the values of the valid steps alone, of which one sample and one step have none."""
    x, y = rng.normal(size=(4, 5, 2)), rng.uniform(size=(4, 5, 3))
    valid = np.array([[1, 1, 0, 1, 0], [1, 0, 0, 1, 0], [0, 0, 0, 0, 0], [1, 1, 0, 0, 0]], bool)
    x[~valid] = 0
    lstm = layers.LSTM(3, return_sequences=True, activation="sigmoid", dtype="float64")
    model = keras_modules.Sequential([Input((None, 2), dtype="float64"), layers.Masking(dtype="float64"), lstm])
    loss = losses.Dice(reduction=reduction, axis=axis)
    model.compile(keras_modules.optimizers.SGD(1.0), loss)
    p = model.predict(x, verbose=0)
    axes = tuple(each % 3 for each in (axis if isinstance(axis, tuple) else (axis,)))
    counted = np.broadcast_to(valid[..., None], p.shape)
    both = (2 * np.where(counted, y * p, 0).sum(axes), np.where(counted, y + p, 0).sum(axes) + 1e-7)
    values = (1 - both[0] / both[1])[counted.any(axes)]
    expected = values.sum() if reduction == "sum" else values.mean()
    assert model.evaluate(x, y, verbose=0) == pytest.approx(expected, rel=1e-9)
    assert loss(y, model(x)) == pytest.approx(expected, rel=1e-9)
    values = losses.Dice(reduction=None, axis=axis)(y, model(x))
    assert np.sum(values) == pytest.approx(expected * (1 if reduction == "sum" else counted.any(axes).sum()), rel=1e-9)
    _, gradient = loss._gradient_of_batch(y, p, None, valid)
    for place in ((0, 1, 0), (1, 3, 2), (0, 2, 1), (2, 0, 0)):
        ends = []
        for step in (1e-6, -1e-6):
            moved = p.copy()
            moved[place] += step
            ends.append(loss._of_batch(y, moved, None, valid))
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-9)


def test_configurations_and_files(tmp_path, rng):
    loss = losses.Tversky(0.3, 0.6, axis=(0, 1))
    assert losses.get(losses.serialize(loss)).get_config() == loss.get_config()
    model = lstm_model()
    model.compile("sgd", losses.Dice(axis=1))
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    x, y = rng.normal(size=(4, 5, 2)), rng.integers(2, size=4)
    assert again.evaluate(x, y, verbose=0) == model.evaluate(x, y, verbose=0)


@pytest.mark.parametrize("name", ["Dice", "Tversky"])
def test_losses_of_symbolic_tensors_are_those_of_their_values(name, rng):
    """In a layer that adds losses and in `model.add_loss`, with the gradients of `compile`."""
    x, y = rng.normal(size=(8, 3)).astype("float32"), (rng.uniform(size=(8, 2)) > 0.5).astype("float32")

    class Adding(keras_modules.layers.Layer):
        def call(self, inputs):
            y_true, y_pred = inputs
            self.add_loss(getattr(keras_modules.losses, name)()(y_true, y_pred))
            return y_pred

    def model(how):
        inputs, targets = keras_modules.Input((3,)), keras_modules.Input((2,))
        outputs = keras_modules.layers.Dense(2, activation="sigmoid", kernel_initializer="ones")(inputs)
        if how == "compile":
            made = keras_modules.Model(inputs, outputs)
            made.compile("sgd", getattr(keras_modules.losses, name)())
            return made, made.fit(x, y, batch_size=8, epochs=3, verbose=0)
        made = keras_modules.Model([inputs, targets], Adding()([targets, outputs]) if how == "layer" else outputs)
        if how == "model":
            made.add_loss(getattr(keras_modules.losses, name)()(targets, outputs))
        made.compile("sgd")
        return made, made.fit([x, y], batch_size=8, epochs=3, verbose=0)

    expected, history = model("compile")
    for how in ("layer", "model"):
        found, other = model(how)
        np.testing.assert_allclose(other.history["loss"], history.history["loss"], rtol=1e-5)
        np.testing.assert_allclose(found.get_weights()[0], expected.get_weights()[0], rtol=1e-5)
