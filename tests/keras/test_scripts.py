"""Scripts and notebooks run unchanged: ``python -m fastlstm.keras`` and ``fastlstm run``."""

import importlib.util
import json
import subprocess
import sys

import pytest

from fastlstm.keras.script.notebook import without_magics

TRAINING = """\
import sys
import numpy as np
import tensorflow as tf
from keras.models import Sequential
from keras.layers.recurrent import LSTM
from keras.layers import Dense, Conv2D
import helper

tf.random.set_seed(1)
with tf.device("/CPU:0"):
    model = Sequential()
    model.add(LSTM(3, input_shape=(4, 1)))
    model.add(Dense(1))
model.compile(loss="mse", optimizer="rmsprop")
model.fit(np.ones((8, 4, 1)), np.ones(8), nb_epoch=2, verbose=0)
print(__name__, __file__, sys.argv[1:], helper.VALUE)
"""


def run(tmp_path, source, *arguments, name="script.py", command=("-m", "fastlstm.keras"), **environment):
    """Run a script in a folder, and return the finished process."""
    (tmp_path / name).write_text(source, encoding="utf-8")
    (tmp_path / "helper.py").write_text("VALUE = 5\n", encoding="utf-8")
    line = [sys.executable, *command, name, *arguments]
    return subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)


def test_a_script(tmp_path):
    done = run(tmp_path, TRAINING, "--epochs", "3")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "__main__ script.py ['--epochs', '3'] 5\n"
    (line,) = done.stderr.splitlines()
    assert line.startswith("fastlstm: ran script.py in ")
    assert line.endswith("; trained Sequential(LSTM, Dense); ignored tf.device")


def test_the_command_line(tmp_path):
    done = run(tmp_path, TRAINING, "a", command=("-m", "fastlstm", "run", "--json"))
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert {**report, "seconds": 0} == {
        "script": "script.py",
        "status": 0,
        "seconds": 0,
        "trained": ["Sequential(LSTM, Dense)"],
        "ignored": ["tf.device"],
    }


def test_tracebacks_show_the_script_alone(tmp_path):
    done = run(tmp_path, "from keras.layers import Conv2D\n\ndef build():\n    return Conv2D(3, 3)\n\nbuild()\n")
    assert done.returncode == 1
    first, *traceback = done.stderr.splitlines()
    assert first.endswith("trained nothing")
    files = [line.strip() for line in traceback if line.startswith("  File")]
    assert files == ['File "script.py", line 6, in <module>', 'File "script.py", line 4, in build']
    assert traceback[-1].startswith("fastlstm.keras.NotAvailableError: fastlstm does not have keras.layers.Conv2D: its")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("from keras.preprocessing.sequence import pad_sequences\npad_sequences([[1]], left=True)", "pad_sequences"),
        ("from keras.models import Sequential\nSequential().fit(left=True)", "fit"),
        ("from keras import backend as K\nK.mean([1.0], left=True)", "mean"),
        ("def mine(): pass\nmine(left=True)", None),
        ("import pathlib\npathlib.Path('a').exists(left=True)", None),
    ],
)
def test_unknown_arguments_of_functions(tmp_path, source, name):
    done = run(tmp_path, source)
    assert done.returncode == 1
    *_, before, last = done.stderr.splitlines()
    assert "unexpected keyword argument 'left'" in (last if name is None else before)
    if name is not None:
        assert last.startswith(f"fastlstm: {name} has no argument 'left' here: leave it out")
        assert last.endswith("--fallback")


@pytest.mark.parametrize(
    ("source", "status", "message"),
    [
        ("import sys; sys.exit(3)", 3, ""),
        ("raise SystemExit", 0, ""),
        ("raise SystemExit('no data')", 1, "no data"),
        ("raise KeyboardInterrupt", 130, "KeyboardInterrupt"),
        ("print 1", 1, '  File "script.py", line 1\n    print 1\n'),
    ],
)
def test_exit_status(tmp_path, source, status, message):
    done = run(tmp_path, source)
    assert done.returncode == status
    assert message in done.stderr


@pytest.mark.parametrize("command", [("fastlstm.keras", "nothing.py"), ("fastlstm", "run", "nothing.ipynb")])
def test_a_script_that_is_not_there(tmp_path, command):
    line = [sys.executable, "-m", *command]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode in (1, 2)
    assert "nothing." in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_notebook(tmp_path):
    cells = [
        "%matplotlib inline\n!pip install keras\nfrom tensorflow import keras\n",
        "%%bash\nls",
        "x = keras.layers\n",
    ]
    cells += ["display(x.LSTM(2).units)\nx.Conv2D(1)\n"]
    code = [{"cell_type": "code", "source": source.splitlines(keepends=True)} for source in cells]
    notebook = {"nbformat": 4, "cells": [{"cell_type": "markdown", "source": "# A title"}, *code]}
    done = run(tmp_path, json.dumps(notebook), name="book.ipynb")
    assert (done.returncode, done.stdout) == (1, "2\n")
    assert "ignored %matplotlib, !pip, %%bash" in done.stderr
    assert 'File "book.ipynb, cell 4", line 2, in <module>\n    x.Conv2D(1)' in done.stderr


def test_a_broken_notebook(tmp_path):
    done = run(tmp_path, "{}", name="book.ipynb")
    assert done.returncode != 0
    assert "expected a notebook" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%time x = 1\n  %prun -q y = 2", "x = 1\n  y = 2\n"),
        ("%prun -l 10 main()\n%prun -s cumulative -q main()", "main()\nmain()\n"),
        ("%prun -T out.txt -l0.5 f(1)\n%time --no-raise-error f(1)", "f(1)\nf(1)\n"),
        ("%prun -s main()\n%prun -n 3 f(1)\n%timeit -n 3 -r 2 f(1)", "pass\npass\npass\n"),
        ("%prun -l 10\n%prun -q", "pass\npass\n"),
        ("if x:\n    !ls \\\n  -l\ny = 3", "if x:\n    pass\n\ny = 3\n"),
        ("%%time\nx = 1", "pass\nx = 1\n"),
        ("%time\nx = 1", "pass\nx = 1\n"),
        ("files = !ls\nprint?", "pass\npass\n"),
        ("  pip install keras\nx = 1", "  pass\nx = 1\n"),
        ("%%html\n<b>", ""),
        ("x = a % b", "x = a % b\n"),
    ],
)
@pytest.mark.filterwarnings("ignore:.*has no effect")
def test_magics(source, expected):
    assert without_magics(source) == expected


@pytest.mark.skipif(not importlib.util.find_spec("keras"), reason="Keras is not installed")
def test_what_is_missing_can_come_from_keras(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "numpy")
    source = """
from keras.layers import LSTM, Conv2D
import keras
print(LSTM.__module__.split(".")[0], Conv2D.__module__.split(".")[0], keras.layers.LSTM is LSTM)
try:
    keras.layers.NothingAtAll()
except NotImplementedError as error:
    print(error)
"""
    done = run(tmp_path, source, command=("-m", "fastlstm.keras", "--fallback"))
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first == "fastlstm keras True"
    assert second.startswith("fastlstm does not have keras.layers.NothingAtAll")
