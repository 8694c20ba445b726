"""What layers tell about themselves under Keras's names, and axes given as lists."""

import numpy as np
import pytest
from peers import array_of, require_peer

from fastlstm import Input, Sequential, activations, initializers, layers, regularizers


def test_initializers_regularizers_and_constraints():
    layer = layers.LSTM(3, kernel_regularizer="l2", recurrent_initializer="zeros", bias_constraint="non_neg")
    assert type(layer.kernel_initializer) is initializers.GlorotUniform
    assert type(layer.recurrent_initializer) is initializers.Zeros
    assert layer.kernel_regularizer.l2 == regularizers.L2().l2
    assert layer.recurrent_regularizer is layer.activity_regularizer is None
    assert type(layer.bias_constraint).__name__ == "NonNeg"
    assert type(layers.Embedding(3, 2).embeddings_initializer) is initializers.RandomUniform
    assert not hasattr(layers.Flatten(), "kernel_initializer")
    with pytest.raises(AttributeError, match="'Dense' object has no attribute 'recurrent_initializer'"):
        _ = layers.Dense(2).recurrent_initializer


def test_an_activation_is_a_name_and_a_function(rng):
    x = rng.normal(size=(2, 3))
    layer = layers.Dense(3, "tanh")
    np.testing.assert_array_equal(layer.activation(x), np.tanh(x))
    assert layer.activation == "tanh" == layer.activation.__name__
    assert layer.activation == activations.tanh
    assert layer.activation != activations.relu
    assert activations.get(layer.activation) is activations.tanh
    assert layers.GRU(2).recurrent_activation == activations.sigmoid
    again = layers.Dense.from_config(layer.get_config())
    assert again.activation == "tanh"
    for name, function in (("ReLU", activations.relu), ("ELU", activations.elu), ("Softmax", activations.softmax)):
        assert layers.Dense(2, name).activation == function
    for name in ("LeakyReLU", "PReLU"):
        with pytest.raises(ValueError, match=rf"activation: '{name}' is a layer .* put layers.{name}\(\) after"):
            layers.LSTM(2, name)


def test_variables_and_losses(rng):
    model = Sequential(
        [Input((4, 2)), layers.BatchNormalization(), layers.GRU(3, kernel_regularizer="l1"), layers.Dense(1)]
    )
    normalization, cell, dense = model.layers
    for found, wanted in (
        (normalization.variables, normalization.weights),
        (normalization.trainable_variables, normalization.weights[:2]),
        (normalization.non_trainable_variables, normalization.weights[2:]),
    ):
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_array_equal(one, other)
    assert cell.losses == [pytest.approx(0.01 * np.abs(cell.weights[0]).sum())]
    assert dense.losses == []
    cell.trainable = False
    assert cell.losses == []
    both = layers.Bidirectional(layers.GRU(3, kernel_regularizer="l1"))
    both(np.ones((1, 4, 2)))
    assert len(both.losses) == 2


def test_states(rng):
    layer = layers.LSTM(3, stateful=True, return_state=True)
    assert layer.states == [None, None]
    _, *final = layer(rng.normal(size=(2, 4, 5)))
    for one, other in zip(layer.states, final, strict=True):
        np.testing.assert_array_equal(one, other)
    layer.reset_state()
    assert layer.states == [None, None]


@pytest.mark.parametrize("axis", [(1, 2), [-1, -2], [2], 1, -2])
def test_softmax_over_several_axes(rng, axis):
    keras = require_peer("keras")
    x = rng.normal(size=(3, 4, 5)).astype(np.float32)
    found = layers.Softmax(axis)(x)
    peer = keras.layers.Softmax(axis if isinstance(axis, int) else [a % 3 for a in axis])
    np.testing.assert_allclose(found, array_of(peer(x)), rtol=1e-5, atol=1e-7)
    again = layers.Softmax.from_config(layers.Softmax(axis).get_config())
    np.testing.assert_array_equal(again(x), found)


def test_softmax_over_all_axes_is_trained(rng):
    keras = require_peer("keras")
    x, y = rng.normal(size=(6, 4, 3)).astype("f4"), rng.uniform(size=(6, 4, 2)).astype("f4")
    models = []
    for package in ("ours", "theirs"):
        at = layers if package == "ours" else keras.layers
        model = (Sequential if package == "ours" else keras.Sequential)(
            [(Input if package == "ours" else keras.Input)((4, 3)), at.Dense(2), at.Softmax(axis=(1, 2))]
        )
        model.compile("sgd", "mse")
        models.append(model)
    ours, theirs = models
    ours.set_weights([array_of(weight) for weight in theirs.weights])
    for _ in range(20):
        assert ours.train_on_batch(x, y) == pytest.approx(float(theirs.train_on_batch(x, y)), rel=1e-5)
    for found, wanted in zip(ours.get_weights(), theirs.weights, strict=True):
        np.testing.assert_allclose(found, array_of(wanted), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("make", [layers.Normalization, layers.LayerNormalization])
def test_the_last_axis_by_its_number(rng, make):
    x = rng.normal(size=(3, 4, 5))
    np.testing.assert_array_equal(make(axis=[2])(x), make()(x))
    np.testing.assert_array_equal(make(axis=2)(x), make()(x))
    assert make(axis=2).get_config()["axis"] == 2


def test_normalization_adapts_to_batches(rng):
    x = rng.normal(size=(20, 4, 3))
    whole = layers.Normalization()
    whole.adapt(x)

    class DataSet:
        def __len__(self):
            return 4

        def __getitem__(self, i):
            if i >= 4:
                raise IndexError
            return x[5 * i : 5 * i + 5], np.zeros(5)

    for data in (DataSet(), (x[i : i + 5] for i in range(0, 20, 5)), iter([(x[:12], 0), (x[12:], 0)])):
        layer = layers.Normalization()
        layer.adapt(data)
        np.testing.assert_array_equal(layer.mean, whole.mean)
        np.testing.assert_array_equal(layer.variance, whole.variance)
    endless = layers.Normalization()
    endless.adapt((x[:5] for _ in iter(int, 1)), steps=3)
    np.testing.assert_allclose(endless.mean, x[:5].mean(axis=(0, 1)), rtol=1e-6)
    with pytest.raises(ValueError, match="data: expected at least one row, got shape None"):
        layers.Normalization().adapt(iter([]))
    with pytest.raises(ValueError, match="data: expected batches with 3 features"):
        layers.Normalization().adapt(iter([x, x[..., :2]]))


def test_constants_may_be_arrays():
    values = np.arange(6.0).reshape(2, 3)
    layer = layers.Dense(3, kernel_initializer=initializers.Constant(values), bias_initializer=initializers.Constant(2))
    layer(np.ones((1, 2)))
    np.testing.assert_array_equal(layer.kernel, values)
    again = initializers.deserialize(initializers.serialize(initializers.Constant(values)))
    np.testing.assert_array_equal(again((2, 3)), values)
    with pytest.raises(ValueError, match=r"value: expected an array that fits \(3, 2\), got shape \(2, 3\)"):
        initializers.Constant(values)((3, 2))


def test_functions_of_keras_1():
    from fastlstm.keras import activations as keras_activations
    from fastlstm.keras import constraints
    from fastlstm.keras import initializers as old
    from fastlstm.keras import regularizers as old_regularizers

    for function, bound in ((old.normal, None), (old.uniform, 0.1)):
        values = function((200, 50), scale=0.1, name="W")
        assert values.shape == (200, 50)
        if bound:
            assert np.abs(values).max() <= bound
        assert values.std() == pytest.approx(0.1 if bound is None else 0.1 / np.sqrt(3), rel=0.05)
    assert type(old.normal(stddev=0.1)) is initializers.RandomNormal
    assert layers.Dense(2, kernel_initializer=old.normal)(np.ones((1, 3))).shape == (1, 2)
    assert keras_activations.deserialize(keras_activations.serialize(activations.relu)) is keras_activations.relu
    assert type(constraints.deserialize({"class_name": "NonNeg", "config": {}})).__name__ == "NonNeg"
    assert old_regularizers.deserialize({"class_name": "L2", "config": {"l2": 0.5}}).l2 == 0.5


def test_regularizers_and_constraints_of_weights():
    layer = layers.Dense(2, kernel_regularizer="l2", bias_constraint="non_neg")
    layer.build((None, 3))
    assert (layer.kernel.regularizer, layer.kernel.constraint) == (layer.kernel_regularizer, None)
    assert (layer.bias.regularizer, layer.bias.constraint) == (None, layer.bias_constraint)
    assert layer.get_weights()[0].shape == (3, 2)


@pytest.mark.parametrize("name", ["Dense", "LSTM", "Conv1D", "Flatten", "Embedding", "MaxPooling1D", "Softmax"])
def test_which_layers_pass_masks_on(name):
    arguments = {"Dense": (2,), "LSTM": (2,), "Conv1D": (2, 3), "Embedding": (5, 2)}.get(name, ())
    theirs = getattr(require_peer("keras").layers, name)(*arguments)
    assert getattr(layers, name)(*arguments).supports_masking == theirs.supports_masking


def test_lists_of_weights_are_equal_if_they_are_the_same_weights():
    inner, other = (Sequential([Input((3,)), layers.Dense(2)]) for _ in range(2))
    outer = Sequential([Input((3,)), inner])
    assert outer.trainable_weights == inner.trainable_weights
    assert outer.trainable_weights != other.trainable_weights[:1]


def test_parts_of_weights_are_numbers_and_arrays_of_numpy():
    layer = layers.Dense(2)
    layer.build((None, 3))
    assert type(layer.kernel[0, 0]) is np.float32
    assert type(layer.kernel[0]) is np.ndarray
    assert isinstance(round(layer.kernel[0, 0], 3), (float, np.float32))
