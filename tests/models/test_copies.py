"""Copies and pickles of models: the same predictions, and trainings that go on with the same bits."""

import copy
import pickle
import subprocess
import sys

import numpy as np
import pytest
from training_models import compiled_model, fourth_power, go_on, same

from fastlstm import Input, Sequential, layers


@pytest.fixture
def data(rng):
    return rng.normal(size=(23, 5, 2)).astype("float32"), rng.normal(size=(23, 1)).astype("float32")


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
@pytest.mark.parametrize("loss", ["mse", fourth_power])
def test_a_copy_is_the_same_and_goes_on_alike(data, copied, loss):
    model = compiled_model(loss)
    go_on(model, data)
    twin = copied(model)
    assert type(twin) is Sequential
    assert twin.name == "copied"
    assert twin.optimizer is not model.optimizer
    assert (twin.optimizer.iterations, twin.optimizer.learning_rate) == (4, model.optimizer.learning_rate)
    assert twin.history.history == model.history.history
    assert (twin.predict(data[0], verbose=0) == model.predict(data[0], verbose=0)).all()
    assert (twin(data[0], training=True) == model(data[0], training=True)).all()
    before = model.get_weights()
    ours = go_on(twin, data)
    assert all((one == other).all() for one, other in zip(before, model.get_weights(), strict=True))
    assert ours == go_on(model, data)
    assert same(twin, model)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_stateful_layers_carry_goes_along(rng, dtype):
    model = Sequential([Input((3, 2), batch_size=4, dtype=dtype), layers.LSTM(3, stateful=True, dtype=dtype)])
    x = rng.normal(size=(4, 3, 2))
    model.predict(x, batch_size=4, verbose=0)
    twin = pickle.loads(pickle.dumps(model))
    assert (twin.predict(x, batch_size=4, verbose=0) == model.predict(x, batch_size=4, verbose=0)).all()


def test_models_that_are_not_built_or_not_compiled():
    bare = copy.deepcopy(Sequential([layers.LSTM(3), layers.Dense(1)]))
    assert not bare.built
    assert bare.predict(np.zeros((1, 2, 3)), verbose=0).shape == (1, 1)
    built = Sequential([Input((2, 3)), layers.LSTM(3)])
    assert same(copy.deepcopy(built), built)


def test_layers_and_optimizers_of_a_copy_are_its_own(data):
    model = compiled_model()
    twin = copy.deepcopy(model)
    twin.layers[2].trainable = False
    twin.set_weights([weight * 0 for weight in twin.get_weights()])
    assert model.layers[2].trainable
    assert any(weight.any() for weight in model.get_weights())
    both = Sequential([Input(twin.layers[1].output.shape[1:]), twin.layers[2]])
    both.set_weights([weight * 0 + 1 for weight in both.get_weights()])
    assert all((weight == 1).all() for weight in twin.layers[2].get_weights())
    with pytest.raises(ValueError, match="belongs to another model"):
        Sequential([layers.Dense(1)]).compile(twin.optimizer)
    with pytest.raises(TypeError, match="deepcopy"):
        copy.copy(model)


def test_a_layer_alone(rng):
    x = rng.normal(size=(2, 5, 3))
    for layer in (layers.LSTM(4), layers.Bidirectional(layers.GRU(3)), layers.TimeDistributed(layers.Dense(2))):
        expected = layer(x)
        assert (pickle.loads(pickle.dumps(layer))(x) == expected).all()
        assert not copy.deepcopy(layer).weights[0].flags.writeable


class Own(Sequential):
    def __init__(self, *args, note="", **options):
        super().__init__(*args, **options)
        self.note = note


def test_a_class_of_ones_own_keeps_what_it_has():
    model = Own([Input((2, 3)), layers.LSTM(3)], note="mine")
    twin = copy.deepcopy(model)
    assert type(twin) is Own
    assert twin.note == "mine"


def test_another_process_goes_on_with_the_same_bits(data, tmp_path):
    model = compiled_model()
    go_on(model, data)
    with open(tmp_path / "model.pickle", "wb") as file:
        pickle.dump((model, data), file)
    script = (
        "import pickle, sys\n"
        "model, data = pickle.load(open(sys.argv[1], 'rb'))\n"
        "model.fit(*data, batch_size=6, epochs=2, shuffle=False, verbose=0)\n"
        "pickle.dump(model, open(sys.argv[1], 'wb'))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "model.pickle")], check=True)
    go_on(model, data)
    with open(tmp_path / "model.pickle", "rb") as file:
        assert same(pickle.load(file), model)
