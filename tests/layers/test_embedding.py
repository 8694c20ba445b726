"""Embedding: lookup, indices of any type, and what is no index."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers

N, T, D = 6, 5, 3


def embedding_model(steps=T, **options):
    model = Sequential([Input((steps,)), layers.Embedding(4, 3, **options), layers.GRU(2), layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def indices(rng):
    return rng.integers(0, 4, (N, T))


@pytest.mark.parametrize("mask_zero", [False, True])
def test_an_embedding_looks_vectors_up(rng, indices, mask_zero):
    model = embedding_model(mask_zero=mask_zero)
    embedding, gru, dense = model.layers
    assert (embedding(indices) == embedding.embeddings[indices]).all()
    vectors = gru(embedding.embeddings[indices], mask=embedding.compute_mask(indices))
    np.testing.assert_allclose(model.predict(indices), dense(vectors), rtol=1e-6, atol=1e-7)


def test_whole_numbers_of_any_type(indices):
    model = embedding_model()
    want = model.predict(indices)
    for same in (indices.astype(np.int8), indices.astype(np.uint64), indices.astype(float), indices.tolist()):
        assert (model.predict(same) == want).all()
        assert (model(same) == want).all()
        assert (model.layers[0](same) == model.layers[0](indices)).all()


@pytest.mark.parametrize("entry", ["predict", "call", "fit", "evaluate", "layer", "validation"])
@pytest.mark.parametrize(
    ("value", "match"),
    [
        (4, r"whole numbers from 0 to 3, input_dim being 4; got 4 at \[2, 3\]"),
        (-1, r"whole numbers from 0 to 3, input_dim being 4; got -1 at \[2, 3\]"),
        (1.5, r"whole numbers from 0 to 3, input_dim being 4; got 1.5 at \[2, 3\]"),
        (2 + 1e-12, "whole numbers from 0 to 3"),
        (2**24 + 1, "got 16777217 at"),
        (np.nan, r"got nan at \[2, 3\]"),
        (np.inf, r"got inf at \[2, 3\]"),
    ],
)
def test_numbers_that_are_no_index(indices, entry, value, match):
    model, y = embedding_model(), np.zeros(N)
    wrong = indices.astype(float) if isinstance(value, float) else indices.copy()
    wrong[2, 3] = value
    entries = {
        "predict": lambda: model.predict(wrong),
        "call": lambda: model(wrong),
        "fit": lambda: model.fit(wrong, y, verbose=0),
        "evaluate": lambda: model.evaluate(wrong, y),
        "layer": lambda: model.layers[0](wrong),
        "validation": lambda: model.fit(indices, y, validation_data=(wrong, y), verbose=0),
    }
    with pytest.raises(ValueError, match=match):
        entries[entry]()


def test_other_inputs_of_an_embedding(indices):
    model = embedding_model()
    for wrong, error, match in [
        (np.full((N, T), "a"), TypeError, "x: expected real"),
        (indices[:, :3], ValueError, r"x: expected shape \(N, 5\), got \(6, 3\)"),
        (indices[:, :, None], ValueError, "x: .*"),
        (indices[0], ValueError, "x: .*"),
    ]:
        with pytest.raises(error, match=match):
            model.predict(wrong)
    with pytest.raises(ValueError, match=r"expected shape \(N, T\), got \(6, 5, 1\)"):
        layers.Embedding(4, 3)(indices[:, :, None])


def test_an_embedding_takes_any_number_of_steps(rng):
    model = embedding_model(None)
    assert (model.input_shape, model.output_shape) == ((None, None), (None, 1))
    for steps in (1, 7, 0):
        assert model.predict(rng.integers(0, 4, (N, steps))).shape == (N, 1)
    assert model.predict(np.zeros((0, 3), int)).shape == (0, 1)


def test_the_first_data_builds_a_model_with_an_embedding(rng, indices):
    model = Sequential([layers.Embedding(4, 3), layers.GRU(2), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(indices, rng.normal(size=N), epochs=2, verbose=0)
    assert model.input_shape == (None, None)
    assert model.predict(indices[:, :2], verbose=0).shape == (N, 1)
    assert model.count_params() == 4 * 3 + 3 * 6 + 2 * 6 + 12 + 3


def test_weights_of_an_embedding(rng):
    values = rng.normal(size=(4, 3)).astype(np.float32)
    for given in (values, [values], values.tolist(), (values,)):
        layer = layers.Embedding(4, 3, weights=given)
        assert layer.built
        assert (layer.embeddings == values).all()
    one = layers.Embedding(1, 3, weights=values[:1])
    assert (one.embeddings == values[:1]).all()
    with pytest.raises(ValueError, match=r"embeddings: .* expected shape \(4, 3\), got \(3, 4\)"):
        layers.Embedding(4, 3, weights=values.T)


@pytest.mark.parametrize("shape", [None, (1,), (None, 7), (2, 3, 4)])
def test_the_shape_of_the_input_does_not_matter_for_the_weights(shape):
    layer = layers.Embedding(5, 2)
    layer.build(shape)
    assert layer.get_weights()[0].shape == (5, 2)
