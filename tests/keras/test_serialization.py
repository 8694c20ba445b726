"""Layers, models and other objects as plain data, and back."""

import json

import numpy as np
import pytest

from fastlstm import keras, losses

OBJECTS = {
    "layer": lambda: keras.layers.LSTM(3, kernel_regularizer=keras.regularizers.L2(0.1)),
    "wrapper": lambda: keras.layers.Bidirectional(keras.layers.GRU(3)),
    "loss": lambda: keras.losses.Huber(2.0),
    "metric": lambda: keras.metrics.AUC(num_thresholds=50),
    "optimizer": lambda: keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)),
    "initializer": lambda: keras.initializers.RandomUniform(-0.2, 0.2),
    "constraint": lambda: keras.constraints.MaxNorm(2.0),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_objects_become_plain_data_and_return(name):
    made = OBJECTS[name]()
    described = json.loads(json.dumps(keras.saving.serialize_keras_object(made)))
    found = keras.saving.deserialize_keras_object(described)
    assert type(found) is type(made)
    assert str(found.get_config()) == str(made.get_config())


def test_models_return_with_initial_weights():
    x = keras.Input((5, 2))
    model = keras.Model(x, keras.layers.Dense(1)(keras.layers.LSTM(3)(x)))
    described = json.loads(json.dumps(keras.saving.serialize_keras_object(model)))
    found = keras.saving.deserialize_keras_object(described)
    found.set_weights(model.get_weights())
    data = np.random.default_rng(0).normal(size=(4, 5, 2))
    np.testing.assert_array_equal(found.predict(data, verbose=0), model.predict(data, verbose=0))


def test_functions_and_plain_data():
    described = keras.saving.serialize_keras_object(keras.activations.relu)
    assert (described["class_name"], described["module"]) == ("function", "builtins")
    assert keras.saving.deserialize_keras_object(described)(-1.0) == 0
    plain = {"a": [1, 2.5, None], "b": "text"}
    assert keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(plain)) == plain


def test_own_classes_need_a_name():
    @keras.saving.register_keras_serializable("here")
    class Twice(keras.layers.Layer):
        def call(self, x):
            return 2 * x

    described = keras.saving.serialize_keras_object(Twice(name="twice"))
    assert keras.saving.deserialize_keras_object(described).name == "twice"
    assert keras.saving.get_registered_name(Twice) == "here>Twice"
    assert keras.saving.get_registered_object("here>Twice") is Twice
    with keras.saving.custom_object_scope({}):
        for name in ("Twice", "here>Twice"):
            del keras.saving.get_custom_objects()[name]
        with pytest.raises(ValueError, match="custom_objects"):
            keras.saving.deserialize_keras_object(described)
        assert isinstance(keras.saving.deserialize_keras_object(described, {"Twice": Twice}), Twice)
    assert keras.saving.get_registered_object("here>Twice") is Twice


def test_names_as_in_keras_2():
    found = keras.utils.deserialize_keras_object("one", module_objects={"one": dict}, printable_module_name="object")
    assert found == {}
    assert keras.layers.deserialize(keras.layers.serialize(keras.layers.Dense(3))).units == 3
    with pytest.raises(ValueError, match="expected a name among module_objects"):
        keras.utils.deserialize_keras_object("two", module_objects={"one": dict})


def test_layers_without_their_module():
    config = {
        "units": 3,
        "activation": "tanh",
        "kernel_initializer": {"class_name": "Constant", "config": {"value": 0.1}},
    }
    found = keras.layers.deserialize({"class_name": "Dense", "config": config})
    np.testing.assert_allclose(found(np.ones((2, 4), np.float32)), np.full((2, 3), np.tanh(0.4)), rtol=1e-6)
    assert isinstance(keras.layers.deserialize("Flatten"), keras.layers.Flatten)
    inner = {"class_name": "Bidirectional", "config": {"layer": {"class_name": "GRU", "config": {"units": 2}}}}
    assert keras.layers.deserialize(inner).forward_layer.units == 2
    for unknown in ("Dens", {"class_name": "Dens", "config": {}}):
        with pytest.raises(ValueError, match="no layer 'Dens'"):
            keras.layers.deserialize(unknown)


def test_functions_by_name():
    described = {"module": "builtins", "class_name": "function", "config": "mean_squared_error"}
    assert keras.saving.deserialize_keras_object(described) is losses.mean_squared_error
    with pytest.raises(ValueError, match="got 'nothing'"):
        keras.saving.deserialize_keras_object({**described, "config": "nothing"})


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="expected an object with get_config"):
        keras.saving.serialize_keras_object([1, object()])
