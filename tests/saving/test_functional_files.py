"""Functional models in files of every format, and to Keras and back."""

import contextlib
import json
import pickle
import warnings
import zipfile

import numpy as np
import peer_keras2
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, layers
from fastlstm.models import Model

STEPS, FEATURES = 5, 3


def graph(package):
    x = package.Input((STEPS, FEATURES), name="start")
    low = package.layers.LSTM(4, return_sequences=True)(x)
    high = package.layers.Bidirectional(package.layers.GRU(2, return_sequences=True))(low)
    total = package.layers.Add()([low, high])
    last = package.layers.GRU(3)(package.layers.Concatenate()([total, x]))
    return package.models.Model(x, package.layers.Dense(2)(last), name="branches")


@pytest.fixture
def data(rng):
    return rng.normal(size=(8, STEPS, FEATURES)).astype("float32"), rng.normal(size=(8, 2)).astype("float32")


def trained(package, data):
    model = graph(package)
    model.compile("adam", "mse")
    model.fit(*data, verbose=0)
    return model


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_saved_model_goes_on_with_the_same_bits(ending, data, tmp_path):
    model = trained(fastlstm, data)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    again = fastlstm.load_model(path)
    assert isinstance(again, Model)
    assert [layer.name for layer in again.layers] == [layer.name for layer in model.layers]
    np.testing.assert_array_equal(again.predict(data[0], verbose=0), model.predict(data[0], verbose=0))
    for each in (model, again):
        each.fit(*data, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("ending", ["weights.h5", "safetensors"])
def test_weights_alone(ending, data, tmp_path):
    if ending == "safetensors":
        require_peer("safetensors")
    model, other = trained(fastlstm, data), graph(fastlstm)
    path = tmp_path / f"model.{ending}"
    model.save_weights(path)
    other.load_weights(path)
    np.testing.assert_array_equal(other.predict(data[0], verbose=0), model.predict(data[0], verbose=0))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_keras_opens_the_file_and_goes_on(ending, data, tmp_path):
    keras = require_peer("keras")
    model = trained(fastlstm, data)
    path = tmp_path / f"model.{ending}"
    model.save(path)
    theirs = keras.models.load_model(path)
    np.testing.assert_allclose(theirs.predict(data[0], verbose=0), model.predict(data[0], verbose=0), atol=4e-6)
    if ending == "h5":
        return  # in which Keras 3 does not restore the optimizer
    for each in (model, theirs):
        each.fit(*data, shuffle=False, verbose=0)
    for ours, their in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours, their, atol=1e-5)


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_file_of_keras(ending, data, tmp_path):
    keras = require_peer("keras")
    theirs = trained(keras, data)
    path = tmp_path / f"model.{ending}"
    theirs.save(path)
    model = fastlstm.load_model(path)
    assert isinstance(model, Model)
    np.testing.assert_allclose(model.predict(data[0], verbose=0), theirs.predict(data[0], verbose=0), atol=4e-6)


def test_a_chain_is_loaded_as_a_sequential(data, tmp_path):
    x = Input((STEPS, FEATURES))
    model = Model(x, layers.Dense(1)(layers.LSTM(3)(x)))
    model.save(tmp_path / "chain.keras")
    again = fastlstm.load_model(tmp_path / "chain.keras")
    assert isinstance(again, fastlstm.Sequential)
    np.testing.assert_array_equal(again.predict(data[0], verbose=0), model.predict(data[0], verbose=0))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_operations_between_layers(ending, data, tmp_path):
    keras = require_peer("keras")
    found = []
    for package in (keras, fastlstm):
        x = package.Input((STEPS, FEATURES))
        model = package.models.Model(x, peer_keras2.operations(package, x))
        rng = np.random.default_rng(3)
        model.set_weights([rng.uniform(-0.6, 0.6, one.shape).astype("float32") for one in model.get_weights()])
        path = tmp_path / f"{package.__name__}.{ending}"
        model.save(path)
        found += [model, fastlstm.load_model(path)]
    found.append(keras.models.load_model(path))  # the one from here: it cannot read operations in its own .h5 files
    for model in found:
        np.testing.assert_allclose(model.predict(data[0], verbose=0), found[0].predict(data[0], verbose=0), atol=4e-6)


def test_other_functions_as_layers(data, tmp_path):
    keras = require_peer("keras")
    ops = keras.ops
    x = keras.Input((STEPS, FEATURES))
    y = ops.concatenate([ops.maximum(x, 2 * x), ops.minimum(ops.relu(x), ops.tanh(x)), ops.sigmoid(x)], axis=-1)
    theirs = keras.Model(x, ops.softmax(y))
    theirs.save(tmp_path / "model.keras")
    model = fastlstm.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(model.predict(data[0], verbose=0), theirs.predict(data[0], verbose=0), atol=4e-6)
    keras.Model(x, keras.layers.LSTM(2)(x * keras.layers.Masking()(x))).save(tmp_path / "masked.keras")
    with pytest.warns(UserWarning, match="removes the mask of its input in Keras"):
        fastlstm.load_model(tmp_path / "masked.keras")


# Layers in several models -----------------------------------------------------------------------------------------


def shares_across_models(package):
    """Return a model in which a layer is in two models inside and outside of both."""
    at = package.layers
    shared = at.LSTM(3, return_sequences=True, name="shared")
    x = package.Input((STEPS, FEATURES), name="start")
    first = package.Sequential([package.Input((STEPS, FEATURES)), shared, at.GRU(2)], name="first")
    inner = package.Input((STEPS, FEATURES))
    second = package.models.Model(inner, at.GRU(2)(shared(inner)), name="second")
    return package.models.Model(x, at.Add()([first(x), second(x), at.GRU(2)(shared(x))]))


@pytest.mark.parametrize("ending", ["keras", "h5"])
def test_a_layer_in_several_models_stays_one(ending, data, tmp_path):
    model = shares_across_models(fastlstm)
    model.compile("adam", "mse")
    model.fit(*data, verbose=0)
    model.save(tmp_path / f"model.{ending}")
    again = fastlstm.load_model(tmp_path / f"model.{ending}")
    shared = again.get_layer("first").get_layer("shared")
    assert again.get_layer("shared") is shared is again.get_layer("second").get_layer("shared")
    for each in (model, again):
        each.fit(*data, shuffle=False, verbose=0)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    configured = Model.from_config(model.get_config())
    assert len(configured.get_weights()) == len(model.get_weights())


def test_keras_makes_it_a_layer_for_each_model(data, tmp_path):
    keras = require_peer("keras")
    model = shares_across_models(fastlstm)
    model.save(tmp_path / "model.keras")
    theirs = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(theirs.predict(data[0], verbose=0), model.predict(data[0], verbose=0), atol=4e-6)


def test_a_file_of_keras_that_keras_cannot_open(data, tmp_path):
    keras = require_peer("keras")
    theirs = shares_across_models(keras)
    theirs.save(tmp_path / "model.keras")
    with pytest.raises(ValueError, match=r"could not be loaded|not connected"):
        keras.models.load_model(tmp_path / "model.keras")
    model = fastlstm.load_model(tmp_path / "model.keras")
    assert len(model.get_weights()) == len(theirs.get_weights())
    np.testing.assert_allclose(model.predict(data[0], verbose=0), theirs.predict(data[0], verbose=0), atol=4e-6)


def test_models_that_share_a_layer_are_pickled_apart_or_together():
    shared = layers.Dense(2)
    models = [fastlstm.Sequential([Input((FEATURES,)), shared, layers.Dense(1)]) for _ in range(2)]
    apart = [pickle.loads(pickle.dumps(model)) for model in models]
    together = pickle.loads(pickle.dumps(models))
    for found, same in ((apart, False), (together, True)):
        found[0].layers[0].set_weights([weight * 0 + 7 for weight in found[0].layers[0].get_weights()])
        assert (found[1].get_weights()[0] == 7).all() == same


def test_a_model_that_begins_inside_another(data, tmp_path):
    x = Input((STEPS, FEATURES))
    low = layers.LSTM(4, return_sequences=True)(x)
    high = layers.GRU(2)(layers.Concatenate()([low, layers.Dense(3)(low)]))
    earlier, later = Model(x, low), Model(low, high)
    later.save(tmp_path / "later.keras")
    again = fastlstm.load_model(tmp_path / "later.keras")
    between, whole = earlier.predict(data[0], verbose=0), Model(x, high).predict(data[0], verbose=0)
    for model in (later, again):
        np.testing.assert_array_equal(model.predict(between, verbose=0), whole)


def test_an_initial_state_where_keras_ignores_the_mask(tmp_path):
    keras = require_peer("keras")
    for package in (keras, fastlstm):
        x = package.Input((STEPS, FEATURES))
        states = package.layers.LSTM(2, return_state=True)(x)[1:]
        model = package.models.Model(x, package.layers.LSTM(2)(package.layers.Masking()(x), initial_state=states))
        model.save(tmp_path / f"{package.__name__}.keras")
    with pytest.warns(UserWarning, match="gets an initial state, so Keras 3 ignores the mask of its input"):
        fastlstm.load_model(tmp_path / "keras.keras")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fastlstm.load_model(tmp_path / "fastlstm.keras")


# Descriptions that make no sense ----------------------------------------------------------------------------------


def rewritten(path, change):
    """Change the description in a file."""
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    description = json.loads(found["config.json"])
    change(description["config"])
    found["config.json"] = json.dumps(description).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, contents in found.items():
            archive.writestr(name, contents)


def history(config, layer=2):
    """Return the first tensor that a layer takes, ['name', 0, 0]."""
    tensor = config["layers"][layer]["inbound_nodes"][0]["args"][0]
    return (tensor[0] if isinstance(tensor, list) else tensor)["config"]["keras_history"]


def in_a_circle(config):
    history(config, 1)[0] = config["layers"][-1]["name"]


def of_no_layer(config):
    history(config)[0] = "nowhere"


def of_a_later_call(config):
    history(config)[1] = 1


def of_a_second_output(config):
    history(config)[2] = 1


def of_an_output_before_the_first(config):
    history(config)[2] = -1


def that_ends_nowhere(config):
    config["output_layers"] = ["nowhere", 0, 0]


def that_begins_nowhere(config):
    config["input_layers"] = [["nowhere", 0, 0]]


def that_ends_in_nothing(config):
    del config["output_layers"]


def without_arguments(config):
    del config["layers"][2]["inbound_nodes"][0]["args"]


def with_strange_arguments(config):
    config["layers"][1]["inbound_nodes"][0]["kwargs"] = {"magic": 3}


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (in_a_circle, "expected layers without a circle"),
        (of_no_layer, "takes the output of 'nowhere', which the model does not have"),
        (of_a_later_call, "expected layers without a circle"),
        (of_a_second_output, "got output 1 of call 0"),
        (of_an_output_before_the_first, "expected the name of a layer and two numbers"),
        (that_ends_nowhere, "expected an output of the model's calls of 'nowhere'"),
        (that_begins_nowhere, "expected an output of the model's calls of 'nowhere'"),
        (that_ends_in_nothing, "expected the name of a layer and two numbers, got None"),
        (without_arguments, "expected arguments of calls"),
        (with_strange_arguments, "is called with magic"),
    ],
)
def test_descriptions_that_are_refused(change, match, tmp_path):
    graph(fastlstm).save(tmp_path / "model.keras")
    rewritten(tmp_path / "model.keras", change)
    with pytest.raises(ValueError, match=rf"(?s)model\.keras: .*{match}"):
        fastlstm.load_model(tmp_path / "model.keras")


def places_in(value):
    """Yield containers inside a description with the keys of their entries."""
    for key in value if isinstance(value, dict) else range(len(value)):
        yield value, key
        if isinstance(value[key], (dict, list)):
            yield from places_in(value[key])


@pytest.mark.parametrize("case", range(60))
def test_random_changes_raise_value_errors_or_make_models(case, tmp_path):
    rng = np.random.default_rng([7, case])
    model = shares_across_models(fastlstm)
    model.save(tmp_path / "model.keras")

    def change(config):
        places = list(places_in(config))
        where, key = places[rng.integers(len(places))]
        values = [None, -1, 2**40, "start", [], {}, ["start", 0, 0], [["first", 1, 0]], {"a": 3}, where[key], True, 0.5]
        where[key] = values[rng.integers(len(values))]
        if isinstance(where, dict) and rng.random() < 0.3:
            del where[key]

    rewritten(tmp_path / "model.keras", change)
    with contextlib.suppress(ValueError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fastlstm.load_model(tmp_path / "model.keras").predict(np.zeros((2, STEPS, FEATURES)), verbose=0)


@pytest.mark.parametrize(
    "layer",
    [
        *(layers.SimpleRNN(2), layers.LSTM(2), layers.GRU(2), layers.Bidirectional(layers.LSTM(2)), layers.Softmax()),
        *(layers.TimeDistributed(layers.Dense(2)), layers.BatchNormalization(), layers.GlobalAveragePooling1D()),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_keras_does_not_count_masks_in_files(layer, tmp_path):
    x = Input((STEPS, FEATURES))
    model = Model(x, layer(layers.Masking()(x)))
    assert model.get_config()["layers"][-1]["inbound_nodes"][0]["kwargs"] == {"mask": None}
