"""Masks of pairs of steps and attention scores in models: values, training, and files of Keras."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, layers, load_model, utils
from fastlstm.models import Model

N, T, S = 6, 5, 7


def models(package, dtype=None, **options):
    """Return a model of an output and the scores, and one with a mask of pairs."""
    at, model = package.layers, getattr(package, "models", package).Model
    query, value, mask = at.Input((T, 4)), at.Input((S, 3)), at.Input((T, S), dtype="bool")
    heads = at.MultiHeadAttention(2, 3, **options)
    output, scores = heads(query, value, attention_mask=mask, use_causal_mask=True, return_attention_scores=True)
    single, weights = at.Attention(use_scale=True)([at.Dense(3)(query), value], return_attention_scores=True)
    return model([query, value, mask], [at.Dense(2)(at.Concatenate()([output, single])), scores, weights])


@pytest.fixture
def data(rng):
    pairs = rng.random((N, T, S)) < 0.7
    pairs[..., 0] = True
    return [rng.normal(size=(N, T, 4)).astype("f"), rng.normal(size=(N, S, 3)).astype("f"), pairs]


def test_values_are_those_of_keras(data, tmp_path):
    keras = require_peer("keras")
    import fastlstm

    ours, theirs = models(fastlstm), models(keras)
    assert [tuple(shape) for shape in ours.output_shape] == [(None, T, 2), (None, 2, T, S), (None, T, S)]
    ours.set_weights(theirs.get_weights())
    found, expected = ours.predict(data, verbose=0), theirs.predict(data, verbose=0)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-6)
    ours.save(tmp_path / "ours.keras")
    theirs.save(tmp_path / "theirs.keras")
    for again in (load_model(tmp_path / "ours.keras"), load_model(tmp_path / "theirs.keras")):
        for one, other in zip(again.predict(data, verbose=0), found, strict=True):
            assert (one == other).all()
    read = keras.saving.load_model(tmp_path / "ours.keras").predict(data, verbose=0)
    for one, other in zip(read, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_training_with_scores_goes_down_their_gradient(rng, data):
    utils.set_random_seed(1)
    options = {"dtype": "float64"}
    query, value, mask = (Input(shape, **options) for shape in ((T, 4), (S, 3), (T, S)))
    heads = layers.MultiHeadAttention(2, 3, **options)
    output, scores = heads(query, value, attention_mask=mask, return_attention_scores=True)
    model = Model([query, value, mask], [output, layers.Flatten(**options)(scores)])
    model.compile("sgd", "mse", loss_weights=[0.0, 50.0])
    x, y = [one.astype("float64") for one in data], [np.zeros((N, T, 4)), rng.normal(size=(N, 2 * T * S))]
    before = model.get_weights()
    model.train_on_batch(x, y)
    gradients = [(old - new) / 0.01 for old, new in zip(before, model.get_weights(), strict=True)]

    def loss(weights):
        model.set_weights(weights)
        return 50 * np.square(model.predict(x, verbose=0)[1] - y[1]).mean()

    for k in (0, 2):  # the kernels of query and key
        for place in [(0, 0, 0), (2, 1, 1)]:
            values = []
            for change in (1e-5, -1e-5):
                weights = [weight.copy() for weight in before]
                weights[k][place] += change
                values.append(loss(weights))
            assert gradients[k][place] == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-5, abs=1e-9)


def test_a_layer_called_with_scores_and_without(data):
    query, value = Input((T, 4)), Input((S, 3))
    layer = layers.MultiHeadAttention(2, 3)
    alone = layer(query, value)
    output, scores = layer(query, value, return_attention_scores=True)
    again = layer(query, value)
    found = Model([query, value], [alone, output, again, scores]).predict(data[:2], verbose=0)
    assert (found[0] == found[1]).all()
    assert (found[0] == found[2]).all()
    np.testing.assert_allclose(found[3].sum(-1), 1, rtol=1e-5)


def test_what_is_missing():
    query, value = Input((T, 4)), Input((None, 3))
    with pytest.raises(ValueError, match=r"return_attention_scores: layer .* needs to know the number of steps"):
        layers.MultiHeadAttention(2, 3)(query, value, return_attention_scores=True)
    with pytest.raises(ValueError, match=r"attention_mask: layer .* expected shape \(N, 5, S\) with a known last axis"):
        layers.MultiHeadAttention(2, 3)(query, value, attention_mask=Input((T + 1, S)))
    with pytest.raises(TypeError, match="attention_mask: expected a symbolic tensor"):
        layers.MultiHeadAttention(2, 3)(query, value, attention_mask=np.ones((1, T, S), bool))
