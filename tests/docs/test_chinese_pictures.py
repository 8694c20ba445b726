"""The labels that `fastlstm.plotting` draws are in the Chinese catalogue of the documentation's pictures."""

import io

import numpy as np
from picture_labels import catalogue, labels_of, untranslated

from fastlstm import datasets, plotting
from fastlstm.analysis import GradientFlow, Saturation, StepNorms
from fastlstm.forecasting import forecast_series
from fastlstm.series import Series

GIVEN = {"lstm", "lstm: h", "h", "c"}  # what the callers below name; it stays as it is


def figures():
    axis, values = datasets.sine(0, 60)
    yield plotting.data_figure(axis, values, 20)
    yield plotting.wave_forecast_figure(axis, values, values[20:] + 0.5)
    known, lower, upper = np.arange(9.0), np.full(3, -1.0), np.full(3, 9.0)
    forecast = {"forecast": known[:3], "truth": known[:3]}
    yield plotting.plot_forecast(known, **forecast, intervals={0.5: (lower, upper), 0.9: (lower, upper)}).figure
    yield plotting.plot_forecast(known, **forecast, intervals=(lower, upper)).figure
    series = Series("sunspots", np.arange(80), np.sin(np.arange(80) / 2), "year")
    for season in (1, 12):
        result = forecast_series(series, 5, window=8, test=10, units=2, epochs=1, seed=1, season=season)
        yield plotting.series_forecast_figure(result)
    losses = {"loss": [1.0, 0.1], "val_loss": [1.0, 0.2]}
    yield plotting.loss_figure(losses)
    yield plotting.plot_history(losses).figure
    samples = np.random.default_rng(0).random((3, 9))
    yield plotting.plot_gradient_flow(GradientFlow({"lstm": {"h": StepNorms(samples)}})).figure
    yield plotting.plot_connectivity(samples).figure
    yield plotting.plot_memory_length({"lstm": float("inf")}).figure
    yield plotting.plot_lyapunov_exponent({"lstm": 0.1}).figure
    yield plotting.plot_states({state: np.zeros((2, 9, 3)) for state in "hc"})[0].figure
    for gates in ("ifo", "zr"):
        yield plotting.plot_saturation({gate: Saturation(np.zeros(3), np.ones(3)) for gate in gates}).figure
    curves = {"lstm": np.geomspace(1, 1e-6, 9)}
    yield plotting.distances_figure({"before training": curves, "after training": curves})


def is_fixed(label):
    """Whether a label is the same in every picture."""
    return label not in GIVEN and not any(map(str.isdigit, label))


def test_every_fixed_label_is_translated():
    fixed = set()
    for figure in figures():
        figure.savefig(io.BytesIO())
        fixed |= set(filter(is_fixed, labels_of(figure)))
    assert len(fixed) > 40
    assert not untranslated(fixed)


def test_all_is_translated_and_nothing_in_doubt():
    assert [message.id for message in catalogue() if message.id and (message.fuzzy or not message.string)] == []
