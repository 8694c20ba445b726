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
