"""Gradients, states and gates at every step against loops in NumPy and finite differences in float64."""

import numpy as np
import pytest
import stepwise

import fastlstm
from fastlstm import analysis, layers

N, T, D, H = 3, 7, 2, 5
EPSILON = 1e-5


def random_model(name, rng, *, return_sequences=False, masked=False, bidirectional=False, dtype="float64", **options):
    cls, arguments, _, _ = stepwise.CELLS[name]
    layer = getattr(layers, cls)(H, return_sequences=return_sequences, dtype=dtype, **arguments, **options)
    if bidirectional:
        layer = layers.Bidirectional(layer, dtype=dtype)
    first = [layers.Masking(dtype=dtype)] if masked else []
    model = fastlstm.Sequential([layers.Input((T, D), dtype=dtype), *first, layer, layers.Dense(2, dtype=dtype)])
    model.set_weights([rng.normal(size=w.shape) * 0.7 for w in model.get_weights()])
    model.compile(loss="mse")
    return model, layer


def data(rng, return_sequences, masked=False):
    x = rng.normal(size=(N, T, D))
    if masked:
        x[0, 5:], x[1, 2], x[2, :2] = 0, 0, 0
    return x, rng.normal(size=(N, T, 2) if return_sequences else (N, 2))


def losses(model, outputs, y, mask):
    """The share of each sample in the batch's mean squared error, times the number of samples."""
    kernel, bias = model.layers[-1].kernel, model.layers[-1].bias
    errors = ((outputs @ kernel + bias - y) ** 2).mean(axis=-1)
    if y.ndim == 2:
        return errors
    return errors.mean(axis=1) if mask is None else len(y) * (errors * mask).sum(axis=1) / mask.sum()


@pytest.mark.parametrize("masked", [False, True], ids=["", "masked"])
@pytest.mark.parametrize("return_sequences", [False, True], ids=["last", "sequences"])
@pytest.mark.parametrize("bidirectional", [False, True], ids=["", "bidirectional"])
@pytest.mark.parametrize("name", stepwise.CELLS)
def test_gradient_flow_is_the_finite_difference_of_the_loss(name, bidirectional, return_sequences, masked):
    rng = np.random.default_rng(len(name))
    options = {"return_sequences": return_sequences, "masked": masked, "bidirectional": bidirectional}
    model, layer = random_model(name, rng, **options)
    x, y = data(rng, return_sequences, masked)
    mask = x.any(axis=2) if masked else None
    flow = analysis.gradient_flow(model, x, y)
    directions = [layer.forward_layer, layer.backward_layer] if bidirectional else [layer]
    names = [f"{layer.name}/{one.name}" for one in directions] if bidirectional else [layer.name]
    assert list(flow) == names
    states = stepwise.CELLS[name][3]

    changes = EPSILON * np.concatenate([np.eye(H), -np.eye(H)])  # of a unit each, up and down
    times = len(changes)
    repeated = [None if one is None else np.concatenate([one] * times) for one in (x, y, mask)]

    def changed_losses(changed, t, s):
        change = np.zeros((len(states), times * N, H))
        change[s] = np.repeat(changes, N, axis=0)
        outputs = []
        for one in directions:
            options = {"changed_at": t, "change": change} if one is changed else {}
            w, backwards = stepwise.weights_of(one), one.go_backwards
            found, _ = stepwise.run(name, w, repeated[0], mask=repeated[2], go_backwards=backwards, **options)
            outputs.append(found[:, :, 0] if return_sequences else found[:, 0 if backwards else -1, 0])
        return losses(model, np.concatenate(outputs, axis=-1), repeated[1], repeated[2]).reshape(2, H, N)

    for key, one in zip(names, directions, strict=True):
        for s, state in enumerate(states):
            ends = np.stack([changed_losses(one, t, s) for t in range(T)])  # (T, 2, H, N)
            norms = np.linalg.norm((ends[:, 0] - ends[:, 1]) / (2 * EPSILON), axis=1).T
            got = flow[key][state].samples
            if masked and s == 1:  # where a step is masked, h is not made of c
                norms, got = norms[mask], got[mask]
            assert norms.max() > 1e-3
            np.testing.assert_allclose(got, norms, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", stepwise.CELLS)
def test_states_and_gates_are_those_of_the_equations(name):
    rng = np.random.default_rng(1)
    model, layer = random_model(name, rng, masked=True)
    x, _ = data(rng, False, masked=True)
    found, gates = stepwise.run(name, stepwise.weights_of(layer), x, mask=x.any(axis=2))
    states = analysis.states(model, x, batch_size=2)[layer.name]
    assert list(states) == list(stepwise.CELLS[name][3])
    for k, values in enumerate(states.values()):
        np.testing.assert_allclose(values, found[:, :, k], rtol=1e-12, atol=1e-14)
    got = analysis.gates(model, x, batch_size=2)[layer.name]
    assert set(got) == set(gates)
    for gate, values in got.items():
        np.testing.assert_allclose(values, gates[gate], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", stepwise.CELLS)
def test_states_of_both_directions_are_in_the_order_of_time(name):
    rng = np.random.default_rng(2)
    model, layer = random_model(name, rng, bidirectional=True)
    x, _ = data(rng, False)
    states = analysis.states(model, x)
    for one in (layer.forward_layer, layer.backward_layer):
        run, _ = stepwise.run(name, stepwise.weights_of(one), x, go_backwards=one.go_backwards)
        for k, values in enumerate(states[f"{layer.name}/{one.name}"].values()):
            np.testing.assert_allclose(values, run[:, :, k], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("bidirectional", [False, True], ids=["", "bidirectional"])
@pytest.mark.parametrize("name", stepwise.CELLS)
def test_connectivity_is_the_finite_difference_of_the_output(name, bidirectional):
    rng = np.random.default_rng(3)
    model, _ = random_model(name, rng, return_sequences=True, bidirectional=bidirectional)
    x, _ = data(rng, True)
    found = analysis.connectivity(model, x, 4, feature=1)
    wanted = np.zeros((N, T, D))
    for t in range(T):
        for k in range(D):
            changed = np.zeros_like(x)
            changed[:, t, k] = EPSILON
            wanted[:, t, k] = (model(x + changed) - model(x - changed))[:, 4, 1] / (2 * EPSILON)
    np.testing.assert_allclose(found, np.linalg.norm(wanted, axis=2), rtol=1e-6, atol=1e-9)
    largest = analysis.connectivity(model, x, 4)
    predicted = model(x)[:, 4].argmax(axis=1)
    both = [analysis.connectivity(model, x, 4, feature=k) for k in range(2)]
    np.testing.assert_array_equal(largest, [both[k][n] for n, k in enumerate(predicted)])


def test_connectivity_of_an_embedding_is_with_respect_to_its_vectors():
    rng = np.random.default_rng(4)
    model = fastlstm.Sequential(
        [
            layers.Input((T,), dtype="float64"),
            layers.Embedding(9, D, mask_zero=True, dtype="float64"),
            layers.GRU(H, dtype="float64"),
            layers.Dense(1, dtype="float64"),
        ]
    )
    model.set_weights([rng.normal(size=w.shape) * 0.7 for w in model.get_weights()])
    x = rng.integers(1, 9, size=(N, T))
    x[0, 4:] = 0
    rest = fastlstm.Sequential(
        [layers.Input((T, D), dtype="float64"), layers.Masking(dtype="float64"), *model.layers[1:]]
    )
    vectors = np.array(model.layers[0].embeddings)[x] * (x > 0)[..., None]
    wanted = analysis.connectivity(rest, vectors)
    np.testing.assert_allclose(analysis.connectivity(model, x), wanted, rtol=1e-12)
