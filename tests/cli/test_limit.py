"""`fastlstm limit`: what it measures, prints and draws. No figure of time is asserted, only how they hang together."""

from __future__ import annotations

import json

import pytest

from fastlstm import config

CELLS = ["LSTM", "GRU", "minLSTM", "minGRU"]


def test_limit(run, tmp_path):
    threads = config.get_num_threads()
    status, out, err = run("limit", "--units", 4, "--length", 40, "--rounds", 1, "--json")
    assert (status, err) == (0, [])
    assert config.get_num_threads() == threads
    found = json.loads(out[-1])
    counts = {str(count) for count in (1, threads)}
    assert set(found["rate"]) == counts
    curves = {(one["cell"], one["batch"], one["threads"]) for one in found["lengths"]}
    assert curves == {(cell, batch, int(count)) for cell in CELLS for batch in (1, 32) for count in counts}
    for curve in found["lengths"] + found["units"]:
        assert len(curve["at"]) == len(curve["seconds"])
        assert min(curve["seconds"]) > 0
    assert [curve["at"] for curve in found["lengths"]] == [[10, 30, 40]] * len(curves)
    for gains in found["gains"]:
        assert ("scan cell" in gains) == gains["cell"].startswith("min")
        assert {"hoisting", "batching", "threads", "pipelining"} <= set(gains)
    for cell in CELLS:
        assert sum(line.startswith(f"{cell} ") for line in out) == 2  # one line in each table
    assert (tmp_path / "fastlstm-limit" / "limit.png").read_bytes().startswith(b"\x89PNG")


def test_multiply_adds_of_a_step(run):
    status, out, _ = run("limit", "--units", 3, "--length", 20, "--rounds", 1, "--no-plots", "--json")
    assert status == 0
    found = json.loads(out[-1])
    # Products with x and h: four and three blocks of the gated cells; with x alone: three and two of the others.
    expected = {"LSTM": 8 * 9, "GRU": 6 * 9, "minLSTM": 3 * 9, "minGRU": 2 * 9}
    for step in found["steps"]:
        for count, seconds in step["arithmetic"].items():
            assert seconds * found["rate"][count] == pytest.approx(step["batch"] * expected[step["cell"]])


def test_bad_arguments(run, tmp_path):
    assert run("limit", "--length", 19)[0] == 2
    assert run("limit", "--units", 0)[0] == 2
    assert run("limit", "--length", 20, "--units", 2, "--rounds", 1, "--out", "a", "--no-plots")[0] == 0
    assert not (tmp_path / "a").exists()
