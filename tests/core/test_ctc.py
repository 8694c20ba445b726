"""CTC in the core: against the reference, all paths one by one, PyTorch and Keras; masks, weights, bits."""

import itertools

import numpy as np
import pytest
from core_networks import NETWORKS, relative
from peers import floatx, require_peer
from reference_cases import assert_close, finite_differences

from fastlstm import Input, Sequential, layers, losses, reference

BOUND = {"float32": 2e-5, "float64": 1e-12}


def samples(rng, rows=5, steps=7, classes=4, most=3):
    """Return labels (N, L), among them none, repeated ones and as many as there can be, and logits."""
    labels = np.zeros((rows, most), int)
    for n in range(rows):
        count = rng.integers(most + 1)
        labels[n, :count] = rng.integers(1, classes, count)
    labels[0], labels[1] = 0, 1
    return labels, 3 * rng.normal(size=(rows, steps, classes))


def core_ctc(labels, logits, weight=None, mask=None, dtype="float64", **options):
    """Return the core's loss and gradient: the logits are the weights of a network, its input one-hot rows."""
    rows, steps, classes = logits.shape
    net = NETWORKS[dtype](rows * steps, True)
    net.add("dense", units=classes, use_bias=False)
    loss = losses.CTC(**options)
    loss._start(net)
    net.set_weight(0, logits.reshape(-1, classes).astype(dtype))
    x = np.eye(rows * steps, dtype=dtype).reshape(rows, steps, -1)
    y = loss._targets("y", labels, logits.shape, 1, dtype, finite=True)
    weight = None if weight is None else weight.astype(dtype)
    value = net.loss_and_gradients(x, y, mask, weight)
    assert net.evaluate(x, y, mask, weight) == pytest.approx(value, rel=1e-12, nan_ok=True)
    return value, net.gradient(0).reshape(logits.shape)


@pytest.mark.parametrize(("steps", "classes", "most"), [(7, 4, 3), (1, 2, 0), (3, 3, 2), (30, 17, 9)])
@pytest.mark.parametrize("weighted", [False, True])
def test_values_and_gradients_are_those_of_the_reference(isa, dtype, steps, classes, most, weighted, rng):
    labels, logits = samples(rng, 6, steps, classes, most)
    logits = logits.astype(dtype)
    weight = rng.uniform(-1, 2, size=6).astype(dtype) if weighted else None
    value, gradient = core_ctc(labels[:, :most], logits, weight, dtype=dtype)
    wide = None if weight is None else weight.astype(np.float64)
    expected, slopes = reference.ctc(labels[:, :most], logits.astype(np.float64), wide)
    assert value == pytest.approx(float(expected), rel=BOUND[dtype], abs=BOUND[dtype])
    assert relative(gradient, slopes) < BOUND[dtype]


def test_all_paths_one_by_one(rng):
    labels, logits = samples(rng, rows=6, steps=5, classes=3, most=2)
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    for n in range(6):
        wanted = [label for label in labels[n] if label]
        total = 0.0
        for path in itertools.product(range(3), repeat=5):
            spelled = [a for a, _ in itertools.groupby(path) if a]
            total += p[n, range(5), path].prod() if spelled == wanted else 0
        assert losses.ctc(labels[n : n + 1], logits[n : n + 1]) == pytest.approx(-np.log(total), rel=1e-12)
        assert losses.CTC()(labels[n : n + 1], logits[n : n + 1]) == pytest.approx(-np.log(total), rel=1e-12)


def test_the_reference_is_that_of_finite_differences(rng):
    labels, logits = samples(rng)
    weight = rng.uniform(0.5, 2, size=5)
    gradient = reference.ctc(labels, logits, weight)[1]
    assert_close(gradient, finite_differences(lambda: reference.ctc(labels, logits, weight)[0], logits), 1e-6)


def test_values_and_gradients_are_those_of_torch(rng):
    torch = require_peer("torch")
    labels, logits = samples(rng, rows=8, steps=12, classes=6, most=4)
    given = torch.tensor(logits, requires_grad=True)
    logs = torch.nn.functional.log_softmax(given, -1).transpose(0, 1)
    lengths = torch.tensor((labels > 0).sum(axis=1))
    found = torch.nn.functional.ctc_loss(
        logs, torch.tensor(labels), torch.full((8,), 12), lengths, reduction="none", zero_infinity=True
    )
    found.sum().backward()
    value, gradient = core_ctc(labels, logits, reduction="sum")
    np.testing.assert_allclose(losses.ctc(labels, logits), found.detach().numpy(), rtol=1e-12)
    assert value == pytest.approx(float(found.sum().detach()), rel=1e-12)
    assert relative(gradient, given.grad.numpy()) < 1e-10


@pytest.mark.parametrize("reduction", ["sum_over_batch_size", "sum", "mean_with_sample_weight"])
@pytest.mark.parametrize("weighted", [False, True])
def test_reductions_are_those_of_keras(rng, reduction, weighted):
    labels, logits = samples(rng, most=2)
    weight = rng.uniform(0.2, 2, size=5) if weighted else None
    with floatx("float64") as keras:
        wanted = float(
            keras.losses.CTC(reduction, dtype="float64")(labels, keras.ops.convert_to_tensor(logits), weight)
        )
    assert core_ctc(labels, logits, weight, reduction=reduction)[0] == pytest.approx(wanted, rel=1e-6)
    assert losses.CTC(reduction)(labels, logits, weight) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("weighted", [False, True])
def test_masked_steps_are_left_out(isa, dtype, weighted, rng):
    labels, logits = samples(rng, most=2, steps=9)
    mask = rng.integers(3, size=(5, 9)) > 0
    mask[:, :6], mask[4] = True, False
    weight = rng.uniform(0.2, 2, size=5) if weighted else None
    value, gradient = core_ctc(labels, logits, weight, mask, dtype=dtype)
    total, slopes = 0.0, np.zeros_like(logits)
    for n in range(4):
        share = (1.0 if weight is None else weight[n]) / 4
        one, slope = reference.ctc(labels[n : n + 1], logits[n : n + 1][:, mask[n]])
        total += share * one
        slopes[n, mask[n]] = share * slope[0]
    assert value == pytest.approx(total, rel=BOUND[dtype])
    assert relative(gradient, slopes) < BOUND[dtype]
    assert (gradient[4] == 0).all()


def test_labels_that_do_not_fit_have_an_infinite_loss_and_no_gradient(rng):
    logits = rng.normal(size=(2, 2, 3))
    value, gradient = core_ctc(np.array([[1, 1], [1, 2]]), logits)  # a blank would have to separate the same labels
    assert value == np.inf == losses.ctc([[1, 1]], logits[:1])[0]
    assert (gradient[0] == 0).all()
    assert (gradient[1] != 0).all()
    value, _ = core_ctc(np.array([[1, 1], [1, 2]]), logits, np.array([0.0, 1.0]))
    assert value == pytest.approx(losses.ctc([[1, 2]], logits[1:])[0] / 2)
    assert np.isnan(core_ctc(np.array([[1, 2]]), np.array([[[0, np.nan, 0], [0, 0, 0.0]]]))[0])


def test_the_loss_of_a_row_is_the_same_bits_in_any_batch_and_on_any_number_of_threads(isa, dtype, threads, rng):
    labels, logits = samples(rng, rows=64, steps=10, classes=5)
    results = []
    for count in (1, 2, 4):
        threads(count)
        results.append(core_ctc(labels, logits, dtype=dtype))
    alone = core_ctc(labels[13:14], logits[13:14], dtype=dtype)
    np.testing.assert_array_equal(results[0][1][13], alone[1][0] / 64)
    for value, gradient in results[1:]:
        assert value == results[0][0]
        np.testing.assert_array_equal(gradient, results[0][1])


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([1, 2], r"y: expected labels \(2, L\) for an output \(2, 3, 4\), got \(2,\)"),
        ([[1, 4], [1, 0]], "y: expected class numbers, integers from 0 to 3, got 4"),
        ([[0, 1], [1, 0]], "y: expected zeros, which stand for no label, only after"),
        ([[1, 2, 3, 1], [1, 0, 0, 0]], "y: expected at most as many labels .* got 4"),
    ],
)
def test_wrong_labels(labels, match):
    model = Sequential([Input((3, 2)), layers.GRU(4, return_sequences=True)])
    model.compile("sgd", "ctc")
    with pytest.raises(ValueError, match=match):
        model.evaluate(np.ones((2, 3, 2)), labels, verbose=0)


def test_weights_of_steps_are_refused(rng):
    model = Sequential([Input((3, 2)), layers.GRU(4, return_sequences=True)])
    model.compile("sgd", losses.CTC())
    with pytest.raises(ValueError, match="sample_weight: expected one for each sample"):
        model.fit(np.ones((2, 3, 2)), [[1], [2]], sample_weight=np.ones((2, 3)), verbose=0)
    with pytest.raises(ValueError, match=r"y_pred: expected logits \(N, T, C\) of every step, got an output \(2, 3\)"):
        losses.CTC()([[1], [2]], np.ones((2, 3)))


def test_a_model_learns_to_spell(rng):
    """A network that sees noisy frames of symbols learns which there are, and in which order."""
    labels = rng.integers(1, 4, size=(200, 2))
    labels[labels[:, 0] == labels[:, 1], 1] = 0
    frames = np.zeros((200, 12), int)
    for n in range(200):
        start = rng.integers(1, 4)
        frames[n, start : start + 3] = labels[n, 0]
        frames[n, start + 4 : start + 7] = labels[n, 1]
    x = np.eye(4)[frames] + 0.1 * rng.normal(size=(200, 12, 4))
    model = Sequential([Input((12, 4)), layers.GRU(12, return_sequences=True), layers.Dense(4)])
    model.compile("adam", "ctc")
    model.optimizer.learning_rate = 0.02
    model.fit(x, labels, epochs=30, verbose=0)
    best = model.predict(x).argmax(axis=-1)
    spelled = [[a for a, _ in itertools.groupby(row) if a] for row in best.tolist()]
    wanted = [[label for label in row if label] for row in labels.tolist()]
    assert np.mean([a == b for a, b in zip(spelled, wanted, strict=True)]) > 0.95
