"""Callbacks: when hooks run, what they can do, and a loss that is no number."""

import os
import re
import signal
import threading
import time

import numpy as np
import pytest
from peers import require_peer
from training_models import lstm_model, same, seeded_fit

from fastlstm import Input, Sequential, layers, optimizers
from fastlstm.callbacks import Callback, CallbackList, CSVLogger, History, LambdaCallback, ProgbarLogger, TerminateOnNaN


class Recorder(Callback):
    def __init__(self):
        self.calls = []

    def on_train_begin(self, logs=None):
        self.calls.append("train begin")

    def on_train_end(self, logs=None):
        self.calls.append("train end")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} begin")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} end {sorted(logs)}")


class BatchRecorder(Recorder):
    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(f"batch {batch} begin")

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(f"batch {batch} end {sorted(logs)}")


def test_hooks_are_called_in_order(data):
    recorder = BatchRecorder()
    model = lstm_model()
    model.fit(*data, epochs=1, validation_split=0.2, callbacks=[recorder], verbose=0)
    batches = [line for i in range(2) for line in (f"batch {i} begin", f"batch {i} end ['loss']")]
    want = ["train begin", "epoch 0 begin", *batches, "epoch 0 end ['loss', 'val_loss']", "train end"]
    assert recorder.calls == want
    assert recorder.model is model
    assert recorder.params == {"verbose": 0, "epochs": 1, "steps": 2}


def test_batch_hooks_do_not_change_the_result(data):
    one, other = lstm_model(), lstm_model()
    seeded_fit(one, *data, batch_size=8, epochs=2, callbacks=Recorder())
    seeded_fit(other, *data, batch_size=8, epochs=2, callbacks=[BatchRecorder()])
    assert same(one, other)
    assert one.history.history["loss"] == pytest.approx(other.history.history["loss"], rel=1e-12)


def test_a_callback_can_change_the_learning_rate_between_steps(data):
    class Freeze(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            self.model.optimizer.learning_rate = 0.1 if batch == 0 else 0.0

    x, y = data
    one, other = lstm_model("sgd"), lstm_model(optimizers.SGD(0.1))
    one.fit(x, y, batch_size=10, shuffle=False, callbacks=Freeze(), verbose=0)
    other.train_on_batch(x[:10], y[:10])
    assert same(one, other)


@pytest.mark.parametrize("hook", ["on_epoch_end", "on_train_batch_end"])
def test_a_callback_can_stop_training(data, hook):
    def stop(self, number, logs=None):
        self.model.stop_training = True

    callback = type("Stop", (Callback,), {hook: stop})()
    model = lstm_model()
    history = model.fit(*data, batch_size=10, epochs=5, callbacks=[callback], verbose=0)
    assert history.epoch == [0]
    assert model.optimizer.iterations == (5 if hook == "on_epoch_end" else 1)
    assert len(model.fit(*data, verbose=0).epoch) == 1


def test_what_a_callback_adds_to_the_logs_is_in_the_history(data):
    class Add(Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["rate"] = self.model.optimizer.learning_rate

    history = lstm_model(optimizers.SGD(0.25)).fit(*data, epochs=2, callbacks=[Add()], verbose=0)
    assert history.history["rate"] == [0.25, 0.25]


def test_an_interruption_leaves_the_history_of_what_was_done(data):
    class Interrupt(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    model = lstm_model()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*data, epochs=5, callbacks=[Interrupt()], verbose=0)
    assert model.history.epoch == [0, 1]
    assert len(model.history.history["loss"]) == 2
    assert np.isfinite(model.predict(data[0])).all()


# All hooks


def recorder(base):
    """Return a callback of a package that writes down each hook, its number and the names in its logs."""
    calls = []

    def hook(name):
        def run(self, *number, logs=None):
            *number, logs = (*number, logs) if logs is not None or not number else number
            calls.append((name, tuple(number), list(logs or {})))

        return run

    names = [name for name in dir(Callback) if name.startswith("on_") and "_batch_" not in name.removeprefix("on")]
    batches = [f"on_{kind}_batch_{end}" for kind in ("train", "test", "predict") for end in ("begin", "end")]
    made = type("Recording", (base,), {name: hook(name) for name in {*names, *batches}})()
    made.calls = calls
    return made


def test_hooks_and_logs_are_those_of_keras(data):
    import fastlstm

    keras = require_peer("keras")
    x, y = (array.astype("float32") for array in data)
    calls = []
    for package in (fastlstm, keras):
        model = package.Sequential([package.Input((5, 2)), package.layers.LSTM(3), package.layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mape", "accuracy"])
        seen = recorder(package.callbacks.Callback)
        options = {"batch_size": 16, "verbose": 0, "callbacks": [seen]}
        model.fit(x, y, epochs=2, validation_split=0.4, **options)
        assert seen.model is model
        assert seen.params["steps"] == 2
        assert seen.params["epochs"] == 2
        model.evaluate(x, y, **options)
        model.predict(x, **options)
        assert seen.params["steps"] == 4
        calls.append([(name, tuple(map(int, number)), logs) for name, number, logs in seen.calls])
    assert calls[0] == calls[1]


def test_batch_hooks_under_either_name():
    seen = []

    class Old(Callback):
        def on_batch_begin(self, batch, logs=None):
            seen.append(batch)

        def on_batch_end(self, batch, logs=None):
            seen.append((batch, list(logs)))

    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile(loss="mse")
    model.fit([[1.0], [2.0]], [1.0, 2.0], batch_size=1, verbose=0, callbacks=[Old()])
    assert seen == [0, (0, ["loss"]), 1, (1, ["loss"])]


def test_the_order_of_callbacks(data):
    order = []
    both = [LambdaCallback(on_epoch_end=lambda epoch, logs, name=name: order.append(name)) for name in "ab"]
    history = History()
    model = lstm_model()
    assert model.fit(*data, verbose=0, callbacks=[both[0], [history, both[1]]]) is history
    assert model.history is history
    assert order == ["a", "b"]
    found = CallbackList(both, add_history=True, add_progbar=True, model=model, verbose=0).callbacks
    assert [type(callback) for callback in found] == [LambdaCallback, LambdaCallback, History, ProgbarLogger]
    with pytest.raises(TypeError, match="callbacks: expected instances"):
        model.fit(*data, callbacks=[3], verbose=0)


def native_calls(model):
    """Count the native calls of training from now on."""
    calls = []

    class Spy:
        def __init__(self, network):
            self.network = network

        def __getattr__(self, name):
            return getattr(self.network, name)

        def train(self, *args, **options):
            calls.append(options["seconds"])
            return self.network.train(*args, **options)

    model._native_model().network = Spy(model._native_model().network)
    return calls


@pytest.mark.parametrize(
    ("callback", "each"),
    [
        (Recorder(), False),
        (BatchRecorder(), True),
        (LambdaCallback(on_epoch_end=lambda epoch, logs: None), False),
        (LambdaCallback(on_train_batch_end=lambda batch, logs: None), True),
        (LambdaCallback(on_test_batch_end=lambda batch, logs: None), False),
        (TerminateOnNaN(), False),
        (ProgbarLogger(), False),
        (type("Mine", (TerminateOnNaN,), {"on_batch_end": lambda self, batch, logs=None: None})(), True),
    ],
)
def test_steps_are_single_calls_only_where_a_hook_asks_for_them(data, callback, each):
    model = lstm_model()
    calls = native_calls(model)
    model.fit(*data, batch_size=5, verbose=0, callbacks=[callback])
    assert (len(calls) == 10 and set(calls) == {0.0}) == each
    assert each or calls[0] > 0


def test_a_callback_can_stop_evaluations_and_predictions(data):
    class Stop(Callback):
        def on_test_batch_end(self, batch, logs=None):
            self.model.stop_evaluating = batch == 1

        def on_predict_batch_end(self, batch, logs=None):
            assert logs["outputs"].shape == (10, 1)
            self.model.stop_predicting = batch == 1

    x, y = data
    model = lstm_model()
    want = model.evaluate(x[:20], y[:20], verbose=0)
    assert model.evaluate(x, y, batch_size=10, verbose=0, callbacks=Stop()) == pytest.approx(want, rel=1e-12)
    assert (model.predict(x, batch_size=10, callbacks=Stop()) == model.predict(x[:20])).all()
    assert model.predict(x, batch_size=10, callbacks=[]).shape == (50, 1)


# A loss that is no number


@pytest.mark.parametrize("callbacks", [[], [BatchRecorder()]], ids=["many", "single"])
def test_a_loss_that_becomes_infinite_is_reported_once(data, callbacks):
    model = Sequential([Input((5, 2)), layers.LSTM(4), layers.Dense(1)])
    model.compile(optimizers.SGD(1e30), "mse")
    losses = []
    other = Sequential([Input((5, 2)), layers.LSTM(4), layers.Dense(1)])
    other.compile(optimizers.SGD(1e30), "mse")
    other.set_weights(model.get_weights())
    x, y = data
    while not losses or np.isfinite(losses[-1]):
        i = 10 * (len(losses) % 5)
        losses.append(other.train_on_batch(x[i : i + 10], y[i : i + 10]))
    epoch, batch = divmod(len(losses) - 1, 5)
    expected = f"in batch {batch + 1} of epoch {epoch + 1} .*lower learning rate, clipping"
    with pytest.warns(RuntimeWarning, match=expected) as found:
        model.fit(x, y, batch_size=10, epochs=epoch + 3, shuffle=False, verbose=0, callbacks=callbacks)
    assert len(found) == 1
    assert found[0].filename == __file__


@pytest.mark.filterwarnings("ignore:fit. the loss became:RuntimeWarning")
def test_terminate_on_nan(data, capsys):
    x, y = data
    steps = []
    for each in (False, True):
        model = lstm_model(optimizers.SGD(1e200))
        callbacks = [TerminateOnNaN(), *([BatchRecorder()] if each else [])]
        history = model.fit(x, y, batch_size=5, epochs=9, shuffle=False, verbose=0, callbacks=callbacks)
        steps.append(model.optimizer.iterations)
        assert not np.isfinite(history.history["loss"][-1])
        assert re.match(r"Batch \d: Invalid loss, terminating training\n", capsys.readouterr().out)
    assert steps[0] == steps[1] < 90
    with pytest.raises(RuntimeError, match="NaN or Inf loss"):
        lstm_model(optimizers.SGD(1e200)).fit(x, y, epochs=9, verbose=0, callbacks=[TerminateOnNaN(raise_error=True)])


def test_a_signal_ends_a_fit_soon(rng, request):
    x, y = rng.normal(size=(4000, 20, 2)), rng.normal(size=(4000, 1))
    model = Sequential([Input((20, 2)), layers.LSTM(64), layers.Dense(1)])
    model.compile("adam", "mse", metrics=["mae"])
    waits = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell ignores it in its background jobs
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    for _ in range(3):
        sent = []

        def interrupt(sent=sent):
            time.sleep(0.4)
            sent.append(time.perf_counter())
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            model.fit(x, y, epochs=100000, validation_split=0.5, verbose=0)
        waits.append(time.perf_counter() - sent[0])
        thread.join()
    assert min(waits) < 0.2
    assert model.history.epoch == list(range(len(model.history.epoch)))
    assert np.isfinite(model.predict(x[:3])).all()
    model.fit(x[:32], y[:32], verbose=0)


def test_begin_hooks_get_logs_of_their_own():
    class Strict(Callback):
        def on_train_begin(self, logs):
            logs["mine"] = 1

        def on_epoch_begin(self, epoch, logs):
            assert logs == {}

        def on_train_batch_begin(self, batch, logs):
            assert logs == {}

    model = Sequential([Input((1,)), layers.Dense(1)])
    model.compile(loss="mse")
    history = model.fit([[1.0], [2.0]], [1.0, 2.0], verbose=0, callbacks=[Strict()])
    assert list(history.history) == ["loss"]


@pytest.mark.parametrize("entry", ["fit", "evaluate", "predict"])
def test_files_are_closed_whatever_ends_a_run(data, tmp_path, entry):
    class Fail(Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyError("mine")

        on_test_batch_end = on_predict_batch_end = on_epoch_end

    logger = CSVLogger(tmp_path / "log.csv")
    logger.on_train_begin()
    model = lstm_model()
    with pytest.raises(KeyError, match="mine"):
        getattr(model, entry)(*data[: 1 if entry == "predict" else 2], verbose=0, callbacks=[logger, Fail()])
    assert logger._file is None
    assert len((tmp_path / "log.csv").read_text().splitlines()) == (2 if entry == "fit" else 0)


def test_a_prediction_of_nothing_by_a_stateful_model():
    model = Sequential([Input((3, 2), batch_size=4), layers.LSTM(5, stateful=True)])
    for callbacks in (None, [History()]):
        assert model.predict(np.zeros((0, 3, 2)), callbacks=callbacks).shape == (0, 5)


def test_several_steps_are_one_for_callbacks(rng):
    calls = []

    class Batches(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            calls.append(("begin", batch))

        def on_train_batch_end(self, batch, logs=None):
            calls.append(("end", batch, round(logs["loss"], 6)))

        def on_test_batch_end(self, batch, logs=None):
            calls.append(("test", batch))

        def on_epoch_end(self, epoch, logs=None):
            calls.append(("epoch", round(logs["loss"], 6)))

    x, y = rng.normal(size=(10, 2)), rng.normal(size=(10, 1))
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", steps_per_execution=2)
    model.fit(x, y, batch_size=2, validation_data=(x[:6], y[:6]), callbacks=[Batches()], verbose=0)
    begins = [call for call in calls if call[0] != "end"]
    assert begins[:-1] == [("begin", 0), ("begin", 2), ("begin", 4), ("test", 1), ("test", 2)]
    ends = [call for call in calls if call[0] == "end"]
    assert [batch for _, batch, _ in ends] == [1, 3, 4]
    assert begins[-1] == ("epoch", ends[-1][2])
