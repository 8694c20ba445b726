"""The forecast command: what it prints and writes, and what it says of files that it cannot read."""

from __future__ import annotations

import csv
import gc
import io
import json
import math
import re
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import fastlstm
from fastlstm import cli
from fastlstm.series import read_series

SUNSPOTS = Path(__file__).parents[2] / "examples" / "data" / "sunspots.csv"


def test_forecast(run, series_file, tmp_path):
    options = ["--column", "price", "--steps", 7, "--window", 12, "--test", 10, "--epochs", 2, "--seed", 1]
    options += ["--save", "models/price.keras"]
    status, out, err = run("forecast", series_file, *options, "--out", "result", "--json")
    assert (status, err) == (0, [])
    result = json.loads(out[-1])
    assert result["season"] == 12
    assert result["model"] == "models/price.keras"
    assert "Saved the model as models/price.keras" in out
    assert set(result["rmse"]) == set(result["mae"]) == {"model", "naive", "seasonal_naive"}
    for name in ("model", "naive", "seasonal_naive"):
        (line,) = [line for line in out if line.split("RMSE")[0].strip() == name.replace("_", " ")]
        assert f"{result['rmse'][name]:.4g}" in line
        assert f"{result['mae'][name]:.4g}" in line
    with open(tmp_path / "result" / "forecast.csv", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["day", "forecast"]
    assert [row[0] for row in rows] == [
        f"2024-{date}" for date in ("03-30", "03-31", "04-01", "04-02", "04-03", "04-04", "04-05")
    ]
    values = read_series(series_file, "price").values
    model = fastlstm.fit(values, window=12, epochs=2, seed=1, verbose=0)
    np.testing.assert_array_equal([float(row[1]) for row in rows], model.forecast(values, 7))
    saved = fastlstm.load_model(tmp_path / "models" / "price.keras")
    np.testing.assert_array_equal(saved.forecast(values, 7), model.forecast(values, 7))
    assert (tmp_path / "result" / "forecast.png").read_bytes().startswith(b"\x89PNG")


def test_forecast_with_columns_that_are_known(run, tmp_path):
    known = np.random.default_rng(2).integers(0, 2, 330)
    lines = [f"{day},{10 + 5 * known[day] if day < 300 else ''},{known[day]}" for day in range(330)]
    (tmp_path / "known.csv").write_text("\n".join(["day,sold,open", *lines]))
    options = ["--column", "sold", "--known", "open", "--window", 4, "--epochs", 40, "--seed", 1, "--test", 30]
    status, out, err = run("forecast", "known.csv", *options, "--out", "result", "--json")
    assert (status, err) == (0, [])
    assert json.loads(out[-1])["rmse"]["model"] < 1 < json.loads(out[-1])["rmse"]["naive"]
    with open(tmp_path / "result" / "forecast.csv", newline="") as file:
        rows = list(csv.reader(file))[1:]
    assert [row[0] for row in rows] == [str(day) for day in range(300, 330)]
    np.testing.assert_allclose([float(row[1]) for row in rows], 10 + 5 * known[300:], atol=2)
    status, _, err = run("forecast", "known.csv", *options, "--steps", 31)
    assert (status, len(err)) == (1, 1)
    assert "steps: expected at most 30" in err[0]
    (tmp_path / "past.csv").write_text("\n".join(["day,sold,open", *lines[:300]]))
    status, _, err = run("forecast", "past.csv", *options)
    assert (status, len(err)) == (1, 1)
    assert "expected rows at the end with known columns and no value" in err[0]


def test_forecast_of_the_shipped_series(run, tmp_path):
    status, out, _ = run("forecast", SUNSPOTS, "--column", "sunspots", "--test", 50, "--epochs", 1, "--json")
    result = json.loads(out[-1])
    values = read_series(SUNSPOTS, "sunspots").values
    assert (status, result["values"], result["season"]) == (0, 309, 11)
    assert result["mae"]["naive"] == pytest.approx(np.abs(values[-50:] - values[-51]).mean())
    last_cycle = np.resize(values[-61:-50], 50)
    assert result["rmse"]["seasonal_naive"] == pytest.approx(np.sqrt(np.square(values[-50:] - last_cycle).mean()))
    rows = (tmp_path / "fastlstm-forecast" / "forecast.csv").read_text().splitlines()
    assert rows[0] == "year,forecast"
    assert [row.split(",")[0] for row in rows[1:]] == [str(year) for year in range(2009, 2059)]


def test_forecast_without_hold_out_of_a_file_without_header(run, tmp_path):
    (tmp_path / "plain.csv").write_text("\n".join(str(i % 7) for i in range(40)))
    status, out, _ = run("forecast", "plain.csv", "--steps", 2, "--window", 7, "--epochs", 1, "--json")
    assert status == 0
    assert json.loads(out[-1])["rmse"] == {}
    assert any("No values were held out" in line for line in out)
    assert (tmp_path / "fastlstm-forecast" / "forecast.csv").read_text().splitlines()[0] == "index,forecast"


def test_forecast_fills_gaps_when_told(run, tmp_path):
    text = "t,x\n" + "\n".join(f"{i},{'' if i == 8 else i % 5}" for i in range(40))
    (tmp_path / "gaps.csv").write_text(text)
    options = ["forecast", "gaps.csv", "--column", "x", "--window", 5, "--epochs", 1, "--season", 5, "--test", 5]
    status, _, err = run(*options)
    assert status == 1
    assert err == [
        "fastlstm: gaps.csv, line 10, column 'x': expected a number, got '', a gap (--fill linear would fill it)"
    ]
    status, out, _ = run(*options, "--fill", "linear", "--json")
    assert status == 0
    assert "Note: x: gaps filled linearly: 1" in out
    assert json.loads(out[-1])["season"] == 5


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, [], "series.csv: No such file or directory"),
        ("", [], "series.csv: expected a series, got an empty file"),
        ("t,x\n0,1\n1,many\n2,3\n", [], "series.csv, line 3, column 'x': expected a number, got 'many'"),
        ("t,x\n0,1\n1,2\n", ["--column", "y"], "series.csv: expected column to be one of 't', 'x', got 'y'"),
        ("t,x\n0,1\n1,2\n", ["--save", "model.txt"], "--save: expected a file that ends with .keras or .h5"),
        (
            "t,x\n0,1\n1,2\n",
            [],
            "series.csv, column 'x': series: expected at least window + test + 1 = 25 values, got 2",
        ),
        (
            "t,x\n0,1\n1,2\n2,3\n",
            ["--window", "1", "--season", "3", "--test", "1"],
            "series.csv, column 'x': season: expected at most the 2 known",
        ),
    ],
)
def test_failures_are_one_line_and_status_1(run, tmp_path, content, options, message):
    if content is not None:
        (tmp_path / "series.csv").write_text(content)
    status, _, err = run("forecast", "series.csv", *options)
    assert (status, len(err)) == (1, 1)
    assert err[0].startswith(f"fastlstm: {message}")


def test_without_a_column_of_numbers_the_option_is_named(run, tmp_path):
    (tmp_path / "prices.csv").write_text("day,the price\n2020-01-01,$5.10\n2020-01-02,$6.10\n")
    status, _, err = run("forecast", "prices.csv")
    assert (status, len(err)) == (1, 1)
    assert "got none: column 'the price' has '$5.10' in line 2 (--column 'the price' would" in err[0]


def test_values_too_large_are_one_line_with_file_and_column(run, tmp_path):
    (tmp_path / "large.csv").write_text("t,x\n" + "\n".join(f"{i},{math.sin(i)}e300" for i in range(40)))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        status, _, err = run("forecast", "large.csv", "--window", 5)
    assert (status, len(err)) == (1, 1)
    assert re.match(
        r"fastlstm: large.csv, column 'x': series: expected values that float32 can hold, got .* \(multiply", err[0]
    )


def test_an_interrupted_bar_is_not_drawn_again(series_file, tmp_path, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    class Interrupt(fastlstm.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            raise KeyboardInterrupt

    fit = fastlstm.Sequential.fit

    def interrupted_fit(self, *arguments, callbacks, **options):
        return fit(self, *arguments, callbacks=[*callbacks, Interrupt()], **options)

    monkeypatch.setattr(fastlstm.Sequential, "fit", interrupted_fit)
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert cli.main(["forecast", str(series_file), "--out", str(tmp_path / "out")]) == 130
    gc.collect()
    assert "Training" in sys.stderr.getvalue()
    assert sys.stderr.getvalue().endswith("\nfastlstm: interrupted\n")


def test_one_value_is_not_several(run, series_file):
    _, out, _ = run("forecast", series_file, "--window", 5, "--steps", 1, "--test", 1, "--epochs", 1)
    assert any(line.startswith("Over the last value, which was held out (") for line in out)
    _, more, _ = run("sine", "--window", 314, "--epochs", 1, "--units", 1, "--no-plots")
    assert any(line.startswith("Forecast: 1 step from the first 314 values, ") for line in more)
