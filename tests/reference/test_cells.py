"""What the options of every cell mean, the equations that have no peer, and what is refused."""

import numpy as np
import pytest
from reference_cases import MASK, OPTIONS, SHAPE, WITH_ACTIVATION, Run

from fastlstm import reference
from fastlstm.reference import CELLS, ELEMENTWISE_ACTIVATIONS


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("option", ["none", "mask", "zoneout"])
def test_a_mask_is_as_if_its_steps_were_not_there(rng, name, option):
    run = Run(rng, name, SHAPE)
    options = {"mask": MASK, **OPTIONS[option](rng, name)}
    options.pop("zoneout", None)  # of the steps that are there: the same number for all
    if option == "zoneout":
        options["zoneout"] = (0.25, 0.5)[: len(run.initial_state)]
    outputs, states, saved = run.forward(**options)
    d_outputs = rng.normal(size=outputs.shape)
    gradients = run.cell.backward(saved, d_outputs)
    options.pop("mask")
    for row, valid in enumerate(MASK):
        alone = Run(rng, name, SHAPE)
        alone.weights = run.weights
        same = [row] * len(MASK)  # as many rows as before: BLAS may sum a product of one row in another order
        alone.x, alone.initial_state = run.x[same][:, valid], [s[same] for s in run.initial_state]
        expected, expected_states, kept = alone.forward(**options)
        steps = np.cumsum(valid)  # so many valid ones so far
        for t, count in enumerate(steps):
            np.testing.assert_allclose(outputs[row, t], expected[0, count - 1] if count else 0, rtol=1e-13)
        for state, one in zip(states, expected_states, strict=True):
            np.testing.assert_allclose(state[row], one[0], rtol=1e-13)
        # A masked step's output is a valid one's, and its gradient adds to that one's.
        d_valid = np.zeros_like(expected)
        np.add.at(d_valid[0], steps[steps > 0] - 1, d_outputs[row, steps > 0])
        d_alone = run.cell.backward(kept, d_valid)
        np.testing.assert_allclose(gradients.x[row, valid], d_alone.x[0], rtol=1e-11, atol=1e-14)
        assert not gradients.x[row, ~valid].any()
        np.testing.assert_allclose(gradients.initial_h[row], d_alone.initial_h[0], rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", CELLS)
def test_what_a_masked_step_holds_does_not_matter(rng, name):
    run = Run(rng, name, SHAPE)
    outputs, states, saved = run.forward(mask=MASK)
    gradients = run.cell.backward(saved, outputs)
    run.x[~MASK] = np.nan
    again, states_again, saved = run.forward(mask=MASK)
    np.testing.assert_array_equal(again, outputs)
    np.testing.assert_array_equal(states_again, states)
    for one, other in zip(run.cell.backward(saved, outputs), gradients, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", CELLS)
def test_backwards_is_the_reversed_sequence(rng, name):
    run = Run(rng, name, SHAPE)
    options = OPTIONS["all"](rng, name)
    outputs, states, saved = run.forward(**options)
    gradients = run.cell.backward(saved, outputs)
    run.x = run.x[:, ::-1]
    options.update(go_backwards=False, mask=MASK[:, ::-1])
    reversed_outputs, reversed_states, saved = run.forward(**options)
    np.testing.assert_array_equal(outputs, reversed_outputs)
    np.testing.assert_array_equal(states, reversed_states)
    np.testing.assert_array_equal(gradients.x, run.cell.backward(saved, outputs).x[:, ::-1])


@pytest.mark.parametrize("name", CELLS)
def test_steps_one_by_one_are_the_sequence(rng, name):
    run = Run(rng, name, (3, 5, 2, 4))
    outputs, states, _ = run.forward()
    carried = run.initial_state
    for t in range(5):
        output, carried, _ = run.cell.forward(run.x[:, t : t + 1], **run.weights, initial_state=carried)
        np.testing.assert_allclose(output[:, 0], outputs[:, t], rtol=1e-13)
    np.testing.assert_allclose(carried, states, rtol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_zoneout_keeps_the_previous_states_at_one_and_none_at_zero(rng, name):
    run = Run(rng, name, SHAPE)
    outputs, states, _ = run.forward(zoneout=(1.0,) * len(run.initial_state))
    np.testing.assert_array_equal(states, run.initial_state)
    np.testing.assert_array_equal(outputs[:, -1], run.initial_state[0])
    plain, plain_states, _ = run.forward()
    outputs, states, _ = run.forward(zoneout=(0.0,) * len(run.initial_state))
    np.testing.assert_array_equal(outputs, plain)
    np.testing.assert_array_equal(states, plain_states)


def test_zoneout_of_c_leaves_h_of_the_same_step_alone(rng):
    run = Run(rng, "lstm", (2, 1, 3, 4))
    plain, (_, c), _ = run.forward()
    outputs, (_, kept), _ = run.forward(zoneout=(None, 0.25))
    np.testing.assert_array_equal(outputs, plain)
    np.testing.assert_allclose(kept, 0.25 * run.initial_state[1] + 0.75 * c, rtol=1e-14)


@pytest.mark.parametrize("name", [name for name in CELLS if "recurrent_kernel" in CELLS[name].weights])
def test_the_recurrent_mask_scales_h_in_the_products_only(rng, name):
    run = Run(rng, name, (2, 1, 3, 4))
    plain, _, _ = run.forward(recurrent_mask=np.full((2, 4), 2.0))
    run.weights["recurrent_kernel"] = run.weights["recurrent_kernel"] * 2
    np.testing.assert_allclose(run.forward()[0], plain, rtol=1e-13)


@pytest.mark.parametrize("name", CELLS)
def test_a_clip_out_of_reach_changes_nothing_and_a_small_one_stops_gradients(rng, name):
    run = Run(rng, name, SHAPE)
    outputs, _, _ = run.forward()
    np.testing.assert_allclose(run.forward(clip=1e3)[0], outputs, rtol=1e-14)
    _, _, saved = run.forward(clip=1e-9)
    gradients = run.cell.backward(saved, outputs)
    assert not gradients.x.any()
    assert not gradients.kernel.any()


def test_a_plain_lstm_is_one_with_peepholes_of_zero(rng):
    for plain, with_peepholes in (("lstm", "peephole_lstm"), ("coupled_lstm", "coupled_peephole_lstm")):
        run = Run(rng, with_peepholes, SHAPE)
        run.weights["peephole"][:] = 0
        outputs, _, saved = run.forward()
        gradients = run.cell.backward(saved, outputs)
        del run.weights["peephole"]
        run.cell = CELLS[plain]
        np.testing.assert_array_equal(run.forward()[0], outputs)
        others = run.cell.backward(run.forward()[2], outputs)
        np.testing.assert_array_equal(others.kernel, gradients.kernel)
        assert others.peephole is None


@pytest.mark.parametrize("coupled", [False, True])
def test_peepholes_see_the_old_cell_state_but_for_the_output_gate(rng, coupled):
    """By hand, for one sample, step and unit."""
    run = Run(rng, "coupled_peephole_lstm" if coupled else "peephole_lstm", (1, 1, 1, 1))
    outputs, (_, c), _ = run.forward()
    h0, c0 = (float(s[0, 0]) for s in run.initial_state)
    w, u, b = run.weights["kernel"][0], run.weights["recurrent_kernel"][0], run.weights["bias"]
    z, p = run.x[0, 0, 0] * w + h0 * u + b, run.weights["peephole"][:, 0]

    def sigmoid(v):
        return 1 / (1 + np.exp(-v))

    i = sigmoid(z[0] + p[0] * c0)
    f = 1 - i if coupled else sigmoid(z[1] + p[1] * c0)
    new_c = f * c0 + i * np.tanh(z[-2])
    o = sigmoid(z[-1] + p[-1] * new_c)
    assert c[0, 0] == pytest.approx(new_c, rel=1e-13)
    assert outputs[0, 0, 0] == pytest.approx(o * np.tanh(new_c), rel=1e-13)


def test_minimal_cells_by_hand(rng):
    for name in ("min_gru", "min_lstm"):
        run = Run(rng, name, (2, 3, 4, 5))
        outputs, _, _ = run.forward()
        (h,) = run.initial_state
        for t in range(3):
            a = np.split(
                run.x[:, t] @ run.weights["kernel"] + run.weights["bias"], 2 if name == "min_gru" else 3, axis=1
            )
            gates = [1 / (1 + np.exp(-v)) for v in a[:-1]]
            share = gates[0] if name == "min_gru" else gates[1] / (gates[0] + gates[1])
            h = (1 - share) * h + share * a[-1]
            np.testing.assert_allclose(outputs[:, t], h, rtol=1e-12)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_min_lstm_shares_what_two_closed_gates_let_through(dtype):
    bias = np.array([-1000, -1000, 1], dtype)
    outputs, _, saved = reference.min_lstm_forward(np.zeros((1, 2, 1), dtype), np.zeros((1, 3), dtype), bias)
    np.testing.assert_allclose(outputs[0, :, 0], [0.5, 0.75])
    gradients = reference.min_rnn_backward(saved, np.ones_like(outputs))
    assert np.isfinite(gradients.bias).all()
    assert gradients.bias[1] == pytest.approx(-gradients.bias[0])


@pytest.mark.parametrize("name", CELLS)
def test_without_steps_the_states_are_the_initial_ones(rng, name):
    run = Run(rng, name, (2, 0, 3, 4))
    outputs, states, saved = run.forward(mask=np.ones((2, 0), bool))
    assert outputs.shape == (2, 0, 4)
    np.testing.assert_array_equal(states, run.initial_state)
    d_states = [np.full((2, 4), 1.0 + i) for i in range(len(states))]
    gradients = run.cell.backward(saved, d_states=d_states)
    for state, d_state in zip(run.cell.states, d_states, strict=True):
        np.testing.assert_array_equal(getattr(gradients, f"initial_{state}"), d_state)
    assert not gradients.kernel.any()


@pytest.mark.parametrize("name", CELLS)
def test_defaults_are_zero_bias_and_state(rng, name):
    run = Run(rng, name, (2, 3, 2, 4))
    run.weights["bias"][:] = 0
    run.initial_state = tuple(np.zeros((2, 4)) for _ in run.initial_state)
    explicit, _, _ = run.forward()
    others = {key: weight for key, weight in run.weights.items() if key != "bias"}
    implicit, _, saved = run.cell.forward(run.x, **others)
    np.testing.assert_array_equal(implicit, explicit)
    assert run.cell.backward(saved, implicit).bias.shape == run.weights["bias"].shape


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("option", OPTIONS)
def test_works_in_the_dtype_it_is_given(rng, name, option):
    run = Run(rng, name, SHAPE, scale=0.1, dtype="float32")
    options = OPTIONS[option](rng, name)
    if "recurrent_mask" in options:
        options["recurrent_mask"] = options["recurrent_mask"].astype(np.float32)
    if "zoneout" in options:
        keep = options["zoneout"]
        options["zoneout"] = [k if isinstance(k, float) else k.astype(np.float32) for k in keep]
    for activation in ELEMENTWISE_ACTIVATIONS if name in WITH_ACTIVATION else [None]:
        if activation:
            options["activation"] = activation
        outputs, states, saved = run.forward(**options)
        gradients = run.cell.backward(saved, outputs)
        values = (outputs, *states, *(g for g in gradients if g is not None))
        assert {value.dtype for value in values} == {np.dtype(np.float32)}


@pytest.mark.parametrize("name", CELLS)
def test_a_second_backward_pass_gives_the_same(rng, name):
    run = Run(rng, name, SHAPE)
    options = OPTIONS["all"](rng, name)
    outputs, states, saved = run.forward(**options)
    d_outputs, d_states = outputs.copy(), [s.copy() for s in states]
    first = run.cell.backward(saved, d_outputs, d_states)
    for array in (outputs, run.x, *states, *run.initial_state):
        array[:] = 0  # the caller's arrays: nothing saved may share their memory
    for once, again in zip(first, run.cell.backward(saved, d_outputs, d_states), strict=True):
        np.testing.assert_array_equal(once, again)


@pytest.mark.parametrize("name", CELLS)
def test_nan_and_inf_come_out_where_they_must_and_nowhere_else(rng, name):
    run = Run(rng, name, (3, 4, 2, 3))
    clean, _, _ = run.forward()
    run.x[1, 2, 0] = np.nan
    outputs, states, _ = run.forward()
    assert np.isnan(outputs[1, 2:]).all()
    np.testing.assert_array_equal(outputs[1, :2], clean[1, :2])
    np.testing.assert_allclose(outputs[[0, 2]], clean[[0, 2]], rtol=1e-14)
    assert np.isnan(states[0][1]).all()


BAD_LSTM = [
    ({"x": np.zeros((3, 4))}, ValueError, r"x: expected shape \(N, T, D\) = \(any, any, any\), got \(3, 4\)"),
    ({"kernel": np.zeros((5, 16))}, ValueError, r"kernel: expected shape \(D, 4H\) = \(2, 16\), got \(5, 16\)"),
    ({"recurrent_kernel": np.zeros((4, 12))}, ValueError, "recurrent_kernel: expected"),
    ({"bias": np.zeros(4)}, ValueError, "bias: expected"),
    ({"peephole": np.zeros((2, 4))}, ValueError, r"peephole: expected shape \(3, H\) = \(3, 4\), got \(2, 4\)"),
    ({"initial_state": (np.zeros((3, 4)), np.zeros((1, 4)))}, ValueError, "initial_state c: expected"),
    ({"initial_state": (np.zeros((3, 4)),)}, ValueError, r"initial_state: expected one for each of .*, got 1"),
    ({"initial_state": np.zeros((2, 3, 4))}, TypeError, "initial_state: expected a tuple or list .* got ndarray"),
    ({"kernel": np.zeros((2, 16), np.float32)}, TypeError, "kernel: expected dtype float64"),
    ({"x": [[[0.0, 0.0]]]}, TypeError, "x: expected a NumPy array of floats, got list"),
    ({"x": np.zeros((1, 1, 2), int)}, TypeError, "x: expected a NumPy array of floats, got dtype int"),
    ({"activation": "tan"}, ValueError, "unknown activation 'tan'; did you mean 'tanh'"),
    ({"recurrent_activation": "softmax"}, ValueError, "unknown recurrent_activation 'softmax'"),
    ({"mask": np.ones((4, 3), bool)}, ValueError, r"mask: expected shape \(N, T\) = \(3, 4\), got \(4, 3\)"),
    ({"mask": np.ones((3, 4))}, TypeError, "mask: expected a NumPy array of bool, got dtype float64"),
    ({"clip": -1.0}, ValueError, "clip: expected a finite number"),
    ({"recurrent_mask": np.ones((3, 1))}, ValueError, "recurrent_mask: expected"),
    ({"zoneout": (1.5, None)}, ValueError, "zoneout h: expected a finite number"),
    ({"zoneout": (None, np.full(4, -0.5))}, ValueError, "zoneout c: expected values from 0 to 1, got -0.5 to -0.5"),
    ({"zoneout": (np.ones(5), None)}, ValueError, r"zoneout h: expected a shape that broadcasts .*, got \(5,\)"),
    ({"coupled": 1}, TypeError, "coupled: expected True or False"),
    ({"go_backwards": 1}, TypeError, "go_backwards: expected True or False"),
    ({"dropout": 0.5}, TypeError, "dropout"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD_LSTM)
def test_bad_input_is_refused(rng, change, error, message):
    run = Run(rng, "lstm", (3, 4, 2, 4))
    with pytest.raises(error, match=message):
        reference.lstm_forward(**{"x": run.x, **run.weights, "initial_state": run.initial_state, **change})


@pytest.mark.parametrize("name", CELLS)
def test_weights_of_another_shape_are_refused(rng, name):
    run = Run(rng, name, (3, 4, 2, 4))
    for key, weight in run.weights.items():
        for wrong in (weight[:-1], weight[..., :-1], weight[None]):
            with pytest.raises(ValueError, match="expected shape"):
                run.cell.forward(run.x, **{**run.weights, key: np.ascontiguousarray(wrong)})


@pytest.mark.parametrize("name", CELLS)
def test_gradients_of_another_shape_are_refused(rng, name):
    run = Run(rng, name, (3, 4, 2, 4))
    _, states, saved = run.forward()
    with pytest.raises(ValueError, match="d_outputs: expected"):
        run.cell.backward(saved, np.zeros((3, 4, 5)))
    with pytest.raises(ValueError, match="d_states h: expected"):
        run.cell.backward(saved, d_states=[np.zeros((3, 5)) for _ in states])
    with pytest.raises(ValueError, match="d_states: expected one for each"):
        run.cell.backward(saved, d_states=[])
