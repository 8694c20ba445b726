"""The command: what it prints, writes and returns, and how it fails."""

from __future__ import annotations

import csv
import gc
import importlib.metadata
import io
import json
import math
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from made_up_results import made_up_result

import fastlstm
from fastlstm import cli
from fastlstm.benchmarks import contenders, measure, works
from fastlstm.series import read_series

SUNSPOTS = Path(__file__).parents[1] / "examples" / "data" / "sunspots.csv"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns status, lines of stdout, lines of stderr."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out.splitlines(), captured.err.splitlines()

    return run_command


@pytest.fixture
def series_file(tmp_path):
    path = tmp_path / "series.csv"
    days = np.datetime64("2024-01-30") + np.arange(60)
    rows = [f"{day},{100 + 10 * math.sin(i * math.pi / 6):.6f}" for i, day in enumerate(days)]
    path.write_text("day,price\n" + "\n".join(rows) + "\n")
    return path


def test_version(run):
    assert run("--version") == (0, [f"fastlstm {fastlstm.__version__}"], [])


def test_info(run):
    status, out, err = run("info", "--json")
    facts = json.loads(out[-1])
    assert (status, err) == (0, [])
    assert facts["version"] == fastlstm.__version__
    assert facts["isa"] == fastlstm.config.isa()
    assert facts["isa"] in facts["available_isas"]
    assert facts["threads"] == fastlstm.get_num_threads()
    assert facts["packages"]["numpy"] == np.__version__
    text = "\n".join(out[:-1])
    for fact in (fastlstm.__version__, facts["isa"], facts["compiler"], importlib.metadata.version("matplotlib")):
        assert fact in text
    assert run("info")[1] == out[:-1]


def test_sine(run, tmp_path):
    status, out, err = run("sine", "--seed", 1, "--epochs", 3, "--units", 8, "--json")
    assert (status, err) == (0, [])
    result = json.loads(out[-1])
    assert set(result["seconds"]) == {"import", "fit", "roll_out"}
    assert all(seconds > 0 for seconds in result["seconds"].values())
    epochs = [line for line in out if line.startswith("Epoch ")]
    assert len(epochs) == 3
    assert all("ms/step" in line and "loss" in line for line in epochs)
    assert f"{result['loss']:.3g}"[:4] in epochs[-1]
    assert any("3,122 of 20" in line for line in out)
    assert any("(LSTM)" in line for line in out)
    assert any(f"RMSE {result['rmse']:.4g}" in line for line in out)
    for name in ("data", "loss", "forecast"):
        assert (tmp_path / "fastlstm-sine" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_sine_is_the_job_written_by_hand(run):
    result = json.loads(run("sine", "--wave", "cos", "--seed", 5, "--epochs", 2, "--no-plots", "--json")[1][-1])
    fastlstm.utils.set_random_seed(5)
    x, y = fastlstm.datasets.windows(np.cos(np.arange(-50 * np.pi, 50 * np.pi, 0.1)), 20)
    model = fastlstm.Sequential(
        [fastlstm.Input((20, 1)), fastlstm.layers.LSTM(32), fastlstm.layers.Dense(1, activation="tanh")]
    )
    model.compile(optimizer="adam", loss="mse")
    loss = model.fit(x, y, epochs=2, verbose=0).history["loss"][-1]
    truth = np.cos(np.arange(0, 10 * np.pi, 0.1))
    values = truth[:20]
    for _ in range(len(truth) - 20):
        values = np.append(values, model.predict(values[-20:].reshape(1, 20, 1), verbose=0))
    assert result["loss"] == loss
    assert result["rmse"] == pytest.approx(np.sqrt(np.mean((values[20:] - truth[20:]) ** 2)), rel=1e-4)
    assert result["wave"] == "cos"


def test_sine_with_every_option(run, tmp_path):
    options = ["--window", 5, "--units", 3, "--activation", "relu", "--epochs", 1, "--optimizer", "sgd", "--seed", 3]
    status, out, _ = run("sine", *options, "--out", "a/b")
    assert status == 0
    assert out[-1] == f"Saved {Path('a/b/forecast.png')}"
    assert (tmp_path / "a" / "b" / "loss.png").exists()
    status, out, _ = run("sine", *options, "--out", "c", "--no-plots")
    assert status == 0
    assert not (tmp_path / "c").exists()


def test_a_seed_repeats_and_another_does_not(run):
    def losses(*seed):
        return [json.loads(run("sine", "--epochs", 1, "--no-plots", "--json", *seed)[1][-1])["loss"] for _ in range(2)]

    assert len({*losses("--seed", 1), *losses("--seed", 1)}) == 1
    assert len({*losses("--seed", 2), *losses()}) == 3


def test_forecast(run, series_file, tmp_path):
    options = ["--column", "price", "--steps", 7, "--window", 12, "--test", 10, "--epochs", 2, "--seed", 1]
    status, out, err = run("forecast", series_file, *options, "--out", "result", "--json")
    assert (status, err) == (0, [])
    result = json.loads(out[-1])
    assert result["season"] == 12
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
        "fastlstm: gaps.csv, line 10, column 'x': expected a number, got '', a gap (--fill linear would close it)"
    ]
    status, out, _ = run(*options, "--fill", "linear", "--json")
    assert status == 0
    assert "Note: x: gaps filled linearly: 1" in out
    assert json.loads(out[-1])["season"] == 5


@pytest.fixture
def measured(monkeypatch, rng):
    """Nothing is measured: the calls for it are listed."""
    calls = []

    def made_up(wanted, names, rounds, quick):
        calls.append((wanted, names, rounds, quick))
        return made_up_result(wanted, rng, rounds, left_out=("torch",))

    monkeypatch.setattr(measure, "measure", made_up)
    monkeypatch.setenv("COLUMNS", "120")
    return calls


def test_bench(run, tmp_path, measured):
    status, out, err = run("bench", "--quick", "--rounds", 3, "--out", "a/b", "--json")
    assert (status, err) == (0, [])
    threads = measure.cores()
    assert measured == [(works.quick_works(threads), contenders.QUICK, 3, True)]
    result = json.loads(out[-1])
    assert result.pop("command") == "bench"
    assert len(result["rows"]) == len(works.quick_works(threads))
    assert json.loads((tmp_path / "a" / "b" / "results.json").read_text()) == result
    assert (tmp_path / "a" / "b" / "results.md").read_text().count("| fastlstm |") > 3
    for figure in (tmp_path / "a" / "b").glob("*.png"):
        assert figure.read_bytes().startswith(b"\x89PNG")
    drawn = len([*(tmp_path / "a" / "b").glob("*.png")])
    assert drawn == sum(line.startswith("fastlstm  ") for line in out)
    assert out[-2] == f"Saved {Path('a/b/results.md')} and {drawn} figures beside it"
    (missing,) = [line for line in out if line.startswith("PyTorch is left out")]
    assert "pip install 'fastlstm[bench]'" in missing


def test_bench_measures_everything_unless_told(run, measured):
    assert run("bench", "--only", "stream", "LSTM H 512")[0] == 0
    assert run("bench", "--quick", "--only", "roll out")[0] == 0
    (wanted, names, rounds, quick), (few, quick_names, quick_rounds, really_quick) = measured
    every = works.every_work(measure.cores(), hasattr(os, "sched_setaffinity"))
    assert wanted == [work for work in every if "stream" in work.title or "lstm H 512" in work.title]
    assert {work.kind for work in wanted} == {"stream", "train", "predict"}
    assert (set(names), quick) == (set(contenders.CONTENDERS), False)
    assert (quick_names, really_quick) == (contenders.QUICK, True)
    assert [work.kind for work in few] == ["roll_out"]
    assert rounds > quick_rounds >= 1


def test_bench_shows_an_older_result(run, tmp_path, measured):
    first = run("bench", "--quick", "--only", "train", "import")[1]
    assert len(measured) == 1
    file = tmp_path / "fastlstm-bench" / "results.json"
    before = file.read_text()
    status, out, err = run("bench", "--from", file, "--out", "again", "--json")
    assert (status, err, len(measured)) == (0, [], 1)
    assert out[:-2] == first[:-1]
    assert json.loads(out[-1]) == {"command": "bench", **json.loads(before)}
    assert {path.name for path in (tmp_path / "again").iterdir()} == {path.name for path in file.parent.iterdir()} - {
        file.name
    }
    assert [
        row["work"] for row in json.loads(run("bench", "--from", file, "--only", "IMPORT", "--json")[1][-1])["rows"]
    ]
    assert file.read_text() == before


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"rows": [1]}', "\x00"])
def test_bench_from_something_else(run, tmp_path, content):
    if content is not None:
        (tmp_path / "results.json").write_text(content)
    status, out, err = run("bench", "--from", "results.json")
    assert (status, out, len(err)) == (1, [], 1)
    assert err[0].startswith("fastlstm: results.json: ")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--only", "tarin"], "--only: expected a part of a work's name, like 'train lstm' or 'H 512', got 'tarin'"),
        (["--from", "results.json", "--quick"], "--from: nothing is measured, leave out --quick and --rounds"),
        (["--from", "results.json", "--rounds", "2"], "--from: nothing is measured, leave out --quick and --rounds"),
    ],
)
def test_options_of_bench_that_ask_for_nothing(run, tmp_path, measured, options, message):
    status, out, err = run("bench", *options)
    assert (status, out, err, measured) == (1, [], [f"fastlstm: {message}"], [])
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["sin"], "invalid choice: 'sin'"),
        (["info", "extra"], "unrecognized arguments: extra"),
        (["forecast"], "FILE"),
        (["sine", "--wave", "tan"], "argument --wave: invalid choice: 'tan'"),
        (["sine", "--window", "0"], "argument --window: expected an integer of at least 1 and at most 314, got '0'"),
        (["sine", "--window", "315"], "argument --window: expected .* at most 314, got '315'"),
        (["sine", "--units", "-1"], "argument --units: expected .* at least 1 and at most 2147483647, got '-1'"),
        (["sine", "--epochs", "two"], "argument --epochs: expected an integer of at least 1 and .*, got 'two'"),
        (["sine", "--seed", "4294967296"], "argument --seed: expected an integer of at least 0 and at most 4294967295"),
        (["sine", "--activation", "tahn"], "argument --activation: unknown activation 'tahn'; did you mean 'tanh'"),
        (
            ["sine", "--activation", "softmax"],
            "argument --activation: a recurrent layer takes an elementwise activation, got",
        ),
        (["sine", "--optimizer", "lbfgs"], "argument --optimizer: invalid choice: 'lbfgs'"),
        (["sine", "--epoch", "3"], "unrecognized arguments: --epoch 3"),
        (["forecast", "x.csv", "--steps", "0"], "argument --steps: expected an integer of at least 1 and .*, got '0'"),
        (["forecast", "x.csv", "--steps", "2147483648"], "--steps: expected .* at most 2147483647, got '2147483648'"),
        (["forecast", "x.csv", "--units", "9" * 5000], "--units: expected .* at most 2147483647, got '9999"),
        (["forecast", "x.csv", "--test", "-3"], "argument --test: expected an integer of at least 0 and .*, got '-3'"),
        (["forecast", "x.csv", "--fill", "zero"], "argument --fill: invalid choice: 'zero'"),
        (["forecast", "x.csv", "--cell", "lstn"], "argument --cell: invalid choice: 'lstn'"),
        (["bench", "--rounds", "0"], "argument --rounds: expected an integer of at least 1 and .*, got '0'"),
        (["bench", "--only"], "argument --only: expected at least one argument"),
    ],
)
def test_usage_errors_are_one_line_and_status_2(run, arguments, message):
    status, out, err = run(*arguments)
    assert (status, out, len(err)) == (2, [], 1)
    assert re.search(message, err[0])


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, [], "series.csv: No such file or directory"),
        ("", [], "series.csv: expected a series, got an empty file"),
        ("t,x\n0,1\n1,many\n2,3\n", [], "series.csv, line 3, column 'x': expected a number, got 'many'"),
        ("t,x\n0,1\n1,2\n", ["--column", "y"], "series.csv: expected column to be one of 't', 'x', got 'y'"),
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


@pytest.mark.parametrize("command", [["sine", "--epochs", "1"], ["forecast", "series.csv", "--epochs", "1"], ["bench"]])
def test_a_folder_that_cannot_be_made_fails_before_training(run, series_file, tmp_path, measured, command):
    (tmp_path / "taken").write_text("")
    status, out, err = run(*command, "--out", "taken/folder")
    assert (status, len(err)) == (1, 1)
    assert "taken" in err[0]
    assert not any("Epoch" in line or "RMSE" in line for line in out)
    assert not measured


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (KeyboardInterrupt(), 130, "fastlstm: interrupted"),
        (ValueError("first\n  second"), 1, "fastlstm: first second"),
        (MemoryError("no room"), 1, "fastlstm: MemoryError: no room"),
        (OSError(28, "No space left on device", "forecast.csv"), 1, "fastlstm: forecast.csv: No space left on device"),
    ],
)
def test_whatever_happens_is_one_line(run, monkeypatch, error, status, line):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(fastlstm.Sequential, "fit", fail)
    assert (run("sine", "--no-plots")[0::2]) == (status, [line])


def test_json_has_null_for_what_is_not_finite(run, monkeypatch):
    monkeypatch.setattr(fastlstm.Sequential, "forecast", lambda self, history, steps: np.full(steps, np.nan))
    status, out, _ = run("sine", "--epochs", 1, "--no-plots", "--json")
    assert (status, json.loads(out[-1])["rmse"]) == (0, None)


@pytest.mark.parametrize("command", [[], ["sine"], ["forecast"], ["info"], ["bench"]])
def test_help(run, command):
    status, out, err = run(*command, "--help")
    assert (status, err) == (0, [])
    assert out[0].startswith("usage: fastlstm")


def test_as_a_module():
    done = subprocess.run([sys.executable, "-m", "fastlstm", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"fastlstm {fastlstm.__version__}\n"
    done = subprocess.run([sys.executable, "-m", "fastlstm", "nonsense"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_without_a_column_of_numbers_the_option_is_named(run, tmp_path):
    (tmp_path / "prices.csv").write_text("day,the price\n2020-01-01,$5.10\n2020-01-02,$6.10\n")
    status, _, err = run("forecast", "prices.csv")
    assert (status, len(err)) == (1, 1)
    assert "got none: column 'the price' has '$5.10' in line 2 (--column 'the price' would" in err[0]


def test_warnings_are_notes(run, tmp_path):
    (tmp_path / "coarse.csv").write_text("\n".join(str(1e9 + math.sin(i)) for i in range(40)))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        status, _, err = run("forecast", "coarse.csv", "--window", 5, "--steps", 2, "--test", 5, "--epochs", 1)
    assert (status, len(err)) == (0, 1)
    assert re.match(r"Note: X: the series varies so little .*; subtract a constant", err[0])


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


@pytest.mark.parametrize("closed", [{"stdout"}, {"stderr"}, {"stdout", "stderr"}])
def test_closed_streams(monkeypatch, series_file, tmp_path, closed):
    """Python has None in place of a stream that was closed before it started."""
    for name in closed:
        monkeypatch.setattr(sys, name, None)
    assert cli.main(["info"]) == 0
    assert cli.main(["nonsense"]) == 2
    options = ["--window", "5", "--steps", "2", "--epochs", "1", "--out", str(tmp_path / "out")]
    assert cli.main(["forecast", str(series_file), *options]) == 0
    assert (tmp_path / "out" / "forecast.csv").exists()


@pytest.mark.parametrize("command", [["sine"], ["forecast", "series.csv"], ["bench"]])
def test_a_file_in_place_of_the_folder(run, series_file, tmp_path, measured, command):
    (tmp_path / "taken").write_text("")
    assert run(*command, "--out", "taken")[0::2] == (1, ["fastlstm: taken: Not a directory"])


def test_one_value_is_not_several(run, series_file):
    _, out, _ = run("forecast", series_file, "--window", 5, "--steps", 1, "--test", 1, "--epochs", 1)
    assert any(line.startswith("Over the last value, which was held out (") for line in out)
    _, more, _ = run("sine", "--window", 314, "--epochs", 1, "--units", 1, "--no-plots")
    assert any(line.startswith("Forecast: 1 step from the first 314 values, ") for line in more)


def test_the_defaults_are_what_the_help_says(run, series_file):
    # argparse breaks lines also behind a hyphen.
    text = " ".join(line.strip() for line in run("forecast", "--help")[1]).replace("fastlstm- ", "fastlstm-")
    defaults = {
        entry.split()[0]: re.search(r"\(default: (.*?)\)", entry)[1]
        for entry in re.split(r" (?=--[a-z]+ )", text.split("options:")[1])
        if "(default: " in entry
    }
    assert {"--steps", "--test", "--window", "--units", "--epochs", "--cell", "--out"} == set(defaults)
    given = [word for option in defaults.items() for word in option]

    def result(*options):
        facts = json.loads(run("forecast", series_file, "--seed", 1, "--json", *options)[1][-1])
        return {**facts, "seconds": None}, Path(defaults["--out"], "forecast.csv").read_text()

    assert result() == result(*given)


def test_the_help_shows_no_default_where_there_is_none(run):
    for command in ("info", "sine", "forecast", "bench"):
        text = " ".join(run(command, "--help")[1])
        assert "None" not in text
        assert "False" not in text
