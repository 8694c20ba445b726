"""EarlyStopping, ReduceLROnPlateau and LearningRateScheduler: they act where Keras's do."""

import numpy as np
import pytest
from peers import require_peer
from training_models import Script, lstm_model

from fastlstm import Input, Sequential, layers, optimizers
from fastlstm.callbacks import Callback, EarlyStopping, LearningRateScheduler


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
