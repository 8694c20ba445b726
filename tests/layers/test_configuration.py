"""get_config: every argument is in it, and makes a layer like the one it is from."""

import inspect
import json

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, constraints, initializers, layers, models, regularizers

WITHOUT_EFFECT = {"unroll", "implementation", "use_cudnn"}
REFUSED = {"lora_rank", "lora_alpha", "quantization_config", "data_format"}
VALUES = {"weights"}  # of arrays, which are no part of a configuration

LAYER = {"name": "own", "dtype": "float64", "activity_regularizer": regularizers.L1L2(0.1, 0.2), "trainable": False}
RULES = {
    "kernel_initializer": initializers.RandomUniform(-0.1, 0.2, seed=3),
    "bias_initializer": "ones",
    "kernel_regularizer": "l1",
    "bias_regularizer": regularizers.L2(0.3),
    "kernel_constraint": constraints.MaxNorm(2.5, axis=1),
    "bias_constraint": "non_neg",
}
COMMON = {
    **RULES,
    "use_bias": False,
    "dropout": 0.25,
    "seed": 5,
    "return_sequences": True,
    "return_state": True,
    "go_backwards": True,
    "stateful": True,
    "zero_output_for_mask": True,
    "zoneout": 0.125,
    "clip": 2.0,
}
RECURRENT = {
    **COMMON,
    "activation": "relu",
    "recurrent_initializer": "zeros",
    "recurrent_regularizer": "l2",
    "recurrent_constraint": "unit_norm",
    "recurrent_dropout": 0.5,
}
GATED = {**RECURRENT, "recurrent_activation": "hard_sigmoid"}
UNMERGED = {"return_sequences": True, "return_state": True, "stateful": True, "name": "inner", "dtype": "float64"}

# Every argument with another value than its default.
MADE = {
    "SimpleRNN": {"units": 3, **RECURRENT},
    "LSTM": {
        "units": 3,
        **GATED,
        "unit_forget_bias": False,
        "peephole": True,
        "coupled": True,
        "peephole_initializer": "ones",
        "zoneout_cell": 0.375,
    },
    "GRU": {"units": 3, **GATED, "reset_after": False},
    "MinGRU": {"units": 3, **COMMON},
    "MinLSTM": {"units": 3, **COMMON},
    "Bidirectional": {
        "layer": layers.LSTM(3, peephole=True, kernel_regularizer="l2", **UNMERGED),
        "merge_mode": None,
        "backward_layer": layers.GRU(4, reset_after=False, go_backwards=True, **UNMERGED),
    },
    "TimeDistributed": {"layer": {"class_name": "Dense", "config": {"units": 3, "name": "inner", "dtype": "float64"}}},
    "Dense": {"units": 3, "activation": "gelu", "use_bias": False, **RULES},
    "Activation": {"activation": "gelu"},
    "Dropout": {"rate": 0.5, "noise_shape": (None, 1, 3), "seed": 7},
    "Embedding": {
        "input_dim": 7,
        "output_dim": 3,
        "embeddings_initializer": "ones",
        "embeddings_regularizer": "l1",
        "embeddings_constraint": "max_norm",
        "mask_zero": True,
    },
    "LayerNormalization": {
        "epsilon": 0.5,
        "center": False,
        "scale": False,
        **{f"{name}_initializer": "random_normal" for name in ("beta", "gamma")},
        **{f"{name}_regularizer": "l2" for name in ("beta", "gamma")},
        **{f"{name}_constraint": "non_neg" for name in ("beta", "gamma")},
    },
    "Masking": {"mask_value": -1.0},
    "Normalization": {"mean": [1.0, 2.0], "variance": [3.0, 4.0], "invert": True},
    "Rescaling": {"scale": [1.0, 2.0], "offset": 3.0},
    "RepeatVector": {"n": 4},
    "Reshape": {"target_shape": (-1, 2)},
    "Flatten": {},
}


def made(name):
    return getattr(layers, name)(**{**LAYER, **MADE[name]})


def test_every_layer_is_here():
    assert set(MADE) == set(layers.__all__) - {"Input", "InputLayer", "Layer", "RNN"}


@pytest.mark.parametrize("name", MADE)
def test_every_argument_is_in_the_configuration(name):
    parameters = inspect.signature(getattr(layers, name)).parameters
    config = made(name).get_config()
    refused = {p for p in parameters if p.startswith("recurrent_")} if name.startswith("Min") else set()
    assert set(config) == set(parameters) - WITHOUT_EFFECT - REFUSED - VALUES - refused
    default = getattr(layers, name)(**{k: v for k, v in MADE[name].items() if parameters[k].default is inspect._empty})
    same = {key for key, value in default.get_config().items() if value == config[key]}
    allowed = {"axis", *(key for key, p in parameters.items() if p.default is inspect._empty)}
    assert same <= allowed | ({"dtype"} if "layer" in config else set())  # a wrapper has its layer's dtype


@pytest.mark.parametrize("name", MADE)
def test_the_configuration_makes_an_equal_layer(name):
    layer = made(name)
    config = json.loads(json.dumps(layer.get_config()))
    again = type(layer)(**config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert again.name == layer.name


def test_a_configuration_names_classes_that_there_are():
    for value in ({"class_name": "LTSM", "config": {}}, {"class_name": "Layerr"}):
        with pytest.raises(ValueError, match="unknown layer"):
            layers.TimeDistributed(value)
    with pytest.raises(TypeError, match="layer: expected a layer"):
        layers.TimeDistributed({"name": "dense"})


def test_the_wrapped_layers_keep_their_configuration():
    layer = made("Bidirectional")
    again = type(layer)(**layer.get_config())
    for direction in ("forward_layer", "backward_layer"):
        assert getattr(again, direction).get_config() == getattr(layer, direction).get_config()
    config = made("TimeDistributed").get_config()
    assert layers.TimeDistributed(**config).layer.get_config() == config["layer"]["config"]


# Models


def stack():
    """A model with every kind of argument that is an object, and nested layers."""
    return Sequential(
        [
            Input((None, 3), batch_size=4, dtype="float64"),
            layers.LSTM(
                5,
                kernel_initializer=initializers.RandomUniform(-0.1, 0.1, seed=4),
                recurrent_regularizer=regularizers.L1L2(0.1, 0.2),
                kernel_constraint=constraints.MinMaxNorm(0.1, 0.9),
                return_sequences=True,
                dtype="float64",
            ),
            layers.Bidirectional(layers.GRU(2, return_sequences=True, trainable=False, dtype="float64")),
            layers.TimeDistributed(layers.Dense(3, activation="tanh", bias_regularizer="l2", dtype="float64")),
            layers.LSTM(2, stateful=True, dtype="float64"),
            layers.Dense(1, activity_regularizer="l1", dtype="float64"),
        ],
        name="stacked",
        trainable=True,
    )


def test_a_model_comes_back_from_its_configuration():
    model = stack()
    config = json.loads(json.dumps(model.get_config()))
    again = Sequential.from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert (again.name, again.dtype, again.input_shape) == (model.name, "float64", (4, None, 3))
    assert not again.layers[1].forward_layer.trainable
    again.set_weights(model.get_weights())
    x = np.random.default_rng(0).normal(size=(4, 6, 3))
    np.testing.assert_array_equal(again.predict(x, batch_size=4), model.predict(x, batch_size=4))
    for one in (model, again):
        one.reset_state()
        one.compile("sgd", "mse")
    assert again.evaluate(x, np.ones(4)) == model.evaluate(x, np.ones(4))


def test_a_model_without_input_has_none_in_its_configuration():
    config = Sequential([layers.LSTM(3)], trainable=False).get_config()
    assert [part["class_name"] for part in config["layers"]] == ["LSTM"]
    again = Sequential.from_config(config)
    assert not again.built
    assert not again.trainable
    with pytest.raises(ValueError, match="unknown layer 'LTSM'"):
        Sequential.from_config({"layers": [{"class_name": "LTSM", "config": {}}]})
    with pytest.raises(TypeError, match=r"layers\[0\]: expected a layer, got 3"):
        Sequential.from_config({"layers": [3]})


def test_clones_have_weights_of_their_own():
    model = stack()
    before = model.get_weights()
    clone = models.clone_model(model)
    assert clone.get_config() == model.get_config()
    assert clone.optimizer is None
    assert any((a != b).any() for a, b in zip(clone.get_weights(), before, strict=True))
    clone.set_weights([array + 1 for array in before])
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))
    unbuilt = models.clone_model(Sequential([layers.Dense(2)]))
    assert not unbuilt.built


def test_a_clone_function_makes_the_layers():
    def wider(layer):
        config = layer.get_config()
        return type(layer).from_config({**config, "units": 2 * config["units"]})

    model = Sequential([Input((5, 2)), layers.LSTM(3), layers.Dense(4)])
    assert models.clone_model(model, clone_function=wider).output_shape == (None, 8)
    with pytest.raises(TypeError, match="layer: expected an instance"):
        models.clone_model(model, clone_function=lambda layer: None)
    with pytest.raises(TypeError, match="model: expected a Sequential"):
        models.clone_model(layers.LSTM(3))


@pytest.mark.parametrize("kind", [initializers.Orthogonal, regularizers.L1L2, constraints.MaxNorm])
def test_other_objects_come_back_from_their_configuration(kind):
    value = kind()
    assert type(value).from_config(value.get_config()).get_config() == value.get_config()


def test_clones_agree_with_those_of_keras():
    keras = require_peer("keras")
    make = keras.layers
    theirs = keras.Sequential([keras.Input((5, 2)), make.LSTM(3, name="a"), make.Dense(2, name="b", trainable=False)])
    ours = Sequential([Input((5, 2)), layers.LSTM(3, name="a"), layers.Dense(2, name="b", trainable=False)])
    clones = keras.models.clone_model(theirs), models.clone_model(ours)
    facts = [
        [(layer.name, layer.trainable, [array.shape for array in layer.get_weights()]) for layer in clone.layers]
        for clone in clones
    ]
    assert facts[0] == facts[1]
    for name in ("trainable_weights", "non_trainable_weights"):
        shapes = [[tuple(array.shape) for array in getattr(clone, name)] for clone in clones]
        assert shapes[0] == shapes[1]
    for clone in clones:
        assert clone.get_layer("b") is clone.get_layer(index=1)
        clone.pop()
        assert [layer.name for layer in clone.layers] == ["a"]
