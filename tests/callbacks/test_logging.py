"""CSVLogger and TensorBoard: what they write."""

import csv
import importlib.util
import sys

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model

from fastlstm.callbacks import TensorBoard


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
