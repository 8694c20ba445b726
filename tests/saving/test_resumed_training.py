"""Training that is resumed from files of models of users' classes, and of models with their own steps."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras as ours
from fastlstm.keras import tensorflow as tf


def network_of(keras):
    """Return a class of models with a `call`, for one of the two packages."""

    class Network(keras.Model):
        def __init__(self, **options):
            super().__init__(**options)
            self.recurrent, self.dense = keras.layers.LSTM(4), keras.layers.Dense(1, kernel_regularizer="l2")

        def call(self, x):
            return self.dense(self.recurrent(x))

    return Network


class Stepping:
    """The part of a model that makes its own steps."""

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x, y, y_pred)
        variables = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return {"loss": loss}


class SteppingNetwork(Stepping, network_of(ours)):
    pass


class Dropping(ours.Model):
    """A model whose steps draw random numbers."""

    def __init__(self, **options):
        super().__init__(**options)
        self.recurrent, self.dropout = ours.layers.LSTM(4, dropout=0.2), ours.layers.Dropout(0.3)
        self.dense = ours.layers.Dense(1)

    def call(self, x, training=None):
        return self.dense(self.dropout(self.recurrent(x, training=training), training=training))


class SteppingDropping(Stepping, Dropping):
    pass


class SteppingGraph(Stepping, ours.Model):
    pass


def graph():
    x = ours.Input((5, 3))
    return SteppingGraph(x, ours.layers.Dense(1)(ours.layers.GRU(4)(x)))


MODELS = {
    "a call": network_of(ours),
    "a call and steps": SteppingNetwork,
    "steps": graph,
    "a call with dropout": Dropping,
    "a call and steps with dropout": SteppingDropping,
}
CASES = [(kind, ending) for kind in MODELS for ending in ("keras", "weights.h5")] + [("steps", "h5")]
OPTIMIZERS = {
    "Adam": lambda keras: keras.optimizers.Adam(0.01, amsgrad=True),
    "SGD": lambda keras: keras.optimizers.SGD(0.05, momentum=0.9),
    "RMSprop": lambda keras: keras.optimizers.RMSprop(0.01, centered=True),
    "averages": lambda keras: keras.optimizers.AdamW(0.01, use_ema=True, ema_momentum=0.9),
    "Nadam": lambda keras: keras.optimizers.Nadam(0.01),
}


@pytest.fixture
def data(rng):
    return rng.normal(size=(24, 5, 3)).astype("f"), rng.normal(size=(24, 1)).astype("f")


def fit(model, data):
    model.fit(*data, batch_size=8, epochs=3, shuffle=False, verbose=0)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("kind", "ending"), CASES)
def test_training_continues_as_if_it_had_not_been_interrupted(kind, optimizer, ending, data, tmp_path):
    model = MODELS[kind]()
    model.compile(OPTIMIZERS[optimizer](ours), "mse")
    fit(model, data)
    path = tmp_path / f"model.{ending}"
    if ending == "weights.h5":
        model.save_weights(path)
        again = MODELS[kind]()
        again.compile(OPTIMIZERS[optimizer](ours), "mse")
        again.predict(data[0], verbose=0)
        again.load_weights(path)
    else:
        model.save(path)
        again = ours.models.load_model(path, {type(model).__name__: type(model)})
    assert int(again.optimizer.iterations) == 9
    fit(model, data)
    fit(again, data)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("optimizer", ["Adam", "SGD"])
@pytest.mark.parametrize("way", ["to Keras", "from Keras"])
def test_training_goes_on_in_the_other_package(way, optimizer, data, tmp_path):
    theirs = require_peer("keras")
    writer, reader = (ours, theirs) if way == "to Keras" else (theirs, ours)
    model = network_of(writer)()
    model.compile(OPTIMIZERS[optimizer](writer), "mse")
    fit(model, data)
    model.save(tmp_path / "model.keras")
    again = reader.models.load_model(tmp_path / "model.keras", {"Network": network_of(reader)})
    assert int(again.optimizer.iterations) == 9
    fit(model, data)
    fit(again, data)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-6)


def test_steps_of_a_class_go_on_in_fit(data, tmp_path):
    """The file has the same variables, whether the steps are those of a class or of `fit`."""
    model = SteppingNetwork()
    model.compile(ours.optimizers.Adam(0.01), "mse")
    fit(model, data)
    model.save(tmp_path / "model.keras")
    again = ours.models.load_model(tmp_path / "model.keras", {"SteppingNetwork": network_of(ours)})
    fit(model, data)
    fit(again, data)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)


def test_a_state_that_does_not_fit_leaves_the_optimizer_as_it_is(data, tmp_path):
    """Also where its steps have changed some of the weights only."""

    class Part(SteppingNetwork):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            variables = self.trainable_variables[-2:]
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return {"loss": loss}

    other = SteppingNetwork()
    other.compile(ours.optimizers.Adam(0.01), "mse")
    fit(other, data)
    other.save_weights(tmp_path / "other.weights.h5")
    models = [Part(), Part()]
    for model in models:
        model.compile(ours.optimizers.SGD(0.05, momentum=0.9), "mse")
        model.predict(data[0], verbose=0)
        model.set_weights(other.get_weights())
        fit(model, data)
    before = models[0].optimizer.get_weights()
    with pytest.warns(UserWarning, match="does not fit this SGD .* left unchanged"):
        models[0].load_weights(tmp_path / "other.weights.h5")
    for one, again in zip(before, models[0].optimizer.get_weights(), strict=True):
        np.testing.assert_array_equal(one, again)
    models[1].set_weights(other.get_weights())
    for model in models:
        fit(model, data)
    for one, again in zip(*(model.get_weights() for model in models), strict=True):
        np.testing.assert_array_equal(one, again)


@pytest.mark.parametrize("kind", ["a call and steps", "steps"])
def test_weights_of_a_model_whose_weights_are_frozen(kind, data, tmp_path):
    model = MODELS[kind]()
    model.compile(ours.optimizers.Adam(0.01), "mse")
    fit(model, data)
    model.save_weights(tmp_path / "model.weights.h5")
    frozen = MODELS[kind]()
    frozen.predict(data[0], verbose=0)
    frozen.trainable = False
    frozen.compile(ours.optimizers.Adam(0.01), "mse")
    with pytest.warns(UserWarning, match="left unchanged"):
        frozen.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(frozen.predict(data[0], verbose=0), model.predict(data[0], verbose=0))


@pytest.mark.parametrize("chosen", [slice(None, None, -1), slice(-2, None)], ids=["another order", "a part"])
@pytest.mark.parametrize("optimizer", ["Adam", "SGD", "averages"])
def test_steps_with_variables_in_another_order_or_with_a_part_of_them(optimizer, chosen, data, tmp_path):
    class Chosen(SteppingNetwork):
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = self.compute_loss(x, y, self(x, training=True))
            variables = self.trainable_variables[chosen]
            self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            return {"loss": loss}

    model = Chosen()
    model.compile(OPTIMIZERS[optimizer](ours), "mse")
    fit(model, data)
    model.save(tmp_path / "model.keras")
    again = ours.models.load_model(tmp_path / "model.keras", {"Chosen": Chosen})
    fit(model, data)
    fit(again, data)
    for one, other in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
