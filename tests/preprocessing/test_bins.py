"""Hashing and Discretization, against Keras 3 and the published values of SipHash; in models and their files."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model
from fastlstm.preprocessing import Discretization, Hashing
from fastlstm.preprocessing._siphash import siphash

RNG = np.random.default_rng(0)
WORDS = np.array([["the", "", "Straße"], ["a much longer token than the other ones here", "b" * 90, "7"]])
NUMBERS = RNG.integers(-1000, 1000, (5, 3))
MODES = ["int", "one_hot", "multi_hot", "count"]


def test_siphash_of_its_paper():
    key = tuple(int.from_bytes(bytes(range(k, k + 8)), "little") for k in (0, 8))
    assert siphash(bytes(range(15)), key) == 0xA129CA6149BE45E5
    assert siphash(b"", key) == 0x726FDB47DD0E0E31


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "options", [{}, {"salt": 133}, {"salt": (133, 2**62 + 5)}, {"mask_value": ""}, {"mask_value": 7}], ids=str
)
def test_hashes_of_keras(options, mode):
    require_peer("tensorflow")
    keras = require_peer("keras")
    x = NUMBERS if options.get("mask_value") == 7 else WORDS
    if x is NUMBERS:
        x[0, 0] = 7
    found = Hashing(11, output_mode=mode, **options)(x)
    expected = np.asarray(keras.layers.Hashing(11, output_mode=mode, **options)(x))
    np.testing.assert_array_equal(found, expected)
    assert found.dtype == expected.dtype


@pytest.mark.parametrize("mode", MODES)
def test_intervals_of_keras(mode):
    keras = require_peer("keras")
    x = RNG.normal(size=(5, 3)).astype("float32")
    boundaries = [-0.5, 0.0, 0.7]
    found = Discretization(boundaries, output_mode=mode)(x)
    expected = keras.layers.Discretization(boundaries, output_mode=mode)(keras.ops.convert_to_tensor(x))
    np.testing.assert_array_equal(found, np.asarray(expected))


@pytest.mark.parametrize("sizes", [[1], [3], [50], [1000], [400, 7, 1000, 250]], ids=str)
@pytest.mark.parametrize(("bins", "epsilon"), [(4, 0.01), (10, 0.05), (1, 0.01)])
def test_learned_boundaries_of_keras(bins, epsilon, sizes):
    keras = require_peer("keras")
    data = [RNG.normal(size=(size, 2)).astype("float32") for size in sizes]
    ours = Discretization(num_bins=bins, epsilon=epsilon)
    theirs = keras.layers.Discretization(num_bins=bins, epsilon=epsilon)
    for layer in (ours, theirs):
        layer.adapt(iter(data))
    np.testing.assert_allclose(ours.bin_boundaries, theirs.bin_boundaries, rtol=1e-5, atol=1e-6)


def test_in_models_and_files_of_keras(tmp_path):
    require_peer("tensorflow")
    keras = require_peer("keras")

    def of_words(package, at):
        text = package.Input((3,), dtype="string")
        embedded = package.layers.Embedding(11, 4)(at.Hashing(num_bins=11, salt=3)(text))
        return package.models.Model(text, package.layers.Flatten()(embedded))

    def of_numbers(package, at):
        number = package.Input((2,))
        intervals = at.Discretization(bin_boundaries=[-0.5, 0.5], output_mode="one_hot")(number)
        return package.models.Model(number, package.layers.Dense(2)(package.layers.Flatten()(intervals)))

    values = RNG.normal(size=(4, 2)).astype("float32")
    expected = of_words(fastlstm, fastlstm.preprocessing)
    assert isinstance(expected, Model)
    expected.save(tmp_path / "words.keras")
    for again in (fastlstm.load_model(tmp_path / "words.keras"),):
        np.testing.assert_array_equal(again.predict(WORDS, verbose=0), expected.predict(WORDS, verbose=0))
    theirs = keras.models.load_model(tmp_path / "words.keras")
    assert theirs.layers[1].get_config()["salt"] == [3, 3]
    for writer, at in ((fastlstm, fastlstm.preprocessing), (keras, keras.layers)):
        model = of_numbers(writer, at)
        model.save(tmp_path / "numbers.keras")
        for reader in (fastlstm, keras):
            again = reader.models.load_model(tmp_path / "numbers.keras")
            found, wanted = (np.asarray(one.predict(values, verbose=0)) for one in (again, model))
            np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-6)


def test_a_chain_trains_behind_learned_intervals(tmp_path):
    x = RNG.normal(size=(30, 1)).astype("float32")
    intervals = Discretization(num_bins=3, output_mode="one_hot")
    intervals.adapt(x)
    model = Sequential([Input((1,)), intervals, layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, x, verbose=0, epochs=2)
    model.save(tmp_path / "model.keras")
    again = fastlstm.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Hashing(0), ValueError, "num_bins"),
        (lambda: Hashing(2, salt=[1]), ValueError, "salt: expected an integer or two of them"),
        (lambda: Hashing(2, dtype="float32"), ValueError, "dtype: expected one of integers"),
        (lambda: Hashing(2, output_mode="tf_idf"), ValueError, "output_mode"),
        (lambda: Hashing(2, sparse=True), ValueError, "sparse: Hashing does not support it"),
        (Discretization, ValueError, "num_bins: expected it or bin_boundaries"),
        (lambda: Discretization([1.0, 0.0]), ValueError, "bin_boundaries: expected numbers in rising order"),
        (lambda: Discretization([1.0]).adapt([1.0]), ValueError, "num_bins: expected it to learn"),
        (lambda: Discretization(num_bins=2)([1.0]), ValueError, "bin_boundaries: expected them before the call"),
    ],
)
def test_what_does_not_fit(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_boundaries_are_compared_in_the_precision_of_the_data():
    """As in Keras 3.15, where 0.7 lies in the interval that begins with 0.7."""
    for boundary in (0.7, 2.3, 0.1):
        assert Discretization([boundary])(np.float32([boundary])).tolist() == [1]
