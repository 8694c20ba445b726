"""The module tree: Keras's names, their older ones, and those that are missing."""

import importlib
import subprocess
import sys

import pytest

import fastlstm
from fastlstm import keras
from fastlstm.keras import NotAvailableError
from fastlstm.keras._hints import hint_for, hinted_names

MODULES = [
    "activations",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "ops",
    "optimizers",
    "optimizers.legacy",
    "optimizers.schedules",
    "preprocessing",
    "preprocessing.image",
    "preprocessing.sequence",
    "preprocessing.text",
    "random",
    "regularizers",
    "saving",
    "utils",
    "wrappers",
    "wrappers.scikit_learn",
]


@pytest.mark.parametrize("module", MODULES)
def test_any_public_name_imports(module):
    found = importlib.import_module(f"fastlstm.keras.{module}")
    assert "which fastlstm lacks" in repr(found.SomethingOfKeras)
    assert not hasattr(found, "_something")


@pytest.mark.parametrize("module", ["activations", "callbacks", "constraints", "initializers", "layers", "losses"])
def test_modules_have_the_names_of_the_package(module):
    assert set(getattr(fastlstm, module).__all__) <= set(getattr(keras, module).__all__)
    assert all(hasattr(getattr(keras, module), name) for name in getattr(keras, module).__all__)


def test_older_names():
    assert keras.layers.CuDNNLSTM is keras.layers.LSTM
    assert keras.layers.TimeDistributedDense is keras.layers.Dense
    assert keras.optimizers.adam is keras.optimizers.legacy.Adam is fastlstm.optimizers.Adam
    assert keras.losses.mse is keras.losses.MSE is keras.losses.mean_squared_error
    assert keras.constraints.maxnorm is fastlstm.constraints.MaxNorm
    assert keras.initializers.glorot_uniform is fastlstm.initializers.GlorotUniform


def test_the_package_has_the_module():
    assert fastlstm.keras is keras


def _subclass(missing):
    class Own(missing):
        pass


USES = {
    "subclass": _subclass,
    "call": lambda missing: missing(1),
    "attribute": lambda missing: missing.anything,
    "subscript": lambda missing: missing[0],
    "iterate": list,
    "with": lambda missing: missing.__enter__(),
    "add": lambda missing: missing + 1,
}


@pytest.mark.parametrize("use", USES)
def test_using_a_missing_name_raises(use):
    with pytest.raises(NotAvailableError, match=r"does not have keras\.layers\.Conv2D: its layers take sequences"):
        USES[use](keras.layers.Conv2D)


def test_nothing_is_an_instance_of_a_missing_class():
    assert not isinstance(keras.layers.LSTM(1), keras.layers.Conv2D)
    assert not hasattr(keras.layers.Conv2D, "call")


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("keras.layers.Lstm", r"did you mean keras\.layers\.LSTM"),
        ("keras.tensorflow.gradients", r"tf\.gradients: there are no graphs: train with model\.fit"),
        ("keras.tensorflow.io.decode_csv", r"tf\.io\.decode_csv: read the file with Python"),
        ("keras.utils.SomethingElse", "run the script with Keras itself"),
    ],
)
def test_advice(name, advice):
    module, _, attribute = name.rpartition(".")
    with pytest.raises(NotAvailableError, match=advice):
        getattr(importlib.import_module(f"fastlstm.{module}"), attribute)()


def test_every_layer_is_one_of_the_base_class():
    assert isinstance(keras.layers.LSTM(1), keras.layers.Layer)
    assert not isinstance(3, keras.layers.Layer)


def test_names_of_keras_1():
    x = keras.Input((5, 2))
    merged = keras.layers.merge([x, x], mode="concat")
    assert merged.shape[1:] == (5, 4)
    assert keras.layers.merge([x, x], mode="dot").shape == (None, 5, 5)
    assert keras.layers.LSTM(3, consume_less="gpu", inner_activation="sigmoid").units == 3
    assert "!" in keras.preprocessing.text.base_filter()


def test_nothing_with_advice_exists_here():
    """What is implemented must no longer be refused on the page."""
    for module in MODULES:
        found = vars(importlib.import_module(f"fastlstm.keras.{module}"))
        assert not set(hinted_names(module)) & set(found)
    assert hint_for("keras.layers.LSTM") is None


def test_importing_the_modules_imports_no_optional_library():
    code = "import sys, fastlstm.keras; print(*{name.partition('.')[0] for name in sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"sklearn", "pandas", "scipy", "matplotlib", "keras", "tensorflow", "h5py"} & set(found)
