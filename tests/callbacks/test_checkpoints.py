"""ModelCheckpoint and BackupAndRestore: what is in the files, and fits that go on from them."""

import contextlib
import json
import pickle

import numpy as np
import pytest
from batch_sources import Numbered
from training_models import Script, same

from fastlstm import Input, Sequential, layers, load_model, metrics, optimizers, utils
from fastlstm.callbacks import (
    BackupAndRestore,
    Callback,
    EarlyStopping,
    ModelCheckpoint,
    ReduceLROnPlateau,
    SwapEMAWeights,
)
from fastlstm.keras.tensorflow import GradientTape
from fastlstm.models import Model


def saving_model():
    utils.set_random_seed(3)
    model = Sequential([Input((5, 2)), layers.LSTM(4, seed=1), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    return model


def dropping_model():
    """Return a model that draws a mask at each step of training, by a seed of its own."""
    utils.set_random_seed(3)
    model = Sequential([Input((5, 2)), layers.LSTM(4, dropout=0.3), layers.Dense(1)])
    model.compile("adam", "mse")
    return model


def test_checkpoints_of_the_best(data, tmp_path, capsys):
    model = saving_model()
    path = tmp_path / "new" / "{epoch:02d}-{figure:.1f}.keras"
    save = ModelCheckpoint(path, "figure", save_best_only=True, mode="max", verbose=1)
    model.fit(*data, epochs=4, verbose=0, callbacks=[Script("figure", [1, 3, 2, 4]), save])
    assert sorted(file.name for file in path.parent.iterdir()) == ["01-1.0.keras", "02-3.0.keras", "04-4.0.keras"]
    out = capsys.readouterr().out
    assert "Epoch 2: figure improved from 1.00000 to 3.00000, saving model to" in out
    assert "Epoch 3: figure did not improve from 3.00000" in out
    model.fit(*data, epochs=1, verbose=0, callbacks=[ModelCheckpoint(tmp_path / "all.h5", save_best_only=False)])
    again = load_model(tmp_path / "all.h5")
    assert same(again, model)
    assert again.optimizer.iterations == model.optimizer.iterations > 0


def test_checkpoints_of_weights_every_few_batches(data, tmp_path):
    model = saving_model()
    path = tmp_path / "{epoch}-{batch}.weights.h5"
    save = ModelCheckpoint(path, save_weights_only=True, save_freq=3)
    model.fit(*data, batch_size=10, epochs=3, verbose=0, callbacks=[save])
    names = sorted(file.name.split(".")[0] for file in tmp_path.iterdir())
    assert names == ["1-3", "2-1", "2-4", "3-2", "3-5"]
    other = saving_model()
    other.load_weights(tmp_path / "3-5.weights.h5")
    assert same(model, other)


class Interrupt(Callback):
    def __init__(self, epoch=2):
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


@pytest.mark.parametrize("freq", ["epoch", 2])
def test_a_fit_goes_on_after_an_interruption(data, tmp_path, freq):
    folder = tmp_path / "backup"
    whole, model = dropping_model(), dropping_model()
    options = {"batch_size": 10, "epochs": 4, "verbose": 0}
    utils.set_random_seed(8)
    whole.fit(*data, **options)
    utils.set_random_seed(8)
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, **options, callbacks=[BackupAndRestore(folder, freq, double_checkpoint=True), Interrupt()])
    assert json.loads((folder / "training_metadata.json").read_text())["epoch"] == (2 if freq == "epoch" else 1)
    assert (folder / "latest.weights.h5.bkp").exists()
    other = dropping_model()
    utils.set_random_seed(9)  # the order of the samples goes on from where it was all the same
    history = other.fit(*data, **options, callbacks=[BackupAndRestore(folder, freq), Interrupt(None)])
    assert history.epoch == ([2, 3] if freq == "epoch" else [1, 2, 3])
    assert same(other, whole)
    assert not folder.exists()
    assert other.fit(*data, verbose=0).epoch == [0]


class Killed(BaseException):
    pass


class Kill(Callback):
    """Ends the process, as it were, after so many batches."""

    def __init__(self, batches):
        self.left = batches

    def on_train_batch_begin(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise Killed


class OwnStep(Model):
    """A model that trains by a step of its own."""

    def __init__(self):
        super().__init__()
        self.lstm, self.dense = layers.LSTM(4, dropout=0.3), layers.Dense(1)

    def call(self, x, training=None):
        return self.dense(self.lstm(x, training=training))

    def train_step(self, data):
        x, y = data
        with GradientTape() as tape:
            predictions = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=predictions)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables, strict=True))
        self.compiled_metrics.update_state(y, predictions)
        return {**{metric.name: metric.result() for metric in self.metrics}, "loss": loss}


def own_step_model(optimizer):
    utils.set_random_seed(3)
    model = OwnStep()
    model.compile(optimizer, "mse", metrics=["mae", metrics.AUC(20, name="auc")])
    model(np.zeros((1, 5, 2), "float32"))
    return model


def metrics_model(optimizer):
    utils.set_random_seed(3)
    model = Sequential([Input((5, 2)), layers.LSTM(4, dropout=0.3), layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer, "mse", metrics=["mae", metrics.AUC(20, name="auc"), metrics.R2Score()])
    return model


MODELS = {"native": metrics_model, "own step": own_step_model}


def batches_of(x, y):
    while True:
        for start in range(0, len(x), 10):
            yield x[start : start + 10], y[start : start + 10]


SOURCES = {
    "arrays": lambda x, y: ((x, y), {"batch_size": 10}),
    "arrays, half of them": lambda x, y: ((x, y), {"batch_size": 5, "steps_per_epoch": 5}),
    "generator": lambda x, y: ((batches_of(x, y),), {"steps_per_epoch": 3}),
    "data set": lambda x, y: ((Numbered(x, y, 10),), {}),
}


@pytest.mark.parametrize("freq", ["epoch", 1, 3])
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", MODELS)
def test_a_fit_that_was_killed_ends_as_if_it_had_not_been(data, tmp_path, kind, source, freq):
    x, y = data[0].astype("float32"), (data[1] > 0).astype("float32")[:, np.newaxis]

    def fit(model, *more):
        utils.set_random_seed(8)
        plateau = ReduceLROnPlateau("loss", patience=0, min_delta=10, factor=0.7)
        save = ModelCheckpoint(
            tmp_path / "best.weights.h5", "loss", save_best_only=True, save_weights_only=True, mode="max"
        )
        stop = EarlyStopping("loss", patience=2, min_delta=10, restore_best_weights=True)
        arguments, options = SOURCES[source](x, y)
        options |= {"epochs": 9, "verbose": 0, "callbacks": [*more, plateau, save, stop]}
        return model.fit(*arguments, **options), save.best, stop

    whole = MODELS[kind](optimizers.Adam(0.01))
    history, best, _ = fit(whole)
    steps = len(history.epoch) * (3 if source == "generator" else 5)
    assert len(history.epoch) < 9  # the fit was stopped
    for killed in (4, steps // 2, steps - 1):
        with pytest.raises(Killed):
            fit(MODELS[kind](optimizers.Adam(0.01)), BackupAndRestore(tmp_path / "backup", freq), Kill(killed))
        again = MODELS[kind](optimizers.Adam(0.01))
        counter = Kill(steps)
        resumed, best_again, stop = fit(again, BackupAndRestore(tmp_path / "backup", freq), counter)
        if freq == 1:
            assert steps - counter.left == steps - killed  # no step was made twice
        assert same(again, whole)
        assert best_again == best
        assert resumed.epoch == history.epoch[-len(resumed.epoch) :]
        assert stop.stopped_epoch == history.epoch[-1]
        for name, values in resumed.history.items():
            assert values == history.history[name][-len(values) :], name
        assert again.optimizer.learning_rate == whole.optimizer.learning_rate
        assert not (tmp_path / "backup").exists()


class Copies(Callback):
    """Copies the model in the middle of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        self.copy = pickle.loads(pickle.dumps(self.model))


@pytest.mark.parametrize("kind", MODELS)
def test_models_can_be_pickled_during_and_after_a_fit(data, kind):
    model = MODELS[kind](optimizers.Adam(0.01))
    copies = Copies()
    x, y = data[0].astype("float32"), (data[1] > 0).astype("float32")[:, np.newaxis]
    model.fit(x, y, batch_size=10, epochs=1, verbose=0, callbacks=[copies])
    assert same(copies.copy, model)
    model.train_on_batch(x, y)
    assert same(pickle.loads(pickle.dumps(model)), model)
    assert model._position is None


@pytest.mark.parametrize("freq", ["epoch", 2])
def test_a_backup_of_averages_goes_on_from_the_weights(data, tmp_path, freq):
    options = {"batch_size": 10, "epochs": 4, "verbose": 0}

    def fit(*more):
        model = saving_model()
        model.compile(optimizers.SGD(0.1, use_ema=True, ema_momentum=0.9), "mse")
        utils.set_random_seed(8)
        with contextlib.suppress(Killed):
            model.fit(*data, **options, callbacks=[SwapEMAWeights(swap_on_epoch=True), *more])
        return model

    whole = fit()
    fit(BackupAndRestore(tmp_path / "backup", freq), Kill(12))
    assert (tmp_path / "backup").exists()
    assert same(fit(BackupAndRestore(tmp_path / "backup", freq)), whole)


def test_a_backup_may_have_other_callbacks(data, tmp_path):
    def fit(*more, verbose=0):
        model = saving_model()
        options = {"batch_size": 10, "epochs": 3, "verbose": verbose}
        model.fit(*data, **options, callbacks=[BackupAndRestore(tmp_path), *more])

    with pytest.raises(Killed):
        fit(Kill(12), EarlyStopping("loss"), ReduceLROnPlateau("loss"))
    plateau = ReduceLROnPlateau("loss")
    with pytest.warns(UserWarning, match="there is a state of a EarlyStopping, which is not here"):
        fit(plateau, Script("figure", [1, 2, 3]), verbose=1)
    assert plateau.best is not None


def test_states_of_other_callbacks(data, tmp_path):
    class Remembers(Callback):
        def __init__(self):
            self.seen = []
            self.last = None

        def on_epoch_end(self, epoch, logs=None):
            self.seen.append(epoch)
            self.last = self.model.get_weights()[0]

        def get_state(self):
            return {"seen": self.seen, "last": self.last, "count": np.int64(len(self.seen))}

        def set_state(self, state):
            self.seen, self.last = state["seen"], state["last"]
            assert state["count"] == len(self.seen)

    class CannotBeSaved(Callback):
        def get_state(self):
            return {"what": object()}

    options = {"batch_size": 10, "epochs": 3, "verbose": 0}
    with pytest.raises(Killed):
        saving_model().fit(*data, **options, callbacks=[BackupAndRestore(tmp_path), Remembers(), Kill(12)])
    remembers = Remembers()
    model = saving_model()
    model.fit(*data, **options, callbacks=[BackupAndRestore(tmp_path), remembers, Kill(12)])
    assert remembers.seen == [0, 1, 2]
    np.testing.assert_array_equal(remembers.last, model.get_weights()[0])
    with pytest.raises(TypeError, match="BackupAndRestore: expected numbers, texts and arrays"):
        model.fit(*data, **options, callbacks=[BackupAndRestore(tmp_path), CannotBeSaved()])


@pytest.mark.parametrize("what", ["weights", "everything since"])
def test_a_backup_that_is_damaged_gives_way_to_the_one_before(data, tmp_path, what):
    folder = tmp_path / "backup"
    options = {"batch_size": 10, "epochs": 4, "verbose": 0}
    utils.set_random_seed(8)
    whole = dropping_model()
    whole.fit(*data, **options)
    utils.set_random_seed(8)
    model = dropping_model()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, **options, callbacks=[BackupAndRestore(folder, double_checkpoint=True), Interrupt()])
    latest = folder / "latest.weights.h5"
    if what == "weights":
        latest.write_bytes(latest.read_bytes()[:1000])
    else:  # the process ended after the metadata were written, and before the weights
        (folder / "latest.weights.h5.bkp").replace(latest)
    other = dropping_model()
    assert other.fit(*data, **options, callbacks=[BackupAndRestore(folder), Interrupt(None)]).epoch == [1, 2, 3]
    assert same(other, whole)


def test_a_backup_without_another_is_an_error_if_it_is_damaged(data, tmp_path):
    (tmp_path / "latest.weights.h5").write_bytes(b"no such file")
    (tmp_path / "training_metadata.json").write_text("{}")
    with pytest.raises(ValueError, match=r"latest\.weights\.h5: the file is damaged"):
        saving_model().fit(*data, verbose=0, callbacks=[BackupAndRestore(tmp_path)])
