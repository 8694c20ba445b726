"""The table of `summary`: Keras's, line for line."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, Sequential, layers


def model_of(kit, name="m"):
    """A model of Keras's layers or ours, the second layer of which is frozen."""
    make = kit.layers
    model = kit.Sequential(
        [
            kit.Input((None, 3)),
            make.LSTM(40, name="first", return_sequences=True),
            make.Bidirectional(make.GRU(3, name="inner"), name="both_ways"),
            make.Dropout(0.1, name="drop"),
            make.Dense(700, name="read-out"),
            make.Dense(1, name="a_name_of_a_layer_that_is_much_too_long_to_fit_into_its_column"),
        ],
        name=name,
    )
    model.layers[1].trainable = False
    return model


def text_of(model, **options):
    texts = []
    model.summary(print_fn=lambda text, **_: texts.append(text), **options)
    (text,) = texts
    return text


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"line_length": 60},
        {"line_length": 120},
        {"show_trainable": True},
        {"show_trainable": True, "line_length": 91},
        {"positions": [0.5, 0.8, 1.0]},
        {"layer_range": ["both", "read-out"], "expand_nested": True},
    ],
)
@pytest.mark.parametrize("columns", [80, 130])
def test_the_table_is_that_of_keras(options, columns, monkeypatch):
    import fastlstm

    if columns < options.get("line_length", 0):
        pytest.skip("rich cuts off what is wider than the terminal")
    monkeypatch.setenv("COLUMNS", str(columns))
    keras = require_peer("keras")
    theirs = [line.rstrip() for line in text_of(model_of(keras), **options).splitlines()]
    assert text_of(model_of(fastlstm), **options).splitlines() == theirs


def test_it_is_printed(capsys):
    import fastlstm

    model = model_of(fastlstm)
    model.summary()
    assert capsys.readouterr().out == text_of(model) + "\n"


def test_weights_that_are_never_trained_and_float64_are_counted():
    model = Sequential([Input((20, 1), dtype="float64"), layers.Normalization(dtype="float64")])
    model.add(layers.LSTM(32, dtype="float64"))
    text = text_of(model)
    assert " Total params: 4,354 (34.02 KB)" in text
    assert " Trainable params: 4,352 (34.00 KB)" in text
    assert " Non-trainable params: 2 (16.00 B)" in text


def test_a_model_that_is_not_built_has_unknown_shapes():
    model = Sequential([layers.LSTM(3)])
    assert [part.strip() for part in text_of(model).splitlines()[4].split("│")[2:4]] == ["?", "0 (unbuilt)"]
    model.predict(np.zeros((1, 2, 3)))
    assert "(None, 3)" in text_of(model)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"line_length": 12}, "line_length: expected a width that leaves room"),
        ({"line_length": 0}, "line_length"),
        ({"positions": [0.5, 1.0]}, "positions: expected 3 numbers"),
        ({"positions": [0.5, 0.7, 1.5]}, "positions"),
        ({"layer_range": ["first"]}, "layer_range: expected the names of two layers"),
        ({"layer_range": ["first", "nobody"]}, "layer_range: no layer has the name 'nobody'"),
    ],
)
def test_what_is_refused(options, match):
    import fastlstm

    with pytest.raises(ValueError, match=match):
        model_of(fastlstm).summary(**options)


def test_summary_of_other_layers(capsys):
    model = Sequential([Input((7,)), layers.Embedding(10, 4), layers.Bidirectional(layers.LSTM(3, peephole=True))])
    model.add(layers.LayerNormalization(name="norm"))
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(2))
    model.summary(line_length=100)
    rows = [line.replace("│", "").split() for line in capsys.readouterr().out.splitlines() if "(None" in line]
    assert [row[1:] for row in rows] == [
        ["(Embedding)", "(None,", "7,", "4)", "40"],
        ["(Bidirectional)", "(None,", "6)", str(2 * (12 * (4 + 3 + 1) + 9))],
        ["(LayerNormalization)", "(None,", "6)", "12"],
        ["(Dropout)", "(None,", "6)", "0"],
        ["(Dense)", "(None,", "2)", "14"],
    ]
    keep = model.count_params()
    assert keep == sum(layer.count_params() for layer in model.layers)
