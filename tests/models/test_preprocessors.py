"""Models whose inputs are texts or tokens: preprocessors convert them before the first layer."""

import copy

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers, models
from fastlstm.models import Model
from fastlstm.preprocessing import IntegerLookup, StringLookup, TextVectorization

TEXTS = np.array(["the cat sat on the mat", "dogs bark", "a bird sings", "the cat sleeps"])
LABELS = np.array([0.0, 1.0, 1.0, 0.0])


@pytest.fixture
def words():
    vectorization = TextVectorization(max_tokens=20, output_sequence_length=6)
    vectorization.adapt(TEXTS)
    return vectorization


def of_numbers(seed=3):
    """Return a model of word indices."""
    return Sequential(
        [Input((6,)), layers.Embedding(20, 4, embeddings_initializer="ones"), layers.LSTM(3), layers.Dense(1)]
    )


def with_weights_of(model, other):
    model.set_weights(other.get_weights())
    return model


def test_a_chain_and_a_graph_compute_what_a_model_of_indices_does(words):
    inner = of_numbers()
    chain = Sequential([words, layers.Embedding(20, 4), layers.LSTM(3), layers.Dense(1)])
    text = Input((1,), dtype="string", name="text")
    y = layers.Dense(1)(layers.LSTM(3)(layers.Embedding(20, 4)(words(text))))
    graph = Model(text, y)
    expected = inner.predict(words(TEXTS))
    for model in (with_weights_of(chain, inner), with_weights_of(graph, inner)):
        for x in (TEXTS, TEXTS[:, None], TEXTS.tolist(), [TEXTS]):
            np.testing.assert_array_equal(model.predict(x), expected)
    np.testing.assert_array_equal(graph.predict({"text": TEXTS}), expected)
    np.testing.assert_array_equal(models.clone_model(graph).set_weights(inner.get_weights()) or expected, expected)


def test_training_is_that_of_the_indices(words):
    inner = of_numbers()
    outer = with_weights_of(Sequential([words, layers.Embedding(20, 4), layers.LSTM(3), layers.Dense(1)]), inner)
    for model, x in ((inner, words(TEXTS)), (outer, TEXTS)):
        model.compile("sgd", "mse")
        model.fit(x, LABELS, epochs=3, verbose=0, shuffle=False, validation_split=0.25)
    for found, expected in zip(outer.get_weights(), inner.get_weights(), strict=True):
        np.testing.assert_array_equal(found, expected)
    assert outer.evaluate(TEXTS, LABELS, verbose=0) == inner.evaluate(words(TEXTS), LABELS, verbose=0)


def test_a_trained_model_becomes_one_of_texts(words):
    inner = of_numbers()
    export = Sequential([words, inner, layers.Activation("sigmoid")])
    np.testing.assert_allclose(export.predict(TEXTS), 1 / (1 + np.exp(-inner.predict(words(TEXTS)))), rtol=1e-6)
    again = copy.deepcopy(export)
    np.testing.assert_array_equal(again.predict(TEXTS), export.predict(TEXTS))


def test_several_inputs_have_their_own_preprocessors():
    tokens, numbers = Input((3,), dtype="string", name="tokens"), Input((3,), dtype="int64", name="numbers")
    of_tokens, of_numbers = StringLookup(vocabulary=["a", "b"]), IntegerLookup(vocabulary=[10, 20], output_mode="count")
    mean = layers.GlobalAveragePooling1D()(layers.Embedding(3, 2)(of_tokens(tokens)))
    model = Model([tokens, numbers], layers.Concatenate()([mean, layers.Dense(1)(of_numbers(numbers))]))
    x = [np.array([["a", "b", "c"]]), np.array([[10, 10, 30]])]
    found = model.predict(x)
    assert found.shape == (1, 3)
    table, kernel = model.get_weights()[:2]
    np.testing.assert_allclose(found[0, :2], table[[1, 2, 0]].mean(0), rtol=1e-6)
    np.testing.assert_allclose(found[0, 2], (np.array([1, 2, 0]) @ kernel)[0], rtol=1e-6)


def test_layers_and_summary_show_them_as_keras_does(words, capsys):
    text = Input((1,), dtype="string", name="text")
    graph = Model(text, layers.LSTM(3)(layers.Embedding(20, 4)(words(text))))
    assert [type(layer).__name__ for layer in graph.layers] == ["InputLayer", "TextVectorization", "Embedding", "LSTM"]
    graph.summary()
    found = capsys.readouterr().out
    assert "text (InputLayer)" in found
    assert "(TextVectorization)" in found
    assert "(None, 1)" in found
    chain = Sequential([words, layers.Embedding(20, 4), layers.LSTM(3)])
    assert chain.layers[0] is words


def test_what_does_not_fit_is_refused(words, tmp_path):
    with pytest.raises(ValueError, match="must come before all other layers"):
        Sequential([Input((6,)), layers.Embedding(20, 4), words])
    text = Input((1,), dtype="string")
    words(text)
    with pytest.raises(ValueError, match="is converted already, by another preprocessor"):
        StringLookup(vocabulary=["a"])(text)
    with pytest.raises(ValueError, match="takes inputs of a model, not outputs of layers"):
        words(layers.Embedding(20, 4)(Input((6,))))
    model = Sequential([words, layers.Embedding(20, 4), layers.LSTM(3)])
    model.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(TypeError):
        model.predict(np.zeros((2, 6)))
