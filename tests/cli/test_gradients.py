"""`fastlstm gradients`: what it prints, draws and finds."""

from __future__ import annotations

import json

import pytest


def test_gradients(run, tmp_path):
    status, out, err = run("gradients", "--length", 60, "--units", 8, "--epochs", 1, "--json")
    assert (status, err) == (0, [])
    networks = json.loads(out[-1])["networks"]
    assert len(networks) == 10
    for scale in (0.9, 1.0, 1.05):
        assert networks[f"SimpleRNN, linear, scale {scale:g}"]["growth_before"] == pytest.approx(scale, rel=1e-4)
    assert networks["SimpleRNN, linear, scale 0.9"]["memory_before"] == 44
    assert networks["SimpleRNN, linear, scale 1"]["memory_before"] is None  # never falls
    growths = [networks[f"LSTM, forget bias {bias}"]["growth_before"] for bias in (0, 1, 3)]
    assert growths == sorted(growths)
    for growth, gate in zip(growths, (0.5, 0.731, 0.953), strict=True):
        assert growth > 0.97 * gate
    for label in networks:
        assert any(line.startswith(label) for line in out)
    assert (tmp_path / "fastlstm-gradients" / "gradients.png").read_bytes().startswith(b"\x89PNG")


def test_the_learned_network_remembers(run):
    options = ["--cells", "gru", "--length", 30, "--units", 16, "--epochs", 12, "--no-plots", "--json"]
    found = json.loads(run("gradients", *options)[1][-1])["networks"]
    assert list(found) == ["GRU", "GRU, reset before"]
    for network in found.values():
        assert network["loss"] < 0.02
        assert network["memory_before"] < 20
        assert network["memory_after"] is None


def test_some_cells_and_no_picture(run, tmp_path):
    status, out, _ = run(
        "gradients", "--cells", "min_gru", "gru", "min_gru", "--length", 8, "--epochs", 0, "--out", "a", "--no-plots"
    )
    assert status == 0
    assert sum(line.startswith(("minGRU", "GRU")) for line in out) == 3
    assert not (tmp_path / "a").exists()
    assert run("gradients", "--cells", "transformer")[0] == 2
    assert run("gradients", "--length", 3)[0] == 2
