"""The command, and what it is run on: a file with a series, and results of the benchmark suite."""

import math

import numpy as np
import pytest
from made_up_results import made_up_result

from fastlstm import cli
from fastlstm.benchmarks import measure


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
    """A file of sixty days: a wave around 100."""
    path = tmp_path / "series.csv"
    days = np.datetime64("2024-01-30") + np.arange(60)
    rows = [f"{day},{100 + 10 * math.sin(i * math.pi / 6):.6f}" for i, day in enumerate(days)]
    path.write_text("day,price\n" + "\n".join(rows) + "\n")
    return path


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
