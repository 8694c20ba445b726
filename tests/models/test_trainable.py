"""Frozen layers: training leaves them alone, and the others learn as they do in Keras and by finite differences."""

import itertools

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers, optimizers


def stack(kit):
    """A model of Keras's layers or ours."""
    make = kit.layers
    return kit.Sequential(
        [
            kit.Input((6, 3)),
            make.LSTM(5, return_sequences=True, kernel_regularizer="l2"),
            make.LayerNormalization(),
            make.Bidirectional(make.GRU(4, return_sequences=True)),
            make.TimeDistributed(make.Dense(3, activation="tanh", kernel_constraint="non_neg")),
            make.SimpleRNN(4),
            make.Dense(2),
        ]
    )


@pytest.fixture
def data(rng):
    return rng.normal(size=(40, 6, 3)).astype(np.float32), rng.normal(size=(40, 2)).astype(np.float32)


@pytest.mark.parametrize("options", [{}, {"clipnorm": 0.02, "weight_decay": 0.01}])
@pytest.mark.parametrize("frozen", [(), (0,), (5,), (0, 1, 2), (2, 4), (3,), (1, 2, 3, 4, 5), (0, 1, 2, 3, 4)])
def test_training_agrees_with_keras(frozen, options, data, rng):
    keras = require_peer("keras")
    models = [stack(keras), stack(fastlstm)]
    weights = [0.3 * rng.normal(size=array.shape) for array in models[1].get_weights()]
    losses = []
    for model, kit in zip(models, (keras, fastlstm), strict=True):
        model.set_weights(weights)
        for i in frozen:
            model.layers[i].trainable = False
        model.compile(optimizer=kit.optimizers.Adam(0.01, **options), loss="mse")
        losses.append(model.fit(*data, batch_size=16, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-4)
    for ours, theirs in zip(models[1].get_weights(), models[0].get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-3, atol=2e-4)
    shapes = [[array.shape for array in getattr(model, kind)] for model in models for kind in ("trainable_weights",)]
    assert shapes[0] == shapes[1]
    assert [a.shape for a in models[1].non_trainable_weights] == [a.shape for a in models[0].non_trainable_weights]
    for i in frozen:
        assert models[1].layers[i].trainable_weights == []


@pytest.mark.parametrize("frozen", [0, 1, 2, 3, 4, 5])
def test_a_frozen_layer_keeps_its_bits_and_the_others_change(frozen, data):
    model = stack(fastlstm)
    model.compile("adam", "mse")
    model.fit(*data, epochs=1, verbose=0)
    model.layers[frozen].trainable = False
    before = [layer.get_weights() for layer in model.layers]
    model.fit(*data, epochs=2, verbose=0)
    for i, layer in enumerate(model.layers):
        same = [(a == b).all() for a, b in zip(layer.get_weights(), before[i], strict=True)]
        assert all(same) if i == frozen else not any(same)
    model.layers[frozen].trainable = True
    model.fit(*data, epochs=1, verbose=0)
    assert all((a != b).any() for a, b in zip(model.layers[frozen].get_weights(), before[frozen], strict=True))


def test_one_direction_may_be_frozen(data):
    model = stack(fastlstm)
    both = model.layers[2]
    both.forward_layer.trainable = False
    model.compile("sgd", "mse")
    before = [part.get_weights() for part in (both.forward_layer, both.backward_layer)]
    model.fit(*data, epochs=1, verbose=0)
    after = [part.get_weights() for part in (both.forward_layer, both.backward_layer)]
    assert all((a == b).all() for a, b in zip(after[0], before[0], strict=True))
    assert all((a != b).any() for a, b in zip(after[1], before[1], strict=True))
    assert len(both.trainable_weights) == 3
    assert both.trainable


def test_wrappers_and_models_set_the_flag_of_what_is_inside():
    model = stack(fastlstm)
    model.trainable = False
    assert not any(layer.trainable for layer in model.layers)
    assert not model.layers[2].backward_layer.trainable
    assert not model.layers[3].layer.trainable
    assert model.trainable_weights == []
    model.trainable = True
    assert len(model.trainable_weights) == len(model.weights)
    assert Sequential([Input((2,)), layers.Dense(1)], trainable=False).trainable_weights == []
    assert layers.Dense(1, trainable=False).get_config()["trainable"] is False
    with pytest.raises(TypeError, match="trainable: expected True or False"):
        model.trainable = 1


def test_penalties_of_frozen_weights_do_not_count(data):
    model = Sequential([Input((6, 3)), layers.LSTM(5, kernel_regularizer="l2"), layers.Dense(2)])
    model.compile("sgd", "mse")
    with_penalty = model.evaluate(*data)
    model.layers[0].trainable = False
    assert model.evaluate(*data) < with_penalty
    model.layers[0].trainable = True
    assert model.evaluate(*data) == with_penalty


def test_a_model_without_anything_to_train_says_so_and_keeps_its_weights(data):
    model = stack(fastlstm)
    model.trainable = False
    model.compile("adam", "mse")
    before = model.get_weights()
    with pytest.warns(UserWarning, match="has no trainable weights"):
        history = model.fit(*data, verbose=0)
    assert history.history["loss"][0] == pytest.approx(model.evaluate(*data))
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_a_callback_may_thaw_a_layer_in_the_middle_of_a_fit(data):
    class Thaw(fastlstm.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            kernels.append(self.model.layers[0].get_weights()[0])
            self.model.layers[0].trainable = epoch >= 2

    kernels = []
    model = stack(fastlstm)
    model.compile("adam", "mse")
    model.fit(*data, epochs=4, verbose=0, callbacks=[Thaw()])
    kernels.append(model.layers[0].get_weights()[0])
    assert [(a == b).all() for a, b in itertools.pairwise(kernels)] == [True, True, False, False]


def test_a_frozen_model_predicts_the_same_bits(data):
    model = stack(fastlstm)
    before = model.predict(data[0])
    model.layers[2].trainable = False
    assert (model.predict(data[0]) == before).all()


def test_the_optimizer_starts_afresh_when_flags_change(data):
    model = stack(fastlstm)
    model.compile(optimizers.Adam(0.01), "mse")
    model.fit(*data, verbose=0)
    assert model.optimizer.iterations > 0
    model.layers[0].trainable = True  # no change
    assert model.optimizer.iterations > 0
    model.layers[0].trainable = False
    model.fit(*data, batch_size=40, verbose=0)
    assert model.optimizer.iterations == 1


@pytest.mark.parametrize("make", [lambda: layers.Bidirectional(layers.GRU(3)), lambda: layers.LSTM(3)])
def test_a_frozen_first_layer_under_a_loss_in_python(make, data):
    def squares(y_true, y_pred):
        return ((y_true - y_pred) ** 2).mean(axis=-1), 2 * (y_pred - y_true) / y_pred.shape[-1]

    trained = []
    for loss in ("mse", squares):
        fastlstm.utils.set_random_seed(3)
        model = Sequential([Input((6, 3)), make(), layers.Dense(2)])
        model.layers[0].trainable = False
        before = model.layers[0].get_weights()
        model.compile("adam", loss)
        model.fit(*data, epochs=3, verbose=0)
        for old, new in zip(before, model.layers[0].get_weights(), strict=True):
            np.testing.assert_array_equal(new, old)
        trained.append(model.get_weights())
    for ours, theirs in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
