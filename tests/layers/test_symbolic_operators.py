"""Operators and indexing of symbolic tensors: against the same of arrays, and against Keras in training."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
import fastlstm.keras
from fastlstm import Input, layers
from fastlstm.models import Model

STEPS, FEATURES = 6, 3

EXPRESSIONS = {
    "sums": lambda h, g: h + g + 1.5,
    "differences": lambda h, g: (h - g) - 0.5,
    "from a number": lambda h, g: 2 - h,
    "products": lambda h, g: 3 * (h * g),
    "quotient": lambda h, g: (h + g) / 4,
    "negative": lambda h, g: -h,
    "last step": lambda h, g: h[:, -1],
    "a step and all features": lambda h, g: g[:, 2, :],
    "some steps": lambda h, g: h[:, 1:4],
    "first steps": lambda h, g: h[:, :2, :],
    "all but the last": lambda h, g: g[:, :-1],
    "from a step on": lambda h, g: g[:, 3:, ...],
    "every second step": lambda h, g: h[:, ::2],
    "features": lambda h, g: g[:, :, 1:3],
    "broadcast": lambda h, g: h * g[:, :, :1] - h[:, :1],
    "ratio": lambda h, g: h / (3 + g),
}


@pytest.fixture(params=EXPRESSIONS.values(), ids=EXPRESSIONS)
def expression(request):
    return request.param


def made(package, expression):
    x = package.Input((STEPS, FEATURES))
    at = package.layers
    h, g = at.LSTM(4, return_sequences=True)(x), at.GRU(4, return_sequences=True)(x)
    return package.models.Model(x, [expression(h, g), h, g])


def test_values_are_those_of_arrays(expression, rng):
    x = rng.normal(size=(5, STEPS, FEATURES))
    model = made(fastlstm, expression)
    found, h, g = model.predict(x)
    np.testing.assert_allclose(found, expression(h, g), rtol=1e-6, atol=1e-7)
    assert model.output_shape[0] == (None, *found.shape[1:])


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_training_equals_keras(expression, rng):
    keras = require_peer("keras")
    ours, theirs = made(fastlstm, expression), made(keras, expression)
    ours.set_weights(theirs.get_weights())
    x = rng.normal(size=(8, STEPS, FEATURES)).astype("float32")
    y = [rng.normal(size=output.shape).astype("float32") for output in ours.predict(x)]
    losses = []
    for model, options in ((ours, {}), (theirs, {"jit_compile": False})):
        model.compile("sgd", "mse", **options)
        losses.append(model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-5)


FUNCTIONS = {
    "keras.backend": lambda h: fastlstm.keras.backend.mean(h, axis=1),
    "keras.ops": lambda h: fastlstm.keras.ops.softmax(h, axis=1),
    "numpy": lambda h: np.exp(-np.abs(h)),
    "several": lambda h: fastlstm.keras.backend.concatenate([h, 2 * h], axis=1),
}


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_functions_of_symbolic_tensors_are_layers(function, rng):
    x = Input((STEPS, FEATURES))
    h = layers.LSTM(4, return_sequences=True)(x)
    model = Model(x, [function(h), h])
    found, hidden = model.predict(rng.normal(size=(5, STEPS, FEATURES)))
    np.testing.assert_allclose(found, function(hidden), rtol=1e-6)
    model.compile("sgd", "mse")
    before = model.get_weights()[0]
    model.fit(rng.normal(size=(5, STEPS, FEATURES)), [found, hidden], verbose=0)
    assert np.abs(model.get_weights()[0] - before).max() > 0


def test_steps_of_sequences_of_any_length(rng):
    x = Input((None, 2))
    model = Model(x, [x[:, -1] + 0, x[:, 1:] + 0, x[:, :-2] + 0])
    a = rng.normal(size=(3, 7, 2)).astype("float32")
    for found, expected in zip(model.predict(a), (a[:, -1], a[:, 1:], a[:, :-2]), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda x: x + "one", TypeError, r"\+ of a symbolic tensor: expected a number or a symbolic tensor"),
        (lambda x: x / "one", TypeError, "/ of a symbolic tensor: expected a number"),
        (lambda x: Model(x, x[0]), ValueError, "expected a function that returns as many rows as it gets"),
        (lambda x: x[:, 6], ValueError, "key: expected one of 6 steps, got 6"),
        (lambda x: layers.LSTM(2)(x)[:, :, 1], IndexError, "too many indices"),
        (lambda x: layers.GetItem((0,)), ValueError, "key: expected all samples and all features"),
        (lambda x: layers.GetItem((slice(None), slice(0, 4, 2))), ValueError, "key: expected a slice of neighbouring"),
        (lambda x: layers.GetItem((slice(None), None)), TypeError, "key: expected integers and slices"),
        (list, TypeError, "not iterable"),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make(Input((STEPS, FEATURES)))
