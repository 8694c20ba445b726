"""Averages of the weights in the weights' place during evaluations: as Keras does it, and whatever ends a training."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm.callbacks import Callback, EarlyStopping, SwapEMAWeights

KERAS_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
EPOCHS = 4
INITIAL = [np.array([[0.3], [-0.2], [0.9]], "f4"), np.zeros(1, "f4")]


@pytest.fixture
def data(rng):
    x = rng.normal(size=(24, 3)).astype("f4")
    return x, (x @ [1.0, -2.0, 0.5]).astype("f4")


def model_of(package, **options):
    model = package.Sequential([package.Input((3,)), package.layers.Dense(1)])
    model.compile(package.optimizers.SGD(0.1, momentum=0.5, **{"use_ema": True, "ema_momentum": 0.7, **options}), "mse")
    model.set_weights(INITIAL)
    return model


def close(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def equal(found, wanted):
    return all((one == other).all() for one, other in zip(found, wanted, strict=True))


@KERAS_WARNING
@pytest.mark.parametrize("swap_on_epoch", [False, True])
def test_a_fit_is_that_of_keras(data, swap_on_epoch):
    """What validations see, what the callbacks after it see at the ends of epochs, and what is left."""
    results = []
    for package in (fastlstm, require_peer("keras")):
        model, seen = model_of(package), []
        see = package.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs, seen=seen, model=model: seen.append(model.get_weights()),
            on_epoch_end=lambda epoch, logs, seen=seen, model=model: seen.append(model.get_weights()),
        )
        options = {"validation_data": data, "batch_size": 8, "epochs": EPOCHS, "shuffle": False, "verbose": 0}
        swap = package.callbacks.SwapEMAWeights(swap_on_epoch)
        history = model.fit(*data, callbacks=[swap, see], **options).history
        results.append((history, seen, model.get_weights()))
    (ours, our_weights, our_last), (theirs, their_weights, their_last) = results
    assert ours["val_loss"] == pytest.approx(theirs["val_loss"], rel=1e-5)
    assert ours["loss"] == pytest.approx(theirs["loss"], rel=1e-5)
    assert len(our_weights) == len(their_weights) == 2 * EPOCHS
    for found, wanted in zip(our_weights, their_weights, strict=True):
        close(found, wanted)
    close(our_last, their_last)


@KERAS_WARNING
def test_evaluations_and_predictions_are_those_of_keras(data):
    x, y = data
    results = []
    for package in (fastlstm, require_peer("keras")):
        model = model_of(package)
        for _ in range(3):
            model.train_on_batch(x, y)
        swap = package.callbacks.SwapEMAWeights()
        loss = model.evaluate(x, y, callbacks=[swap], verbose=0)
        weights = model.get_weights()
        results.append((loss, weights, model.predict(x, callbacks=[package.callbacks.SwapEMAWeights()], verbose=0)))
        if package is fastlstm:  # Keras leaves the averages in place
            assert equal(model.get_weights(), weights)
    assert results[0][0] == pytest.approx(results[1][0], rel=1e-5)
    close(results[0][1], results[1][1])
    np.testing.assert_allclose(results[0][2], results[1][2], rtol=1e-5, atol=1e-6)


def averages_of(data, epochs):
    """Return the averages after so many epochs, which are what a fit leaves."""
    model = model_of(fastlstm)
    model.fit(*data, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
    return model.get_weights()


@pytest.mark.parametrize("swap_on_epoch", [False, True])
@pytest.mark.parametrize("first", [False, True])
def test_a_fit_that_ends_early_leaves_the_averages(data, swap_on_epoch, first):
    """Whether the callback that ends it comes before or after."""
    callbacks = [SwapEMAWeights(swap_on_epoch), EarlyStopping(monitor="loss", mode="max", patience=1)]
    model = model_of(fastlstm)
    history = model.fit(
        *data, batch_size=8, epochs=9, shuffle=False, verbose=0, callbacks=callbacks[::-1] if first else callbacks
    )
    assert history.epoch == [0, 1]
    assert equal(model.get_weights(), averages_of(data, 2))


@pytest.mark.parametrize("hook", ["on_test_batch_end", "on_epoch_end"])
def test_an_interrupted_fit_leaves_the_averages(data, hook):
    def interrupt(self, number, logs=None):
        raise KeyboardInterrupt

    model = model_of(fastlstm)
    stop = type("Stop", (Callback,), {hook: interrupt})()
    options = {"validation_data": data, "batch_size": 8, "epochs": 9, "shuffle": False, "verbose": 0}
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, callbacks=[SwapEMAWeights(swap_on_epoch=True), stop], **options)
    assert equal(model.get_weights(), averages_of(data, 1))


@pytest.mark.parametrize("entry", ["evaluate", "predict"])
def test_an_interruption_of_one_evaluation_or_prediction_leaves_the_weights(data, entry):
    def interrupt(self, batch, logs=None):
        raise KeyboardInterrupt

    model = model_of(fastlstm)
    for _ in range(3):
        model.train_on_batch(*data)
    trained = model.get_weights()
    stop = type("Stop", (Callback,), {"on_test_batch_end": interrupt, "on_predict_batch_end": interrupt})()
    with pytest.raises(KeyboardInterrupt):
        getattr(model, entry)(*data[: 2 if entry == "evaluate" else 1], callbacks=[SwapEMAWeights(), stop], verbose=0)
    assert equal(model.get_weights(), trained)


def test_the_same_callback_serves_several_runs(data):
    swap, model = SwapEMAWeights(swap_on_epoch=True), model_of(fastlstm)
    options = {"validation_data": data, "batch_size": 8, "epochs": 2, "shuffle": False, "verbose": 0}
    first = model.fit(*data, callbacks=[swap], **options).history["val_loss"]
    assert model.evaluate(*data, callbacks=[swap], verbose=0) == model.evaluate(*data, verbose=0) == first[-1]
    before = model.get_weights()
    model.train_on_batch(*data)
    trained = model.get_weights()
    model.evaluate(*data, callbacks=[swap], verbose=0)
    assert equal(model.get_weights(), trained)
    assert not equal(trained, before)


def test_averages_that_are_in_place_already_stay_there(data):
    model = model_of(fastlstm)
    for _ in range(3):
        model.train_on_batch(*data)
    trained = model.get_weights()
    model.optimizer.swap_ema_weights()
    assert model.optimizer.averages_in_place
    averages, loss = model.get_weights(), model.evaluate(*data, verbose=0)
    assert model.evaluate(*data, verbose=0, callbacks=[SwapEMAWeights()]) == loss
    assert equal(model.get_weights(), averages)
    model.optimizer.swap_ema_weights()
    assert not model.optimizer.averages_in_place
    assert equal(model.get_weights(), trained)
    assert model.evaluate(*data, verbose=0, callbacks=[SwapEMAWeights()]) == loss


def test_before_the_first_step_nothing_changes(data):
    model = model_of(fastlstm)
    assert model.evaluate(*data, verbose=0, callbacks=[SwapEMAWeights()]) == model.evaluate(*data, verbose=0)
    assert equal(model.get_weights(), INITIAL)


def test_wrong_arguments_and_optimizers_without_averages(data):
    with pytest.raises(TypeError, match="swap_on_epoch: expected"):
        SwapEMAWeights(1)
    with pytest.raises(ValueError, match="expected an optimizer with use_ema=True"):
        model_of(fastlstm, use_ema=False).evaluate(*data, verbose=0, callbacks=[SwapEMAWeights()])
    model = fastlstm.Sequential([fastlstm.Input((3,)), fastlstm.layers.Dense(1)])
    with pytest.raises(ValueError, match="SwapEMAWeights: expected a compiled model"):
        model.predict(data[0], callbacks=[SwapEMAWeights()])
