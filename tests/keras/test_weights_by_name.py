"""Weights in the format of Keras 2, and loading those of the layers that have the same names."""

import h5py
import numpy as np
import pytest

from fastlstm import keras


def _named(*layers):
    model = keras.Sequential([keras.Input((3,))])
    for name, units in layers:
        model.add(keras.layers.Dense(units, name=name))
    return model


def test_layers_of_the_same_name_get_their_weights(tmp_path):
    source, target = _named(("a", 2), ("b", 3)), _named(("a", 2), ("new", 2), ("b", 3))
    before = target.layers[1].get_weights()
    source.save_weights(tmp_path / "weights.h5")
    target.load_weights(tmp_path / "weights.h5", by_name=True)
    for i, j in ((0, 0), (1, 2)):
        for ours, theirs in zip(source.layers[i].get_weights(), target.layers[j].get_weights(), strict=True):
            np.testing.assert_array_equal(theirs, ours)
    np.testing.assert_array_equal(target.layers[1].get_weights()[0], before[0])


def test_the_format_of_keras_2(tmp_path):
    model = _named(("a", 2), ("b", 3))
    model.save_weights(tmp_path / "weights.h5")
    with h5py.File(tmp_path / "weights.h5") as file:
        assert [name.decode() for name in file.attrs["layer_names"]] == ["a", "b"]
        np.testing.assert_array_equal(file["a"][file["a"].attrs["weight_names"][0]], model.get_weights()[0])
    other = _named(("c", 2), ("d", 3))
    other.load_weights(tmp_path / "weights.h5")
    np.testing.assert_array_equal(other.get_weights()[2], model.get_weights()[2])


def test_a_layer_that_does_not_fit(tmp_path):
    source, target = _named(("a", 2), ("b", 3)), _named(("a", 2), ("b", 4))
    source.save_weights(tmp_path / "weights.h5")
    before = target.get_weights()
    with pytest.raises(ValueError, match="'b'"):
        target.load_weights(tmp_path / "weights.h5", by_name=True)
    np.testing.assert_array_equal(target.get_weights()[0], before[0])
    with pytest.warns(UserWarning, match="unchanged"):
        target.load_weights(tmp_path / "weights.h5", by_name=True, skip_mismatch=True)
    np.testing.assert_array_equal(target.get_weights()[0], source.get_weights()[0])


def test_a_file_without_names(tmp_path):
    model = _named(("a", 2))
    model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(ValueError, match="by_name: expected a file with the names of layers"):
        model.load_weights(tmp_path / "model.weights.h5", by_name=True)
