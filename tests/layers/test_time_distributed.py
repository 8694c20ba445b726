"""TimeDistributed of layers and models, against Keras, finite differences and loops over the steps."""

import copy

import numpy as np
import pytest
from peers import array_of, require_peer

import fastlstm
from fastlstm import Input, Sequential, layers

ROWS, BLOCKS, STEPS, FEATURES, UPDATES = 12, 3, 8, 4, 20


def of_each(at, *inside):
    return [at.TimeDistributed(layer) for layer in inside]


def inner_model(package):
    at = package.layers
    x = at.Input((STEPS, FEATURES))
    low = at.Conv1D(4, 3, padding="same")(x)
    both = at.Concatenate()([at.GRU(3)(x), at.GlobalMaxPooling1D()(at.Add()([x, low]))])
    return package.models.Model(x, at.Dense(3, activation="tanh")(both))


def nested(package):
    at = package.layers
    return [at.Reshape((BLOCKS, 2, STEPS * FEATURES // 2)), at.TimeDistributed(of_each(at, at.Dense(3))[0])]


INNER = [
    lambda at: at.Conv1D(5, 3, padding="same", activation="tanh"),
    lambda at: at.Conv1D(3, 2, strides=2),
    lambda at: at.AveragePooling1D(2),
    lambda at: at.BatchNormalization(momentum=0.7),
    lambda at: at.LayerNormalization(),
    lambda at: at.GRU(4, return_sequences=True),
    lambda at: at.Bidirectional(at.LSTM(2, return_sequences=True), merge_mode="sum"),
    lambda at: at.UpSampling1D(2),
    lambda at: at.Permute((2, 1)),
    lambda at: at.Dense(4, activation="sigmoid"),
    lambda at: at.LeakyReLU(),
    lambda at: at.Dropout(0.0),
    lambda at: at.ZeroPadding1D(1),
]
LAST = [lambda at: at.Flatten(), lambda at: at.GlobalMaxPooling1D(), lambda at: at.LSTM(3)]


def random_stack(case):
    """Return a builder of layers, some of them inside one Sequential, that begin with steps (STEPS, FEATURES)."""
    rng = np.random.default_rng([77, case])
    chosen = [INNER[i] for i in rng.choice(len(INNER), size=rng.integers(2, 5), replace=False)]
    chosen.append(LAST[rng.integers(len(LAST))])
    together = rng.integers(3) == 0

    def make(package, at):
        inside = [layer(at) for layer in chosen]
        return [at.TimeDistributed(package.Sequential(inside))] if together else of_each(at, *inside)

    return make


CASES = {
    "convolution, pooling, flatten": lambda p, at: of_each(
        at, at.Conv1D(5, 3, activation="relu"), at.MaxPooling1D(2), at.Flatten()
    ),
    "two convolutions": lambda p, at: of_each(
        at, at.Conv1D(5, 3), at.Conv1D(6, 2, padding="same"), at.AveragePooling1D(2), at.GlobalAveragePooling1D()
    ),
    "batch normalization": lambda p, at: of_each(
        at, at.Conv1D(5, 3), at.BatchNormalization(momentum=0.8), at.ReLU(), at.Flatten()
    ),
    "batch normalization of four axes": lambda p, at: [
        *of_each(at, at.Conv1D(5, 3)),
        at.BatchNormalization(momentum=0.8),
        at.ReLU(),
        *of_each(at, at.Flatten()),
    ],
    "lstm": lambda p, at: of_each(at, at.LSTM(5)),
    "stack of recurrent layers": lambda p, at: of_each(
        at, at.GRU(5, return_sequences=True, go_backwards=True), at.SimpleRNN(3, return_sequences=True), at.LSTM(4)
    ),
    "bidirectional": lambda p, at: of_each(at, at.Bidirectional(at.LSTM(3, return_sequences=True)), at.Flatten()),
    "dense": lambda p, at: of_each(at, at.Dense(5, activation="tanh"), at.LayerNormalization(), at.Flatten()),
    "activations": lambda p, at: of_each(at, at.Activation("sigmoid"), at.LeakyReLU(0.2), at.Dropout(0.0), at.GRU(3)),
    "dense of four axes": lambda p, at: [at.Dense(5, activation="tanh"), at.ReLU(), *of_each(at, at.GRU(3))],
    "flatten": lambda p, at: [*of_each(at, at.Conv1D(3, 3)), at.Flatten(), at.RepeatVector(3)],
    "reshape": lambda p, at: [
        *of_each(at, at.Conv1D(5, 3), at.Flatten()),
        at.LSTM(6, return_sequences=True),
        *of_each(at, at.Reshape((3, 2)), at.Conv1D(4, 2), at.UpSampling1D(2), at.Reshape((-1,))),
    ],
    "repeated vectors": lambda p, at: [
        *of_each(at, at.LSTM(3), at.RepeatVector(4), at.LSTM(2, return_sequences=True), at.Flatten())
    ],
    "chain": lambda p, at: [
        at.TimeDistributed(p.Sequential([at.Input((STEPS, FEATURES)), at.Conv1D(4, 3), at.Dropout(0.0), at.GRU(3)]))
    ],
    "model": lambda p, at: [at.TimeDistributed(inner_model(p)), *of_each(at, at.Dense(3))],
    "nested": lambda p, at: [*nested(p), at.TimeDistributed(at.Flatten())],
    **{f"random {case}": random_stack(case) for case in range(8)},
}


def model_of(package, make, *, weights=None):
    """Return a compiled model with random weights, or these."""
    at, rng = package.layers, np.random.default_rng(5)
    stack = [at.Input((BLOCKS, STEPS, FEATURES)), *make(package, at), at.LSTM(3), at.Dense(2)]
    model = package.Sequential(stack)
    model.compile(package.optimizers.SGD(0.05, momentum=0.8), "mse")
    drawn = [rng.uniform(-0.6, 0.6, weight.shape).astype(np.float32) for weight in model.get_weights()]
    model.set_weights(drawn if weights is None else weights)
    for inner in normalizations(model) if weights is None else ():
        inner.set_weights([np.abs(one) + np.float32(0.2) for one in inner.get_weights()])
    return model


def normalizations(model):
    for layer in model.layers:
        inner = getattr(layer, "layer", None)
        if type(layer).__name__ == "BatchNormalization":
            yield layer
        elif hasattr(inner, "layers"):
            yield from (one for one in inner.layers if type(one).__name__ == "BatchNormalization")
        elif type(inner).__name__ == "BatchNormalization":
            yield inner


def batches(rows=ROWS):
    rng = np.random.default_rng(6)
    for _ in range(UPDATES):
        x = rng.normal(size=(rows, BLOCKS, STEPS, FEATURES)).astype(np.float32)
        yield x, rng.normal(size=(rows, 2)).astype(np.float32)


def assert_close(found, expected, bound):
    assert found.shape == expected.shape
    assert (np.abs(found - expected) / np.maximum(1, np.abs(expected))).max() < bound


@pytest.mark.parametrize("name", CASES)
def test_twenty_steps(name):
    keras = require_peer("keras")
    own = model_of(fastlstm, CASES[name])
    peer = model_of(keras, CASES[name])
    assert [layer.name.rstrip("_0123456789") for layer in own.layers] == [
        layer.name.rstrip("_0123456789") for layer in peer.layers
    ]
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert (ours == theirs).all()
    data = list(batches())
    assert_close(own(data[0][0]), array_of(peer(data[0][0])), 4e-6)
    losses = [[float(model.train_on_batch(x, y)) for x, y in data] for model in (own, peer)]
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    for ours, theirs in zip(own.get_weights(), peer.get_weights(), strict=True):
        assert_close(ours, theirs, 5e-4)
    assert_close(own(data[0][0]), array_of(peer(data[0][0])), 2e-4)


def attention_network(package):
    """Sentences of words: a model of sentences inside, with masked words."""
    at = package.layers
    words = at.Input((6,), dtype="int32")
    vectors = at.Embedding(20, 4, mask_zero=True)(words)
    sentence = package.models.Model(words, at.Dense(3, activation="tanh")(at.Bidirectional(at.GRU(3))(vectors)))
    text = at.Input((BLOCKS, 6), dtype="int32")
    encoded = at.TimeDistributed(sentence)(text)
    model = package.models.Model(text, at.Dense(2)(at.LSTM(3)(encoded)))
    model.compile(package.optimizers.SGD(0.05, momentum=0.8), "mse")
    return sentence, model


def test_sentences_of_words_train_as_in_keras(rng):
    (_, own), (_, peer) = attention_network(fastlstm), attention_network(require_peer("keras"))
    peer.set_weights(own.get_weights())
    losses = []
    x = rng.integers(1, 20, (UPDATES, ROWS, BLOCKS, 6))
    x[..., 3:] *= rng.random((UPDATES, ROWS, BLOCKS, 1)) < 0.5
    y = rng.normal(size=(UPDATES, ROWS, 2)).astype(np.float32)
    losses = [[float(model.train_on_batch(*batch)) for batch in zip(x, y, strict=True)] for model in (own, peer)]
    np.testing.assert_allclose(*losses, rtol=2e-5, atol=2e-5)
    assert_close(own.predict(x[0], verbose=0), array_of(peer(x[0])), 2e-4)


def test_a_model_inside_is_also_one_by_itself(rng):
    sentence, model = attention_network(fastlstm)
    x = rng.integers(0, 20, (ROWS, BLOCKS, 6))
    y = rng.normal(size=(ROWS, 2))
    model.fit(x, y, epochs=2, verbose=0)
    weights = sentence.get_weights()
    for found, expected in zip(model.get_weights(), weights, strict=False):
        np.testing.assert_array_equal(found, expected)
    wrapper = model.layers[1]
    each = np.stack([sentence.predict(x[:, s], verbose=0) for s in range(BLOCKS)], axis=1)
    np.testing.assert_array_equal(wrapper(x), each)
    assert wrapper.count_params() == sentence.count_params() == sum(weight.size for weight in weights)
    before = model.predict(x, verbose=0)
    np.testing.assert_array_equal(copy.deepcopy(model).predict(x, verbose=0), before)
    wrapper.trainable = False
    model.fit(x, y, verbose=0)
    for found, expected in zip(sentence.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(found, expected)
    sentence.set_weights([0.5 * weight for weight in weights])
    assert (model.predict(x, verbose=0) != before).any()
    with pytest.raises(ValueError, match="whole numbers from 0 to 19"):
        model.predict(x + 20, verbose=0)


@pytest.mark.filterwarnings("ignore:.*HDF5 file", "ignore:.*legacy")
@pytest.mark.parametrize("ending", ["keras", "h5"])
@pytest.mark.parametrize("name", CASES)
def test_files_go_both_ways(name, ending, tmp_path):
    keras = require_peer("keras")
    x = next(batches())[0]
    own, peer = model_of(fastlstm, CASES[name]), model_of(keras, CASES[name])
    own.save(tmp_path / f"own.{ending}")
    peer.save(tmp_path / f"peer.{ending}")
    there = keras.saving.load_model(tmp_path / f"own.{ending}")
    here = fastlstm.load_model(tmp_path / f"peer.{ending}")
    expected = own.predict(x, verbose=0)
    assert_close(array_of(there(x)), expected, 4e-6)
    assert (here.predict(x, verbose=0) == expected).all()


def test_a_mask_of_the_steps_goes_on(rng):
    def masked(package):
        at = package.layers
        inside = [at.Reshape((2, 3)), at.Conv1D(3, 2), at.Flatten()]
        return package.Sequential([at.Input((STEPS, 6)), at.Masking(), *of_each(at, *inside), at.LSTM(4), at.Dense(2)])

    own, peer = masked(fastlstm), masked(require_peer("keras"))
    peer.set_weights(own.get_weights())
    x = rng.normal(size=(ROWS, STEPS, 6)).astype(np.float32)
    x[rng.random((ROWS, STEPS)) < 0.4] = 0
    assert_close(own.predict(x, verbose=0), array_of(peer(x)), 4e-6)


def test_any_number_of_steps_of_known_length(rng):
    model = Sequential([*of_each(layers, layers.Conv1D(4, 3, input_shape=None), layers.Flatten()), layers.LSTM(3)])
    x = rng.normal(size=(ROWS, 4, STEPS, 2)).astype(np.float32)
    model.predict(x, verbose=0)
    assert model.input_shape == (None, None, STEPS, 2)
    np.testing.assert_array_equal(model.predict(x[:, :2], verbose=0), model.predict(x[:, :2].copy(), verbose=0))
    first = layers.TimeDistributed(layers.Conv1D(4, 3), input_shape=(None, STEPS, 2))
    model = Sequential([first, layers.TimeDistributed(layers.Flatten()), layers.LSTM(3)])
    assert model.built
    assert model.output_shape == (None, 3)


def test_outputs_of_four_axes(rng):
    x = rng.normal(size=(ROWS, BLOCKS, STEPS, FEATURES)).astype(np.float32)
    model = Sequential([Input((BLOCKS, STEPS, FEATURES)), *of_each(layers, layers.Conv1D(5, 3))])
    assert model.output_shape == (None, BLOCKS, STEPS - 2, 5)
    expected = np.stack([model.layers[0].layer(x[:, s]) for s in range(BLOCKS)], axis=1)
    np.testing.assert_array_equal(model.predict(x, verbose=0), expected)
    np.testing.assert_array_equal(model.layers[0](x), expected)
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match=r"y: targets may have up to three axes.*end the model with a Reshape"):
        model.fit(x, expected, verbose=0)


def test_a_penalty_inside_is_that_of_all_steps(rng):
    x = rng.normal(size=(ROWS, BLOCKS, STEPS, FEATURES)).astype(np.float32)
    inside, outside = (
        Sequential([Input((BLOCKS, STEPS, FEATURES)), first, *of_each(layers, layers.Flatten()), layers.LSTM(2)])
        for first in (
            layers.TimeDistributed(layers.Conv1D(5, 3, activity_regularizer="l2")),
            layers.TimeDistributed(layers.Conv1D(5, 3), activity_regularizer="l2"),
        )
    )
    outside.set_weights(inside.get_weights())
    y = rng.normal(size=(ROWS, 2))
    losses = []
    for model in (inside, outside):
        model.compile("sgd", "mse")
        losses.append(model.fit(x, y, epochs=3, shuffle=False, verbose=0).history["loss"])
    np.testing.assert_allclose(*losses, rtol=1e-6)
    for a, b in zip(inside.get_weights(), outside.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.TimeDistributed(3), TypeError, "layer: expected a layer, got 3"),
        (lambda: layers.TimeDistributed(layers.LSTM(2, return_state=True)), ValueError, "takes one of one output"),
        (lambda: layers.TimeDistributed(layers.LSTM(2, stateful=True)), ValueError, "takes one that is not stateful"),
        (lambda: layers.TimeDistributed(layers.Dense(2), dtype="float64"), ValueError, "dtype"),
        (lambda: layers.TimeDistributed(layers.LSTM(2))(np.zeros((2, 3, 4))), ValueError, r"shape \(N, T, D\)"),
        (lambda: Input((None, None, 3)), ValueError, "all axes but the first must be known"),
        (
            lambda: (
                layers.TimeDistributed(layers.Conv1D(2, 3), input_shape=(None, None, 3))
                and Sequential([layers.TimeDistributed(layers.Conv1D(2, 3), input_shape=(None, None, 3))])
            ),
            ValueError,
            "all axes but the first must be known",
        ),
        (
            lambda: Sequential([Input((3, 4, 5)), layers.LSTM(3)]),
            ValueError,
            r"layer 'lstm.*' expected shape \(N, T, D\), got \(None, 3, 4, 5\)",
        ),
    ],
)
def test_errors(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_forecasts_are_refused(rng):
    model = Sequential([Input((BLOCKS, STEPS, 1)), *of_each(layers, layers.Conv1D(5, 3), layers.Flatten())])
    model.add(layers.LSTM(3))
    model.add(layers.Dense(1))
    with pytest.raises(ValueError, match="forecast: expected a model with input"):
        model.forecast(np.zeros((BLOCKS, STEPS, 1)), 3)


@pytest.mark.filterwarnings("ignore:.*HDF5 file", "ignore:.*legacy")
@pytest.mark.parametrize("ending", ["keras", "h5", "weights.h5", "safetensors"])
def test_files_of_models_inside(ending, tmp_path, rng):
    keras = require_peer("keras")
    (_, own), (_, peer) = attention_network(fastlstm), attention_network(keras)
    x, y = rng.integers(0, 20, (ROWS, BLOCKS, 6)), rng.normal(size=(ROWS, 2)).astype(np.float32)
    for model in (own, peer):
        model.fit(x, y, verbose=0)
    peer.set_weights(own.get_weights())
    expected = own.predict(x, verbose=0)
    path, other = tmp_path / f"own.{ending}", tmp_path / f"peer.{ending}"
    if ending in ("keras", "h5"):
        own.save(path)
        peer.save(other)
        assert_close(array_of(keras.saving.load_model(path)(x)), expected, 4e-6)
        for file in (path, other):
            found, model = fastlstm.load_model(file), peer if file == other else own
            np.testing.assert_array_equal(found.predict(x, verbose=0), expected)
            assert [layer.name for layer in found.layers if hasattr(layer, "layer")] == [model.layers[1].name]
        return
    own.save_weights(path)
    again = copy.deepcopy(own)
    again.set_weights([0 * weight for weight in own.get_weights()])
    again.load_weights(path)
    np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
    if ending == "weights.h5":
        peer.save_weights(other)
        _, again = attention_network(fastlstm)
        again.load_weights(other)
        np.testing.assert_array_equal(again.predict(x, verbose=0), expected)
        peer.set_weights([0 * weight for weight in peer.get_weights()])
        peer.load_weights(path)
        assert_close(array_of(peer(x)), expected, 4e-6)


def test_clones_have_models_inside_of_their_own(rng):
    sentence, model = attention_network(fastlstm)
    clone = fastlstm.models.clone_model(model)
    assert clone.layers[1].layer is not sentence
    clone.set_weights(model.get_weights())
    x = rng.integers(0, 20, (ROWS, BLOCKS, 6))
    np.testing.assert_array_equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))


@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize("shape", [(ROWS, BLOCKS, FEATURES), (ROWS, BLOCKS, STEPS, FEATURES)])
def test_calls_in_training_move_the_averages_of_batch_normalization(rng, shape, trainable):
    x = rng.normal(1, 2, shape).astype("float32")
    found = []
    for package in (fastlstm, require_peer("keras")):
        layer = package.layers.TimeDistributed(package.layers.BatchNormalization(momentum=0.8, trainable=trainable))
        outputs = [layer(x, training=training) for training in (True, False, True)]
        plain = outputs if package is fastlstm else map(array_of, outputs)
        found.append([*plain, *layer.get_weights()])
    assert (np.abs(found[0][-2]).max() > 0.1) == trainable
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
