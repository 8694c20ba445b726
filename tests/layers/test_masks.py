"""Masks: what recurrent layers do with them, how they pass through a model, and what they do to a loss."""

from contextlib import nullcontext

import numpy as np
import pytest
from cell_layers import CELLS, MASK, made, reference_run, with_random_weights
from peers import require_peer

from fastlstm import Input, Sequential, layers
from fastlstm import keras as keras_modules
from fastlstm.keras import tensorflow as tf

N, T = MASK.shape
D = 3


def close(value, expected, tolerance=1e-12):
    assert value.shape == expected.shape
    np.testing.assert_allclose(value, expected, rtol=0, atol=tolerance)


def whole(*made_layers, steps=T, features=D, loss="mse"):
    """Return a float64 model on (N, steps, features) that is compiled."""
    model = Sequential([Input((steps, features), dtype="float64"), *made_layers])
    model.compile("sgd", loss)
    return model


@pytest.mark.parametrize("given", [False, True], ids=["zeros", "given"])
@pytest.mark.parametrize("go_backwards", [False, True], ids=["forwards", "backwards"])
@pytest.mark.parametrize("cell", CELLS)
def test_masks_of_every_pattern(rng, cell, go_backwards, given):
    layer = made(rng, cell, return_sequences=True, return_state=True, go_backwards=go_backwards)
    x = rng.normal(size=(N, T, D))
    initial = tuple(rng.normal(size=(N, layer.units)) for _ in layer.cell.states) if given else None
    outputs, *states = layer(x, initial_state=None if initial is None else list(initial), mask=MASK)
    expected, expected_states = reference_run(layer, x, initial, MASK)
    close(outputs, expected)
    for state, wanted in zip(states, expected_states, strict=True):
        close(state, wanted)
    assert not outputs[-1].any()
    for i, state in enumerate(states):
        assert (state[-1] == (initial[i][-1] if given else 0)).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cell", CELLS)
def test_what_masked_steps_hold_does_not_matter(rng, cell, dtype):
    layer = made(rng, cell, dtype=dtype, return_sequences=True)
    x = rng.normal(size=(N, T, D))
    other = np.where(MASK[:, :, None], x, np.nan)
    assert (layer(x, mask=MASK) == layer(other, mask=MASK)).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_mask_of_valid_steps_only_changes_no_bit(rng, cell):
    layer = made(rng, cell, dtype="float32", return_sequences=True)
    x = rng.normal(size=(N, T, D))
    assert (layer(x, mask=np.ones((N, T), bool)) == layer(x)).all()


@pytest.mark.parametrize("cell", CELLS)
def test_padding_on_either_side_does_not_change_the_last_output(rng, cell):
    layer = made(rng, cell)
    x = rng.normal(size=(1, 4, D))
    for before, after in [(0, 2), (2, 0), (3, 1)]:
        padded = np.concatenate([np.ones((1, before, D)), x, np.ones((1, after, D))], axis=1)
        mask = np.repeat([[False, True, False]], [before, 4, after], axis=1)
        close(layer(padded, mask=mask), layer(x), 1e-15)


@pytest.mark.parametrize("go_backwards", [False, True])
@pytest.mark.parametrize("cell", CELLS)
def test_zero_output_for_mask_zeroes_masked_steps_and_leaves_the_last_output_alone(rng, cell, go_backwards):
    x = rng.normal(size=(N, T, D))
    options = {"zero_output_for_mask": True, "go_backwards": go_backwards}
    layer = made(rng, cell, return_sequences=True, return_state=True, **options)
    expected, states = reference_run(layer, x, mask=MASK)
    processed = MASK[:, ::-1] if go_backwards else MASK
    outputs, *found = layer(x, mask=MASK)
    close(outputs, expected * processed[:, :, None])
    for state, wanted in zip(found, states, strict=True):
        close(state, wanted)
    last = made(rng, cell, **options)
    last.set_weights(layer.get_weights())
    close(last(x, mask=MASK), expected[:, -1])


def test_bidirectional_zeroes_masked_steps_of_sequences(rng):
    x = rng.normal(size=(N, T, D))
    layer = with_random_weights(rng, layers.Bidirectional(layers.GRU(4, return_sequences=True, dtype="float64")), D)
    outputs = layer(x, mask=MASK)
    forward, _ = reference_run(layer.forward_layer, x, mask=MASK)
    backward, _ = reference_run(layer.backward_layer, x, mask=MASK)
    close(outputs, np.concatenate([forward, backward[:, ::-1]], axis=2) * MASK[:, :, None])


def test_masks_are_made_by_masking_and_embedding(rng):
    x = rng.normal(size=(N, T, D))
    x[~MASK] = 0
    assert (layers.Masking().compute_mask(x) == MASK).all()
    for array in (x[0], np.stack([x, x], axis=1)):  # outside a model, with any number of axes
        valid = (array != 0).any(-1)
        assert (layers.Masking(dtype="float64").compute_mask(array) == valid).all()
        assert (layers.Masking(dtype="float64")(array) == np.where(valid[..., None], array, 0)).all()
    x[~MASK] = -1
    layer = layers.Masking(mask_value=-1)
    assert (layer.compute_mask(x) == MASK).all()
    close(layer(x), np.where(MASK[:, :, None], x, 0).astype(np.float32), 0)
    one_feature_differs = np.zeros((1, 1, 2))
    one_feature_differs[..., 1] = 1
    assert layers.Masking().compute_mask(one_feature_differs).all()

    indices = np.where(MASK, 2, 0)
    assert (layers.Embedding(3, 2, mask_zero=True).compute_mask(indices) == MASK).all()
    assert layers.Embedding(3, 2).compute_mask(indices) is None


PASSING = {
    "dense": lambda **kw: layers.Dense(D, "tanh", **kw),
    "activation": lambda **kw: layers.Activation("softsign", **kw),
    "dropout": lambda **kw: layers.Dropout(0.5, **kw),
    "layer-normalization": layers.LayerNormalization,
    "normalization": layers.Normalization,
    "rescaling": lambda **kw: layers.Rescaling(2.0, 0.5, **kw),
    "time-distributed": lambda **kw: layers.TimeDistributed(layers.Dense(D, **kw)),
    "activity-regularizer": lambda **kw: layers.Activation("tanh", activity_regularizer="l2", **kw),
}
SWALLOWING = {
    "last": lambda **kw: (layers.LSTM(4, **kw), layers.RepeatVector(T, **kw)),
    "reshape": lambda **kw: (layers.Reshape((T, D), **kw),),
}


@pytest.mark.parametrize("between", PASSING)
def test_layers_that_work_on_each_step_pass_the_mask_on(rng, between):
    x = rng.normal(size=(N, T, D))
    x[~MASK] = 0
    model = whole(layers.Masking(dtype="float64"), PASSING[between](dtype="float64"), layers.GRU(4, dtype="float64"))
    close(model.predict(x), model.layers[2](model.layers[1](x), mask=MASK))
    assert (model(x, mask=np.ones_like(MASK)) == model.predict(x)).all()


@pytest.mark.parametrize("between", PASSING)
def test_a_mask_given_to_the_model_is_passed_on_too(rng, between):
    x = rng.normal(size=(N, T, D))
    model = whole(PASSING[between](dtype="float64"), layers.GRU(4, dtype="float64"))
    close(model(x, mask=MASK), model.layers[1](model.layers[0](x), mask=MASK))


@pytest.mark.parametrize("between", SWALLOWING)
def test_other_layers_swallow_it(rng, between):
    x = rng.normal(size=(N, T, D))
    x[~MASK] = 0
    first = SWALLOWING[between](dtype="float64")
    model = whole(layers.Masking(dtype="float64"), *first, layers.GRU(4, dtype="float64"))
    y = first[0](x, mask=MASK)
    for layer in model.layers[2:]:
        y = layer(y)
    close(model.predict(x), y)


def masked_mean(errors, mask):
    return (errors * mask).sum() / mask.sum()


def test_a_masked_loss_is_the_mean_over_the_valid_steps_of_a_batch(rng):
    x = rng.normal(size=(N, T, D))
    x[~MASK] = 0
    y = rng.normal(size=(N, T, 2))
    model = whole(layers.Masking(dtype="float64"), layers.LSTM(4, return_sequences=True, dtype="float64"))
    model.add(layers.Dense(2, dtype="float64"))
    model.compile("sgd", "mse")
    errors = ((model.predict(x) - y) ** 2).mean(axis=2)
    assert model.test_on_batch(x, y) == pytest.approx(masked_mean(errors, MASK), rel=1e-12)
    by_batch = [masked_mean(errors[i : i + 3], MASK[i : i + 3]) * len(errors[i : i + 3]) for i in (0, 3)]
    assert model.evaluate(x[:6], y[:6], batch_size=3, verbose=0) == pytest.approx(sum(by_batch) / 6, rel=1e-12)
    assert model.train_on_batch(x, y) == pytest.approx(masked_mean(errors, MASK), rel=1e-12)


def test_masked_steps_have_no_gradient(rng):
    x = rng.normal(size=(N, T, D))
    x[~MASK] = 0
    y = rng.normal(size=(N, T, 2))
    other = np.where(MASK[:, :, None], y, 1e3)
    first = whole(layers.Masking(dtype="float64"), layers.GRU(2, return_sequences=True, dtype="float64"))
    second = whole(layers.Masking(dtype="float64"), layers.GRU(2, return_sequences=True, dtype="float64"))
    second.set_weights(first.get_weights())
    first.fit(x, y, epochs=3, shuffle=False, verbose=0)
    second.fit(x, other, epochs=3, shuffle=False, verbose=0)
    assert all((a == b).all() for a, b in zip(first.get_weights(), second.get_weights(), strict=True))


def test_an_unmasked_loss_does_not_depend_on_the_batch_size(rng):
    x, y = rng.normal(size=(N, T, D)), rng.normal(size=(N, 4))
    x[~MASK] = 0
    model = whole(layers.Masking(dtype="float64"), layers.LSTM(4, dtype="float64"))
    assert model.evaluate(x, y, batch_size=2) == pytest.approx(model.evaluate(x, y, batch_size=7), rel=1e-14)
    assert model.evaluate(x, y) == pytest.approx(np.mean((model.predict(x) - y) ** 2), rel=1e-12)


@pytest.mark.parametrize(
    ("mask", "error", "match"),
    [
        (MASK.astype(int), TypeError, "mask: expected True or False for each step, got dtype int64"),
        (MASK.astype(float), TypeError, "mask: .*float64"),
        (MASK[:3], ValueError, r"mask: expected shape \(7, 6\), one entry for each step, got \(3, 6\)"),
        (MASK[:, :3], ValueError, "mask: expected shape"),
        (MASK[:, :, None], ValueError, "mask: expected shape"),
    ],
)
def test_wrong_masks(mask, error, match):
    x = np.zeros((N, T, D))
    model = Sequential([Input((T, D)), layers.LSTM(2)])
    for call in (layers.LSTM(2), layers.Dense(2), model, layers.Bidirectional(layers.GRU(2))):
        with pytest.raises(error, match=match):
            call(x, mask=mask)


def test_vectors_have_no_mask():
    with pytest.raises(ValueError, match="mask: expected None"):
        layers.Dense(2)(np.zeros((3, 4)), mask=np.ones((3, 4), bool))


def test_masks_go_with_arrays_from_layer_to_layer(rng):
    """Outside a model, as in Keras."""
    keras = require_peer("keras")
    tokens = np.array([[1, 2, 0], [3, 0, 0]])
    weights = [rng.normal(size=(5, 4)), *(rng.normal(size=shape) for shape in ((4, 12), (3, 12), (12,)))]
    results = []
    for package in (layers, keras.layers):
        embedding, dense = package.Embedding(5, 4, mask_zero=True), package.Dropout(0.5)
        lstm = package.LSTM(3, return_sequences=True, return_state=True)
        lstm.build((None, None, 4))
        embedding.build((None, None))
        embedding.set_weights(weights[:1])
        lstm.set_weights(weights[1:])
        embedded = dense(embedding(tokens))
        sequence, *states = lstm(embedded)
        pooled = package.GlobalAveragePooling1D()(sequence)
        masks = [np.asarray(one._keras_mask) for one in (embedded, sequence)]
        assert not hasattr(pooled, "_keras_mask") or pooled._keras_mask is None
        results.append([np.asarray(keras.ops.convert_to_numpy(one)) for one in (sequence, *states, pooled)] + masks)
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_masks_of_arrays_given_and_left_behind(rng):
    masking = layers.Masking()
    x = rng.normal(size=(2, 4, 3))
    x[:, 2:] = 0
    masked = masking(x)
    gru = layers.GRU(2)
    np.testing.assert_array_equal(gru(masked), gru(x, mask=masking.compute_mask(x)))
    np.testing.assert_array_equal(gru(masked, mask=np.ones((2, 4), bool)), gru(x))
    np.testing.assert_array_equal(gru(masked + 0.0), gru(x))
    assert getattr(layers.Conv1D(2, 2)(masked), "_keras_mask", None) is None


def test_masks_of_custom_layers_on_arrays_and_symbolic_tensors(rng):
    class Half(layers.Layer):
        def call(self, inputs):
            return np.split(inputs, 2, axis=1)

        def compute_mask(self, inputs, mask=None):
            return None if mask is None else np.split(np.asarray(mask), 2, axis=1)

    class Reads(layers.Layer):
        def call(self, inputs, mask=None):
            return inputs if mask is None else inputs * np.expand_dims(mask, -1)

    tokens = np.array([[1, 2, 0, 3], [3, 0, 0, 0]])
    embedded = layers.Embedding(5, 4, mask_zero=True)(tokens)
    first, second = Half()(embedded)
    assert first._keras_mask.tolist() == [[True, True], [True, False]]
    assert second._keras_mask.tolist() == [[False, True], [False, False]]
    np.testing.assert_array_equal(Reads()(embedded), np.asarray(embedded) * (tokens != 0)[..., None])
    x = Input((4,))
    symbolic = layers.Embedding(5, 4, mask_zero=True)(x)
    assert tuple(symbolic._keras_mask.shape) == (None, 4)
    assert layers.Conv1D(2, 2)(symbolic)._keras_mask is None


def test_masks_go_with_arrays_under_a_tape(rng):
    """What a tape records is what is computed without one; gradients are those of finite differences."""
    tokens = np.array([[1, 2, 0], [3, 0, 0]])
    embedding, lstm = layers.Embedding(5, 3, mask_zero=True, dtype="float64"), layers.LSTM(2, dtype="float64")

    def loss():
        return np.sum(np.asarray(lstm(embedding(tokens))) ** 2)

    expected = loss()
    with tf.GradientTape() as tape:
        found = tf.reduce_sum(lstm(embedding(tokens)) ** 2)
    assert float(found) == pytest.approx(expected, rel=1e-12)
    (gradient,) = tape.gradient(found, [lstm.trainable_variables[0]])
    kernel = lstm.get_weights()[0]
    for place in ((0, 0), (2, 5), (1, 7)):
        ends = []
        for step in (1e-6, -1e-6):
            moved = kernel.copy()
            moved[place] += step
            lstm.set_weights([moved, *lstm.get_weights()[1:]])
            ends.append(loss())
        lstm.set_weights([kernel, *lstm.get_weights()[1:]])
        assert np.asarray(gradient)[place] == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-9)


def test_layers_whose_mask_is_another_one_or_given(rng):
    class Reads(layers.Layer):
        def call(self, x, mask=None):
            return x if mask is None else x * np.expand_dims(mask, -1)

    tokens = np.array([[1, 2, 0]])
    embedding = layers.Embedding(5, 4, mask_zero=True)
    embedded = embedding(x=tokens)
    assert embedded._keras_mask.tolist() == [[True, True, False]]
    assert layers.Softmax()(embedded).shape == (1, 3, 4)
    assert layers.MultiHeadAttention(2, 2)(embedded, embedded).shape == (1, 3, 4)
    np.testing.assert_array_equal(Reads()(embedded, np.zeros((1, 3))), np.zeros((1, 3, 4)))
    assert not np.asarray(Reads()(x=embedded))[0, 2].any()


def masked_sequence(kind):
    return kind([Input((6, 3)), layers.Masking(), layers.LSTM(4, return_sequences=True)])


class CountsSavedRows:
    """A network that notes the rows of each pass that keeps what a backward pass needs."""

    def __init__(self, network):
        self._network, self.saved = network, []

    def __getattr__(self, name):
        return getattr(self._network, name)

    def forward(self, x, **options):
        self.saved.append(len(x))
        return self._network.forward(x, **options)


def test_models_return_plain_arrays():
    model = masked_sequence(Sequential)
    x = np.zeros((2, 6, 3), np.float32)
    for options in ({}, {"training": True}, {"mask": np.ones((2, 6), bool)}):
        assert type(model(x, **options)) is np.ndarray


@pytest.mark.parametrize("options", [{}, {"training": True}, {"mask": True}])
def test_calls_of_models_do_not_keep_what_a_backward_pass_needs(rng, monkeypatch, options):
    """Only with a mask does a model of scripts take the pass that keeps it, for a block of rows at a time."""
    model = masked_sequence(keras_modules.Sequential)
    x = rng.normal(size=(64, 6, 3)).astype(np.float32)
    x[::2, 4:] = 0
    valid = np.any(x != 0, axis=-1)
    expected = model.predict(x, verbose=0)
    native = model._native
    monkeypatch.setattr(native, "rows_of_a_call", lambda x: 10)
    monkeypatch.setattr(native, "network", CountsSavedRows(native.network))
    if "mask" in options:
        options = {"mask": np.ones((64, 6), bool)}
    found = model(x, **options)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(found._keras_mask, valid)
    assert max(native.network.saved, default=0) <= (10 if "mask" in options else 0)


@pytest.mark.parametrize("recorded", [False, True])
def test_models_of_scripts_take_the_mask_of_an_array(rng, recorded):
    """Two models called one after the other are the model of both, whose mask is that of the first."""
    encoder = masked_sequence(keras_modules.Sequential)
    decoder = keras_modules.Sequential([Input((6, 4)), layers.LSTM(2, return_sequences=True)])
    given = keras_modules.Input((6, 3))
    both = keras_modules.Model(given, decoder(encoder(given)))
    x = rng.normal(size=(3, 6, 3)).astype(np.float32)
    x[0, 2:4] = x[1, 4:] = 0
    expected = both.predict(x, verbose=0)
    with tf.GradientTape() if recorded else nullcontext():
        found = decoder(encoder(x))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(found._keras_mask, np.any(x != 0, axis=-1))


def test_masks_of_calls_under_a_tape(rng):
    model = Sequential([Input((6, 3)), layers.LSTM(2, return_sequences=True)])
    x, mask = rng.normal(size=(3, 6, 3)), rng.uniform(size=(3, 6)) > 0.4
    expected = model(x, mask=mask)
    with tf.GradientTape():
        found = model(x, mask=mask)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    with tf.GradientTape(), pytest.raises(ValueError, match=r"mask: expected shape \(3, 6\)"):
        model(x, mask=mask[:, :2])
    with pytest.raises(ValueError, match=r"mask: expected None unless the only input is a sequence \(N, T, D\)"):
        Sequential([Input((3,)), layers.Dense(2)])(Input((3,)), mask=Input((3,)))
