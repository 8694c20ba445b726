"""Weights of models with a `call` and weights of their own, in files of this package and of Keras, both ways."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras as ours

X = np.linspace(-1, 1, 8, dtype="float32").reshape(4, 2)


def scaled(keras):
    class Scaled(keras.Model):
        def __init__(self):
            super().__init__()
            self.scale = self.add_weight(shape=(2,), initializer="ones", name="scale")
            self.last = keras.layers.Dense(2)
            self.blocks = [keras.layers.Dense(2), keras.layers.Dense(2)]

        def call(self, x):
            for block in self.blocks:
                x = block(x)
            return self.last(x) * self.scale

    return Scaled()


def shifted(keras):
    class Shifted(keras.Model):
        def __init__(self):
            super().__init__()
            self.inside = scaled(keras)

        def build(self, input_shape):
            self.shift = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="shift")
            self.gain = self.add_weight(shape=(), initializer="ones", name="gain")
            self.built = True

        def call(self, x):
            return self.inside(x) * self.gain + self.shift

    return Shifted()


def functional(keras):
    x = keras.Input((2,))
    return keras.Model(x, keras.layers.Dense(2)(scaled(keras)(x)))


def built(keras, make, seed=None):
    model = make(keras)
    model(X)
    if seed is not None:
        rng = np.random.default_rng(seed)
        model.set_weights([rng.normal(size=np.shape(one)).astype("float32") for one in model.get_weights()])
    return model


MODELS = [scaled, shifted, functional]


@pytest.mark.parametrize("make", MODELS)
def test_weights_come_back(tmp_path, make):
    model = built(ours, make, 1)
    model.save_weights(tmp_path / "model.weights.h5")
    other = built(ours, make, 2)
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


@pytest.mark.parametrize("make", MODELS)
def test_weights_go_to_keras_and_back(tmp_path, make):
    keras = require_peer("keras")
    for number, (writer, reader) in enumerate([(ours, keras), (keras, ours)]):
        path = tmp_path / f"{number}.weights.h5"
        model = built(writer, make, 1)
        model.save_weights(path)
        other = built(reader, make, 2)
        other.load_weights(path)
        np.testing.assert_allclose(other.predict(X, verbose=0), model.predict(X, verbose=0), atol=1e-5)


@pytest.mark.parametrize("make", [scaled, shifted])
def test_models_with_a_build_of_their_own_come_back_whole(tmp_path, make):
    model = built(ours, make, 1)
    model.save(tmp_path / "model.keras")
    classes = {type(model).__name__: type(model)}
    other = ours.models.load_model(tmp_path / "model.keras", custom_objects=classes)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))


def test_missing_weights_of_a_model_are_named(tmp_path):
    ours.Sequential([ours.Input((2,)), ours.layers.Dense(2)]).save_weights(tmp_path / "other.weights.h5")
    with pytest.raises(ValueError, match=r"expected 1 weights \(scale\) in the file, got 0"):
        built(ours, scaled).load_weights(tmp_path / "other.weights.h5")
