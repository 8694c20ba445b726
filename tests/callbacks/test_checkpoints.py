"""ModelCheckpoint and BackupAndRestore: what is in the files, and fits that go on from them."""

import json

import pytest
from training_models import Script, same

from fastlstm import Input, Sequential, layers, load_model, utils
from fastlstm.callbacks import BackupAndRestore, Callback, ModelCheckpoint


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
