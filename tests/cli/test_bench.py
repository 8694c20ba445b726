"""The bench command: what it measures, shows and refuses."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fastlstm.benchmarks import contenders, measure, workloads


def test_bench(run, tmp_path, measured):
    status, out, err = run("bench", "--quick", "--rounds", 3, "--out", "a/b", "--json")
    assert (status, err) == (0, [])
    threads = measure.cores()
    assert measured == [(workloads.quick_workloads(threads), contenders.QUICK, 3, True)]
    result = json.loads(out[-1])
    assert result.pop("command") == "bench"
    assert len(result["rows"]) == len(workloads.quick_workloads(threads))
    assert json.loads((tmp_path / "a" / "b" / "results.json").read_text()) == result
    assert (tmp_path / "a" / "b" / "results.md").read_text().count("| fastlstm |") > 3
    for figure in (tmp_path / "a" / "b").glob("*.png"):
        assert figure.read_bytes().startswith(b"\x89PNG")
    drawn = len([*(tmp_path / "a" / "b").glob("*.png")])
    assert drawn == sum(line.startswith("fastlstm  ") for line in out)
    assert out[-2] == f"Saved {Path('a/b/results.md')} and {drawn} figures in the same folder"
    (missing,) = [line for line in out if line.startswith("PyTorch is left out")]
    assert "pip install 'fastlstm[bench]'" in missing


def test_bench_measures_everything_unless_told(run, measured):
    assert run("bench", "--only", "stream", "LSTM H 512")[0] == 0
    assert run("bench", "--quick", "--only", "roll out")[0] == 0
    (wanted, names, rounds, quick), (few, quick_names, quick_rounds, really_quick) = measured
    every = workloads.all_workloads(measure.cores(), hasattr(os, "sched_setaffinity"))
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
        (
            ["--only", "tarin"],
            "--only: expected a part of a workload's name, like 'train lstm' or 'H 512', got 'tarin'",
        ),
        (["--from", "results.json", "--quick"], "--from: nothing is measured, so leave out --quick and --rounds"),
        (["--from", "results.json", "--rounds", "2"], "--from: nothing is measured, so leave out --quick and --rounds"),
    ],
)
def test_options_of_bench_that_ask_for_nothing(run, tmp_path, measured, options, message):
    status, out, err = run("bench", *options)
    assert (status, out, err, measured) == (1, [], [f"fastlstm: {message}"], [])
    assert not [*tmp_path.iterdir()]
