"""`checkpoint`: training that computes segments of steps again gives the same bits with less memory."""

import subprocess
import sys

import numpy as np
import pytest

import fastlstm
from fastlstm import analysis, layers, models

CELLS = {
    "SimpleRNN": (layers.SimpleRNN, {}),
    "LSTM": (layers.LSTM, {}),
    "peephole LSTM": (layers.LSTM, {"peephole": True}),
    "coupled peephole LSTM": (layers.LSTM, {"peephole": True, "coupled": True}),
    "GRU": (layers.GRU, {}),
    "GRU, reset before": (layers.GRU, {"reset_after": False}),
    "MinGRU": (layers.MinGRU, {}),
    "MinLSTM": (layers.MinLSTM, {}),
}
T, D = 23, 3


def data(n, masked=False, steps=False):
    rng = np.random.default_rng(n)
    x = rng.normal(size=(n, T, D))
    if masked:
        x[rng.random((n, T)) < 0.3] = 0
        x[0] = 0
    return x, rng.normal(size=(n, T, 2) if steps else (n, 2))


def trained(make, x, y, **compiled):
    """Return losses and weights after some steps of a model, and its predictions."""
    fastlstm.utils.set_random_seed(7)
    model = make()
    model.compile(**{"optimizer": "adam", "loss": "mse", **compiled})
    losses = [model.train_on_batch(x, y) for _ in range(3)]
    return [losses, *model.get_weights(), model.predict(x, verbose=0)]


def assert_same_bits(make, x, y, checkpoints=(True, 2, 5, 99), **compiled):
    wanted = trained(lambda: make(False), x, y, **compiled)
    assert np.isfinite(wanted[0]).all()
    assert wanted[0][0] != wanted[0][2]
    for checkpoint in checkpoints:
        for one, other in zip(wanted, trained(lambda c=checkpoint: make(c), x, y, **compiled), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.fixture(params=[1, 2])
def threads(request):
    before = fastlstm.get_num_threads()
    fastlstm.set_num_threads(request.param)
    yield request.param
    fastlstm.set_num_threads(before)


@pytest.mark.parametrize("rows", [1, 5, 40])
@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("cell", CELLS)
def test_the_bits_are_those_without(cell, return_sequences, rows, threads):
    cls, options = CELLS[cell]

    def make(checkpoint):
        layer = cls(20, return_sequences=return_sequences, checkpoint=checkpoint, **options)
        return fastlstm.Sequential([layers.Input((T, D)), layer, layers.Dense(2)])

    assert_same_bits(make, *data(rows, steps=return_sequences), checkpoints=(True, 3))


@pytest.mark.parametrize("masked", [False, True], ids=["", "masked"])
@pytest.mark.parametrize(
    "noise",
    [{}, {"dropout": 0.3, "recurrent_dropout": 0.4}, {"zoneout": 0.2}, {"clip": 0.5, "go_backwards": True}],
    ids=["", "dropout", "zoneout", "clip, backwards"],
)
@pytest.mark.parametrize("cell", CELLS)
def test_masks_and_noise(cell, noise, masked, isa):
    cls, options = CELLS[cell]
    if cell.startswith("Min"):
        noise = {name: value for name, value in noise.items() if name != "recurrent_dropout"}

    def make(checkpoint):
        masking = [layers.Masking()] if masked else []
        layer = cls(9, return_sequences=True, checkpoint=checkpoint, seed=3, **options, **noise)
        return fastlstm.Sequential([layers.Input((T, D)), *masking, layer, layers.Dense(2)])

    assert_same_bits(make, *data(6, masked, steps=True), checkpoints=(True, 7))


@pytest.mark.parametrize("rows", [1, 20])
def test_stacks_both_directions_and_frozen_layers(rows, threads):
    def make(checkpoint):
        shared = layers.GRU(8, return_sequences=True, checkpoint=checkpoint)
        frozen = layers.LSTM(8, return_sequences=True, checkpoint=checkpoint)
        inputs = layers.Input((T, D))
        x = layers.Bidirectional(layers.LSTM(4, return_sequences=True, checkpoint=checkpoint))(inputs)
        x = frozen(shared(shared(x)))
        frozen.trainable = False
        x, h, c = layers.LSTM(5, return_sequences=True, return_state=True, checkpoint=checkpoint)(x)
        x = layers.LSTM(5, checkpoint=checkpoint)(x, initial_state=[h, c])
        return models.Model(inputs, layers.Dense(2)(layers.Concatenate()([x, h, c])))

    assert_same_bits(make, *data(rows))


@pytest.mark.parametrize("cells", [[layers.LSTMCell], [layers.LSTMCell, layers.GRUCell]])
def test_layers_of_cells(cells):
    def make(checkpoint):
        layer = layers.RNN([cell(6) for cell in cells], checkpoint=checkpoint)
        return fastlstm.Sequential([layers.Input((T, D)), layer, layers.Dense(2)])

    assert_same_bits(make, *data(4))


def test_stateful_layers_and_losses_in_python():
    def make(checkpoint):
        layer = layers.LSTM(6, stateful=True, checkpoint=checkpoint)
        return fastlstm.Sequential([layers.Input((T, D), batch_size=4), layer, layers.Dense(2)])

    assert_same_bits(make, *data(4), loss=lambda y, p: ((y - p) ** 2).mean(axis=-1))


@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_few_steps(steps):
    def make(checkpoint):
        return fastlstm.Sequential([layers.LSTM(6, checkpoint=checkpoint), layers.Dense(2)])

    x, y = data(4)
    assert_same_bits(make, x[:, :steps], y)


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.parametrize("rows", [5, 40])
def test_analysis_sees_all_steps(rows, return_sequences):
    x, y = data(rows, masked=True, steps=return_sequences)
    found = []
    for checkpoint in (False, True):
        fastlstm.utils.set_random_seed(3)
        layer = layers.LSTM(6, return_sequences=return_sequences, checkpoint=checkpoint)
        model = fastlstm.Sequential([layers.Input((T, D)), layers.Masking(), layers.Bidirectional(layer)])
        model.add(layers.Dense(2))
        model.compile(loss="mse")
        looks = analysis.states(model, x), analysis.gates(model, x)
        arrays = [array for look in looks for of_layer in look.values() for array in of_layer.values()]
        flow = analysis.gradient_flow(model, x, y)
        found.append(arrays + [norms.samples for of_layer in flow.values() for norms in of_layer.values()])
    assert len(found[0]) == 2 * (2 + 4 + 2)
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one, other)


def test_states_of_a_long_sequence_that_dies_out():
    x = np.zeros((1, 400, 1), np.float32)
    x[0, 0] = 1
    found, half = [], np.eye(3) / 2
    for checkpoint in (False, True):
        fastlstm.utils.set_random_seed(3)
        layer = layers.SimpleRNN(
            3, activation="linear", recurrent_initializer=lambda *_: half, checkpoint=checkpoint, name="rnn"
        )
        found.append(analysis.states(fastlstm.Sequential([layers.Input((400, 1)), layer]), x)["rnn"]["h"])
    np.testing.assert_array_equal(*found)


def test_files_and_configurations_keep_it(tmp_path):
    model = fastlstm.Sequential([layers.Input((T, D)), layers.GRU(4, checkpoint=6), layers.Dense(1)])
    model.save(tmp_path / "model.keras")
    assert fastlstm.load_model(tmp_path / "model.keras").layers[0].checkpoint == 6
    assert layers.GRU.from_config(layers.GRU(4, checkpoint=True).get_config()).checkpoint is True


def test_a_flag_of_numpy_and_a_custom_cell():
    assert layers.LSTM(4, checkpoint=np.True_).checkpoint is True

    class Cell(layers.Layer):
        state_size = 3

        def call(self, x, states):
            return states[0] + x[:, :3], [states[0] + x[:, :3]]

    with pytest.raises(ValueError, match="checkpoint: expected False for a custom cell"):
        layers.RNN(Cell(), checkpoint=True)


@pytest.mark.parametrize("value", [0, -1, 1.5, "yes"])
def test_bad_values_are_refused(value):
    with pytest.raises((TypeError, ValueError), match="checkpoint"):
        layers.LSTM(4, checkpoint=value)


PEAK = """
import pathlib, re, sys
import numpy as np, fastlstm
from fastlstm import layers
def peak():  # kilobytes; that of the resource module begins with the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1])
x, y = np.zeros((1, int(sys.argv[1]), 1), "float32"), np.zeros((1, 1), "float32")
model = fastlstm.Sequential([layers.LSTM(64, checkpoint=sys.argv[2] == "True"), layers.Dense(1)])
model.compile("sgd", "mse")
model.train_on_batch(x[:, :10], y)
before = peak()
model.train_on_batch(x, y)
print(peak() - before)
"""


def peak_memory(steps, checkpoint):
    """Return how many kilobytes a train step adds to the peak of a process."""
    command = [sys.executable, "-c", PEAK, str(steps), str(checkpoint)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads the peak of a process from /proc")
def test_memory_of_a_long_sequence_is_a_small_part():
    assert peak_memory(30_000, True) < peak_memory(30_000, False) / 20
