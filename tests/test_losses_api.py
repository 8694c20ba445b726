"""Losses: names, the targets that each takes, values equal to Keras's."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, layers, losses

LONG = [
    "mean_squared_error",
    "mean_absolute_error",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
]
ACTIVATION = {
    "binary_crossentropy": "sigmoid",
    "categorical_crossentropy": "softmax",
    "sparse_categorical_crossentropy": "softmax",
}


def model_of(loss, outputs=3, steps=False, dtype="float64"):
    name = losses.get(loss).name
    model = Sequential(
        [
            Input((4, 2), dtype=dtype),
            layers.LSTM(3, return_sequences=steps, dtype=dtype),
            layers.Dense(outputs, ACTIVATION.get(name), dtype=dtype),
        ]
    )
    model.compile("sgd", loss)
    return model


def targets(loss, rng, rows, outputs, steps):
    shape = (rows, 4) if steps else (rows,)
    classes = rng.integers(0, outputs, shape)
    if loss.startswith("sparse"):
        return classes
    if loss == "categorical_crossentropy":
        return np.eye(outputs)[classes]
    if loss == "binary_crossentropy":
        return rng.integers(0, 2, (*shape, outputs)).astype(float)
    return rng.normal(size=(*shape, outputs))


@pytest.mark.parametrize("name", [*LONG, "mse", "mae"])
def test_names_and_classes(name):
    loss = losses.get(name)
    assert isinstance(loss, losses.Loss)
    assert losses.get(loss) is loss
    assert loss.name in LONG
    assert type(loss)().name == loss.name


def test_short_names():
    assert losses.get("mse").name == losses.MeanSquaredError().name == "mean_squared_error"
    assert losses.get("mae").name == losses.MeanAbsoluteError().name == "mean_absolute_error"


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("name", LONG)
def test_values_equal_keras(rng, name, steps):
    keras = require_peer("keras")
    model = model_of(name, steps=steps)
    x, y = rng.normal(size=(7, 4, 2)), targets(name, rng, 7, 3, steps)
    peer = getattr(keras.losses, type(losses.get(name)).__name__)(dtype="float32")
    want = float(peer(y, model.predict(x).astype(np.float32)))
    assert model.evaluate(x, y) == pytest.approx(want, rel=1e-5)


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


@pytest.mark.parametrize("dtype", [np.int8, np.uint16, np.int64, np.float64])
def test_sparse_targets_of_any_real_type_with_or_without_their_axis(rng, dtype):
    model = model_of("sparse_categorical_crossentropy")
    x = rng.normal(size=(6, 4, 2))
    y = np.array([0, 1, 2, 2, 1, 0])
    want = -np.log(model.predict(x)[np.arange(6), y]).mean()
    assert model.evaluate(x, y.astype(dtype)) == pytest.approx(want, rel=1e-9)
    assert model.evaluate(x, y.astype(dtype)[:, None]) == pytest.approx(want, rel=1e-9)


def test_sparse_equals_categorical_with_one_hot_rows(rng):
    sparse, dense = model_of("sparse_categorical_crossentropy"), model_of("categorical_crossentropy")
    dense.set_weights(sparse.get_weights())
    x, y = rng.normal(size=(9, 4, 2)), rng.integers(0, 3, 9)
    assert sparse.train_on_batch(x, y) == pytest.approx(dense.train_on_batch(x, np.eye(3)[y]), rel=1e-12)
    for a, b in zip(sparse.weights, dense.weights, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-14)


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
@pytest.mark.parametrize("name", ["mse", "binary_crossentropy", "categorical_crossentropy"])
def test_other_shapes_of_targets_are_refused(rng, name, shape):
    with pytest.raises(ValueError, match=r"y: expected shape \(3, 3\)"):
        model_of(name).evaluate(rng.normal(size=(3, 4, 2)), np.zeros(shape))


@pytest.mark.parametrize("name", ["MSE", "mse", "MeanSquaredError", "mean_squared_error"])
def test_names_in_keras_spellings(name):
    assert losses.get(name).name == "mean_squared_error"
