"""The command: what it prints, writes and returns, and how it fails."""

from __future__ import annotations

import importlib.metadata
import json
import math
import re
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

import fastlstm
from fastlstm import cli


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


def test_warnings_are_notes(run, tmp_path):
    (tmp_path / "coarse.csv").write_text("\n".join(str(1e9 + math.sin(i)) for i in range(40)))
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        status, _, err = run("forecast", "coarse.csv", "--window", 5, "--steps", 2, "--test", 5, "--epochs", 1)
    assert (status, len(err)) == (0, 1)
    assert re.match(r"Note: X: the series varies so little .*; subtract a constant", err[0])


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
