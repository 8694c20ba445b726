"""Models between an input and an output: against their layers called one by one, and against Keras."""

import copy

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model

STEPS, FEATURES = 6, 3


def residual(layers, x):
    low = layers.LSTM(4, return_sequences=True)(x)
    high = layers.GRU(4, return_sequences=True)(low)
    return layers.Dense(2)(layers.Add()([low, high]))


def branches(layers, x):
    left = layers.LSTM(4)(x)
    right = layers.Bidirectional(layers.GRU(3))(x)
    both = layers.Concatenate()([left, right])
    return layers.Dense(2, activation="tanh")(layers.Dropout(0.0)(both))


def gate(layers, x):
    values = layers.Dense(4)(x)
    weights = layers.Dense(4, activation="sigmoid")(x)
    product = layers.Multiply()([values, weights])
    return layers.SimpleRNN(2)(layers.Average()([product, values, weights]))


def chain(layers, x):
    return layers.Dense(2)(layers.LSTM(5)(layers.LSTM(4, return_sequences=True)(x)))


def masked(layers, x):
    valid = layers.Masking()(x)
    return layers.LSTM(2)(layers.Concatenate()([layers.LSTM(3, return_sequences=True)(valid), valid]))


GRAPHS = [residual, branches, gate, chain, masked]


@pytest.fixture(params=GRAPHS, ids=lambda graph: graph.__name__)
def graph(request):
    return request.param


def built(graph, package=fastlstm):
    models = package.models
    x = package.Input((STEPS, FEATURES))
    return models.Model(inputs=x, outputs=graph(package.layers, x))


def data(rng, model, rows=12):
    x = rng.normal(size=(rows, STEPS, FEATURES)).astype("float32")
    x[:, 4:] *= rng.random((rows, 1, 1)) < 0.5  # steps of zeros at the end of some rows
    shape = (rows, *model.output_shape[1:])
    return x, rng.normal(size=shape).astype("float32")


class Remembered:
    """The module of layers, which gives out the same layers in the same order a second time."""

    def __init__(self):
        self._made, self._again = [], None

    def __getattr__(self, name):
        def make(*args, **options):
            if self._again is None:
                self._made.append(getattr(layers, name)(*args, **options))
                return self._made[-1]
            return next(self._again)

        return make

    def once_more(self):
        self._again = iter(self._made)
        return self


@pytest.mark.parametrize("graph", [graph for graph in GRAPHS if graph is not masked])  # outside, no mask is passed on
def test_a_model_does_what_its_layers_do_one_by_one(graph, rng):
    remembered, source = Remembered(), Input((STEPS, FEATURES))
    model = Model(source, graph(remembered, source))
    x, _ = data(rng, model)
    np.testing.assert_allclose(model.predict(x, verbose=0), graph(remembered.once_more(), x), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_equals_keras(graph, optimizer, rng):
    keras = require_peer("keras")
    ours, theirs = built(graph), built(graph, keras)
    theirs.set_weights(ours.get_weights())
    x, y = data(rng, ours)
    losses = []
    for model, options in ((ours, {}), (theirs, {"jit_compile": False})):
        model.compile(optimizer, "mse", **options)
        losses.append(model.fit(x, y, batch_size=4, epochs=5, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=2e-5)
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), rtol=1e-4, atol=2e-5)
    for ours_weight, theirs_weight in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(ours_weight, theirs_weight, rtol=1e-3, atol=2e-5)
    assert [type(layer).__name__ for layer in ours.layers] == [type(layer).__name__ for layer in theirs.layers]


def test_a_chain_is_the_sequential_of_its_layers(rng):
    functional = built(chain)
    sequential = Sequential(
        [Input((STEPS, FEATURES)), layers.LSTM(4, return_sequences=True), layers.LSTM(5), layers.Dense(2)]
    )
    sequential.set_weights(functional.get_weights())
    x, y = data(rng, functional)
    for model in (functional, sequential):
        model.compile("adam", "mse", metrics=["mae"])
    results = [model.fit(x, y, shuffle=False, epochs=2, verbose=0).history for model in (functional, sequential)]
    assert results[0] == results[1]
    np.testing.assert_array_equal(functional.predict(x, verbose=0), sequential.predict(x, verbose=0))
    assert functional.evaluate(x, y, verbose=0) == sequential.evaluate(x, y, verbose=0)


def test_copies_and_frozen_layers(graph, rng):
    model = built(graph)
    x, y = data(rng, model)
    model.compile("sgd", "mse")
    model.fit(x, y, verbose=0)
    again = copy.deepcopy(model)
    np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
    frozen = model.layers[1]
    frozen.trainable = False
    before = frozen.get_weights()
    model.fit(x, y, verbose=0)
    for a, b in zip(before, frozen.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_an_embedding_takes_the_input(rng):
    x = Input((None,), dtype="int32")
    vectors = layers.Embedding(9, 4, mask_zero=True)(x)
    model = Model(x, layers.Dense(1)(layers.Concatenate()([layers.LSTM(3)(vectors), layers.GRU(2)(vectors)])))
    model.compile("adam", "mse")
    model.fit(rng.integers(0, 9, (8, 5)), rng.normal(size=8), verbose=0)
    assert model.predict(rng.integers(0, 9, (2, 3)), verbose=0).shape == (2, 1)
    x = Input((4,))
    both = layers.Concatenate()([layers.LSTM(3)(layers.Embedding(9, 4)(x)), layers.Dense(2)(x)])
    with pytest.raises(ValueError, match=r"an Embedding takes a sequence of numbers \(N, T\)"):
        Model(x, both)


def test_the_summary_says_what_is_connected_to_what():
    model = built(residual)
    lines = []
    model.summary(print_fn=lines.append, line_length=100)
    text = lines[0]
    assert "Connected to" in text
    names = [layer.name for layer in model.layers]
    row = next(line for line in text.split("\n") if line.startswith(f"│ {names[2]} "))
    assert f"{names[1]}[0][0]" in row
    lines.clear()
    built(chain).summary(print_fn=lines.append)
    assert "Connected to" not in lines[0]


def test_symbolic_tensors_have_shapes_and_no_values():
    x = Input((STEPS, FEATURES), name="start")
    y = layers.LSTM(4)(x)
    assert (x.shape, y.shape, y.dtype, x.name) == ((None, STEPS, FEATURES), (None, 4), "float32", "start")
    with pytest.raises(TypeError, match="symbolic output of layer 'start', which has no values"):
        np.asarray(x)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda x, y: Model(x, x), ValueError, "outputs: expected the outputs of layers"),
        (lambda x, y: Model(x, np.zeros(3)), TypeError, "outputs: expected symbolic tensors"),
        (lambda x, y: Model([x, x], y), ValueError, "inputs: expected different ones"),
        (lambda x, y: Model(Input((STEPS, FEATURES)), y), ValueError, "which is not among inputs"),
        (lambda x, y: layers.Add()([x, y]), ValueError, "expected inputs of equal shapes"),
        (lambda x, y: layers.Dense(2)([y, y]), ValueError, "expected one input, got 2"),
        (lambda x, y: layers.LSTM(2)(x, initial_state=[y, y]), ValueError, r"expected 2 states of \(N, 2\), \(N, 2\)"),
        (lambda x, y: layers.LSTM(4)(x, initial_state=[y]), ValueError, "initial_state: layer"),
        (lambda x, y: layers.LSTM(4)(x, initial_state=np.zeros(4)), TypeError, "initial_state: expected symbolic"),
        (lambda x, y: layers.Dense(2, dtype="float64")(y), ValueError, "dtype: layer"),
        (lambda x, y: layers.Concatenate(axis=3)([x, x]), ValueError, "axis: layer"),
        (lambda x, y: layers.Add()(np.zeros((2, 3))), TypeError, "expected a list of arrays"),
    ],
)
def test_errors(make, error, match):
    x = Input((STEPS, FEATURES))
    y = layers.LSTM(4)(x)
    with pytest.raises(error, match=match):
        make(x, y)


def test_merges_of_arrays(dtype, rng):
    arrays = [rng.normal(size=(2, 5, 3)).astype(dtype) for _ in range(3)]
    a, b, c = arrays
    for layer, expected in [
        (layers.Add(dtype=dtype), a + b + c),
        (layers.Multiply(dtype=dtype), a * b * c),
        (layers.Average(dtype=dtype), (a + b + c) / np.dtype(dtype).type(3)),
        (layers.Concatenate(dtype=dtype), np.concatenate(arrays, axis=-1)),
    ]:
        np.testing.assert_array_equal(layer(arrays), expected, strict=True)
        assert layer.compute_output_shape([(None, 5, 3)] * 3) == (None, *expected.shape[1:])
