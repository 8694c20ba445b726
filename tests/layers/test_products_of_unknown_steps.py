"""Dot, softmax and Dot of sequences of unknown lengths are attention: values, training, masks and files."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, layers, load_model, utils
from fastlstm.models import Model

T, S, D = 4, 6, 3
SOFTMAX = {
    "activation": lambda **options: layers.Activation("softmax", **options),
    "layer": layers.Softmax,
}


def softmax(x):
    found = np.exp(x - x.max(-1, keepdims=True))
    return found / found.sum(-1, keepdims=True)


def attending(steps, value_steps, name="activation", masked=False):
    """Return a model of two recurrent layers, of which the second attends to the first."""
    utils.set_random_seed(1)
    options = {"dtype": "float64"}
    x, y = Input((value_steps, D), **options), Input((steps, D), **options)
    mask = layers.Masking(**options) if masked else lambda one: one
    encoded = layers.GRU(5, return_sequences=True, **options)(mask(x))
    decoded = layers.GRU(5, return_sequences=True, **options)(y)
    scores = layers.Dot([2, 2], **options)([decoded, encoded])
    context = layers.Dot([2, 1], **options)([SOFTMAX[name](**options)(scores), encoded])
    joined = layers.Concatenate(**options)([context, decoded])
    return Model([x, y], layers.Dense(2, **options)(joined)), Model([x, y], [encoded, decoded, context])


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return [rng.normal(size=(8, S, D)), rng.normal(size=(8, T, D))], rng.normal(size=(8, T, 2))


@pytest.mark.parametrize("name", SOFTMAX)
@pytest.mark.parametrize("masked", [False, True])
def test_values(data, name, masked):
    x, _ = data
    x[0][:3, 4:] = 0
    model, parts = attending(None, None, name, masked)
    encoded, decoded, context = parts.predict(x, verbose=0)
    expected = softmax(decoded @ encoded.swapaxes(1, 2)) @ encoded  # of masked steps as well, as in Keras
    np.testing.assert_allclose(context, expected, rtol=1e-12, atol=1e-13)
    longer = [np.concatenate([one, one], axis=1) for one in x]
    assert model.predict(longer, verbose=0).shape == (8, 2 * T, 2)
    assert model.layers[-1].output.shape == (None, None, 2)


@pytest.mark.parametrize(("steps", "value_steps"), [(None, None), (T, None), (None, S)])
def test_training_is_that_of_known_steps(data, steps, value_steps):
    models = [attending(T, S)[0], attending(steps, value_steps)[0]]
    for model in models:
        model.compile("sgd", "mse")
        model.fit(*data, batch_size=4, epochs=3, shuffle=False, verbose=0)
    for known, unknown in zip(models[0].get_weights(), models[1].get_weights(), strict=True):
        np.testing.assert_allclose(unknown, known, rtol=1e-9, atol=1e-12)


def test_files_go_to_keras_and_back(data, tmp_path):
    keras = require_peer("keras")
    x, _ = data
    utils.set_random_seed(2)
    first, second = Input((None, D)), Input((None, D))
    scores = layers.Activation("softmax")(layers.Dot([2, 2])([second, first]))
    model = Model([first, second], layers.Dense(2)(layers.Dot([2, 1])([scores, first])))
    model.save(tmp_path / "model.keras")
    expected = model.predict(x, verbose=0)
    assert (load_model(tmp_path / "model.keras").predict(x, verbose=0) == expected).all()
    theirs = keras.saving.load_model(tmp_path / "model.keras")
    found = theirs.predict([one.astype("float32") for one in x], verbose=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_other_uses_need_known_steps():
    first, second = Input((None, D)), Input((None, D))
    scores = layers.Dot([2, 2])([second, first])
    assert scores.shape == (None, None, None)
    with pytest.raises(ValueError, match=r"the number of features \(the last axis\) must be known"):
        layers.Dense(3)(scores)
    with pytest.raises(ValueError, match="the number of steps must be known where it becomes the number of features"):
        layers.Dot([1, 2])([second, first])
    for output in (scores, layers.Softmax()(scores), layers.Dot([2, 1])([scores, first])):
        with pytest.raises(ValueError, match="products of steps go through a softmax to a Dot"):
            Model([first, second], output).predict([np.ones((1, 2, D)), np.ones((1, 3, D))], verbose=0)
