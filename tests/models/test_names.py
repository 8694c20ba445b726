"""Names of layers and models that are assigned: unique in a model, so that files load as the same model."""

import numpy as np
import pytest

import fastlstm
from fastlstm import Input, Sequential, keras, layers
from fastlstm.models import Model


def functional():
    x = Input((3,), name="x")
    return Model(x, layers.Dense(3, name="b")(layers.Dense(3, name="a")(x)))


def sequential():
    return Sequential([Input((3,)), layers.Dense(3, name="a"), layers.Dense(3, name="b")])


@pytest.mark.parametrize("made", [functional, sequential])
def test_a_name_that_is_taken_is_refused(made, tmp_path, rng):
    model = made()
    with pytest.raises(ValueError, match=f"layer: the name 'b' is already taken in model '{model.name}'"):
        model.get_layer("a").name = "b"
    model.get_layer("a").name = "a"
    model.get_layer("a").name = "c"
    model.save(tmp_path / "model.keras")
    loaded, x = fastlstm.load_model(tmp_path / "model.keras"), rng.normal(size=(2, 3))
    assert [one.name for one in loaded.layers][-2:] == ["c", "b"]
    np.testing.assert_array_equal(loaded.predict(x), model.predict(x))


def test_the_names_of_inputs_and_of_models_inside_are_taken_as_well():
    x, inside = Input((3,), name="x"), functional()
    model = Model(x, layers.Dense(2, name="last")(inside(x)))
    with pytest.raises(ValueError, match="the name 'x' is already taken"):
        model.get_layer("last").name = "x"
    with pytest.raises(ValueError, match="the name 'last' is already taken"):
        inside.name = "last"
    inside.name = "inside"
    assert model.get_layer("inside") is inside


def test_a_name_is_a_text():
    layer = layers.Dense(2, name="a")
    with pytest.raises(TypeError, match="name: expected a string, got 3"):
        layer.name = 3
    with pytest.raises(ValueError, match="name: expected a string with at least one character"):
        layer.name = ""
    assert layer.name == "a"


@keras.saving.register_keras_serializable("tests of names")
class Scaled(keras.layers.Layer):
    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), name="scale", initializer="normal")

    def call(self, x):
        return x * self.scale


@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5", "safetensors"])
def test_custom_layers_with_new_names(ending, tmp_path):
    pytest.importorskip("safetensors")
    x = keras.Input((3,))
    first, second = Scaled(name="a"), Scaled(name="b")
    model = keras.Model(x, second(first(x)))
    first.name, second.name = "c", "a"
    given = np.ones((2, 3), "float32")
    path = tmp_path / f"model.{ending}"
    if ending in ("keras", "h5"):
        model.save(path)
        loaded = keras.models.load_model(path)
    else:
        model.save_weights(path)
        loaded = keras.Model(x, Scaled(name="a")(Scaled(name="c")(x)))
        loaded.load_weights(path)
    assert [one.name for one in loaded.layers[1:]] == ["c", "a"]
    np.testing.assert_array_equal(loaded.get_layer("c").get_weights()[0], first.get_weights()[0])
    np.testing.assert_allclose(loaded.predict(given, verbose=0), model.predict(given, verbose=0), rtol=1e-6)


def test_custom_layers_and_models_have_to_be_initialized_first():
    class Early(keras.layers.Layer):
        def __init__(self):
            self.name = "early"
            super().__init__()

    with pytest.raises(RuntimeError, match=r"Early: call super\(\).__init__\(\)"):
        Early()


def test_a_model_with_a_call():
    class Whole(keras.Model):
        def __init__(self):
            super().__init__(name="whole")
            self.scale = self.add_weight(shape=(2,), name="scale")

        def call(self, x):
            return x * self.scale

    model = Whole()
    model.name = "renamed"
    assert [leaf.name for leaf in model._leaf_layers()] == ["renamed"]  # of the weights of the model itself
