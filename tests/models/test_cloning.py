"""Models from configurations, and clones."""

import json

import numpy as np
import pytest
from peers import require_peer

from fastlstm import (
    Input,
    Sequential,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
)


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


def test_clones_of_compiled_models_have_losses_and_metrics_of_their_own():
    inputs = Input((4,))
    outputs = [layers.Dense(1, name=name)(inputs) for name in "ab"]
    model = models.Model(inputs, outputs)
    metric = metrics.MeanSquaredError()
    model.compile("adam", {"a": "mse", "b": losses.Huber(2.0)}, metrics={"a": [metric]}, steps_per_execution=7)
    metric.update_state([1.0], [3.0])

    def renamed(layer):
        config = {**layer.get_config(), "name": f"{layer.name}_again"}
        return type(layer).from_config(config)

    clone = models.clone_model(model, clone_function=renamed)
    assert clone._compiled.losses[1] is not model._compiled.losses[1]
    assert clone._compiled.losses[1].get_config() == model._compiled.losses[1].get_config()
    assert clone._steps_per_execution == 7
    assert all(one is not metric for one in clone.metrics)
    clone.fit(np.ones((3, 4)), [np.ones((3, 1))] * 2, verbose=0)


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
    with pytest.raises(ValueError, match="no layer 'LTSM'"):
        Sequential.from_config({"layers": [{"class_name": "LTSM", "config": {}}]})
    with pytest.raises(ValueError, match="layers: expected descriptions of layers, got 3"):
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
    with pytest.raises(TypeError, match="model: expected a Model"):
        models.clone_model(layers.LSTM(3))


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


def test_a_compiled_model_has_a_compiled_clone():
    inputs = Input((4,), name="given")
    model = models.Model(inputs, {"a": layers.Dense(1, name="a")(inputs), "b": layers.Dense(1, name="b")(inputs)})
    assert not models.clone_model(model).compiled
    optimizer = optimizers.SGD(0.25, momentum=0.5)
    model.compile(optimizer, {"a": "mse", "b": "mae"}, loss_weights={"a": 1.0, "b": 2.0}, metrics={"a": ["mae"]})
    clone = models.clone_model(model)
    assert clone.optimizer is not optimizer
    assert clone.optimizer.get_config() == optimizer.get_config()
    clone.set_weights(model.get_weights())
    x, y = np.ones((3, 4)), {"a": np.ones((3, 1)), "b": np.zeros((3, 1))}
    assert clone.evaluate(x, y, verbose=0, return_dict=True) == model.evaluate(x, y, verbose=0, return_dict=True)
    clone.fit(x, y, verbose=0)
    assert (clone.get_weights()[0] != model.get_weights()[0]).any()
