"""Progress: bars on terminals, lines elsewhere, and silence."""

import io
import re
import time

import numpy as np
import pytest
from training_models import lstm_model

from fastlstm.callbacks import Callback


@pytest.fixture
def data(rng):
    """Fifty sequences, and the sum of each one's last step."""
    x = rng.normal(size=(50, 5, 2))
    return x, x[:, -1].sum(-1)


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


@pytest.mark.parametrize("kind", ["terminal", "notebook"])
def test_the_bar_has_time_left_loss_and_metrics(data, monkeypatch, kind):
    class OutStream(Terminal):
        __module__ = "ipykernel.iostream"

        def isatty(self):
            return False

    screen = Terminal() if kind == "terminal" else OutStream()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "150")
    model = lstm_model()
    model.compile("sgd", "mse", metrics=["mae"])

    class Slow(Callback):
        def on_train_batch_end(self, batch, logs=None):
            time.sleep(0.06)

    model.fit(*data, batch_size=25, verbose=1, callbacks=[Slow()])
    assert re.search(
        r"\r *Epoch 1/1  1/2 \|.*\| 00:00 left  [0-9.e+-]+ ms/step  loss [0-9.e+-]+  mae [0-9.]+", screen.getvalue()
    )
    assert re.search(
        r"\rEpoch 1/1  2/2 steps  [0-9.e+-]+ ms/step  loss [0-9.e+-]+  mae [0-9.e+-]+\n$", screen.getvalue()
    )


def test_a_narrow_terminal_is_not_overrun(data, monkeypatch):
    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    monkeypatch.setenv("COLUMNS", "40")
    lstm_model().fit(*data, batch_size=6, verbose=1)
    bars = [part for part in re.split(r"[\r\n]", screen.getvalue()) if "|" in part]
    assert bars
    assert all(len(bar.rstrip("\x1b[A")) <= 40 for bar in bars)


@pytest.mark.parametrize("verbose", ["auto", 1, 2])
def test_an_evaluation_prints_a_line(data, capsys, verbose):
    loss = lstm_model().evaluate(*data, verbose=verbose)
    out = capsys.readouterr().out
    assert re.match(r"^Evaluation  2/2 steps  [0-9.e+-]+ ms/step  loss [0-9.e+-]+\n$", out)
    assert f"loss {loss:.4g}" in out


def test_messages_do_not_tear_the_bar(data, monkeypatch):
    from fastlstm.callbacks import LearningRateScheduler

    screen = Terminal()
    monkeypatch.setattr("sys.stdout", screen)
    lstm_model().fit(*data, verbose=1, callbacks=[LearningRateScheduler(lambda epoch: 0.5, verbose=1)])
    assert re.search(r"(^|\r|\n)Epoch 1: LearningRateScheduler setting learning rate to 0.5.\n", screen.getvalue())


def test_verbose_0_is_silent(data, capsys):
    model = lstm_model()
    model.fit(*data, verbose=0)
    model.predict(data[0], verbose=0)
    model.evaluate(*data, verbose=0)
    assert capsys.readouterr() == ("", "")


def test_a_short_prediction_prints_nothing(data, capsys):
    lstm_model().predict(np.repeat(data[0], 20, axis=0))
    assert capsys.readouterr() == ("", "")
