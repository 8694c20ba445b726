"""What notebooks show of models, layers, histories, forecasts and results of an analysis."""

import subprocess
import sys

import numpy as np
import pytest
from html_pages import has_curves, page_of

import fastlstm
from fastlstm import Input, Sequential, analysis, callbacks, forecasting, layers, series
from fastlstm.models import Model


def trained(rng, **options):
    model = Sequential([layers.LSTM(4, name="memory"), layers.Dense(1, name="read-out")])
    model.compile("adam", "mse", metrics=["mae"])
    x = rng.normal(size=(40, 6, 2))
    return model, model.fit(x, x[:, 0, :1], verbose=0, **options), x


# Models ---------------------------------------------------------------------------------------------------------------


def test_a_chain_is_the_table_of_its_summary():
    model = Sequential([Input((20, 3)), layers.LSTM(8, name="first"), layers.Dense(2, name="last")], name="small")
    model.layers[0].trainable = False
    page = page_of(model)
    assert page.rows == [
        ["Layer (type)", "Output Shape", "Param #"],
        ["first (LSTM)", "(None, 8)", "384"],
        ["last (Dense)", "(None, 2)", "18"],
    ]
    assert page.titles == ['Model "small" (Sequential): 402 parameters']
    assert page.opened == [True]
    for line in (
        "Total params: 402 (1.57 KB)",
        "Trainable params: 18 (72.00 B)",
        "Non-trainable params: 384 (1.50 KB)",
    ):
        assert line in page.text


def test_a_graph_says_what_layers_are_connected_to():
    one, two = Input((5, 2), name="one"), Input((5, 2), name="two")
    model = Model([one, two], layers.Concatenate(name="both")([layers.LSTM(3, name="lstm")(one), layers.GRU(3)(two)]))
    rows = {row[0]: row for row in page_of(model).rows}
    assert rows["Layer (type)"][3] == "Connected to"
    assert rows["lstm (LSTM)"] == ["lstm (LSTM)", "(None, 3)", "72", "one[0][0]"]
    assert rows["both (Concatenate)"][3].startswith("lstm[0][0], gru")


def test_models_inside_unfold():
    innermost = Sequential([Input((4,)), layers.Dense(3, name="deep")], name="innermost")
    inner = Sequential([Input((4,)), innermost, layers.Dense(3)], name="inner")
    page = page_of(Sequential([Input((4,)), inner, layers.Dense(1)], name="outer"))
    assert [title.split(":")[0] for title in page.titles] == [
        'Model "outer" (Sequential)',
        'Model "inner" (Sequential)',
        'Model "innermost" (Sequential)',
    ]
    assert page.opened == [True, False, False]
    assert ["deep (Dense)", "(None, 3)", "15"] in page.rows


@pytest.mark.parametrize("model", [Sequential([layers.LSTM(3, name="lstm")]), Sequential(name="empty")])
def test_a_model_that_is_not_built(model):
    page = page_of(model)
    assert page.rows[1:] == [["lstm (LSTM)", "?", "0 (unbuilt)"]] * len(model.layers)
    assert "Total params: 0" in page.text
    assert not model.built


def test_a_model_of_a_class_that_users_write(rng):
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(3, name="first")

        def call(self, x):
            return self.first(x)

    model = Own()
    assert ["first (Dense)", "?", "0 (unbuilt)"] in page_of(model).rows
    model(rng.normal(size=(2, 4)))
    assert page_of(model).rows[1][0] == "first (Dense)"
    assert "(Own): 15 parameters" in page_of(model).titles[0]


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a & b", 'say "no"', "it's", "门控"])
def test_names_are_text(name):
    model = Sequential([Input((4,)), layers.Dense(1, name=name)], name=name)
    page = page_of(model)
    assert page.rows[1][0] == f"{name} (Dense)"
    assert page.titles[0].startswith(f'Model "{name}"')
    assert name in page_of(model.layers[0]).titles[0]


def test_colours_are_those_of_the_page(rng):
    model, history, _ = trained(rng, epochs=1)
    for thing in (model, model.layers[0], history):
        styles = page_of(thing).styles
        assert styles
        assert all(style.startswith("text-align:") for style in styles)


# Layers ---------------------------------------------------------------------------------------------------------------


def test_a_layer_has_the_arguments_that_differ_from_the_defaults():
    layer = layers.LSTM(8, activation="relu", dropout=0.1, kernel_regularizer="l2", name="memory")
    page = page_of(layer)
    assert page.titles == ['LSTM "memory": not built']
    assert page.rows == [
        ["Argument", "Value"],
        ["units", "8"],
        ["activation", "'relu'"],
        ["kernel_regularizer", "L2(l2=0.01)"],
        ["dropout", "0.1"],
    ]


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(3, None, True, "glorot_uniform", trainable=True),
        layers.Dense(3, "linear", kernel_initializer=fastlstm.initializers.GlorotUniform(), bias_constraint=None),
    ],
)
def test_defaults_that_are_given_are_defaults(layer):
    assert page_of(layer).rows[1:] == [["units", "3"]]


def test_a_built_layer_has_its_weights():
    layer = layers.Bidirectional(layers.GRU(3, name="inner"), name="both")
    layer.build((None, None, 2))
    page = page_of(layer)
    assert page.titles[0] == 'Bidirectional "both": 126 parameters'
    assert page.titles[2] == 'GRU "forward_inner": 63 parameters'
    assert page.rows.count(["units", "3"]) == 2  # of the layers inside
    assert page.rows.count(["kernel", "(2, 9)", "18"]) == 2


def test_a_layer_of_another_dtype_or_that_is_frozen():
    rows = page_of(layers.Dense(1, dtype="float64", trainable=False)).rows
    assert ["dtype", "'float64'"] in rows
    assert ["trainable", "False"] in rows


def test_long_values_are_cut_off():
    mean = np.arange(1000.0)
    page = page_of(layers.Normalization(mean=mean, variance=mean + 1))
    assert all(len(cell) < 100 for row in page.rows for cell in row)


def test_cells_and_layers_inside_unfold():
    page = page_of(layers.RNN([layers.LSTMCell(3, name="one"), layers.GRUCell(4, name="two")]))
    assert {'LSTMCell "one": not built', 'GRUCell "two": not built'} <= set(page.titles)


def test_a_layer_that_users_write():
    class Scale(layers.Layer):
        def __init__(self, factor, **options):
            super().__init__(**options)
            self.factor = factor

        def build(self, shape):
            self.scale = self.add_weight(shape=(shape[-1],), name="scale")

        def call(self, x):
            return x * self.scale * self.factor

    layer = Scale(2.5, name="own")
    assert page_of(layer).rows == [["Argument", "Value"], ["factor", "2.5"]]
    layer(np.ones((1, 3)))
    assert ["scale", "(3,)", "3"] in page_of(layer).rows


# Histories ------------------------------------------------------------------------------------------------------------


def test_a_history_is_a_picture_and_a_table(rng):
    _, history, _ = trained(rng, epochs=5, validation_split=0.25)
    page = page_of(history)
    assert page.titles == ["History: 5 epochs"]
    (picture,) = page.pictures
    assert has_curves(picture)
    assert [row[0] for row in page.rows[1:]] == ["loss", "val_loss", "mae", "val_mae"]
    for name, last, best, epoch in page.rows[1:]:
        values = history.history[name]
        assert last == f"{values[-1]:.4g}"
        assert best == f"{min(values):.4g}"
        assert int(epoch) == np.argmin(values) + 1


def test_larger_accuracies_are_better():
    model = Sequential([Input((2,)), layers.Dense(2, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(np.ones((4, 2)), [0, 1, 0, 1], epochs=1, verbose=0)
    history.history |= {"loss": [3.0, 2.0, 4.0], "accuracy": [0.25, 0.75, 0.5], "other": [1.0, 2.0, 3.0]}
    history._epochs = {}
    rows = {row[0]: row[1:] for row in page_of(history).rows}
    assert rows["loss"] == ["4", "2", "2"]
    assert rows["accuracy"] == ["0.5", "0.75", "2"]
    assert rows["other"] == ["3", "-", "-"]  # nobody knows


def test_an_empty_history():
    page = page_of(callbacks.History())
    assert page.titles == ["History: 0 epochs"]
    assert not page.pictures


@pytest.mark.parametrize("losses", [[1.0, np.nan], [np.nan], [np.inf, 2.0], [0.0]])
def test_losses_that_cannot_be_drawn(losses):
    history = callbacks.History()
    history.history = {"loss": losses, "of_each_class": [np.array([0.5, 0.25])] * len(losses)}
    page = page_of(history)
    assert page.rows[1][:2] == ["loss", f"{losses[-1]:.4g}"]
    assert page.rows[2][1] == "[0.5 0.25]"
    assert len(page.pictures) == 1


def test_arrays_of_other_lengths_in_a_history():
    history = callbacks.History()
    history.history = {"lengths": [np.zeros(3), np.ones(2)]}
    assert page_of(history).rows[1:] == [["lengths", "[1 1]", "-", "-"]]


def test_a_callback_may_log_anything():
    history = callbacks.History()
    history.history = {"note": ["a", "<b>"], "nothing": [None, None], "more": [{"x": 1}, {"x": "y" * 99}]}
    rows = {row[0]: row[1:] for row in page_of(history).rows}
    assert rows["note"] == ["'<b>'", "-", "-"]
    assert rows["nothing"] == ["None", "-", "-"]
    assert len(rows["more"][0]) <= 40


def test_values_of_two_fits_may_be_added(rng):
    _, one, _ = trained(rng, epochs=2)
    _, other, _ = trained(rng, epochs=3)
    one.history["loss"] += other.history["loss"]
    page = page_of(one)
    assert page.titles == ["History: 5 epochs"]
    assert len(page.pictures) == 1


def test_epochs_are_those_of_the_validation(rng):
    _, history, _ = trained(rng, epochs=6, validation_split=0.25, validation_freq=3)
    best = {row[0]: row[3] for row in page_of(history).rows}["val_loss"]
    assert int(best) in (3, 6)


# Forecasts and analysis -----------------------------------------------------------------------------------------------


def test_a_forecast_of_a_series():
    values = np.sin(np.arange(60) * np.pi / 6)
    dates = np.datetime64("2001-01-01") + np.arange(60)
    result = forecasting.forecast_series(
        series.Series("US$ < 5", dates, values, "day"), 9, window=12, test=12, epochs=1, seed=1
    )
    page = page_of(result)
    assert has_curves(page.pictures[0])
    assert page.titles[0] == "Forecast of US$ < 5: 9 values"
    assert ["day", "US$ < 5"] in page.rows
    assert [str(result.index[0]), f"{result.values[0]:.6g}"] in page.rows
    assert page.rows[-1] == ["… and 3 more"]
    assert ["naive", *(f"{error:.4g}" for error in result.hold_out.scores["naive"])] in page.rows
    assert page_of(result.hold_out).rows[0] == ["Method", "RMSE", "MAE"]


@pytest.mark.parametrize("shape", [(5,), (5, 1)])
def test_quantiles_of_a_series(shape, rng):
    forecast = forecasting.QuantileForecast((0.1, 0.5, 0.9), np.sort(rng.normal(size=(*shape, 3))))
    page = page_of(forecast)
    assert has_curves(page.pictures[0])
    assert page.rows[0][1:] == ["0.1", "0.5", "0.9"]
    assert page.rows[5][1:] == [f"{value:.6g}" for value in forecast.values.reshape(-1, 3)[4]]


@pytest.mark.parametrize(("quantiles", "shape"), [((0.1, 0.9), (5,)), ((0.5,), (3, 5)), ((0.5,), (0,)), ((0.5,), ())])
def test_quantiles_without_a_picture(quantiles, shape):
    page = page_of(forecasting.QuantileForecast(quantiles, np.zeros((*shape, len(quantiles)))))
    assert not page.pictures
    assert page.rows[0][1:] == [f"{quantile:g}" for quantile in quantiles]


def test_a_gradient_flow(rng):
    model, _, x = trained(rng)
    flow = analysis.gradient_flow(model, x, x[:, 0, :1])
    page = page_of(flow)
    assert has_curves(page.pictures[0])
    mean = flow["memory"]["c"].mean
    assert ["memory", "c", f"{mean[0]:.4g}", f"{mean[-1]:.4g}"] in page.rows
    steps = page_of(flow["memory"]["c"])
    assert steps.rows[0] == ["Step", "Mean", "Standard deviation"]
    assert steps.rows[1] == ["0", f"{mean[0]:.4g}", f"{flow['memory']['c'].std[0]:.4g}"]
    assert page_of(analysis.GradientFlow({})).rows == [["Layer", "State", "First step", "Last step"]]


def test_matplotlib_is_imported_where_something_is_drawn():
    code = (
        "import sys, fastlstm; from fastlstm import layers\n"
        "model = fastlstm.Sequential([layers.Input((1,)), layers.Dense(1)])\n"
        "model._repr_html_(), model.layers[0]._repr_html_(), fastlstm.callbacks.History()._repr_html_()\n"
        "assert 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
