"""CategoryEncoding: modes, weights of counts, in models and files of Keras."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model

RNG = np.random.default_rng(0)
MODES = ["one_hot", "multi_hot", "count"]


CASES = [*((mode, shape) for mode in MODES for shape in [(7,), (7, 1), (7, 4)]), ("one_hot", (3, 7, 4))]


@pytest.mark.parametrize(("mode", "shape"), CASES, ids=str)
def test_values_of_keras(mode, shape):
    keras = require_peer("keras")
    x = RNG.integers(0, 6, shape)
    layer = layers.CategoryEncoding(6, mode)
    found, expected = layer(x), np.asarray(keras.layers.CategoryEncoding(6, mode)(x))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == "float32"
    assert found.shape == tuple(layer.compute_output_shape(shape))


def test_rows_of_more_axes_are_along_the_last_one():
    x = RNG.integers(0, 6, (3, 7, 4))
    counts = (x[..., None] == np.arange(6)).sum(-2)
    np.testing.assert_array_equal(layers.CategoryEncoding(6, "count")(x), counts)
    np.testing.assert_array_equal(layers.CategoryEncoding(6, "multi_hot")(x), counts > 0)


@pytest.mark.parametrize("mode", MODES)
def test_chains_and_files_of_keras(mode, tmp_path):
    keras = require_peer("keras")
    x = RNG.integers(0, 6, (5, 4))

    def model_of(package):
        encoding = package.layers.CategoryEncoding(num_tokens=6, output_mode=mode)
        return package.Sequential([package.Input((4,), dtype="int32"), encoding, package.layers.Dense(2)])

    for writer, reader in ((fastlstm, keras), (keras, fastlstm), (fastlstm, fastlstm)):
        model = model_of(writer)
        model.save(tmp_path / "model.keras")
        again = reader.models.load_model(tmp_path / "model.keras")
        assert again.layers[0].get_config()["output_mode"] == mode
        expected = layers.CategoryEncoding(6, mode)(x) @ np.asarray(model.get_weights()[0]) + model.get_weights()[1]
        np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(again.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_weights_of_counts_have_gradients():
    x, weights = RNG.integers(0, 6, (5, 4)), RNG.normal(size=(5, 3))
    expected = np.zeros((5, 6))
    kernel = RNG.normal(size=(3, 4))
    for row in range(5):
        np.add.at(expected[row], x[row], (weights @ kernel)[row])
    numbers, others = Input((4,), dtype="int64"), Input((3,), dtype="float64")
    dense = layers.Dense(4, use_bias=False, dtype="float64")
    encoding = layers.CategoryEncoding(6, "count", dtype="float64")
    model = Model([numbers, others], encoding(numbers, count_weights=dense(others)))
    model.set_weights([kernel])
    np.testing.assert_allclose(model.predict([x, weights], verbose=0), expected, rtol=1e-12)
    target = RNG.normal(size=(5, 6))
    model.compile(fastlstm.optimizers.SGD(1.0), "mse")
    model.train_on_batch([x, weights], target)
    d_counts = np.take_along_axis(2 * (expected - target) / target.size, x, axis=1)
    np.testing.assert_allclose(kernel - model.get_weights()[0], weights.T @ d_counts, rtol=1e-10)


def test_rows_behind_a_lookup():
    lookup = fastlstm.preprocessing.IntegerLookup(vocabulary=[10, 20, 30])
    model = Sequential([lookup, layers.CategoryEncoding(4, "count")])
    assert model.predict(np.array([[10, 30, 30], [7, 20, 10]]), verbose=0).tolist() == [[0, 1, 0, 2], [1, 1, 1, 0]]


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: layers.CategoryEncoding(0), "num_tokens"),
        (lambda: layers.CategoryEncoding(3, "tf_idf"), "output_mode: expected one of"),
        (lambda: layers.CategoryEncoding(3, sparse=True), "sparse: CategoryEncoding does not support it"),
        (lambda: layers.CategoryEncoding(3)([[1]], count_weights=[[1.0]]), "count_weights: expected None"),
    ],
)
def test_what_does_not_fit(make, match):
    with pytest.raises(ValueError, match=match):
        make()
