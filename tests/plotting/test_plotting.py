"""What the pictures show: curves, labels, colours, and that they can be written anywhere."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.dates import date2num
from matplotlib.figure import Figure

from fastlstm import Input, Sequential, datasets, layers, plotting
from fastlstm.forecasting import forecast_series
from fastlstm.series import Series


def curve(axes, label):
    """The x and y of the one curve with this label in the legend."""
    assert label in [text.get_text() for text in axes.get_legend().get_texts()]
    (line,) = [line for line in axes.get_lines() if line.get_label() == label]
    return np.asarray(line.get_xdata(orig=False)), np.asarray(line.get_ydata())


def drawn(figure):
    """Draw a figure, and check that its legends hide nothing: none reaches into the axes."""
    figure.canvas.draw()
    for axes in figure.axes:
        if axes.get_legend() is not None:
            assert axes.get_legend().get_window_extent().y1 < axes.get_window_extent().y0
            assert axes.get_legend().get_window_extent().x0 >= 0
            assert axes.get_legend().get_window_extent().x1 <= figure.bbox.x1
    return figure


@pytest.fixture(scope="module")
def forecast():
    """Forecasts of one series along any index."""

    def of(index, test=12, name="sales", n=60):
        values = 50 + 10 * np.sin(np.arange(n) * np.pi / 6)
        return forecast_series(Series(name, index, values, "when"), 6, window=8, test=test, units=2, epochs=1, seed=1)

    return of


def test_the_data():
    axis, values = datasets.sine(0, 60)
    whole, start = drawn(plotting.data_figure(axis, values, 20, "sin(x)")).axes
    np.testing.assert_array_equal(whole.get_lines()[0].get_ydata(), values)
    x, y = curve(start, "first window: 20 values")
    np.testing.assert_array_equal(x, axis[:20])
    np.testing.assert_array_equal(y, values[:20])
    np.testing.assert_array_equal(curve(start, "its target"), [axis[20:21], values[20:21]])
    assert start.get_xlabel() == "x (radians)"
    assert whole.get_ylabel() == start.get_ylabel() == "sin(x)"


@pytest.mark.parametrize(
    ("losses", "scale"),
    [([1.0, 0.5, 0.2], "linear"), ([1.0, 0.5, 0.01], "log"), ([1.0, 0.0], "linear"), ([1.0], "linear")],
)
def test_the_loss(losses, scale):
    axes = drawn(plotting.loss_figure({"loss": losses}, "mse")).axes[0]
    assert axes.get_yscale() == scale
    np.testing.assert_array_equal(axes.get_lines()[0].get_xdata(), np.arange(1, len(losses) + 1))
    np.testing.assert_array_equal(axes.get_lines()[0].get_ydata(), losses)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "mse")


@pytest.mark.parametrize("epochs", [1, 2, 3, 7, 25, 1000])
def test_the_epochs_are_ticks_at_existing_integers(epochs):
    axes = drawn(plotting.loss_figure({"loss": np.linspace(1, 0.5, epochs)})).axes[0]
    low, high = axes.get_xlim()
    ticks = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert ticks
    assert set(ticks) <= set(range(1, epochs + 1))


@pytest.mark.parametrize("losses", [{}, {"loss": []}])
def test_no_losses(losses):
    with pytest.raises(ValueError, match=r"losses: expected a label with the loss of at least one epoch, got \{"):
        plotting.loss_figure(losses)


def test_single_values_are_visible(forecast):
    axis, truth = datasets.sine(0, 10)
    for window in (1, len(truth) - 1):
        axes = drawn(plotting.wave_forecast_figure(axis, truth, truth[window:])).axes[0]
        single = [line for line in axes.get_lines() if len(line.get_xdata()) == 1]
        assert [line.get_marker() for line in single] == ["."]
        assert "1 values" not in axes.get_title(loc="left")
        assert "1 steps" not in axes.get_title(loc="left")
    assert plotting.loss_figure({"loss": [1.0]}).axes[0].get_lines()[0].get_marker() == "."


@pytest.mark.parametrize("test", [1, 5])
@pytest.mark.parametrize(
    "index", [np.arange(60), np.datetime64("2001-02") + np.arange(60), np.array([f"week {i}" for i in range(60)])]
)
def test_what_is_held_out_has_a_band_around_it(forecast, index, test):
    axes = drawn(plotting.series_forecast_figure(forecast(index, test=test))).axes[0]
    (band,) = axes.patches
    low, high = band.get_extents().xmin, band.get_extents().xmax
    (line,) = [line for line in axes.get_lines() if line.get_label() == "model, held-out values"]
    (known,) = [line for line in axes.get_lines() if line.get_label() == "known values"]
    in_pixels = axes.transData.transform(np.column_stack([known.get_xdata(orig=False), np.zeros(60)]))[:, 0]
    np.testing.assert_array_equal((low < in_pixels) & (in_pixels < high), np.arange(60) >= 60 - test)
    assert line.get_marker() == "."


@pytest.mark.parametrize("first", [1, 9939])
def test_the_first_and_the_last_years_there_are(forecast, first):
    years = np.array([f"{first + i:04}-12-31" for i in range(60)], "datetime64[D]")
    if first > 1:
        years = years[:-6]
    drawn(plotting.series_forecast_figure(forecast(years, n=len(years))))


def test_two_losses_have_a_legend():
    axes = drawn(plotting.loss_figure({"loss": [1.0, 0.5], "val_loss": [2.0, 1.5]})).axes[0]
    np.testing.assert_array_equal(curve(axes, "val_loss")[1], [2.0, 1.5])


def test_the_forecast_of_a_wave():
    axis, truth = datasets.cosine(0, 10)
    axes = drawn(plotting.wave_forecast_figure(axis, truth, truth[30:] - 0.25, "cos(x)")).axes[0]
    np.testing.assert_array_equal(curve(axes, "truth"), [axis, truth])
    np.testing.assert_array_equal(curve(axes, "forecast"), [axis[30:], truth[30:] - 0.25])
    np.testing.assert_array_equal(curve(axes, "given window"), [axis[:30], truth[:30]])
    (given,) = [line for line in axes.get_lines() if line.get_label() == "given window"]
    red, green, blue = (int(to_hex(given.get_color())[i : i + 2], 16) for i in (1, 3, 5))
    assert red > 2 * max(green, blue)
    assert "RMSE 0.25" in axes.get_title(loc="left")
    assert axes.get_xlabel() == "x (radians)"


def test_the_forecast_of_a_series_in_its_units(forecast):
    result = forecast(np.arange(1950, 2010))
    axes = drawn(plotting.series_forecast_figure(result)).axes[0]
    np.testing.assert_array_equal(curve(axes, "known values"), [result.series.index, result.series.values])
    np.testing.assert_array_equal(
        curve(axes, "model, held-out values"), [np.arange(1998, 2010), result.hold_out.forecasts["model"]]
    )
    np.testing.assert_array_equal(curve(axes, "seasonal naive")[1], result.hold_out.forecasts["seasonal naive"])
    x, y = curve(axes, "model, future")
    np.testing.assert_array_equal(x, np.arange(2010, 2016))
    np.testing.assert_array_equal(y, result.values)
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("when", "sales")
    assert f"model {result.hold_out.scores['model'].rmse:.4g}" in axes.get_title(loc="left")


def test_without_hold_out(forecast):
    axes = drawn(plotting.series_forecast_figure(forecast(np.arange(60), test=0))).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["known values", "model, future"]


@pytest.mark.parametrize("kind", ["data", "wave", "series", "states"])
def test_figures_of_the_caller_are_drawn_on(forecast, kind):
    axis, values = datasets.sine(0, 10)
    states = {"h": np.zeros((2, 10, 4)), "c": np.zeros((2, 10, 4))}
    draw = {
        "data": lambda figure: plotting.data_figure(axis, values, 20, figure=figure),
        "wave": lambda figure: plotting.wave_forecast_figure(axis, values, values[20:], figure=figure),
        "series": lambda figure: plotting.series_forecast_figure(forecast(np.arange(60)), figure=figure),
        "states": lambda figure: plotting.plot_states(states, figure=figure)[0].figure,
    }[kind]
    figure = Figure(figsize=(7, 5), layout="constrained")
    assert draw(figure) is figure
    panels = {"data": 2, "wave": 1, "series": 1, "states": 4}[kind]  # with a colour bar for each state
    assert len(drawn(figure).axes) == panels
    assert figure.get_size_inches().tolist() == [7, 5]


@pytest.mark.parametrize("unit", ["M", "D", "s"])
def test_dates_are_on_the_axis(forecast, unit):
    start = np.datetime64("2001-02", "M").astype(f"datetime64[{unit}]")
    figure = drawn(plotting.series_forecast_figure(forecast(start + np.arange(60))))
    shown = " ".join(label.get_text() for label in figure.axes[0].get_xticklabels())
    shown += figure.axes[0].xaxis.get_major_formatter().get_offset()
    assert "2001" in shown
    assert "2050" not in shown


def test_labels_are_on_the_axis(forecast):
    figure = drawn(plotting.series_forecast_figure(forecast(np.array([f"week {i}" for i in range(60)]))))
    shown = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "week 0" in shown
    assert all(text == "" or text.startswith(("week ", "+")) for text in shown)


def test_names_are_not_taken_for_formulas(forecast):
    result = forecast(np.array([f"$\\x{i}$" for i in range(60)]), name="US$ \\per CA$")
    drawn(plotting.series_forecast_figure(result))


def test_of_a_long_series_the_end_is_drawn(forecast):
    result = forecast(np.arange(5000), n=5000)
    axes = drawn(plotting.series_forecast_figure(result)).axes[0]
    x, _ = curve(axes, "known values")
    assert x[-1] == 4999
    assert len(x) < 1000
    assert f"of 5,000 known ones, the last {len(x)} are drawn" in axes.get_title(loc="left")


def test_figures_are_written_without_pyplot_or_display(tmp_path):
    code = (
        "import sys; from fastlstm import datasets, plotting; axis, values = datasets.sine(0, 9); "
        "plotting.wave_forecast_figure(axis, values, values[20:]).savefig(sys.argv[1]); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "wave.png")], check=True)
    assert (tmp_path / "wave.png").read_bytes().startswith(b"\x89PNG")


# What a model draws of itself


HISTORY = {
    "loss": [1.0, 0.5, 0.01],
    "val_loss": [1.2, 0.7, 0.02],
    "mae": [0.9, 0.6, 0.3],
    "learning_rate": [0.1, 0.1, 0.1],
}


def test_a_history_has_a_panel_for_the_loss_and_each_metric():
    panels = plotting.plot_history({**HISTORY, "val_mae": [1.0, 0.7, 0.4]})
    drawn(panels[0].figure)
    assert [axes.get_ylabel() for axes in panels] == ["loss", "mae"]
    for axes, names in zip(panels, (("loss", "val_loss"), ("mae", "val_mae")), strict=True):
        for name in names:
            x, y = curve(axes, name)
            np.testing.assert_array_equal(x, [1, 2, 3])
            np.testing.assert_array_equal(y, HISTORY.get(name, [1.0, 0.7, 0.4]))
    assert [axes.get_yscale() for axes in panels] == ["log", "linear"]
    assert "val_loss 0.02" in panels[0].get_title(loc="left")


def test_a_history_on_axes_of_the_caller():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    assert plotting.plot_history(HISTORY, right) is right
    assert [line.get_label() for line in right.get_lines()] == ["loss", "val_loss"]
    assert not left.get_lines()
    single = plotting.plot_history({"loss": [0.5]})
    assert single.get_lines()[0].get_marker() == "."


@pytest.mark.parametrize(
    ("every", "epochs"), [(2, [4, 6, 8]), (3, [3, 6, 9]), ([4, 9], [4, 9]), (1, [3, 4, 5, 6, 7, 8, 9])]
)
def test_validations_are_drawn_at_their_epochs(every, epochs):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    x = np.ones((4, 2))
    model.fit(x, x[:, 0], epochs=9, initial_epoch=2, validation_data=(x, x[:, 0]), validation_freq=every, verbose=0)
    axes = model.plot_history()
    np.testing.assert_array_equal(curve(axes, "loss")[0], range(3, 10))
    np.testing.assert_array_equal(curve(axes, "val_loss")[0], epochs)
    assert model.plot_history({"loss": [1.0, 2.0]}).get_lines()[0].get_label() == "loss"


def test_no_history():
    model = Sequential([Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=r"history: .* model .* has not been fitted"):
        model.plot_history()
    for bad, error in (({}, ValueError), ({"loss": []}, ValueError), (3, TypeError)):
        with pytest.raises(error, match="history: expected"):
            plotting.plot_history(bad)


KNOWN, COMING = np.sin(np.arange(40.0) / 3), np.sin(np.arange(40.0, 52.0) / 3)


def band(axes, label):
    """The x and the two bounds of the one band with this label."""
    (found,) = [shape for shape in axes.collections if shape.get_label() == label]
    corners = found.get_paths()[0].vertices
    x = np.unique(corners[:, 0])
    return x, *([pick(corners[corners[:, 0] == place, 1]) for place in x] for pick in (min, max))


def test_a_forecast_with_intervals_and_truth():
    intervals = {0.5: (COMING - 0.1, COMING + 0.1), 0.9: (COMING - 0.3, COMING + 0.4)}
    axes = plotting.plot_forecast(KNOWN, COMING, truth=COMING + 0.05, intervals=intervals, name="tide")
    drawn(axes.figure)
    np.testing.assert_array_equal(curve(axes, "known values"), [np.arange(40), KNOWN])
    for label, values in (("forecast", COMING), ("what came true", COMING + 0.05)):
        np.testing.assert_array_equal(curve(axes, label), [np.arange(39, 52), [KNOWN[-1], *values]])
    for label, below, above in (("90% interval", 0.3, 0.4), ("50% interval", 0.1, 0.1)):
        x, lower, upper = band(axes, label)
        np.testing.assert_array_equal(x, np.arange(39, 52))
        np.testing.assert_allclose(lower, [KNOWN[-1], *(COMING - below)])
        np.testing.assert_allclose(upper, [KNOWN[-1], *(COMING + above)])
    assert [shape.get_label() for shape in axes.collections] == ["90% interval", "50% interval"]
    assert axes.get_title(loc="left") == "tide: forecast of 12 values, RMSE 0.05"


@pytest.mark.parametrize(
    "index", [np.arange(100, 152), np.datetime64("2001-02") + np.arange(52), [f"w{i}" for i in range(52)]]
)
def test_a_forecast_along_an_index(index):
    axes = plotting.plot_forecast(KNOWN[:, None], COMING[:, None], intervals=(COMING - 1, COMING + 1), index=index)
    drawn(axes.figure)
    assert len(axes.collections) == 1
    x, _ = curve(axes, "known values")
    assert len(x) == 40
    if isinstance(index, list):
        np.testing.assert_array_equal(x, range(40))
    else:
        np.testing.assert_array_equal(x, date2num(index[:40]) if index.dtype.kind == "M" else index[:40])


def test_a_model_draws_its_forecast():
    model = Sequential([Input((8, 1)), layers.LSTM(3), layers.Dense(1)])
    figure = Figure()
    axes = model.plot_forecast(KNOWN, 5, truth=COMING[:5], name="wave", ax=figure.subplots())
    assert axes.figure is figure
    np.testing.assert_array_equal(curve(axes, "forecast")[1], [KNOWN[-1], *model.forecast(KNOWN, 5)])


def test_a_forecast_with_known_inputs_is_that_of_the_first_feature():
    model = Sequential([Input((8, 2)), layers.LSTM(3), layers.Dense(1)])
    history, known = np.column_stack([KNOWN, np.arange(40)]), np.arange(40.0, 45)
    axes = model.plot_forecast(history, 5, known)
    np.testing.assert_array_equal(curve(axes, "known values")[1], KNOWN)
    np.testing.assert_array_equal(curve(axes, "forecast")[1][1:], model.forecast(history, 5, known)[:, 0])
    with pytest.raises(ValueError, match="history: expected shape"):
        Sequential([Input((8, 2)), layers.LSTM(3), layers.Dense(2)]).plot_forecast(history, 5)


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"truth": COMING[:3]}, ValueError, r"truth: expected shape \(12,\)"),
        ({"intervals": (COMING, COMING[:3])}, ValueError, "intervals, upper bound: expected shape"),
        ({"intervals": (COMING + 1, COMING)}, ValueError, "intervals: expected lower bounds below"),
        ({"intervals": COMING}, ValueError, "intervals: expected \\(lower, upper\\)"),
        ({"intervals": {1.5: (COMING, COMING)}}, ValueError, "intervals"),
        ({"index": np.arange(3)}, ValueError, r"index: expected shape \(52,\)"),
        ({"forecast": []}, (ValueError, TypeError), "forecast"),
        ({"forecast": ["a"]}, TypeError, "forecast"),
        ({"history": np.zeros((3, 2))}, ValueError, r"history: expected shape \(n,\) or \(n, 1\), got \(3, 2\)"),
    ],
)
def test_forecasts_that_can_not_be_drawn(options, error, match):
    with pytest.raises(error, match=match):
        plotting.plot_forecast(**{"history": KNOWN, "forecast": COMING, **options})
