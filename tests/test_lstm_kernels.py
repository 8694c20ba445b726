"""The LSTM kernels, forward and BPTT: against the reference, finite differences and torch, on every instruction set."""

import numpy as np
import pytest
from core_networks import ODD, Case, gradients_of, relative
from peers import require_peer

BOUND = {"float32": 4e-6, "float64": 1e-13}
GRADIENT_BOUND = {"float32": 2e-5, "float64": 1e-12}


@pytest.mark.parametrize("features", ODD)
@pytest.mark.parametrize("units", ODD)
def test_forward_and_bptt_match_the_reference(isa, dtype, units, features, rng):
    for rows, steps in [(1, 1), (1, 6), (2, 3), (7, 5), (20, 2)]:
        case = Case(features, (units,), 3, dtype, return_sequences=rows % 2 == 0).random_weights(rng)
        x, y = case.sample(rng, rows, steps)
        net = case.network()
        out, loss, gradients = case.reference(x, y)
        assert np.abs(net.predict(x) - out).max() < BOUND[dtype]
        assert net.loss_and_gradients(x, y) == pytest.approx(loss, rel=1e-5 if dtype == "float32" else 1e-12)
        assert net.evaluate(x, y) == pytest.approx(loss, rel=1e-5 if dtype == "float32" else 1e-12)
        for found, expected in zip(gradients_of(net), gradients, strict=True):
            assert relative(found, expected) < GRADIENT_BOUND[dtype]


@pytest.mark.parametrize("units", ODD)
@pytest.mark.parametrize("return_sequences", [False, True])
def test_stacked_layers_match_the_reference(isa, dtype, units, return_sequences, rng):
    case = Case(3, (units, 17, units), 2, dtype, return_sequences=return_sequences).random_weights(rng)
    x, y = case.sample(rng, 9, 4)
    net = case.network()
    out, _, gradients = case.reference(x, y)
    assert np.abs(net.predict(x) - out).max() < BOUND[dtype]
    net.loss_and_gradients(x, y)
    for found, expected in zip(gradients_of(net), gradients, strict=True):
        assert relative(found, expected) < GRADIENT_BOUND[dtype]


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu", "linear", "hard_sigmoid"])
@pytest.mark.parametrize("recurrent_activation", ["tanh", "sigmoid", "relu", "linear", "hard_sigmoid"])
def test_every_pair_of_activations_matches_the_reference(isa, activation, recurrent_activation, rng):
    case = Case(2, (5,), 2, "float64", activation, recurrent_activation).random_weights(rng)
    x, y = case.sample(rng, 6, 4)
    net = case.network()
    out, _, gradients = case.reference(x, y)
    assert relative(net.predict(x), out) < 1e-12
    net.loss_and_gradients(x, y)
    for found, expected in zip(gradients_of(net), gradients, strict=True):
        assert relative(found, expected) < 1e-11


def test_without_a_bias(isa, dtype, rng):
    case = Case(3, (17,), 2, dtype, use_bias=False).random_weights(rng)
    x, y = case.sample(rng, 5, 4)
    net = case.network()
    out, _, gradients = case.reference(x, y)
    assert np.abs(net.predict(x) - out).max() < BOUND[dtype]
    net.loss_and_gradients(x, y)
    for found, expected in zip(gradients_of(net), gradients, strict=True):
        assert relative(found, expected) < GRADIENT_BOUND[dtype]


@pytest.mark.parametrize("return_sequences", [False, True])
def test_no_rows_give_nothing_and_no_steps_the_initial_state(isa, dtype, return_sequences, rng):
    case = Case(3, (17, 5), 2, dtype, return_sequences=return_sequences).random_weights(rng)
    net = case.network()
    x, _ = case.sample(rng, 0, 4)
    assert net.predict(x).shape == ((0, 4, 2) if return_sequences else (0, 2))
    x, y = case.sample(rng, 3, 0)
    out = net.predict(x)
    assert out.shape == ((3, 0, 2) if return_sequences else (3, 2))
    assert np.abs(out - case.reference(x)).max(initial=0) < BOUND[dtype]
    if not return_sequences:  # there is something to be wrong about
        _, loss, gradients = case.reference(x, y)
        assert net.loss_and_gradients(x, y) == pytest.approx(loss, rel=1e-6)
        for found, expected in zip(gradients_of(net), gradients, strict=True):
            assert relative(found, expected) < GRADIENT_BOUND[dtype]


@pytest.mark.parametrize(
    ("activation", "recurrent_activation"), [("tanh", "sigmoid"), ("relu", "hard_sigmoid"), ("linear", "sigmoid")]
)
@pytest.mark.parametrize(("units", "features"), [(1, 1), (3, 17), (17, 3), (33, 1)])
def test_bptt_matches_finite_differences(isa, units, features, activation, recurrent_activation, rng):
    case = Case(features, (units,), 2, "float64", activation, recurrent_activation, return_sequences=True)
    x, y = case.random_weights(rng, 0.4).sample(rng, 3, 4)
    net = case.network()
    net.loss_and_gradients(x, y)
    step = 1e-5
    for i, (weight, gradient) in enumerate(zip(case.weights, gradients_of(net), strict=True)):
        places = rng.choice(weight.size, size=min(weight.size, 40), replace=False)
        numeric = np.empty(len(places))
        for k, place in enumerate(places):
            moved = [weight.copy(), weight.copy()]
            moved[0].flat[place] += step
            moved[1].flat[place] -= step
            losses = []
            for value in moved:
                net.set_weight(i, value)
                losses.append(net.evaluate(x, y))
            numeric[k] = (losses[0] - losses[1]) / (2 * step)
        net.set_weight(i, weight)
        assert relative(gradient.ravel()[places], numeric) < 1e-6


@pytest.mark.parametrize("units", ODD)
@pytest.mark.parametrize(("rows", "steps", "features"), [(1, 1, 1), (5, 9, 3), (33, 4, 17)])
def test_outputs_and_gradients_match_torch(isa, units, rows, steps, features, rng):
    torch = require_peer("torch")
    case = Case(features, (units, units), 1, return_sequences=True, output_activation="linear").random_weights(rng)
    x, y = case.sample(rng, rows, steps)
    lstm = torch.nn.LSTM(features, units, num_layers=2, batch_first=True, dtype=torch.float64)
    dense = torch.nn.Linear(units, 1, dtype=torch.float64)
    with torch.no_grad():
        for layer in range(2):
            kernel, recurrent, bias = case.weights[3 * layer : 3 * layer + 3]
            getattr(lstm, f"weight_ih_l{layer}").copy_(torch.tensor(kernel.T))
            getattr(lstm, f"weight_hh_l{layer}").copy_(torch.tensor(recurrent.T))
            getattr(lstm, f"bias_ih_l{layer}").copy_(torch.tensor(bias))
            getattr(lstm, f"bias_hh_l{layer}").zero_()
        dense.weight.copy_(torch.tensor(case.weights[6].T))
        dense.bias.copy_(torch.tensor(case.weights[7]))
    out = dense(lstm(torch.tensor(x))[0])
    loss = torch.nn.functional.mse_loss(out, torch.tensor(y))
    loss.backward()
    expected = []
    for layer in range(2):
        expected += [getattr(lstm, f"{name}_l{layer}").grad.numpy().T for name in ("weight_ih", "weight_hh", "bias_ih")]
    expected += [dense.weight.grad.numpy().T, dense.bias.grad.numpy()]
    net = case.network()
    assert np.abs(net.predict(x) - out.detach().numpy()).max() < 1e-10
    assert net.loss_and_gradients(x, y) == pytest.approx(loss.item(), rel=1e-10)
    for found, value in zip(gradients_of(net), expected, strict=True):
        assert relative(found, value) < 1e-10


def test_nan_and_inf_stay_in_their_row(isa, dtype, rng):
    case = Case(2, (17,), 2, dtype).random_weights(rng)
    x, _ = case.sample(rng, 9, 5)
    clean = case.network().predict(x)
    x[3, 2, 1] = np.nan
    x[5, 0, 0] = np.inf
    out = case.network().predict(x)
    assert np.isnan(out[3]).all()
    with np.errstate(over="ignore", invalid="ignore"):
        np.testing.assert_allclose(out[5], case.reference(x)[5], atol=BOUND[dtype])
    others = [0, 1, 2, 4, 6, 7, 8]
    np.testing.assert_array_equal(out[others], clean[others])


def test_the_callers_denormals_are_left_alone(isa, rng):
    case = Case(1, (3,), 1, "float32").random_weights(rng)
    case.network().predict(case.sample(rng, 2, 3)[0])
    assert np.float32(1e-40) * np.float32(0.5) != 0
