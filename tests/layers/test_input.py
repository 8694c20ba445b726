"""Input: shapes that models can start from, and its configuration."""

import json
import zipfile

import numpy as np
import pytest

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: Input((None,)), None, ""),
        (lambda: Input(()), ValueError, r"got \(\); for a number for each sample, give \(1,\), and data \(N, 1\)"),
        (lambda: Input((3,), optional=True), ValueError, "optional: Input does not support it"),
        (lambda: Sequential([Input((None,)), layers.Dense(2)]), ValueError, "number of features"),
        (lambda: Sequential([Input((3,)), layers.Dense(2), layers.Embedding(3, 2)]), ValueError, "must be the first"),
        (lambda: Sequential([Input((3, 2)), layers.Embedding(3, 2)]), ValueError, r"expected shape \(N, T\)"),
        (Input, TypeError, "shape"),
        (lambda: Input((3, 2), batch_shape=(4, 3, 2)), ValueError, "batch_shape: expected it alone"),
        (lambda: Input(batch_shape=(4,)), ValueError, "shape"),
        (lambda: Input(batch_shape=3), TypeError, "batch_shape"),
        (lambda: Input((3, 2), batch_size=0), ValueError, "batch_size"),
    ],
)
def test_inputs(make, error, match):
    if error is None:
        make()
        return
    with pytest.raises(error, match=match):
        make()


def test_the_input_s_configuration_makes_an_equal_input():
    for tensor in (Input((None,)), Input((5, 2), 3, "float64", name="own"), Input(batch_shape=(4, None, 2))):
        made = tensor.layer
        assert tensor.shape == made.batch_shape
        again = type(made)(**made.get_config())
        assert again.get_config() == made.get_config()
        assert again.batch_shape == made.batch_shape


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_inputs_of_files_keep_their_dtype(tmp_path, dtype):
    x = Input((3,), dtype=dtype)
    Model(x, layers.Dense(2)(x)).save(tmp_path / "model.keras")
    read = fastlstm.load_model(tmp_path / "model.keras")
    assert (read.inputs[0].dtype, read.layers[0].dtype) == (dtype, "float32")


def test_inputs_of_files_are_still_of_whole_numbers(tmp_path):
    x = Input((3,), dtype="int32")
    Model(x, layers.Embedding(5, 2)(x)).save(tmp_path / "model.keras")
    with zipfile.ZipFile(tmp_path / "model.keras") as archive:
        description = json.loads(archive.read("config.json"))
    assert description["config"]["layers"][0]["config"]["dtype"] == "int32"
    assert fastlstm.load_model(tmp_path / "model.keras").predict(np.ones((1, 3), int)).shape == (1, 3, 2)
