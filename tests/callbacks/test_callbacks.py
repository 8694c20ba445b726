"""The callbacks of the package, each against what it says, and against Keras where it is installed."""

import csv
import importlib.util
import inspect
import json
import sys

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, same

from fastlstm import Input, Sequential, callbacks, layers, load_model, optimizers, utils
from fastlstm.callbacks import (
    BackupAndRestore,
    Callback,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TensorBoard,
)


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(50, 5, 2))
    return x, x[:, -1].sum(-1)


@pytest.mark.parametrize("name", sorted(callbacks.__all__))
def test_keras_has_the_same_arguments_and_hooks(name):
    theirs, ours = getattr(require_peer("keras").callbacks, name), getattr(callbacks, name)
    wanted, found = inspect.signature(theirs).parameters, inspect.signature(ours).parameters
    assert [key for key in wanted if key not in ("kwargs", "params")] == [
        key for key in found if key not in ("kwargs", "params")
    ]
    for key, parameter in found.items():
        assert parameter.default == wanted[key].default, key
    if name == "Callback":
        hooks = {key for key in dir(theirs) if key.startswith("on_")}
        assert hooks == {key for key in dir(ours) if key.startswith("on_")}


class Script(Callback):
    """Puts figures of one's own into the logs, before a callback that watches them."""

    def __init__(self, name, values):
        super().__init__()
        self.name, self.values = name, values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def run_both(make, name, values, mode="min"):
    """Fit here and in Keras with a scripted figure; return the histories and the learning rates at the end."""
    import fastlstm

    results = []
    for package in (fastlstm, require_peer("keras")):
        script = type("Script", (package.callbacks.Callback,), dict(vars(Script)))
        model = package.Sequential([package.Input((1,)), package.layers.Dense(1)])
        model.compile(package.optimizers.SGD(0.5), "mse")
        watching = make(package.callbacks)
        x, y = np.ones((4, 1), "float32"), np.ones((4, 1), "float32")
        fit = {"epochs": len(values), "verbose": 0, "callbacks": [Script.__new__(script), watching]}
        fit["callbacks"][0].__dict__.update(_model=None, _params=None)
        fit["callbacks"][0].name, fit["callbacks"][0].values = name, values
        history = model.fit(x, y, **fit)
        results.append((history.epoch, history.history.get("learning_rate"), watching))
    return results


FIGURES = [1.0, 0.8, 0.79, 0.85, 0.9, 0.5, 0.55, 0.52, 0.51, 0.58, 0.6, 0.49, 0.7, 0.7, 0.7, 0.7]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"patience": 2},
        {"patience": 3, "min_delta": 0.05},
        {"patience": 4, "baseline": 0.6},
        {"patience": 2, "start_from_epoch": 4},
        {"patience": 1, "mode": "max"},
    ],
)
def test_early_stopping_stops_where_keras_does(options):
    options = {"monitor": "figure", "mode": "min", **options}
    ours, theirs = run_both(lambda at: at.EarlyStopping(**options), "figure", FIGURES)
    assert ours[0] == theirs[0]
    for attribute in ("stopped_epoch", "best_epoch", "wait", "best"):
        assert getattr(ours[2], attribute) == getattr(theirs[2], attribute), attribute


@pytest.mark.parametrize(
    "options",
    [
        {"patience": 1},
        {"patience": 2, "factor": 0.5, "cooldown": 2},
        {"patience": 1, "min_delta": 0.1, "min_lr": 0.01},
        {"patience": 1, "mode": "max", "factor": 0.9},
    ],
)
def test_the_rate_is_reduced_where_keras_does(options):
    options = {"monitor": "figure", "mode": "min", **options}
    ours, theirs = run_both(lambda at: at.ReduceLROnPlateau(**options), "figure", FIGURES)
    assert ours[1] == pytest.approx(theirs[1], rel=1e-5)


def test_early_stopping_restores_the_best_weights(data, capsys):
    kept = {}
    stop = EarlyStopping("figure", patience=2, mode="min", restore_best_weights=True, verbose=1)

    class Keep(Callback):
        def on_epoch_end(self, epoch, logs=None):
            kept[epoch] = self.model.get_weights()

    model = lstm_model()
    model.fit(*data, epochs=10, verbose=0, callbacks=[Script("figure", [3, 1, 2, 2, 0]), Keep(), stop])
    assert sorted(kept) == [0, 1, 2, 3]
    assert all((a == b).all() for a, b in zip(model.get_weights(), kept[1], strict=True))
    assert "Epoch 4: early stopping\nRestoring model weights" in capsys.readouterr().out


def test_the_direction_is_that_of_the_metric(data):
    model = Sequential([Input((5, 2)), layers.LSTM(4), layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy", metrics=["accuracy", "mae", lambda y_true, y_pred: y_pred])
    x, y = data
    for monitor, larger in [("val_accuracy", True), ("mae", False), ("val_loss", False)]:
        stop = EarlyStopping(monitor)
        model.fit(x, (y > 0).astype(float), validation_split=0.2, verbose=0, callbacks=[stop])
        assert stop._larger_is_better() == larger
    with pytest.raises(ValueError, match="mode: EarlyStopping does not know whether a larger '<lambda>' is better"):
        model.fit(x, (y > 0).astype(float), epochs=2, verbose=0, callbacks=[EarlyStopping("<lambda>")])
    with pytest.warns(UserWarning, match="EarlyStopping: there is no 'val_loss' in the logs, which have: .*accuracy"):
        model.fit(x, (y > 0).astype(float), verbose=0, callbacks=[EarlyStopping()])


@pytest.mark.parametrize("schedule", [lambda epoch: 0.5 / (epoch + 1), lambda epoch, rate: rate / 2 if epoch else 0.5])
def test_learning_rate_scheduler(data, schedule):
    model = lstm_model(optimizers.SGD(0.1))
    history = model.fit(*data, epochs=2, verbose=0, callbacks=[LearningRateScheduler(schedule)]).history
    assert history["learning_rate"] == [0.5, 0.25]
    assert model.optimizer.learning_rate == 0.25
    with pytest.raises(TypeError, match="schedule: expected a real number"):
        model.fit(*data, verbose=0, callbacks=[LearningRateScheduler(lambda epoch: None)])


@pytest.mark.parametrize("append", [False, True])
def test_csv_files_are_those_of_keras(tmp_path, append):
    import fastlstm

    rows = []
    for package in (fastlstm, require_peer("keras")):
        path = tmp_path / f"{package.__name__}.csv"
        model = package.Sequential([package.Input((1,)), package.layers.Dense(1, kernel_initializer="ones")])
        model.compile("sgd", "mse", metrics=["mae"])
        x = np.arange(8, dtype="float32")[:, None]
        for validation in (0.0, 0.25):
            logger = package.callbacks.CSVLogger(path, separator=";", append=append)
            options = {"epochs": 2, "shuffle": False, "verbose": 0, "callbacks": [logger]}
            model.fit(x, 2 * x, validation_split=validation, **options)
        with path.open(newline="") as file:
            rows.append(list(csv.reader(file, delimiter=";")))
    assert rows[0][0] == rows[1][0]
    assert len(rows[0]) == len(rows[1]) == (5 if append else 3)
    for ours, theirs in zip(rows[0][1:], rows[1][1:], strict=True):
        assert [value == "NA" for value in ours] == [value == "NA" for value in theirs]
        found, wanted = ([float(value) for value in row if value != "NA"] for row in (ours, theirs))
        assert found == pytest.approx(wanted, rel=1e-3)


def test_lambda_callbacks_refuse_what_is_no_hook():
    with pytest.raises(TypeError, match="on_epoch: expected a hook"):
        LambdaCallback(on_epoch=print)
    with pytest.raises(TypeError, match="on_epoch_end: expected a function"):
        LambdaCallback(on_epoch_end=3)


# Saving


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
    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
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
    if freq == "epoch":
        assert (folder / "latest.weights.h5.bkp").exists()
        other = dropping_model()
        utils.set_random_seed(9)  # the order of the samples goes on from where it was all the same
        history = other.fit(*data, **options, callbacks=[BackupAndRestore(folder)])
        assert history.epoch == [2, 3]
        assert same(other, whole)
        assert not folder.exists()
        assert other.fit(*data, verbose=0).epoch == [0]


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
    assert other.fit(*data, **options, callbacks=[BackupAndRestore(folder)]).epoch == [1, 2, 3]
    assert same(other, whole)


def test_a_backup_without_another_is_an_error_if_it_is_damaged(data, tmp_path):
    (tmp_path / "latest.weights.h5").write_bytes(b"no such file")
    (tmp_path / "training_metadata.json").write_text("{}")
    with pytest.raises(ValueError, match=r"latest\.weights\.h5: the file is damaged"):
        saving_model().fit(*data, verbose=0, callbacks=[BackupAndRestore(tmp_path)])


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: ModelCheckpoint("a.txt"), ValueError, "filepath: expected a path that ends with .keras or .h5"),
        (lambda: ModelCheckpoint("a.keras", save_weights_only=True), ValueError, "ends with .weights.h5"),
        (lambda: ModelCheckpoint("a.keras", save_freq=0), ValueError, "save_freq: expected"),
        (lambda: BackupAndRestore(""), ValueError, "backup_dir: expected"),
        (lambda: BackupAndRestore("a", save_freq="batch"), TypeError, "save_freq: expected an integer"),
        (lambda: EarlyStopping(mode="up"), ValueError, "mode: expected 'auto', 'min' or 'max'"),
        (lambda: EarlyStopping(patience=-1), ValueError, "patience: expected"),
        (lambda: ReduceLROnPlateau(factor=1.0), ValueError, "factor: expected"),
        (lambda: LearningRateScheduler(0.1), TypeError, "schedule: expected a function"),
        (lambda: CSVLogger(3), TypeError, "int"),
        (lambda: TensorBoard(histogram_freq=1), ValueError, "histogram_freq: TensorBoard does not support it"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


# TensorBoard


def test_tensorboard_names_the_package_that_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.setitem(sys.modules, "tensorboard.summary", None)
    with pytest.raises(ImportError, match="pip install tensorboard"):
        TensorBoard()


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason="tensorboard is not installed")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tensorboard_scalars(data, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    model = lstm_model()
    board = TensorBoard(tmp_path, update_freq=2)
    history = model.fit(*data, batch_size=10, epochs=2, validation_split=0.2, verbose=0, callbacks=[board]).history
    read = {}
    for folder in ("train", "validation"):
        read[folder] = EventAccumulator(str(tmp_path / folder), size_guidance={"tensors": 0, "scalars": 0})
        read[folder].Reload()

    def values(folder, tag):
        import tensorboard.util.tensor_util as tensors

        return [(event.step, float(tensors.make_ndarray(event.tensor_proto))) for event in read[folder].Tensors(tag)]

    assert values("train", "epoch_loss") == [(i, pytest.approx(v)) for i, v in enumerate(history["loss"])]
    assert values("validation", "epoch_loss") == [(i, pytest.approx(v)) for i, v in enumerate(history["val_loss"])]
    assert [step for step, _ in values("train", "batch_loss")] == [2, 4, 6, 8]
    assert [step for step, _ in values("validation", "evaluation_loss_vs_iterations")] == [4, 8]
    assert [step for step, _ in values("train", "epoch_learning_rate")] == [0, 1]
