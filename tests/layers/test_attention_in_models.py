"""Attention in models: trained like Keras, with masks from layers, and weights in files of either."""

import numpy as np
import peer_attention
import pytest
from peer_attention import MODELS, STEPS, VALUE_STEPS, data, transformer
from peers import answers_of_keras, ask_keras, require_peer

import fastlstm
from fastlstm import _core

pytestmark = pytest.mark.filterwarnings("ignore:.*destroy the mask information:UserWarning")  # of Keras's products


def begin():
    ask_keras(peer_attention.results)


def close(found, expected, tolerance=2e-5):
    assert np.abs(found - expected).max() < tolerance * max(1, np.abs(expected).max())


@pytest.mark.parametrize("name", MODELS)
def test_training_like_keras(name):
    before, losses, weights, after = peer_attention.train(fastlstm, name)
    answers = answers_of_keras(peer_attention.results).values()
    for expected in (results[name] for results in answers if name in results):
        close(before, expected[0])
        close(losses, expected[1])
        for found, weight in zip(weights, expected[2], strict=True):
            close(found, weight, 2e-4)
        close(after, expected[3], 2e-4)


@pytest.mark.parametrize("name", MODELS)
def test_weights_in_files_of_keras(name, rng, tmp_path):
    ours, theirs = (MODELS[name](package) for package in (fastlstm, require_peer("keras")))
    assert [weight.shape for weight in ours.get_weights()] == [weight.shape for weight in theirs.get_weights()]
    expected = [rng.normal(size=weight.shape).astype(np.float32) for weight in ours.get_weights()]
    for model, file in ((ours, "ours.weights.h5"), (theirs, "theirs.weights.h5")):
        model.set_weights(expected)
        model.save_weights(tmp_path / file)
        model.set_weights([np.zeros_like(weight) for weight in expected])
    for model, file in ((ours, "theirs.weights.h5"), (theirs, "ours.weights.h5")):
        model.load_weights(tmp_path / file)
        for found, weight in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(found, weight)


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file:UserWarning")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", MODELS)
def test_models_in_files_of_keras(name, ending, rng, tmp_path):
    keras = require_peer("keras")
    for writer, reader in ((fastlstm, keras), (keras, fastlstm), (fastlstm, fastlstm)):
        model = MODELS[name](writer)
        model.set_weights([rng.normal(size=weight.shape) for weight in model.get_weights()])
        model.save(tmp_path / f"model.{ending}")
        again = reader.models.load_model(tmp_path / f"model.{ending}")
        x = data(rng, model)[0]
        close(np.asarray(again.predict(x, verbose=0)), np.asarray(model.predict(x, verbose=0)))
        for found, weight in zip(again.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_array_equal(found, weight)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_the_same_bits_on_any_number_of_threads_and_in_any_batch(dropout, threads, rng):
    fastlstm.utils.set_random_seed(3)
    model = transformer(fastlstm, mask=True, dropout=dropout)
    x, y = data(rng, model, rows=40)
    initial = model.get_weights()
    results = []
    for count in (1, 2):
        _core.set_num_threads(count)
        model.set_weights(initial)
        model.compile(optimizer="sgd", loss="mse")
        model._rng_steps.made = 0
        model.fit(x, y, batch_size=40, epochs=3, shuffle=False, verbose=0)
        results.append([*model.get_weights(), model.predict(x)])
    for one, two in zip(*results, strict=True):
        np.testing.assert_array_equal(one, two)
    for rows in (slice(0, 1), slice(9, 30)):
        np.testing.assert_array_equal(model.predict([part[rows] for part in x]), results[0][-1][rows])


def test_a_model_and_a_layer_by_itself_agree(rng):
    query, value = fastlstm.Input((STEPS, 3)), fastlstm.Input((VALUE_STEPS, 4))
    layer = fastlstm.layers.MultiHeadAttention(2, 5)
    model = fastlstm.models.Model([query, value], layer(query, value, use_causal_mask=True))
    x = data(rng, model)[0]
    np.testing.assert_array_equal(model.predict(x), layer(*x, use_causal_mask=True))


def test_a_layer_that_is_called_twice_shares_its_weights(rng):
    query, value = fastlstm.Input((STEPS, 4)), fastlstm.Input((VALUE_STEPS, 4))
    layer = fastlstm.layers.MultiHeadAttention(2, 4)
    first = layer(query, value)
    model = fastlstm.models.Model([query, value], layer(first, value, use_causal_mask=True))
    assert len(model.get_weights()) == 8
    x = [rng.normal(size=(3, steps, 4)).astype("float32") for steps in (STEPS, VALUE_STEPS)]
    expected = layer(layer(*x), x[1], use_causal_mask=True)
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-6, atol=1e-6)
