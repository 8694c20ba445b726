"""`fastlstm sine`: what it prints and writes, and seeds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import fastlstm


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
