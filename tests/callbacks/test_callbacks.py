"""Every callback of the package: the arguments and hooks of Keras, and wrong arguments."""

import inspect

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, callbacks, layers
from fastlstm.callbacks import (
    BackupAndRestore,
    CSVLogger,
    EarlyStopping,
    LambdaCallback,
    LearningRateScheduler,
    ModelCheckpoint,
    ReduceLROnPlateau,
    TensorBoard,
)


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


def test_lambda_callbacks_refuse_what_is_no_hook():
    with pytest.raises(TypeError, match="on_epoch: expected a hook"):
        LambdaCallback(on_epoch=print)
    with pytest.raises(TypeError, match="on_epoch_end: expected a function"):
        LambdaCallback(on_epoch_end=3)
    assert LambdaCallback(limit=3, on_test_end=print).limit == 3


@pytest.mark.parametrize(
    "make",
    [
        lambda mode: EarlyStopping("own", mode=mode),
        lambda mode: ReduceLROnPlateau("own", mode=mode),
        lambda mode: ModelCheckpoint("best.keras", "own", save_best_only=True, mode=mode),
    ],
)
def test_a_name_that_is_unknown_needs_a_direction(make, tmp_path, monkeypatch):
    """As in Keras: without a direction it is an error, with one a warning."""
    monkeypatch.chdir(tmp_path)
    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="does not know whether a larger 'own' is better; give mode="):
        model.fit(np.ones((2, 1)), np.ones(2), verbose=0, callbacks=[make("auto")])
    with pytest.warns(UserWarning, match="there is no 'own' in the logs"):
        model.fit(np.ones((2, 1)), np.ones(2), verbose=0, callbacks=[make("max")])


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
