"""Keras's data sets, from made-up files that have the form of Keras's, against Keras."""

import gzip
import importlib
import pickle
import sys

import numpy as np
import pytest
from peers import require_peer

from fastlstm.datasets import keras_files
from fastlstm.datasets.keras_files import cifar10, fashion_mnist, imdb, mnist, reuters

WORDS = [
    {},
    {"num_words": 15},
    {"skip_top": 5, "oov_char": None},
    {"start_char": None, "index_from": 0},
    {"maxlen": 6, "seed": 4},
    {"maxlen": 5, "start_char": None, "index_from": None, "num_words": 20},
]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Return the folder of the data sets in an empty KERAS_HOME."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    folder = tmp_path / "datasets"
    folder.mkdir()
    return folder


@pytest.fixture
def theirs(home, monkeypatch):
    """Return Keras's data set of a name, which reads the same files."""

    def load(name, package="keras"):
        module = getattr(require_peer(f"{package}.datasets"), name)
        source = sys.modules[module.load_data.__module__]
        monkeypatch.setattr(source, "get_file", lambda fname=None, **options: str(home / fname))
        return module

    return load


def sequences(rng, rows):
    found = np.empty(rows, object)
    found[:] = [rng.integers(1, 30, rng.integers(1, 9)).tolist() for _ in range(rows)]
    return found


def assert_same(found, expected):
    for part, other in zip(found, expected, strict=True):
        for array, wanted in zip(part, other, strict=True):
            np.testing.assert_array_equal(array, wanted, strict=True)


@pytest.mark.parametrize("options", WORDS, ids=str)
@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_texts_are_those_of_keras(name, options, home, theirs, rng):
    x, labels = sequences(rng, 23), rng.integers(0, 46, 23)
    if name == "imdb":
        np.savez(home / "imdb.npz", x_train=x[:12], y_train=labels[:12], x_test=x[12:], y_test=labels[12:])
    else:
        np.savez(home / "reuters.npz", x=x, y=labels)
        options = options | {"test_split": 0.3}
    ours = getattr(keras_files, name)
    assert_same(ours.load_data(**options), theirs(name).load_data(**options))
    if options.get("start_char", 1) is not None:  # Keras 2 adds arrays there
        assert_same(ours.load_data(**options), theirs(name, "tf_keras").load_data(**options))
    assert_same(ours.load_data(path=home / f"{name}.npz", nb_words=9), ours.load_data(num_words=9))
    with pytest.raises(ValueError, match="maxlen: expected more than the length of the shortest text, got 1"):
        ours.load_data(maxlen=1)


@pytest.mark.parametrize("name", ["imdb", "reuters"])
def test_word_indices(name, home, theirs):
    (home / f"{name}_word_index.json").write_text('{"the": 1, "naïve": 2}', encoding="utf-8")
    assert getattr(keras_files, name).get_word_index() == theirs(name).get_word_index() == {"the": 1, "naïve": 2}


@pytest.mark.parametrize("options", [{}, {"test_split": 0.3, "seed": 1}, {"version": "small"}], ids=str)
@pytest.mark.parametrize("name", ["boston_housing", "california_housing"])
def test_houses_are_those_of_keras(name, options, home, theirs, rng):
    if name == "boston_housing":
        options = {key: value for key, value in options.items() if key != "version"}
    np.savez(home / f"{name}.npz", x=rng.normal(size=(700, 3)).astype(np.float32), y=rng.normal(size=700))
    assert_same(getattr(keras_files, name).load_data(**options), theirs(name).load_data(**options))


def test_pictures_are_those_of_keras(home, theirs, rng):
    def pixels(*shape):
        return rng.integers(0, 256, shape, dtype=np.uint8)

    np.savez(
        home / "mnist.npz", x_train=pixels(3, 28, 28), y_train=pixels(3), x_test=pixels(2, 28, 28), y_test=pixels(2)
    )
    assert_same(mnist.load_data(), theirs("mnist").load_data())

    (home / "fashion-mnist").mkdir()
    for part, rows in (("train", 3), ("t10k", 2)):
        for kind, header, size in (("images-idx3", 16, 784), ("labels-idx1", 8, 1)):
            name = f"{part}-{kind}-ubyte.gz"
            content = bytes(header) + pixels(rows * size).tobytes()
            for path in (home / name, home / "fashion-mnist" / name):  # that of the patched get_file, and the real one
                path.write_bytes(gzip.compress(content))
    assert_same(fashion_mnist.load_data(), theirs("fashion_mnist").load_data())


def test_photographs_have_their_channels_last(home, rng):
    folder = home / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    data = rng.integers(0, 256, (2, 3, 32, 32), dtype=np.uint8)
    for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        (folder / name).write_bytes(pickle.dumps({b"data": data.reshape(2, 3072), b"labels": [3, 9]}))
    (x_train, y_train), (x_test, y_test) = cifar10.load_data()
    assert (x_train.shape, y_train.shape) == ((10, 32, 32, 3), (10, 1))
    np.testing.assert_array_equal(x_test, np.moveaxis(data, 1, -1), strict=True)
    np.testing.assert_array_equal(y_test, np.array([[3], [9]], np.uint8), strict=True)
    folder.rename(home / "cifar-10-batches-py")  # where Keras 2 has it
    np.testing.assert_array_equal(cifar10.load_data()[0][0], x_train)
    (home / "cifar-10-batches-py" / "test_batch").write_bytes(b"no pickle")
    with pytest.raises(ValueError, match=r"test_batch: the file is damaged"):
        cifar10.load_data()


@pytest.mark.parametrize("name", keras_files.__all__)
def test_a_missing_file_is_named(name, home):
    module = importlib.import_module(f"fastlstm.datasets.keras_files.{name}")
    with pytest.raises(FileNotFoundError, match="since nothing is downloaded; get it from https://") as caught:
        module.load_data()
    assert str(home) in str(caught.value)
    if hasattr(module, "get_word_index"):
        with pytest.raises(FileNotFoundError, match=f"path: expected the file .*{name}_word_index.json, since nothing"):
            module.get_word_index()


class Anything:
    """Stands for code in a pickle."""


def test_files_do_not_run_code(home):
    evil = np.array([Anything(), [1]], object)
    np.savez(home / "imdb.npz", x_train=evil, y_train=evil, x_test=evil, y_test=evil)
    with pytest.raises(ValueError, match=r"imdb.npz: the file contains .*Anything; expected only arrays"):
        imdb.load_data()
    (home / "reuters.npz").write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"reuters.npz: .*damaged"):
        reuters.load_data()
    np.savez(home / "reuters.npz", x=np.zeros(3))
    with pytest.raises(ValueError, match=r"reuters.npz: .*damaged"):
        reuters.load_data()


def test_arguments_are_checked(home, rng):
    np.savez(home / "reuters.npz", x=sequences(rng, 9), y=np.arange(9))
    for options, error, match in (
        ({"num_words": 0}, ValueError, "num_words: expected an integer of at least 1, got 0"),
        ({"test_split": 2}, ValueError, "test_split"),
        ({"seed": "a"}, TypeError, "seed: expected an integer"),
        ({"path": 3}, TypeError, "path: expected the name or the path of a file, got int"),
        ({"words": 3}, TypeError, "words"),
    ):
        with pytest.raises(error, match=match):
            reuters.load_data(**options)
    with pytest.raises(ValueError, match="version: expected 'large' or 'small', got 'tiny'"):
        keras_files.california_housing.load_data("tiny")
