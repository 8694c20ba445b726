"""Models with attention and products, built from `keras` or from `fastlstm`, and what Keras computes with them."""

import zlib

import numpy as np
from peers import require_peer

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


def transformer(package, mask=False, value_dim=3, **options):
    """A block of causal self-attention, one of attention to another sequence, and a dense one."""
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    x = at.Dense(8)(at.Masking()(query) if mask else query)
    source = at.Masking()(value) if mask else value
    attention = at.MultiHeadAttention(2, 4, **options)
    x = at.LayerNormalization()(at.Add()([x, attention(x, x, use_causal_mask=True)]))
    cross = at.MultiHeadAttention(2, 3, value_dim=value_dim, kernel_regularizer="l2", **options)
    x = at.LayerNormalization()(at.Add()([x, cross(x, source)]))
    return package.models.Model([query, value], at.Dense(2)(at.Dense(16, activation="relu")(x)))


def grouped(package, mask=False, heads=(2, 1), **options):
    """Attention in which groups of heads have a key and a value in common."""
    at = package.layers
    query, value = package.Input((STEPS, 3)), package.Input((VALUE_STEPS, 4))
    x = at.Dense(8)(at.Masking()(query) if mask else query)
    source = at.Dense(8)(at.Masking()(value) if mask else value)
    x = at.Add()([x, at.GroupQueryAttention(3, 4, heads[0], **options)(x, x, use_causal_mask=True)])
    cross = at.GroupQueryAttention(5, 2, heads[1], kernel_regularizer="l2", **options)
    return package.models.Model([query, value], at.Dense(2)(at.LayerNormalization()(at.Add()([x, cross(x, source)]))))


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
    "transformer of wide values": lambda package: transformer(package, value_dim=5),
    "transformer with gates": lambda package: transformer(package, use_gate=True, activity_regularizer="l2"),
    "groups of heads": grouped,
    "groups of heads, masked": lambda package: grouped(package, mask=True),
    "one group of heads, with gates": lambda package: grouped(
        package, mask=True, heads=(1, 1), use_gate=True, use_bias=False
    ),
    "as many groups as heads": lambda package: grouped(package, heads=(4, 2), bias_regularizer="l2"),
    "products": products,
    "poolings": poolings,
}


def data(rng, model, rows=ROWS):
    """Return inputs with padded steps, and targets."""
    x = []
    for steps, features in ((STEPS, 3), (VALUE_STEPS, 4)):
        array = rng.normal(size=(rows, steps, features))
        for n, length in enumerate(rng.integers(1, steps + 1, rows)):
            array[n, length:] = 0
        x.append(array.astype(np.float32))
    return x, rng.normal(size=(rows, *model.output_shape[1:])).astype(np.float32)


def train(package, name):
    """Return the predictions of a model with random weights, its losses in 20 steps, weights and predictions after."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    model = MODELS[name](package)
    model.set_weights([(0.5 * rng.normal(size=w.shape)).astype(np.float32) for w in model.get_weights()])
    x, y = data(rng, model)
    before = np.asarray(model.predict(x, verbose=0))
    model.compile(optimizer="sgd", loss="mse")
    losses = np.array([float(model.train_on_batch(x, y)) for _ in range(20)])
    return before, losses, model.get_weights(), np.asarray(model.predict(x, verbose=0))


def results():
    """Return what Keras of this process's backend computes for each model."""
    keras = require_peer("keras")
    fails = ["transformer of wide values"] if keras.backend.backend() == "jax" else []  # in Keras
    return {name: train(keras, name) for name in MODELS if name not in fails}
