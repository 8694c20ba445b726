"""Models in ONNX files: what ONNX Runtime makes of them, and what comes back when they are loaded."""

import os
import subprocess
import sys

import numpy as np
import pytest
from peer_onnxruntime import ROOM, error, run
from peers import require_peer
from random_models import MAKERS, data_for, give_random_weights, random_model

from fastlstm import Input, Sequential, activations, layers

FEW, ALL = range(6), range(6, 106)


def compare(onnx, model, x, path, room=ROOM):
    """Compare a model with its file in ONNX Runtime, and with what is loaded from it."""
    onnx.export(model, path)
    expected = model.predict(x)
    assert error(expected, run(path, x)) < room
    again = onnx.load(path)
    np.testing.assert_array_equal(again.predict(x), expected)
    assert len(again.get_weights()) == len(model.get_weights())
    for weight, loaded in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(loaded, weight)
    return again


def check_random_model(onnx, seed, path):
    model = random_model(seed)
    compare(onnx, model, data_for(model, np.random.default_rng(seed)), path)


@pytest.mark.parametrize("seed", FEW)
def test_random_models(onnx, tmp_path, seed):
    check_random_model(onnx, seed, tmp_path / "model.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("seed", ALL)
def test_many_random_models(onnx, tmp_path, seed):
    check_random_model(onnx, seed, tmp_path / "model.onnx")


@pytest.mark.parametrize("options", [{}, {"zoneout": 0.3, "clip": 0.5}, {"go_backwards": True}], ids=str)
@pytest.mark.parametrize("cell", MAKERS)
def test_cells(onnx, tmp_path, rng, cell, options):
    """Each cell, as an operator where there is one and as a loop, and a mask through two layers."""
    for masked in (False, True):
        model = Sequential([Input((None, 3)), *([layers.Masking()] if masked else [])])
        model.add(MAKERS[cell](4, return_sequences=True, **options))
        model.add(MAKERS[cell](5, zero_output_for_mask=True, return_sequences=True, **options))
        model.add(MAKERS[cell](2))
        give_random_weights(model, rng)
        compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx")


@pytest.mark.parametrize("return_sequences", [True, False])
@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave"])
@pytest.mark.parametrize("cell", ["coupled_peephole_lstm", "gru", "min_gru"])
def test_bidirectional(onnx, tmp_path, rng, cell, merge_mode, return_sequences):
    for masked in (False, True):
        model = Sequential([Input((None, 3)), *([layers.Masking()] if masked else [])])
        model.add(layers.Bidirectional(MAKERS[cell](4, return_sequences=return_sequences), merge_mode))
        give_random_weights(model, rng)
        compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx")


def test_two_directions_that_are_no_node_together(onnx, tmp_path, rng):
    backward = layers.GRU(5, go_backwards=True, return_sequences=True)
    model = Sequential([Input((None, 3))])
    model.add(layers.Bidirectional(layers.LSTM(4, return_sequences=True), backward_layer=backward))
    give_random_weights(model, rng)
    compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx")


def test_what_is_written_for_recurrent_layers_is_the_operator(onnx, tmp_path, rng):
    model = Sequential([Input((None, 3))])
    model.add(layers.LSTM(4, peephole=True, coupled=True, clip=0.7, return_sequences=True))
    model.add(layers.Bidirectional(layers.GRU(4, return_sequences=True)))
    model.add(layers.GRU(4, reset_after=False, activation="elu", return_sequences=True))
    model.add(layers.SimpleRNN(4, activation="relu", go_backwards=True))
    onnx.export(model, tmp_path / "model.onnx")
    proto = require_peer("onnx").load(tmp_path / "model.onnx")
    assert [node.op_type for node in proto.graph.node if node.op_type in ("RNN", "LSTM", "GRU")] == [
        *("LSTM", "GRU", "GRU", "RNN")
    ]
    assert not proto.functions


OF_ROWS = ("glu", "softmax", "log_softmax", "sparsemax")
ACTIVATIONS = [name for name in activations.__all__ if name not in ("get", "threshold")]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations(onnx, tmp_path, rng, name):
    x = rng.normal(0, 3, (50, 6)).astype(np.float32)
    for layer in (layers.Dense(4, name), *([layers.Activation(name)] if name != "linear" else [])):
        model = Sequential([Input((6,)), layer])
        give_random_weights(model, rng)
        again = compare(onnx, model, x, tmp_path / "model.onnx")
        assert [(type(found), found.activation) for found in again.layers] == [(type(layer), layer.activation)]


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name not in OF_ROWS])
def test_activations_of_a_recurrent_layer(onnx, tmp_path, rng, name):
    model = Sequential([Input((3, 2)), layers.LSTM(3, activation=name), layers.Dense(1)])
    give_random_weights(model, rng)
    compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx")


def test_float64(onnx, tmp_path, rng):
    """Loops and products have kernels in float64, recurrent operators and some activations have none there."""
    model = Sequential([Input((None, 3), dtype="float64"), layers.Masking(dtype="float64")])
    model.add(layers.LSTM(4, return_sequences=True, dtype="float64"))
    model.add(layers.MinGRU(4, dtype="float64"))
    model.add(layers.Dense(2, "sigmoid", dtype="float64"))
    give_random_weights(model, rng)
    compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx", room=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_in_float64(onnx, tmp_path, rng, name):
    """ONNX Runtime has no kernel for the error function of gelu."""
    model = Sequential([Input((6,), dtype="float64"), layers.Dense(4, name, dtype="float64")])
    x = rng.normal(0, 2, (20, 6))
    if name != "gelu":
        compare(onnx, model, x, tmp_path / "model.onnx")
    onnx.export(model, tmp_path / "model.onnx")
    assert onnx.load(tmp_path / "model.onnx").layers[0].activation == model.layers[0].activation


def test_layers_of_shapes(onnx, tmp_path, rng):
    model = Sequential([Input((4, 3)), layers.Reshape((6, 2)), layers.TimeDistributed(layers.Dense(5, "relu"))])
    model.add(layers.Reshape((-1,)))
    model.add(layers.RepeatVector(3))
    model.add(layers.Flatten())
    model.add(layers.Normalization(mean=[1.0] * 90, variance=[2.0] * 90, invert=True))
    give_random_weights(model, rng)
    again = compare(onnx, model, data_for(model, rng), tmp_path / "model.onnx")
    assert again.output_shape == model.output_shape


def test_layer_normalization_without_its_weights(onnx, tmp_path, rng):
    """ONNX's operator has a factor in any case; ones come back for it."""
    model = Sequential([Input((3,)), layers.LayerNormalization(scale=False, center=False, epsilon=1e-5)])
    x = data_for(model, rng)
    onnx.export(model, tmp_path / "model.onnx")
    assert error(model.predict(x), run(tmp_path / "model.onnx", x)) < ROOM
    again = onnx.load(tmp_path / "model.onnx")
    np.testing.assert_array_equal(again.predict(x), model.predict(x))
    assert [weight.tolist() for weight in again.get_weights()] == [[1.0, 1.0, 1.0]]


def test_open_sizes_stay_open(onnx, tmp_path):
    model = Sequential([Input((None, 3)), layers.LSTM(4, return_sequences=True)])
    onnx.export(model, tmp_path / "model.onnx")
    (given,) = require_peer("onnx").load(tmp_path / "model.onnx").graph.input
    sizes = given.type.tensor_type.shape.dim
    assert [size.dim_param or size.dim_value for size in sizes] == ["batch", "time", 3]
    for rows, steps in ((1, 1), (7, 3), (2, 11)):
        x = np.ones((rows, steps, 3), np.float32)
        assert error(model.predict(x), run(tmp_path / "model.onnx", x)) < ROOM
    assert onnx.load(tmp_path / "model.onnx").input_shape == (None, None, 3)


def test_what_can_not_be_exported(onnx, tmp_path):
    with pytest.raises(TypeError, match=r"model: expected a fastlstm Sequential, got 3"):
        onnx.export(3, tmp_path / "model.onnx")
    with pytest.raises(ValueError, match="is not built"):
        onnx.export(Sequential([layers.LSTM(3)]), tmp_path / "model.onnx")
    stateful = Sequential([Input((5, 3)), layers.LSTM(3, stateful=True, name="carrier")])
    with pytest.raises(ValueError, match=r"layer 'carrier' is stateful"):
        onnx.export(stateful, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_a_file_is_whole_or_as_it_was(onnx, tmp_path, monkeypatch):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"what was there")
    model = Sequential([Input((5, 3)), layers.LSTM(3)])

    def broken(descriptor):
        raise OSError("no space left")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="no space left"):
        onnx.export(model, path)
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]
    monkeypatch.undo()
    onnx.export(model, path)
    assert onnx.load(path).output_shape == (None, 3)
    assert list(tmp_path.iterdir()) == [path]


def test_without_onnx_the_error_says_what_to_install():
    code = "import sys; sys.modules['onnx'] = None\nimport fastlstm.integrations.onnx"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 1
    assert (
        "ImportError: fastlstm.integrations.onnx needs the package onnx: pip install 'fastlstm[onnx]'" in found.stderr
    )
