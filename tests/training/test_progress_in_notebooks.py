"""Progress in notebooks: a bar where one is open, and only lines where a program executes it."""

import re

import pytest
from notebooks import executed, left, printed
from peers import require_peer

CELLS = [
    """
import time
import numpy as np
import fastlstm
from fastlstm import layers

class Slow(fastlstm.callbacks.Callback):  # as slow as a bar needs to be seen
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.06)

    on_test_batch_end = on_train_batch_end

x = np.random.default_rng(0).normal(size=(40, 6, 2))
model = fastlstm.Sequential([layers.Input((6, 2)), layers.LSTM(4), layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
""",
    "model.fit(x, x[:, 0, 0], batch_size=8, epochs=3, validation_split=0.25, callbacks=[Slow()]);",
    """
model.compile("adam", "mse", metrics=[fastlstm.metrics.MeanAbsoluteError(name="a_long_name_" * 12)])
model.evaluate(x, x[:, 0, 0], batch_size=8, callbacks=[Slow()]);
""",
    "model.predict(np.tile(x, (50, 1, 1)), verbose=1);",
    "model.predict(x);",
    "model.fit(x, x[:, 0, 0], verbose=0)",
]
EPOCH = re.compile(
    r"Epoch (\d)/3  4/4 steps  [0-9.e+-]+ ms/step  loss [0-9.e+-]+  mae [0-9.]+  val_loss [0-9.e+-]+  val_mae [0-9.]+$"
)


@pytest.fixture(scope="module", params=[True, False], ids=["open", "executed by a program"])
def notebook(request, tmp_path_factory):
    """Return whether the notebook was open, and its cells with their outputs."""
    made = require_peer("nbformat").v4
    cells = [made.new_code_cell(source) for source in CELLS]
    done = executed(made.new_notebook(cells=cells), tmp_path_factory.mktemp("notebook"), is_open=request.param)
    return request.param, done.cells


def test_nothing_goes_to_stderr(notebook):
    _, cells = notebook
    assert {output.name for cell in cells for output in cell.outputs if output.output_type == "stream"} == {"stdout"}


def test_a_fit_leaves_a_line_for_each_epoch(notebook):
    _, cells = notebook
    assert [EPOCH.match(line)[1] for line in left(printed(cells[1]))] == ["1", "2", "3"]


def test_an_evaluation_leaves_a_line(notebook):
    _, cells = notebook
    (line,) = left(printed(cells[2]))
    assert line.startswith("Evaluation  5/5 steps  ")
    assert "a_long_name_" * 12 in line


@pytest.mark.parametrize(("number", "title"), [(1, "Epoch 1/3"), (2, "Evaluation")])
def test_a_bar_is_rewritten_where_the_notebook_is_open(notebook, number, title):
    is_open, cells = notebook
    bars = [part for part in re.split(r"[\r\n]", printed(cells[number])) if part.startswith(title) and "|" in part]
    assert bool(bars) == is_open
    assert all(len(bar) <= 120 for bar in bars)  # though the name of a metric is longer


def test_a_program_saves_only_lines(notebook):
    is_open, cells = notebook
    for cell in cells:
        assert is_open or "\r" not in printed(cell)


def test_a_prediction_has_a_bar_if_someone_sees_it(notebook):
    is_open, cells = notebook
    lines = left(printed(cells[3]))
    assert len(lines) == is_open
    assert all("2000/2000" in line for line in lines)
    assert not printed(cells[4])


def test_the_last_line_of_a_cell_shows_the_history(notebook):
    _, cells = notebook
    (output,) = cells[5].outputs
    assert output.output_type == "execute_result"
    assert "History: 1 epoch<" in output.data["text/html"]
