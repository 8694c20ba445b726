"""`keras.backend.rnn`: loops over the steps of arrays, of symbolic tensors, and in custom layers."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras
from fastlstm.keras import backend as K
from fastlstm.keras import layers

N, T, D = 3, 5, 4


def step(x, states):
    total = states[0] * 0.5 + x
    return total * 2, [total]


@pytest.mark.parametrize(("go_backwards", "masks"), [(False, None), (True, None), (False, "plain"), (False, "zeros")])
@pytest.mark.parametrize("time_major", [False, True])
def test_results_are_those_of_keras(rng, go_backwards, time_major, masks):
    torch_keras = require_peer("keras")
    x = rng.normal(size=(T, N, D) if time_major else (N, T, D)).astype("float32")
    mask = None if masks is None else rng.random(x.shape[:2]) < 0.6
    options = {"go_backwards": go_backwards, "time_major": time_major, "zero_output_for_mask": masks == "zeros"}
    state = rng.normal(size=(N, D)).astype("float32")
    found = K.rnn(step, x, [state], mask=mask, **options)
    as_tensor = torch_keras.ops.convert_to_tensor
    expected = torch_keras.src.backend.rnn(
        step, as_tensor(x), [as_tensor(state)], mask=None if mask is None else as_tensor(mask), unroll=True, **options
    )
    for one, other in zip([*found[:2], *found[2]], [*expected[:2], *expected[2]], strict=True):
        np.testing.assert_allclose(one, torch_keras.ops.convert_to_numpy(other), rtol=1e-6)


class Attending(layers.Layer):
    """For each step of the second sequence, the mean of the first one with weights by their products."""

    def build(self, shapes):
        self.kernel = self.add_weight(shape=(shapes[1][-1], shapes[0][-1]), initializer="glorot_uniform", name="kernel")

    def call(self, inputs):
        keys, queries = inputs

        def attend(x, states):
            scores = K.softmax(K.sum(keys * K.expand_dims(K.dot(x, self.kernel), 1), axis=-1))
            return K.sum(keys * K.expand_dims(scores, -1), axis=1), [scores]

        _, outputs, _ = K.rnn(attend, queries, [K.sum(keys, axis=2)])
        return outputs


def attending(steps):
    keys, queries = keras.Input((steps, 4)), keras.Input((steps, 3))
    return keras.Model([keys, queries], layers.Dense(2)(Attending()([keys, queries])))


@pytest.mark.parametrize("steps", [None, T])
def test_in_a_custom_layer(rng, steps):
    model, (keys, queries) = attending(steps), (rng.normal(size=(N, T, 4)), rng.normal(size=(N, T, 3)))
    kernel, outer, bias = model.get_weights()
    scores = np.einsum("ntd,nsd->nst", keys, queries @ kernel)
    weights = np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)
    wanted = weights @ keys @ outer + bias
    np.testing.assert_allclose(model.predict([keys, queries], verbose=0), wanted, rtol=1e-4, atol=1e-6)


def test_known_and_unknown_steps_train_alike(rng):
    x, y = [rng.normal(size=(N, T, 4)), rng.normal(size=(N, T, 3))], rng.normal(size=(N, T, 2))
    known, unknown = attending(T), attending(None)
    unknown.set_weights(known.get_weights())
    for model in (known, unknown):
        model.compile(keras.optimizers.Adam(0.05), "mse")
        model.fit(x, y, epochs=5, shuffle=False, verbose=0)
    for one, other in zip(known.get_weights(), unknown.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-6)
