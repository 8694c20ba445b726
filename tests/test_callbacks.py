"""Callbacks and progress: when hooks run, what they can do, what is printed."""

import io
import re

import numpy as np
import pytest
from training_models import lstm_model, same, seeded_fit

from fastlstm import Input, Sequential, layers, optimizers
from fastlstm.callbacks import Callback


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(50, 5, 2))
    return x, x[:, -1].sum(-1)


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


# Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


LINE = re.compile(r"^Epoch (\d)/3  7/7 steps  [0-9.e+-]+ ms/step  loss [0-9.e+-]+  val_loss [0-9.e+-]+$")


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_one_clean_line_an_epoch_where_there_is_no_terminal(data, capsys, verbose):
    history = lstm_model().fit(*data, batch_size=6, epochs=3, validation_split=0.2, verbose=verbose)
    out, err = capsys.readouterr()
    assert err == ""
    assert [LINE.match(line)[1] for line in out.splitlines()] == ["1", "2", "3"]
    assert f"val_loss {history.history['val_loss'][2]:.4g}" in out


def test_a_bar_on_a_terminal_leaves_one_line_an_epoch(data, monkeypatch):
    terminal = Terminal()
    monkeypatch.setattr("sys.stdout", terminal)
    lstm_model().fit(*data, batch_size=6, epochs=3, validation_split=0.2, verbose=1)
    screen = terminal.getvalue()
    assert re.search(r"Epoch 1/3  \d/7 \|", screen)
    left = [line.rsplit("\r", 1)[-1] for line in screen.split("\n") if line]
    assert [LINE.match(line)[1] for line in left] == ["1", "2", "3"]


def test_verbose_0_is_silent(data, capsys):
    model = lstm_model()
    model.fit(*data, verbose=0)
    model.predict(data[0], verbose=0)
    model.evaluate(*data, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_a_short_prediction_prints_nothing(data, capsys):
    lstm_model().predict(np.repeat(data[0], 20, axis=0))
    assert capsys.readouterr() == ("", "")


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
