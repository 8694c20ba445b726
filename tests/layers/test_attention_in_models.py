"""Attention in models: trained like Keras, with masks from layers, saved and loaded by either."""

import numpy as np
import pytest
from peers import floatx

import fastlstm
from fastlstm import _core

ROWS, STEPS, VALUE_STEPS = 12, 6, 9


def encoder_and_decoder(package, mask=False):
    """A decoder's states attend to those of an encoder, of another length."""
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    source = at.Masking()(value) if mask else value
    target = at.Masking()(query) if mask else query
    encoder = at.LSTM(8, return_sequences=True)(source)
    decoder = at.GRU(8, return_sequences=True)(target)
    context = at.Attention(use_scale=True)([decoder, encoder])
    joined = at.Concatenate()([decoder, context])
    return package.models.Model([query, value], at.Dense(2)(joined))


def additive(package):
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    key = at.Dense(5)(value)
    context = at.AdditiveAttention()([at.Dense(5)(query), value, key], use_causal_mask=True)
    scored = at.Attention(score_mode="concat", use_scale=True)([at.Dense(4)(query), value])
    return package.models.Model([query, value], at.Dense(2)(at.Maximum()([context, scored])))


def transformer(package, mask=False, **options):
    """A block of causal self-attention, one of attention to another sequence, and a dense one."""
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    x = at.Dense(8)(at.Masking()(query) if mask else query)
    source = at.Masking()(value) if mask else value
    attention = at.MultiHeadAttention(2, 4, **options)
    x = at.LayerNormalization()(at.Add()([x, attention(x, x, use_causal_mask=True)]))
    cross = at.MultiHeadAttention(2, 3, value_dim=5, kernel_regularizer="l2", **options)
    x = at.LayerNormalization()(at.Add()([x, cross(x, source)]))
    return package.models.Model([query, value], at.Dense(2)(at.Dense(16, activation="relu")(x)))


def products(package):
    """Attention made of products, as it was before there was a layer of it."""
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    scores = at.Dot(axes=(2, 2))([at.Dense(4)(query), value])
    weights = at.Activation("softmax")(scores)
    context = at.Dot(axes=(2, 1))([weights, at.Subtract()([value, at.Dense(4)(value)])])
    cosines = at.Dot(axes=2, normalize=True)([query, at.Dense(3)(value)])
    last = at.Dot(axes=1)([at.LSTM(5)(query), at.LSTM(5)(value)])
    steps = at.Concatenate(axis=1)([context, at.Dense(4)(cosines), at.RepeatVector(2)(at.Dense(4)(last))])
    return package.models.Model([query, value], at.Dense(2)(steps))


def poolings(package):
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    attended = at.Attention(dropout=0.0)([at.Dense(4)(query), value], use_causal_mask=True)
    vector = at.Concatenate()([at.GlobalAveragePooling1D()(query), at.GlobalAveragePooling1D()(attended)])
    return package.models.Model([query, value], at.Dense(2)(vector))


MODELS = {
    "encoder and decoder": encoder_and_decoder,
    "encoder and decoder, masked": lambda package: encoder_and_decoder(package, mask=True),
    "additive": additive,
    "transformer": transformer,
    "transformer, masked": lambda package: transformer(package, mask=True),
    "transformer without biases": lambda package: transformer(package, use_bias=False, output_shape=8),
    "products": products,
    "poolings": poolings,
}


@pytest.fixture(params=MODELS)
def make(request):
    return MODELS[request.param]


@pytest.fixture
def keras(dtype):
    with floatx(dtype) as keras:
        fastlstm.config.set_floatx(dtype)
        yield keras
        fastlstm.config.set_floatx("float32")


def data(rng, model, dtype, rows=ROWS):
    """Return inputs with padded steps, and targets."""
    x = []
    for steps, features in ((STEPS, 3), (VALUE_STEPS, 4)):
        array = rng.normal(size=(rows, steps, features))
        for n, length in enumerate(rng.integers(1, steps + 1, rows)):
            array[n, length:] = 0
        x.append(array.astype(dtype))
    return x, rng.normal(size=(rows, *model.output_shape[1:])).astype(dtype)


def same_weights(ours, theirs, rng):
    """Give both random weights: only where both have as many of the same shapes."""
    assert [weight.shape for weight in ours.get_weights()] == [weight.shape for weight in theirs.get_weights()]
    weights = [np.asarray(0.5 * rng.normal(size=w.shape), w.dtype) for w in ours.get_weights()]
    ours.set_weights(weights)
    theirs.set_weights(weights)


def close(found, expected, tolerance=2e-5):
    assert np.abs(found - expected).max() < tolerance * max(1, np.abs(expected).max())


def test_training_like_keras(make, dtype, keras, rng):
    ours, theirs = make(fastlstm), make(keras)
    same_weights(ours, theirs, rng)
    x, y = data(rng, ours, dtype)
    close(ours.predict(x), theirs.predict(x, verbose=0))
    for model in (ours, theirs):
        model.compile(optimizer="sgd", loss="mse")
    losses = [[model.train_on_batch(x, y) for _ in range(20)] for model in (ours, theirs)]
    close(np.array(losses[0]), np.array(losses[1]).ravel())
    for found, expected in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        close(found, expected, 2e-4)
    close(ours.predict(x), theirs.predict(x, verbose=0), 2e-4)


@pytest.mark.parametrize("dtype", ["float32"])  # Keras reads others as float32
def test_weights_in_files_of_keras(make, keras, dtype, rng, tmp_path):
    ours, theirs = make(fastlstm), make(keras)
    same_weights(ours, theirs, rng)
    expected = ours.get_weights()
    ours.save_weights(tmp_path / "ours.weights.h5")
    theirs.save_weights(tmp_path / "theirs.weights.h5")
    zeros = [np.zeros_like(weight) for weight in expected]
    for model, file in ((ours, "theirs.weights.h5"), (theirs, "ours.weights.h5")):
        model.set_weights(zeros)
        model.load_weights(tmp_path / file)
        for found, weight in zip(model.get_weights(), expected, strict=True):
            np.testing.assert_array_equal(found, weight)


@pytest.mark.parametrize("dropout", [0.0, 0.4])
def test_the_same_bits_on_any_number_of_threads_and_in_any_batch(dropout, dtype, threads, rng):
    fastlstm.utils.set_random_seed(3)
    model = transformer(fastlstm, mask=True, dropout=dropout)
    x, y = data(rng, model, "float32", rows=40)
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
    for layer in (
        fastlstm.layers.MultiHeadAttention(2, 5),
        fastlstm.layers.Dot(axes=(1, 1)) if STEPS == VALUE_STEPS else fastlstm.layers.MultiHeadAttention(3, 2),
    ):
        model = fastlstm.models.Model([query, value], layer(query, value, use_causal_mask=True))
        x = data(rng, model, "float32")[0]
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
