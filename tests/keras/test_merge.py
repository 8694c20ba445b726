"""Merging as in Keras 1."""

import numpy as np
import pytest

from fastlstm import keras
from fastlstm.keras.layers import GRU, Dense, Embedding, Flatten, Merge, RepeatVector, TimeDistributed, merge

A, B = np.random.default_rng(0).normal(size=(2, 6, 4))
MODES = {
    "sum": A + B,
    "mul": A * B,
    "ave": (A + B) / 2,
    "max": np.maximum(A, B),
    "concat": np.concatenate([A, B], -1),
    "dot": (A * B).sum(-1, keepdims=True),
    "cos": (A * B).sum(-1, keepdims=True) / np.linalg.norm(A, axis=1)[:, None] / np.linalg.norm(B, axis=1)[:, None],
}


def branch(width=4):
    return keras.Sequential([Dense(width, input_dim=4, weights=[np.eye(4, width), np.zeros(width)])])


@pytest.mark.parametrize("mode", MODES)
def test_modes(mode):
    model = keras.Sequential()
    model.add(Merge([branch(), branch()], mode=mode, **({"dot_axes": 1} if mode in ("dot", "cos") else {})))
    np.testing.assert_allclose(model.predict([A, B], verbose=0), MODES[mode], rtol=2e-6, atol=2e-6)
    assert model.output_shape == (None, MODES[mode].shape[1])
    x, y = keras.Input((4,)), keras.Input((4,))
    graph = keras.Model([x, y], merge([x, y], mode=mode, dot_axes=-1))
    np.testing.assert_allclose(graph.predict([A, B], verbose=0), MODES[mode], rtol=2e-6, atol=2e-6)


def test_axes_and_functions():
    x = np.random.default_rng(1).normal(size=(3, 5, 4))
    u, v = keras.Input((5, 4)), keras.Input((5, 4))
    outputs = [
        merge([u, v], mode="concat", concat_axis=1),
        merge([u, v], mode="dot", dot_axes=[2, 2]),
        merge([u, v], mode=lambda both: both[0] - both[1], output_shape=(5, 4)),
    ]
    joined, products, differences = keras.Model([u, v], outputs).predict([x, 2 * x], verbose=0)
    np.testing.assert_allclose(joined, np.concatenate([x, 2 * x], 1), rtol=1e-6)
    np.testing.assert_allclose(products, 2 * x @ x.transpose(0, 2, 1), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(differences, -x, rtol=1e-6)


def test_a_model_of_two_branches_is_trained():
    encoder = keras.Sequential()
    encoder.add(Embedding(7, 8, input_length=5))
    encoder.add(GRU(8, return_sequences=False))
    encoder.add(RepeatVector(3))
    decoder = keras.Sequential([Embedding(6, 8, input_length=3), GRU(output_dim=8, return_sequences=True)])
    decoder.add(TimeDistributed(Dense(8)))
    model = keras.Sequential([Merge([encoder, decoder], mode="concat", concat_axis=-1), GRU(8)])
    model.add(Dense(6, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.02))
    x = [np.random.default_rng(2).integers(6, size=(16, steps)) for steps in (5, 3)]
    before = encoder.get_weights()
    history = model.fit(x, np.eye(6)[x[1][:, 0]], nb_epoch=30, verbose=0)
    assert history.history["loss"][-1] < 0.8 * history.history["loss"][0]
    assert any((old != new).any() for old, new in zip(before, encoder.get_weights(), strict=True))
    assert model.predict_classes(x).shape == (16,)
    assert [type(one).__name__ for one in model.layers][-3:] == ["Concatenate", "GRU", "Dense"]


def test_branches_of_branches(tmp_path):
    inner = keras.Sequential([Merge([branch(), branch()], mode="sum"), Dense(2)])
    model = keras.Sequential([Merge([inner, branch(3)], mode="concat")])
    model.add(Dense(1))
    assert [tuple(shape) for shape in model.input_shape] == [(None, 4)] * 3
    model.save(tmp_path / "merged.keras")
    again = keras.models.load_model(tmp_path / "merged.keras")
    x = [A, B, A]
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))


def test_layers_and_tensors_as_branches():
    x = keras.Input((4,))
    model = keras.Sequential([Merge([Dense(3, input_dim=4), Dense(3)(x)], mode="mul")])
    assert model.predict([A, B], verbose=0).shape == (6, 3)


def test_errors():
    with pytest.raises(keras.NotAvailableError, match=r"merge\(mode='join'\): use a layer"):
        Merge([branch(), branch()], mode="join")
    with pytest.raises(ValueError, match="only as the first layer"):
        branch().add(Merge([branch(), branch()]))
    with pytest.raises(ValueError, match="layers: expected the models"):
        keras.Sequential([Merge(mode="sum")])
    with pytest.raises(TypeError, match="layer: expected a layer after a Merge"):
        keras.Sequential([Merge([branch(), branch()]), keras.Input((3,))])
    with pytest.raises(ValueError, match="is not built"):
        keras.Sequential([Merge([keras.Sequential([Flatten()]), branch()])])
    with pytest.raises(keras.NotAvailableError, match="use a functional model"):
        keras.models.Graph()
