"""The kernels as functions: outputs, states and all gradients against the reference, and what they refuse."""

import numpy as np
import pytest
from cell_layers import CELLS, MASK

from fastlstm import _core, ops, reference

N, T = MASK.shape
D, H = 3, 5
FUNCTIONS = {
    "simple_rnn": (ops.simple_rnn, {}),
    "lstm": (ops.lstm, {}),
    "peephole_lstm": (ops.lstm, {}),
    "coupled_lstm": (ops.lstm, {"coupled": True}),
    "coupled_peephole_lstm": (ops.lstm, {"coupled": True}),
    "gru": (ops.gru, {}),
    "gru_reset_before": (ops.gru, {"reset_after": False}),
    "min_gru": (ops.min_gru, {}),
    "min_lstm": (ops.min_lstm, {}),
}
OPTIONS = {
    "plain": {},
    "masked": {"mask": MASK},
    "backwards": {"go_backwards": True},
    "backwards-masked": {"go_backwards": True, "mask": MASK},
    "clipped": {"clip": 0.3},
}


class Arguments:
    """Random arguments of one cell."""

    def __init__(self, rng, cell, dtype="float64", steps=T):
        self.cell = reference.CELLS[cell]
        self.function, self.fixed = FUNCTIONS[cell]
        self.x = rng.normal(size=(N, steps, D)).astype(dtype)
        shapes = self.cell.shapes(D, H)
        self.weights = {name: rng.uniform(-0.7, 0.7, shape).astype(dtype) for name, shape in shapes.items()}
        self.initial_state = tuple(rng.normal(size=(N, H)).astype(dtype) for _ in self.cell.states)

    def run(self, **options):
        return self.function(self.x, **self.weights, initial_state=self.initial_state, **self.fixed, **options)


def test_there_is_a_function_for_every_cell():
    assert set(FUNCTIONS) == set(CELLS) == set(_core.cells())


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("cell", CELLS)
def test_outputs_states_and_gradients_are_those_of_the_reference(rng, isa, cell, options):
    given = Arguments(rng, cell)
    outputs, states, saved = given.run(**options)
    expected, expected_states, expected_saved = given.cell.forward(
        given.x, **given.weights, initial_state=given.initial_state, **options
    )
    for found, wanted in zip((outputs, *states), (expected, *expected_states), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)

    d_outputs = rng.normal(size=outputs.shape)
    d_states = tuple(rng.normal(size=state.shape) for state in states)
    gradients = ops.backward(saved, d_outputs, d_states)
    wanted = given.cell.backward(expected_saved, d_outputs, d_states)
    for name in ("x", *given.weights):
        np.testing.assert_allclose(getattr(gradients, name), getattr(wanted, name), rtol=0, atol=1e-11, err_msg=name)
    for name, gradient in zip(given.cell.states, gradients.initial_state, strict=True):
        np.testing.assert_allclose(gradient, getattr(wanted, f"initial_{name}"), rtol=0, atol=1e-11)
    absent = {"recurrent_kernel", "bias", "peephole"} - set(given.weights)
    assert all(getattr(gradients, name) is None for name in absent)


@pytest.mark.parametrize("activation", ["relu", "softsign", "gelu"])
def test_activations(rng, activation):
    for cell, names in (("simple_rnn", ["activation"]), ("lstm", ["activation", "recurrent_activation"])):
        for name in names:
            given = Arguments(rng, cell)
            outputs, _, _ = given.run(**{name: activation})
            expected, _, _ = given.cell.forward(
                given.x, **given.weights, initial_state=given.initial_state, **{name: activation}
            )
            np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_what_is_left_out_is_zeros(rng, cell):
    given = Arguments(rng, cell)
    del given.weights["bias"]
    given.initial_state = None
    outputs, states, saved = given.run()
    expected, expected_states, expected_saved = given.cell.forward(given.x, **given.weights)
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-12)
    d_h = rng.normal(size=states[0].shape)
    gradients = ops.backward(saved, d_states=(d_h, *[None] * (len(states) - 1)))
    wanted = given.cell.backward(expected_saved, None, (d_h, *[None] * (len(states) - 1)))
    np.testing.assert_allclose(gradients.kernel, wanted.kernel, rtol=0, atol=1e-11)
    assert gradients.bias is None
    assert len(expected_states) == len(gradients.initial_state)


def test_no_gradient_at_all_gives_zeros(rng):
    gradients = ops.backward(Arguments(rng, "gru").run().saved)
    assert not gradients.x.any()
    assert not gradients.kernel.any()


@pytest.mark.parametrize("cell", CELLS)
def test_dtype_and_layout(rng, cell):
    given = Arguments(rng, cell, "float32")
    outputs, states, saved = given.run()
    gradients = ops.backward(saved, np.ones_like(outputs))
    found = [outputs, *states, gradients.x, gradients.kernel, *gradients.initial_state]
    assert {str(array.dtype) for array in found} == {"float32"}
    given.x = np.asfortranarray(given.x)
    given.weights = {name: np.asfortranarray(weight) for name, weight in given.weights.items()}
    assert (given.run().outputs == outputs).all()


@pytest.mark.parametrize("cell", CELLS)
def test_no_steps_and_no_rows(rng, cell):
    given = Arguments(rng, cell, steps=0)
    outputs, states, saved = given.run()
    assert outputs.shape == (N, 0, H)
    assert all((state == wanted).all() for state, wanted in zip(states, given.initial_state, strict=True))
    d_states = tuple(rng.normal(size=(N, H)) for _ in states)
    gradients = ops.backward(saved, outputs, d_states)
    assert all((a == b).all() for a, b in zip(gradients.initial_state, d_states, strict=True))
    assert not gradients.kernel.any()
    given = Arguments(rng, cell)
    given.x, given.initial_state = given.x[:0], None
    assert given.run().outputs.shape == (0, T, H)


def test_saved_can_be_used_once(rng):
    saved = Arguments(rng, "lstm").run().saved
    with pytest.raises(ValueError, match="d_outputs: expected shape"):
        ops.backward(saved, np.zeros((1, 2, 3)))
    ops.backward(saved)
    with pytest.raises(ValueError, match="call the forward function again"):
        ops.backward(saved)


def test_results_are_new_arrays_each_time(rng):
    given = Arguments(rng, "lstm")
    first = given.run()
    kept = first.outputs.copy()
    given.run()
    ops.backward(first.saved)
    assert (first.outputs == kept).all()
    assert (given.run().outputs == kept).all()


X = np.zeros((2, 4, 3))
W, U, B = np.zeros((3, 16)), np.zeros((4, 16)), np.zeros(16)


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"x": X.astype(np.float32)}, TypeError, "kernel: expected dtype float32 as x, got float64"),
        ({"x": X.astype(np.float16)}, TypeError, "x: expected dtype float32 or float64, got float16"),
        ({"x": X.astype(int)}, TypeError, "x: expected dtype float32 or float64, got int64"),
        ({"x": X.tolist()}, TypeError, "x: expected a NumPy array, got list"),
        ({"x": np.ma.masked_array(X)}, TypeError, "x: expected a NumPy array, got MaskedArray"),
        ({"x": X.astype(">f8")}, TypeError, "x: expected dtype"),
        ({"x": X[0]}, ValueError, r"x: expected shape \(N, T, D\), got \(4, 3\)"),
        ({"x": X[:, :, :0]}, ValueError, r"kernel: expected shape \(0, 4\*H\)"),
        ({"kernel": W[:2]}, ValueError, r"kernel: expected shape \(3, 4\*H\), got \(2, 16\)"),
        ({"kernel": W[:, :15]}, ValueError, r"kernel: expected shape \(3, 4\*H\), got \(3, 15\)"),
        ({"kernel": W[:, :0]}, ValueError, "kernel: expected shape"),
        ({"recurrent_kernel": U[:3]}, ValueError, r"recurrent_kernel: expected shape \(4, 16\), got \(3, 16\)"),
        ({"recurrent_kernel": None}, TypeError, "recurrent_kernel: expected a NumPy array, got NoneType"),
        ({"bias": B[:4]}, ValueError, r"bias: expected shape \(16,\), got \(4,\)"),
        ({"peephole": np.zeros((2, 4))}, ValueError, r"peephole: expected shape \(3, 4\), got \(2, 4\)"),
        ({"initial_state": [np.zeros((2, 4))]}, ValueError, "initial_state: expected 2 arrays, got 1"),
        ({"initial_state": [np.zeros((2, 5))] * 2}, ValueError, r"initial_state\[0\]: expected shape \(2, 4\)"),
        ({"initial_state": [np.zeros((2, 4), "f4")] * 2}, TypeError, r"initial_state\[0\]: expected dtype float64"),
        ({"mask": np.ones((2, 4))}, TypeError, "mask: expected True or False"),
        ({"mask": np.ones((4, 2), bool)}, ValueError, "mask: expected shape"),
        ({"activation": "softmax"}, ValueError, "activation: .*elementwise"),
        ({"activation": "tanhh"}, ValueError, "tanh"),
        ({"clip": -1.0}, ValueError, "clip"),
        ({"clip": 0.0}, ValueError, "clip"),
        ({"go_backwards": 1}, TypeError, "go_backwards"),
        ({"coupled": None}, TypeError, "coupled"),
    ],
)
def test_wrong_arguments(change, error, match):
    with pytest.raises(error, match=match):
        ops.lstm(**{"x": X, "kernel": W, "recurrent_kernel": U, "bias": B, **change})


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"d_outputs": np.zeros((2, 4, 5))}, ValueError, r"d_outputs: expected shape \(2, 4, 4\), got \(2, 4, 5\)"),
        ({"d_outputs": np.zeros((2, 4, 4), "f4")}, TypeError, "d_outputs: expected dtype float64"),
        ({"d_states": [np.zeros((2, 4))]}, ValueError, "d_states: expected 2 arrays, got 1"),
        ({"d_states": [np.zeros((2, 3)), None]}, ValueError, r"d_states\[0\]: expected shape \(2, 4\)"),
        ({"d_states": np.zeros((2, 4))}, TypeError, "d_states: expected a list"),
        ({"saved": None}, TypeError, "saved: expected what a forward function returned"),
    ],
)
def test_wrong_gradients(given, error, match):
    saved = ops.lstm(X, W, U, B).saved
    with pytest.raises(error, match=match):
        ops.backward(**{"saved": saved, **given})
