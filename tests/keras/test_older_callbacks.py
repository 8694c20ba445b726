"""What callbacks and histories have under the names of Keras up to version 2.2."""

import pickle

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras import layers


class Recorder(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.begun, self.batches, self.epochs = None, [], []

    def on_train_begin(self, logs=None):
        self.begun = self.params

    def on_batch_end(self, batch, logs=None):
        self.batches.append((logs["batch"], logs.get("size"), logs.get("acc") == logs["accuracy"], dict(logs)))

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(logs)


def model():
    found = keras.Sequential([layers.Dense(2, activation="softmax", input_shape=(3,))])
    found.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    return found


def test_parameters_and_logs(rng):
    x, y, recorder = rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5], Recorder()
    history = model().fit(x, y, 3, 2, validation_split=0.2, verbose=0, callbacks=[recorder])
    assert dict(recorder.begun) == {"verbose": 0, "epochs": 2, "steps": 3}
    assert recorder.begun["metrics"] == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert [recorder.begun[name] for name in ("samples", "nb_sample", "batch_size", "nb_epoch")] == [8, 8, 3, 2]
    assert recorder.begun["do_validation"]
    assert [(batch, size, same) for batch, size, same, _ in recorder.batches[:3]] == [
        (0, 3, True),
        (1, 3, True),
        (2, 2, True),
    ]
    assert {*recorder.batches[0][3]} == {"loss", "accuracy"}
    assert recorder.epochs[0].get("val_acc") == history.history["val_accuracy"][0]
    assert recorder.epochs[0].get("nothing", 3) == 3
    assert history.params == recorder.begun


def test_batches_of_unknown_numbers_of_samples(rng):
    recorder = Recorder()
    batches = [(rng.normal(size=(4, 3)), np.eye(2)[[0, 1, 1, 0]])] * 2
    model().fit_generator(iter(batches), steps_per_epoch=2, epochs=1, verbose=0, callbacks=[recorder])
    assert recorder.begun["samples"] is None
    assert [size for _, size, _, _ in recorder.batches] == [None, None]


@pytest.mark.parametrize("named", [False, True])
def test_parameters_do_not_depend_on_how_arguments_are_given(rng, named):
    x, y, first, second = rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5], Recorder(), Recorder()
    split = {"validation_split": 0.2} if named else [0.2]
    held_out = {"validation_data": (x, y)} if named else [0.0, (x, y)]
    for recorder, given in ((first, split), (second, held_out)):
        args, options = ([], given) if named else (given, {})
        model().fit(x, y, 3, 2, 0, [recorder], *args, **options)
    assert [first.begun[name] for name in ("samples", "do_validation")] == [8, True]
    assert [second.begun[name] for name in ("samples", "do_validation")] == [10, True]


def test_parameters_without_validation(rng):
    recorder = Recorder()
    model().fit(rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5], verbose=0, callbacks=[recorder])
    assert recorder.begun["metrics"] == ["loss", "accuracy"]
    assert recorder.begun["do_validation"] is False


def test_samples_of_several_inputs_of_one_axis():
    inputs = [keras.Input((1,)) for _ in range(2)]
    two = keras.Model(inputs, layers.Dense(2)(layers.Add()(inputs)))
    two.compile("sgd", "mse", metrics=["accuracy"])
    recorder = Recorder()
    two.fit([np.ones(10), np.ones(10)], np.ones((10, 2)), 4, verbose=0, callbacks=[recorder])
    assert recorder.begun["samples"] == 10
    assert [size for _, size, _, _ in recorder.batches] == [4, 4, 2]


def test_parameters_with_own_steps(rng):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(2)

        def call(self, x):
            return self.dense(x)

        def train_step(self, data):
            return super().train_step(data)

    own, recorder = Own(), Recorder()
    own.compile("sgd", "mse", metrics=["accuracy"])
    own.fit(rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5], 3, 1, 0, [recorder], 0.2)
    names = ("samples", "batch_size", "do_validation")
    assert [recorder.begun[name] for name in names] == [8, 3, True]


def test_parameters_of_an_evaluation_are_its_own(rng):
    class Testing(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            self.begun = self.params

    fitted, callback = model(), Testing()
    x, y = rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5]
    fitted.fit(x, y, verbose=0)
    fitted.evaluate(x[:4], y[:4], verbose=0, callbacks=[callback])
    assert callback.begun.get("samples") is None


@pytest.mark.parametrize("x", [{}, 3.0])
def test_wrong_inputs_are_refused_as_elsewhere(x):
    with pytest.raises(ValueError, match="x"):
        model().fit(x, np.ones((4, 2)), verbose=0)


def test_the_loss_among_the_metrics(rng):
    fitted, x, y = model(), rng.normal(size=(10, 3)), np.eye(2)[[0, 1] * 5]
    loss = fitted.metrics[0]
    assert loss.name == "loss"
    history = fitted.fit(x, y, verbose=0).history
    assert float(loss.result()) == pytest.approx(history["loss"][-1], rel=1e-6)
    for found in (
        lambda: fitted.evaluate(x[:4], y[:4], verbose=0)[0],
        lambda: fitted.train_on_batch(x[4:], y[4:])[0],
        lambda: fitted.train_on_batch(x[4:], y[4:], return_dict=True)["loss"],
        lambda: fitted.test_on_batch(x[2:], y[2:])[0],
        lambda: fitted.fit(x, y, verbose=0, validation_data=(x[1:], y[1:])).history["val_loss"][0],
    ):
        expected = found()
        assert float(loss.result()) == pytest.approx(float(expected), rel=1e-6)
    assert fitted.metrics[0] is loss


def test_what_a_callback_adds_to_the_logs_is_recorded(rng):
    class Adding(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["f1"] = epoch / 2

    history = model().fit(rng.normal(size=(4, 3)), np.eye(2)[[0, 1, 1, 0]], epochs=2, verbose=0, callbacks=[Adding()])
    assert history.history["f1"] == [0, 0.5]


def test_names_of_the_accuracies_of_outputs(rng):
    x = keras.Input((3,))
    two = keras.Model(x, [layers.Dense(2, activation="softmax", name=name)(x) for name in ("a", "b_c")])
    two.compile("sgd", "categorical_crossentropy", metrics=["accuracy"])
    y = np.eye(2)[[0, 1, 1, 0]]
    history = two.fit(rng.normal(size=(4, 3)), [y, y], verbose=0).history
    assert history["b_c_acc"] == history["b_c_accuracy"]
    with pytest.raises(KeyError, match="d_acc"):
        history["d_acc"]
    again = pickle.loads(pickle.dumps(history))
    assert type(again) is dict
    assert again == history
