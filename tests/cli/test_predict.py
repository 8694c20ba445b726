"""`fastlstm predict`: a saved model on the rows of a file."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import fastlstm
from fastlstm import layers


@pytest.fixture
def predict(run):
    """Run the command in an empty folder; returns status, its JSON or None, lines of stderr."""

    def run_command(*arguments):
        status, out, err = run("predict", *arguments, "--json")
        return status, json.loads(out[-1]) if status == 0 else None, err

    return run_command


def saved(path, *parts):
    model = fastlstm.Sequential(parts)
    model.save(path)
    return model


def written(path, names, rows, index="year"):
    lines = [[index, *names], *([2000 + i, *row] for i, row in enumerate(rows))]
    path.write_text("\n".join(",".join(str(cell) for cell in line) for line in lines) + "\n")
    return path


def predictions(folder="fastlstm-predict"):
    with open(f"{folder}/predictions.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    return header, [row[0] for row in rows], np.array([row[1:] for row in rows], float)


def test_windows_of_a_series(predict, tmp_path, rng):
    model = saved("m.keras", layers.Input((4, 1)), layers.LSTM(3), layers.Dense(1))
    values = rng.normal(size=9)
    status, result, _ = predict("m.keras", written(tmp_path / "d.csv", ["y"], values[:, None]))
    assert status == 0
    assert result["rows"] == 6
    header, index, found = predictions()
    assert header == ["year", "prediction"]
    assert index == [str(2003 + i) for i in range(6)]
    windows = np.stack([values[i : i + 4, None] for i in range(6)])
    np.testing.assert_array_equal(found, model.predict(windows, verbose=0))


def test_columns_are_chosen_and_ordered(predict, tmp_path, rng):
    model = saved("m.keras", layers.Input((2, 2)), layers.GRU(3), layers.Dense(3))
    rows = rng.normal(size=(5, 3))
    file = written(tmp_path / "d.csv", ["a", "b", "c"], rows)
    assert predict("m.keras", file, "--columns", "c", "a", "--out", "there")[0] == 0
    header, _, found = predictions("there")
    assert header == ["year", "prediction_1", "prediction_2", "prediction_3"]
    windows = np.stack([rows[i : i + 2, [2, 0]] for i in range(4)])
    np.testing.assert_array_equal(found, model.predict(windows, verbose=0))
    status, _, err = predict("m.keras", file)
    assert status == 1
    assert err == [
        f"fastlstm: {file}, columns 'a', 'b', 'c': the model takes 2 columns, or 4 with one sample of 2 steps per row,"
        " got 3 (choose with --columns)"
    ]


def test_a_sample_in_each_row(predict, tmp_path, rng):
    model = saved("m.keras", layers.Input((3, 2)), layers.LSTM(3, return_sequences=True), layers.Dense(2))
    rows = rng.normal(size=(5, 6))
    assert predict("m.keras", written(tmp_path / "d.csv", list("abcdef"), rows))[0] == 0
    header, index, found = predictions()
    assert header == ["year", *(f"prediction_{t}_{o}" for t in (1, 2, 3) for o in (1, 2))]
    assert index == [str(2000 + i) for i in range(5)]
    np.testing.assert_array_equal(found, model.predict(rows.reshape(5, 3, 2), verbose=0).reshape(5, 6))


def test_a_model_without_steps(predict, tmp_path, rng):
    model = saved("m.keras", layers.Input((2,)), layers.Dense(1))
    rows = rng.normal(size=(3, 2))
    assert predict("m.keras", written(tmp_path / "d.csv", ["a", "b"], rows))[0] == 0
    np.testing.assert_array_equal(predictions()[2], model.predict(rows, verbose=0))


@pytest.mark.parametrize("every_step", [True, False])
def test_one_sequence_of_any_length(predict, tmp_path, rng, every_step):
    model = saved("m.keras", layers.Input((None, 1)), layers.LSTM(3, return_sequences=every_step), layers.Dense(1))
    values = rng.normal(size=(7, 1))
    assert predict("m.keras", written(tmp_path / "d.csv", ["a"], values))[0] == 0
    _, index, found = predictions()
    assert index == ([str(2000 + i) for i in range(7)] if every_step else ["2006"])
    np.testing.assert_array_equal(found, model.predict(values[None], verbose=0).reshape(-1, 1))


def test_steps_to_come(predict, tmp_path, rng):
    model = saved("m.keras", layers.Input((4, 1)), layers.LSTM(3), layers.Dense(1))
    values = rng.normal(size=9)
    assert predict("m.keras", written(tmp_path / "d.csv", ["y"], values[:, None]), "--steps", 3)[1]["rows"] == 3
    header, index, found = predictions()
    assert header == ["year", "forecast"]
    assert index == ["2009", "2010", "2011"]
    np.testing.assert_array_equal(found[:, 0], model.forecast(values, 3))


def test_what_is_known_in_advance(predict, tmp_path, rng):
    values, known = rng.normal(size=30), rng.normal(size=32)
    model = fastlstm.fit(np.column_stack([values, known[:30]]), window=4, known=1, epochs=1, units=3, seed=1, verbose=0)
    model.save("m.keras")
    rows = [[*pair] for pair in zip(values, known[:30], strict=True)] + [["", each] for each in known[30:]]
    file = written(tmp_path / "d.csv", ["y", "open"], rows)
    assert predict("m.keras", file, "--columns", "y", "--known", "open", "--steps", 2)[0] == 0
    ahead = model.forecast(np.column_stack([values, known[:30]]), 2, known=known[30:])
    np.testing.assert_array_equal(predictions()[2], ahead.reshape(2, 1))
    assert predict("m.keras", file, "--columns", "y", "--known", "open")[0] == 0
    _, index, found = predictions()
    assert index[-1] == "2029"
    assert found[-1, 0] == pytest.approx(float(ahead.ravel()[0]), rel=1e-6)
    assert predict("m.keras", file, "--columns", "y", "--known", "open", "--steps", 3)[2] == [
        f"fastlstm: {file}, columns 'y': steps: expected at most 2, the number of steps with known covariates, got 3"
    ]


def test_what_is_wrong(predict, tmp_path, rng):
    saved("m.keras", layers.Input((4, 1)), layers.LSTM(3), layers.Dense(1))
    short = written(tmp_path / "short.csv", ["y"], rng.normal(size=(3, 1)))
    assert predict("m.keras", short)[2] == [f"fastlstm: {short}, columns 'y': the model takes windows of 4 rows, got 3"]
    gap = written(tmp_path / "gap.csv", ["y"], [[1], [""], [3], [4], [5]])
    status, _, err = predict("m.keras", gap)
    assert status == 1
    assert err[0].endswith("a gap (--fill linear would fill it)")
    assert predict("m.keras", gap, "--fill", "linear")[0] == 0
    assert predict("none.keras", gap)[0] == 1
    assert predict("m.keras", "none.csv")[2] == ["fastlstm: none.csv: No such file or directory"]
