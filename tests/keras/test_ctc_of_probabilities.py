"""`ctc_batch_cost` and `ctc_decode` of the backend, against all ways to align labels and finite differences."""

import itertools

import numpy as np
import pytest
from peer_tensorflow_cases import searched
from peers import keras_on

from fastlstm import keras
from fastlstm._internal.tape import vjp
from fastlstm.keras import backend as K
from fastlstm.keras import layers

LABELS = np.array([[0, 1, 1], [2, 0, 0], [1, 1, 2], [0, 0, 0]])
STEPS, LENGTHS = np.array([[5], [4], [3], [5]]), np.array([[3], [1], [3], [0]])


@pytest.fixture
def probabilities(rng):
    found = rng.random((4, 5, 4))
    return found / found.sum(axis=-1, keepdims=True)


def spelled(path, blank):
    return [one for one, _ in itertools.groupby(path) if one != blank]


def probability(p, labels):
    """Return the sum over all paths that spell the labels."""
    steps, classes = p.shape
    paths = itertools.product(range(classes), repeat=steps)
    return sum(p[range(steps), path].prod() for path in paths if spelled(path, classes - 1) == list(labels))


def test_costs(probabilities):
    found = K.ctc_batch_cost(LABELS, probabilities, STEPS, LENGTHS)
    assert found.shape == (4, 1)
    for n in range(4):
        expected = probability(probabilities[n, : STEPS[n, 0]], LABELS[n, : LENGTHS[n, 0]])
        np.testing.assert_allclose(found[n, 0], -np.log(expected) if expected else np.inf, rtol=1e-5)
    assert found[2] == np.inf  # two equal labels and another one need four steps


def test_gradients(probabilities):
    feasible = [0, 1, 3]

    def cost(p):
        return K.ctc_batch_cost(LABELS[feasible], p, STEPS[feasible], LENGTHS[feasible])

    p, weights = probabilities[feasible], np.array([[1.0], [-2.0], [0.5]])
    found = vjp(cost, p)[1](weights)[0]
    expected = np.zeros(p.shape)
    for place in np.ndindex(p.shape):
        step = np.zeros(p.shape)
        step[place] = 1e-6
        expected[place] = (weights * (cost(p + step) - cost(p - step))).sum() / 2e-6
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert not vjp(lambda p: K.ctc_batch_cost(LABELS, p, STEPS, LENGTHS), probabilities)[1](np.ones((4, 1)))[0][2].any()


def test_no_steps_spell_no_labels(probabilities):
    found = K.ctc_batch_cost(LABELS[:2], probabilities[:2], [[0], [0]], [[0], [1]])
    np.testing.assert_array_equal(found, [[0], [np.inf]])
    pull = vjp(lambda p: K.ctc_batch_cost(LABELS[:2], p, [[0], [0]], [[0], [1]]), probabilities[:2])[1]
    assert not pull(np.ones((2, 1)))[0].any()


@pytest.mark.parametrize(
    ("labels", "steps", "length", "message"),
    [
        ([0, -1], 5, 2, "y_true: expected labels from 0 to 2 .* got -1"),
        ([3, 0], 5, 2, "y_true: .* got 3"),
        ([0, 1], 6, 2, "input_length: expected numbers from 0 to 5, got 6"),
        ([0, 1], -1, 2, "input_length: .* got -1"),
        ([0, 1], 5, 3, "label_length: expected numbers from 0 to 2, got 3"),
    ],
)
def test_wrong_labels_and_lengths(probabilities, labels, steps, length, message):
    with pytest.raises(ValueError, match=message):
        K.ctc_batch_cost([labels], probabilities[:1], [[steps]], [[length]])


def test_labels_that_do_not_count_may_be_anything(probabilities):
    found = K.ctc_batch_cost([[1, -1]], probabilities[:1], [[5]], [[1]])
    np.testing.assert_array_equal(found, K.ctc_batch_cost([[1, 0]], probabilities[:1], [[5]], [[1]]))


def test_the_epsilon_is_that_of_the_backend(probabilities):
    before = K.epsilon()
    try:
        K.set_epsilon(0.1)
        found = K.ctc_batch_cost(LABELS[:1], probabilities[:1], STEPS[:1], LENGTHS[:1])
    finally:
        K.set_epsilon(before)
    shifted = (probabilities[0] + 0.1) / (probabilities[0] + 0.1).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found[0, 0], -np.log(probability(shifted, LABELS[0])), rtol=1e-6)


def test_a_model_with_the_cost_as_its_output(rng):
    x = keras.Input((6, 3))
    y = layers.Dense(4, activation="softmax")(layers.GRU(8, return_sequences=True)(x))
    others = [keras.Input((2,), name="labels"), keras.Input((1,), name="steps"), keras.Input((1,), name="lengths")]
    cost = layers.Lambda(lambda given: K.ctc_batch_cost(given[1], given[0], *given[2:]), (1,), name="ctc")([y, *others])
    model = keras.Model([x, *others], cost)
    model.compile(keras.optimizers.Adam(0.02), loss={"ctc": lambda y_true, y_pred: y_pred})
    data = [rng.normal(size=(8, 6, 3)), rng.integers(0, 3, (8, 2)), np.full((8, 1), 6), np.full((8, 1), 2)]
    losses = model.fit(data, np.zeros((8, 1)), epochs=100, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


def test_decoding():
    best = np.array([[0, 0, 3, 0, 1], [3, 3, 2, 2, 1]])
    p = np.full((2, 5, 4), 0.1)
    np.put_along_axis(p, best[..., None], 0.7, axis=2)
    (found,), costs = K.ctc_decode(p, [5, 4])
    assert found.numpy().tolist() == [[0, 0, 1, -1, -1], [2, -1, -1, -1, -1]]
    np.testing.assert_allclose(costs[:, 0], -np.log(0.7 + 1e-7) * np.array([5, 4]), rtol=1e-6)
    with pytest.raises(ValueError, match="input_length: expected numbers from 0 to 5, got 6"):
        K.ctc_decode(p, [5, 6])
    with pytest.raises(ValueError, match="top_paths: expected at most 1"):
        K.ctc_decode(p, [0, 4], greedy=False, top_paths=2)


@pytest.mark.parametrize(("beam_width", "top_paths"), [(100, 1), (100, 3), (10, 4), (3, 3), (1, 1)])
@pytest.mark.parametrize(("steps", "classes", "sharpness"), [(9, 5, 1.0), (20, 4, 3.0), (12, 9, 0.3)])
def test_search_is_that_of_tensorflow(rng, beam_width, top_paths, steps, classes, sharpness):
    logits = sharpness * rng.normal(size=(6, steps, classes))
    p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    lengths = np.array([steps, steps - 1, 4, steps, 6, steps - 3])
    labels, chances = keras_on("tensorflow").submit(searched, p.astype("f"), lengths, beam_width, top_paths).result()
    found, of_found = K.ctc_decode(p.astype("f"), lengths, greedy=False, beam_width=beam_width, top_paths=top_paths)
    np.testing.assert_allclose(of_found, chances, rtol=1e-4, atol=1e-4)
    assert len(found) == top_paths
    for one, other in zip(found, labels, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_search_that_keeps_everything_sums_all_alignments(probabilities):
    (found,), chances = K.ctc_decode(probabilities, np.full(4, 4), greedy=False, beam_width=1000)
    for n, p in enumerate(probabilities[:, :4]):
        sums = {}
        for path in itertools.product(range(4), repeat=4):
            labels = tuple(spelled(path, 3))
            sums[labels] = sums.get(labels, 0) + np.prod([p[t, label] for t, label in enumerate(path)])
        best = max(sums, key=sums.get)
        assert [label for label, _ in itertools.groupby(best)] == [one for one in found[n].tolist() if one >= 0]
        assert float(chances[n, 0]) == pytest.approx(np.log(sums[best]), abs=1e-5)
