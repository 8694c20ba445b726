"""Models that users write as classes with a `call`: against Keras, building, calls, files and errors."""

import copy

import numpy as np
import pytest
from own_layers import MODELS, assert_equal
from peers import require_peer

import fastlstm
from fastlstm import keras, layers
from fastlstm.models import Model


@pytest.mark.parametrize("case", MODELS.values(), ids=MODELS)
def test_values_and_training_equal_keras(case):
    assert_equal(case, require_peer("keras"), keras)


class Reader(Model):
    """An LSTM and a readout, which may return the states as well."""

    def __init__(self, units=4, **options):
        super().__init__(**options)
        self.units = units
        self.lstm = layers.LSTM(units, return_state=True)
        self.readout = layers.Dense(2)

    def call(self, x, states=None, return_state=False, training=None):
        h, *states = self.lstm(x, initial_state=states, training=training)
        return (self.readout(h), states) if return_state else self.readout(h)

    def get_config(self):
        return {"units": self.units}


@pytest.mark.parametrize("build", ["build", "call", "predict", "fit"])
def test_ways_of_building(build, rng):
    x, y = rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 2))
    model = Reader()
    assert not model.built
    with pytest.raises(ValueError, match="is not built"):
        model.count_params()
    if build == "build":
        model.build((None, 5, 3))
    elif build == "call":
        model(x)
    elif build == "predict":
        model.predict(x)
    else:
        model.compile("sgd", "mse")
        model.fit(x, y, verbose=0)
    assert model.built
    assert model.count_params() == 4 * 4 * (3 + 4 + 1) + 10
    assert [array.shape for array in model.get_weights()] == [(3, 16), (4, 16), (16,), (4, 2), (2,)]


def test_batches_of_a_generator_build_the_model(rng):
    model = Reader()
    model.compile("sgd", "mse")
    x, y = rng.normal(size=(8, 5, 3)), rng.normal(size=(8, 2))
    model.fit(((x, y) for _ in range(4)), steps_per_epoch=2, epochs=2, verbose=0)
    assert model.built


def test_the_number_of_steps_may_change(rng):
    model = Reader()
    x = rng.normal(size=(8, 5, 3)).astype("float32")
    model.predict(x)
    longer = rng.normal(size=(2, 9, 3)).astype("float32")
    h = model.lstm(longer)[0]
    np.testing.assert_allclose(model.predict(longer), model.readout(h), rtol=1e-6)


def test_calls_with_more_than_inputs(rng):
    model, x = Reader(), rng.normal(size=(2, 6, 3)).astype("float32")
    output, states = model(x[:, :4], return_state=True)
    output, states = model(x[:, 4:], states=states, return_state=True)
    np.testing.assert_allclose(output, model(x), rtol=1e-5, atol=1e-6)
    assert [np.shape(state) for state in states] == [(2, 4), (2, 4)]


def test_a_model_in_a_model_and_in_a_graph(rng):
    class Outer(Model):
        def __init__(self):
            super().__init__()
            self.inner = Reader()

        def call(self, x):
            return self.inner(x) + 1

    outer, x = Outer(), rng.normal(size=(3, 5, 3)).astype("float32")
    found = outer.predict(x)
    np.testing.assert_allclose(found, outer.inner(x) + 1, rtol=1e-6)
    inputs = fastlstm.Input((5, 3))
    np.testing.assert_allclose(Model(inputs, outer(inputs)).predict(x), found, rtol=1e-6)


def test_copies_and_files(tmp_path, rng):
    x = rng.normal(size=(4, 5, 3)).astype("float32")
    model = Reader()
    expected = model.predict(x)
    np.testing.assert_array_equal(copy.deepcopy(model).predict(x), expected)
    model.save_weights(tmp_path / "model.weights.h5")
    model.save(tmp_path / "model.keras")
    loaded = fastlstm.load_model(tmp_path / "model.keras", custom_objects={"Reader": Reader})
    np.testing.assert_array_equal(loaded.predict(x), expected)
    other = Reader()
    other.build((None, 5, 3))
    other.load_weights(tmp_path / "model.weights.h5")
    np.testing.assert_array_equal(other.predict(x), expected)


def test_weights_files_of_keras_both_ways(tmp_path, rng):
    peer = require_peer("keras")
    case = MODELS["stack"]
    mine, theirs = case(keras), case(peer)
    for one in (mine, theirs):
        one.model(one.x)
    theirs.model.save_weights(tmp_path / "a.weights.h5")
    mine.model.load_weights(tmp_path / "a.weights.h5")
    expected = theirs.model.predict(mine.x, verbose=0)
    np.testing.assert_allclose(mine.model.predict(mine.x), expected, rtol=1e-5, atol=2e-6)
    mine.model.set_weights([rng.normal(0, 0.3, array.shape) for array in mine.model.get_weights()])
    mine.model.save_weights(tmp_path / "b.weights.h5")
    theirs.model.load_weights(tmp_path / "b.weights.h5")
    expected = theirs.model.predict(mine.x, verbose=0)
    np.testing.assert_allclose(mine.model.predict(mine.x), expected, rtol=1e-5, atol=2e-6)


def _saved(package):
    @package.saving.register_keras_serializable(package="SubclassedTest")
    class Saved(package.Model):
        def __init__(self, units, **options):
            super().__init__(**options)
            self.units = units
            self.lower, self.upper = package.layers.LSTM(units, return_sequences=True), package.layers.GRU(units)

        def call(self, x):
            return self.upper(self.lower(x))

        def get_config(self):
            return {**super().get_config(), "units": self.units}

    return Saved(3)


def test_files_of_keras_both_ways(tmp_path, rng):
    peer = require_peer("keras")
    ours, theirs, x = _saved(keras), _saved(peer), rng.normal(size=(3, 5, 4)).astype("float32")
    expected = theirs.predict(x, verbose=0)
    theirs.save(tmp_path / "theirs.keras")
    loaded = keras.models.load_model(tmp_path / "theirs.keras")
    np.testing.assert_allclose(loaded.predict(x), expected, rtol=1e-5, atol=1e-6)
    expected = ours.predict(x)
    ours.save(tmp_path / "ours.keras")
    loaded = peer.models.load_model(tmp_path / "ours.keras")
    np.testing.assert_allclose(loaded.predict(x, verbose=0), expected, rtol=1e-5, atol=1e-6)


def test_summary(capsys):
    model = Reader(name="reader")
    model.build((None, 5, 3))
    model.summary()
    shown = capsys.readouterr().out
    assert 'Model: "reader"' in shown
    assert "(LSTM)" in shown
    assert "Total params: 138" in shown


def test_weights_of_the_model_itself(rng):
    class Scaled(Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")

        def call(self, x):
            return self.dense(x * self.scale)

    model, x = Scaled(), rng.normal(size=(8, 4))
    model.compile(fastlstm.optimizers.SGD(0.1), "mse")
    model.fit(x, rng.normal(size=(8, 3)), epochs=2, verbose=0)
    assert [array.shape for array in model.get_weights()] == [(4,), (4, 3), (3,)]
    assert np.abs(model.get_weights()[0] - 1).max() > 0


def test_what_cannot_be_traced_is_an_error(rng):
    class Branching(Model):
        def __init__(self):
            super().__init__(name="branching")
            self.dense = layers.Dense(2)

        def call(self, x):
            y = self.dense(x)
            return y if np.sum(y) > 0 else -y

    with pytest.raises(TypeError, match="model 'branching': a call is traced"):
        Branching().predict(rng.normal(size=(3, 4)))
