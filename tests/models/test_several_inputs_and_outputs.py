"""Models of several inputs and outputs, shared layers, models inside models, and states from layer to layer."""

import copy
import pickle
from typing import ClassVar

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers
from fastlstm.models import Model, clone_model

ROWS = 20


class Graph:
    """A model, its inputs' shapes, losses of its outputs, and weights of these."""

    shapes: ClassVar = [(6, 3), (4, 2)]
    losses = "mse"
    loss_weights = None
    metrics = None

    def made(self, package=fastlstm):
        inputs = [package.Input(shape, name=f"input_{k}") for k, shape in enumerate(self.shapes)]
        return package.models.Model(inputs, self.outputs(package, *inputs))

    def data(self, model, rng):
        x = [rng.normal(size=(ROWS, *(size or 5 for size in shape))).astype("float32") for shape in self.shapes]
        outputs = model.predict(x, verbose=0)
        y = [rng.normal(size=output.shape).astype("float32") for output in _listed(outputs)]
        return x, y


def _listed(value):
    return value if isinstance(value, list) else [value]


class TwoTasks(Graph):
    """Two sequences of different lengths; the second output goes on to the first."""

    losses: ClassVar = {"first": "mse", "second": "huber"}
    loss_weights: ClassVar = {"first": 1.0, "second": 0.3}
    metrics: ClassVar = {"first": ["mae"], "second": ["mae", "mse"]}

    def outputs(self, package, a, b):
        at = package.layers
        both = at.Concatenate()([at.LSTM(4)(a), at.GRU(3)(at.Dense(3)(b))])
        second = at.Dense(2, name="second")(both)
        return [at.Dense(1, name="first")(at.Concatenate()([second, both])), second]


class EncoderDecoder(Graph):
    """The states of an encoder begin a decoder, as in the tutorial of Keras."""

    shapes: ClassVar = [(None, 3), (None, 2)]

    def outputs(self, package, a, b):
        at = package.layers
        _, *states = at.LSTM(4, return_state=True)(a)
        decoded, _, _ = at.LSTM(4, return_sequences=True, return_state=True)(b, initial_state=states)
        return at.Dense(2, activation="tanh")(decoded)


class BidirectionalEncoder(Graph):
    """The states of both directions, side by side; the last one is an output."""

    def outputs(self, package, a, b):
        at = package.layers
        found, forward, backward = at.Bidirectional(at.GRU(3, return_sequences=True, return_state=True))(a)
        state = at.Concatenate(name="state")([forward, backward])
        decoded = at.GRU(6, return_sequences=True)(b, initial_state=state)
        return [at.Dense(2, name="decoded")(decoded), at.LSTM(2, name="last")(found), state]


class Shared(Graph):
    """The same layers on two inputs, and on what one of them has made."""

    shapes: ClassVar = [(5, 3), (5, 3)]

    def outputs(self, package, a, b):
        at = package.layers
        low, high = at.LSTM(3, return_sequences=True), at.LSTM(4)
        dense = at.Dense(3, activation="tanh")
        left, right = high(low(low(a))), high(low(b))
        return at.Dense(1)(at.Multiply()([dense(left), dense(right)]))


class Siamese(Graph):
    """A Sequential called twice, in a model that is called once."""

    shapes: ClassVar = [(5, 3), (5, 3)]

    def outputs(self, package, a, b):
        at = package.layers
        tower = package.Sequential([package.Input((5, 3)), at.LSTM(4), at.Dense(3)])
        c, d = package.Input((5, 3)), package.Input((5, 3))
        pair = package.models.Model([c, d], [at.Add()([tower(c), tower(d)]), at.LSTM(2)(c)])
        total, _ = pair([a, b])
        return at.Dense(1)(at.Concatenate()([total, tower(a)]))


GRAPHS = [TwoTasks(), EncoderDecoder(), BidirectionalEncoder(), Shared(), Siamese()]


@pytest.fixture(params=GRAPHS, ids=lambda graph: type(graph).__name__)
def graph(request):
    return request.param


@pytest.mark.filterwarnings("ignore:Gradients do not exist")  # of what no output of Siamese depends on
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_equals_keras(graph, optimizer, rng):
    keras = require_peer("keras")
    ours, theirs = graph.made(), graph.made(keras)
    assert [type(layer).__name__.replace("Functional", "Model") for layer in theirs.layers] == [
        type(layer).__name__ for layer in ours.layers
    ]
    assert [array.shape for array in theirs.get_weights()] == [array.shape for array in ours.get_weights()]
    theirs.set_weights(ours.get_weights())
    x, y = graph.data(ours, rng)
    for a, b in zip(_listed(ours.predict(x, verbose=0)), _listed(theirs.predict(x, verbose=0)), strict=True):
        np.testing.assert_allclose(a, b, rtol=2e-5, atol=2e-6)
    histories = []
    for model, options in ((ours, {}), (theirs, {"jit_compile": False})):
        model.compile(
            optimizer, graph.losses, loss_weights=graph.loss_weights, metrics=copy.deepcopy(graph.metrics), **options
        )
        histories.append(model.fit(x, y if len(y) > 1 else y[0], 4, 4, shuffle=False, verbose=0).history)
    assert sorted(histories[0]) == sorted(histories[1])
    for name, values in histories[1].items():
        np.testing.assert_allclose(histories[0][name], values, rtol=5e-5, err_msg=name)
    for a, b in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=5e-5)


def test_the_order_of_evaluate_is_that_of_keras(rng):
    keras = require_peer("keras")
    graph, found = TwoTasks(), []
    for package in (fastlstm, keras):
        model = graph.made(package)
        model.compile("sgd", graph.losses, metrics=copy.deepcopy(graph.metrics))
        x, y = graph.data(model, np.random.default_rng(3))
        found.append((model.evaluate(x, y, verbose=0, return_dict=True), model.evaluate(x, y, verbose=0)))
    (ours, our_list), (theirs, their_list) = found
    assert list(ours) == list(theirs)
    # The list is in the order in which values were added to it: ours in that of metrics_names.
    assert len(our_list) == len(their_list)


def test_data_by_name_and_in_lists_is_the_same(rng):
    graph = TwoTasks()
    model = graph.made()
    model.compile("sgd", graph.losses, metrics=graph.metrics)
    x, y = graph.data(model, rng)
    weights = rng.uniform(size=ROWS)
    by_name = {"input_1": x[1], "input_0": x[0]}, {"second": y[1], "first": y[0]}
    np.testing.assert_array_equal(model.predict(x)[0], model.predict(by_name[0])[0])
    expected = model.evaluate(x, y, verbose=0, sample_weight=[weights, weights])
    assert model.evaluate(*by_name, verbose=0, sample_weight=weights) == expected
    assert model.evaluate(*by_name, verbose=0, sample_weight={"first": weights, "second": weights}) == expected
    batches = [(tuple(array[i : i + 5] for array in x), tuple(array[i : i + 5] for array in y)) for i in (0, 5, 10, 15)]
    np.testing.assert_allclose(
        model.evaluate(iter(batches), verbose=0)[0], model.evaluate(x, y, verbose=0)[0], rtol=1e-6
    )
    model.fit(iter([({"input_0": x[0], "input_1": x[1]}, {"first": y[0], "second": y[1]})]), verbose=0)
    np.testing.assert_array_equal(model.predict(iter([(x,)]), steps=1)[1], model.predict(x)[1])


def test_outputs_have_the_structure_that_was_given(rng):
    a = Input((3,))
    h = layers.Dense(2)(a)
    x = rng.normal(size=(4, 3))
    assert Model(a, [h]).predict(x).shape == (4, 2)
    found = Model(a, {"one": h, "two": layers.Dense(1)(h)}).predict(x)
    assert {name: array.shape for name, array in found.items()} == {"one": (4, 2), "two": (4, 1)}
    model = Model({"only": a}, [h, layers.Dense(1)(h)])
    assert [array.shape for array in model(x)] == [(4, 2), (4, 1)]
    assert model.output_shape == [(None, 2), (None, 1)]
    assert model.input_shape == (None, 3)


def test_an_input_that_no_output_depends_on(rng):
    a, b = Input((3,)), Input((4, 2))
    model = Model([a, b], layers.Dense(1)(a))
    x = [rng.normal(size=(5, 3)), rng.normal(size=(5, 4, 2))]
    np.testing.assert_array_equal(model.predict(x), Model(a, model.output).predict(x[0]))
    model.compile("sgd", "mse")
    model.fit(x, rng.normal(size=5), verbose=0)


def test_an_output_without_a_loss_is_not_trained(rng):
    a = Input((3,))
    h = layers.Dense(2)(a)
    free = layers.Dense(1, name="free")
    model = Model(a, [layers.Dense(1, name="trained")(h), free(h)])
    model.compile("sgd", {"trained": "mse"})
    before = free.get_weights()
    history = model.fit(rng.normal(size=(8, 3)), {"trained": rng.normal(size=8)}, verbose=0)
    assert list(history.history) == ["loss", "trained_loss"]
    for a, b in zip(before, free.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_models_that_share_layers_have_the_same_weights(rng):
    """Training, then decoding step by step, as in the tutorial of Keras."""
    a, b = Input((None, 3)), Input((None, 2))
    _, *states = layers.LSTM(4, return_state=True)(a)
    decoder, dense = layers.LSTM(4, return_sequences=True, return_state=True), layers.Dense(2)
    decoded, _, _ = decoder(b, initial_state=states)
    model = Model([a, b], dense(decoded))
    model.compile("adam", "mse")
    encoder = Model(a, states)
    given = [Input((4,)), Input((4,))]
    stepped, *after = decoder(b, initial_state=given)
    step = Model([b, *given], [dense(stepped), *after])
    x, y = [rng.normal(size=(6, 5, 3)), rng.normal(size=(6, 4, 2))], rng.normal(size=(6, 4, 2))
    for _ in range(2):
        model.fit(x, y, epochs=2, verbose=0)
        whole = model.predict(x)
        state = encoder.predict(x[0])
        for t in range(4):
            output, *state = step.predict([x[1][:, t : t + 1], *state])
            np.testing.assert_allclose(output[:, 0], whole[:, t], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(model.predict(x), whole)


def test_a_layer_in_several_models_is_trained_by_each(rng):
    shared = layers.Dense(2)
    models = [Sequential([Input((3,)), shared, layers.Dense(1)]) for _ in range(2)]
    x, y = rng.normal(size=(8, 3)), rng.normal(size=8)
    for model in models:
        model.compile("sgd", "mse")
    for model in models:
        before = shared.get_weights()[0]
        model.fit(x, y, verbose=0)
        assert np.abs(shared.get_weights()[0] - before).max() > 0
    np.testing.assert_array_equal(models[0].get_weights()[0], models[1].get_weights()[0])
    shared.set_weights([np.ones((3, 2)), np.zeros(2)])
    hidden = Model(models[0].input, shared.output).predict(x)
    np.testing.assert_allclose(hidden, x.sum(axis=1, keepdims=True).repeat(2, axis=1), rtol=1e-5)
    for model in models:
        expected = hidden @ model.layers[1].kernel + model.layers[1].bias
        np.testing.assert_allclose(model.predict(x), expected, rtol=1e-5)


def test_bits_do_not_depend_on_batch_or_threads(graph, threads, rng):
    model = graph.made()
    x, y = graph.data(model, rng)
    whole = _listed(model.predict(x, verbose=0))
    for a, b in zip(_listed(model.predict([array[3:8] for array in x], verbose=0)), whole, strict=True):
        np.testing.assert_array_equal(a, b[3:8])
    weights, found = model.get_weights(), []
    for count in (1, 2, 4):
        threads(count)
        model.set_weights(weights)
        model.compile("adam", graph.losses)
        losses = model.fit(x, y if len(y) > 1 else y[0], 8, 2, shuffle=False, verbose=0).history["loss"]
        found.append((losses, model.get_weights()))
    for losses, trained in found[1:]:
        assert losses == found[0][0]
        for a, b in zip(trained, found[0][1], strict=True):
            np.testing.assert_array_equal(a, b)


def test_copies_and_clones(graph, rng):
    model = graph.made()
    x, y = graph.data(model, rng)
    model.compile("adam", graph.losses)
    model.fit(x, y if len(y) > 1 else y[0], verbose=0)
    for again in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        for a, b in zip(_listed(again.predict(x, verbose=0)), _listed(model.predict(x, verbose=0)), strict=True):
            np.testing.assert_array_equal(a, b)
    clone = clone_model(model)
    clone.set_weights(model.get_weights())
    for a, b in zip(_listed(clone.predict(x, verbose=0)), _listed(model.predict(x, verbose=0)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_model_begins_in_the_middle_of_another_graph(rng):
    model = TwoTasks().made()
    lstm = next(layer for layer in model.layers if isinstance(layer, layers.LSTM))
    x, _ = TwoTasks().data(model, rng)
    hidden = Model(lstm.input, lstm.output).predict(x[0])
    np.testing.assert_array_equal(hidden, lstm(x[0]))
    dense = model.layers[-1]
    tail = Model(dense.input, dense.output)
    assert tail.predict(rng.normal(size=(2, *tail.input_shape[1:]))).shape == (2, *tail.output_shape[1:])


def test_a_sequential_has_symbolic_ends(rng):
    model = Sequential([Input((5, 3)), layers.LSTM(4, name="memory"), layers.Dense(1)])
    features = Model(model.inputs, model.get_layer("memory").output)
    x = rng.normal(size=(2, 5, 3))
    np.testing.assert_array_equal(features.predict(x), model.layers[0](x))
    np.testing.assert_array_equal(Model(model.input, model.output).predict(x), model.predict(x))


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (
            lambda m, x, y: m.predict(x[0]),
            ValueError,
            "x: expected a list or a dict with an array for each of 2 inputs",
        ),
        (lambda m, x, y: m.predict([*x, x[0]]), ValueError, "got 3 entries"),
        (lambda m, x, y: m.predict({"input_0": x[0]}), ValueError, "x: expected an entry for each input"),
        (lambda m, x, y: m.predict([x[0], x[1][:3]]), ValueError, r"x\[1\]: expected as many samples as x\[0\]"),
        (lambda m, x, y: m.predict([x[1], x[0]]), ValueError, r"x\[0\]: expected shape"),
        (
            lambda m, x, y: m.fit(x, y[0]),
            ValueError,
            "y: expected a list or a dict with an entry for each of 2 outputs",
        ),
        (lambda m, x, y: m.fit(x, {"first": y[0]}), ValueError, "y: expected entries for the outputs first, second"),
        (lambda m, x, y: m.fit(x, [y[0], y[1][:, :1]]), ValueError, r"y\[1\]: expected shape"),
        (lambda m, x, y: m.compile("sgd", {"third": "mse"}), ValueError, "loss: expected keys among the outputs first"),
        (lambda m, x, y: m.compile("sgd", ["mse"] * 3), ValueError, "loss: expected 2 entries, got 3"),
        (
            lambda m, x, y: m.compile("sgd", "mse", loss_weights=0.5),
            TypeError,
            "loss_weights: expected a list or a dict",
        ),
        (lambda m, x, y: m.fit(x, y, class_weight={0: 2}), ValueError, "class_weight: expected None for a model with"),
    ],
)
def test_errors(call, error, match, rng):
    graph = TwoTasks()
    model = graph.made()
    model.compile("sgd", graph.losses)
    x, y = graph.data(model, rng)
    with pytest.raises(error, match=match):
        call(model, x, y)
