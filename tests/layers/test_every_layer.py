"""Every layer by itself: shapes, weights, names, configuration, arguments. The cells' values are in `rnn/`."""

import inspect
import json
from functools import partial

import numpy as np
import pytest
from html_pages import page_of
from peers import require_peer

import fastlstm
from fastlstm import Input, Sequential, layers

RNG = np.random.default_rng(0)
N, T, D = 6, 5, 3

GRU_WEIGHTS = [(3, 12), (4, 12), (2, 12)]
LSTM_WEIGHTS = [(3, 16), (4, 16), (16,)]
COUPLED_WEIGHTS = [(3, 12), (4, 12), (12,)]

# How it is made, the shape of the input and of the output, the shapes of the weights.
MADE = {
    "simple-rnn": (partial(layers.SimpleRNN, 4), (2, 5, 3), (2, 4), [(3, 4), (4, 4), (4,)]),
    "lstm": (partial(layers.LSTM, 4), (2, 5, 3), (2, 4), LSTM_WEIGHTS),
    "lstm-sequences": (partial(layers.LSTM, 4, return_sequences=True), (2, 5, 3), (2, 5, 4), LSTM_WEIGHTS),
    "lstm-no-bias": (partial(layers.LSTM, 1, use_bias=False), (2, 5, 3), (2, 1), [(3, 4), (1, 4)]),
    "lstm-peephole": (partial(layers.LSTM, 4, peephole=True), (2, 5, 3), (2, 4), [*LSTM_WEIGHTS, (3, 4)]),
    "lstm-coupled": (partial(layers.LSTM, 4, coupled=True), (2, 5, 3), (2, 4), COUPLED_WEIGHTS),
    "lstm-coupled-peephole": (
        partial(layers.LSTM, 4, coupled=True, peephole=True),
        (2, 5, 3),
        (2, 4),
        [*COUPLED_WEIGHTS, (2, 4)],
    ),
    "gru": (partial(layers.GRU, 4), (2, 5, 3), (2, 4), GRU_WEIGHTS),
    "gru-reset-before": (
        partial(layers.GRU, 4, reset_after=False, return_sequences=True),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 12), (4, 12), (12,)],
    ),
    "gru-no-bias": (partial(layers.GRU, 4, use_bias=False), (2, 5, 3), (2, 4), GRU_WEIGHTS[:2]),
    "min-gru": (partial(layers.MinGRU, 4), (2, 5, 3), (2, 4), [(3, 8), (8,)]),
    "min-lstm": (partial(layers.MinLSTM, 4), (2, 5, 3), (2, 4), [(3, 12), (12,)]),
    "min-lstm-no-bias": (partial(layers.MinLSTM, 4, use_bias=False), (2, 5, 3), (2, 4), [(3, 12)]),
    "bidirectional": (
        lambda **kw: layers.Bidirectional(layers.GRU(4, dtype=kw.get("dtype")), **kw),
        (2, 5, 3),
        (2, 8),
        GRU_WEIGHTS * 2,
    ),
    "bidirectional-sum-sequences": (
        lambda **kw: layers.Bidirectional(layers.LSTM(4, return_sequences=True, dtype=kw.get("dtype")), "sum", **kw),
        (2, 5, 3),
        (2, 5, 4),
        LSTM_WEIGHTS * 2,
    ),
    "bidirectional-two-layers": (
        lambda **kw: layers.Bidirectional(
            layers.GRU(4, dtype=kw.get("dtype")),
            backward_layer=layers.SimpleRNN(1, go_backwards=True, dtype=kw.get("dtype")),
            **kw,
        ),
        (2, 5, 3),
        (2, 5),
        [*GRU_WEIGHTS, (3, 1), (1, 1), (1,)],
    ),
    "dense": (partial(layers.Dense, 4), (2, 3), (2, 4), [(3, 4), (4,)]),
    "dense-steps": (partial(layers.Dense, 4, "gelu"), (2, 5, 3), (2, 5, 4), [(3, 4), (4,)]),
    "dense-glu": (partial(layers.Dense, 4, "glu"), (2, 5, 3), (2, 5, 2), [(3, 4), (4,)]),
    "dense-no-bias": (partial(layers.Dense, 4, use_bias=False), (2, 3), (2, 4), [(3, 4)]),
    "time-distributed": (
        lambda **kw: layers.TimeDistributed(layers.Dense(4, "tanh", dtype=kw.get("dtype")), **kw),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 4), (4,)],
    ),
    "activation": (partial(layers.Activation, "softmax"), (2, 5, 3), (2, 5, 3), []),
    "activation-glu": (partial(layers.Activation, "glu"), (2, 6), (2, 3), []),
    "dropout": (partial(layers.Dropout, 0.5), (2, 5, 3), (2, 5, 3), []),
    "layer-normalization": (layers.LayerNormalization, (2, 5, 3), (2, 5, 3), [(3,), (3,)]),
    "layer-normalization-plain": (partial(layers.LayerNormalization, center=False, scale=False), (2, 3), (2, 3), []),
    "normalization": (layers.Normalization, (2, 5, 3), (2, 5, 3), [(3,), (3,)]),
    "rescaling": (partial(layers.Rescaling, [1.0, 2.0, 3.0], offset=0.5), (2, 5, 3), (2, 5, 3), []),
    "masking": (layers.Masking, (2, 5, 3), (2, 5, 3), []),
    "embedding": (partial(layers.Embedding, 3, 4), (2, 5), (2, 5, 4), [(3, 4)]),
    "repeat-vector": (partial(layers.RepeatVector, 6), (2, 3), (2, 6, 3), []),
    "flatten": (layers.Flatten, (2, 5, 3), (2, 15), []),
    "flatten-vectors": (layers.Flatten, (2, 3), (2, 3), []),
    "reshape": (partial(layers.Reshape, (3, -1)), (2, 5, 3), (2, 3, 5), []),
    "reshape-to-vectors": (partial(layers.Reshape, (15,)), (2, 5, 3), (2, 15), []),
    "category-encoding": (partial(layers.CategoryEncoding, 4), (2, 5), (2, 4), []),
    "einsum-dense": (
        partial(layers.EinsumDense, "abc,cd->abd", (None, 4), bias_axes="d", activation="tanh"),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 4), (4,)],
    ),
    "batch-normalization-over-steps": (
        partial(layers.BatchNormalization, axis=1),
        (2, 5, 3),
        (2, 5, 3),
        [(5,)] * 4,
    ),
    "batch-normalization": (layers.BatchNormalization, (2, 5, 3), (2, 5, 3), [(3,)] * 4),
    "batch-normalization-plain": (
        partial(layers.BatchNormalization, center=False, scale=False),
        (2, 3),
        (2, 3),
        [(3,)] * 2,
    ),
    "conv1d": (partial(layers.Conv1D, 4, 2), (2, 5, 3), (2, 4, 4), [(2, 3, 4), (4,)]),
    "conv1d-causal": (
        partial(layers.Conv1D, 4, 3, padding="causal", dilation_rate=2, activation="relu"),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 3, 4), (4,)],
    ),
    "conv1d-groups": (partial(layers.Conv1D, 4, 2, 2, "same", groups=2), (2, 5, 6), (2, 3, 4), [(2, 3, 4), (4,)]),
    "conv1d-no-bias": (partial(layers.Conv1D, 4, (1,), use_bias=False), (2, 5, 3), (2, 5, 4), [(1, 3, 4)]),
    "conv1d-transpose": (partial(layers.Conv1DTranspose, 4, 3, 2), (2, 5, 3), (2, 11, 4), [(3, 4, 3), (4,)]),
    "conv1d-transpose-same": (
        partial(layers.Conv1DTranspose, 4, 2, 3, "same", activation="relu", use_bias=False),
        (2, 5, 3),
        (2, 15, 4),
        [(2, 4, 3)],
    ),
    "depthwise-conv1d": (
        partial(layers.DepthwiseConv1D, 2, depth_multiplier=3),
        (2, 5, 3),
        (2, 4, 9),
        [(2, 3, 3), (9,)],
    ),
    "separable-conv1d": (
        partial(layers.SeparableConv1D, 4, 2, padding="same", depth_multiplier=2),
        (2, 5, 3),
        (2, 5, 4),
        [(2, 3, 2), (1, 6, 4), (4,)],
    ),
    "max-pooling": (layers.MaxPooling1D, (2, 5, 3), (2, 2, 3), []),
    "average-pooling": (partial(layers.AveragePooling1D, 3, 1, "same"), (2, 5, 3), (2, 5, 3), []),
    "global-max-pooling": (layers.GlobalMaxPooling1D, (2, 5, 3), (2, 3), []),
    "global-average-pooling": (partial(layers.GlobalAveragePooling1D, keepdims=True), (2, 5, 3), (2, 1, 3), []),
    "spatial-dropout": (partial(layers.SpatialDropout1D, 0.5), (2, 5, 3), (2, 5, 3), []),
    "identity": (layers.Identity, (2, 5, 3), (2, 5, 3), []),
    "activity-regularization": (partial(layers.ActivityRegularization, 0.5), (2, 5, 3), (2, 5, 3), []),
    "gaussian-noise": (partial(layers.GaussianNoise, 0.5), (2, 5, 3), (2, 5, 3), []),
    "gaussian-dropout": (partial(layers.GaussianDropout, 0.5), (2, 3), (2, 3), []),
    "alpha-dropout": (partial(layers.AlphaDropout, 0.5), (2, 5, 3), (2, 5, 3), []),
    "relu": (partial(layers.ReLU, 2.0, 0.1, 0.5), (2, 5, 3), (2, 5, 3), []),
    "leaky-relu": (layers.LeakyReLU, (2, 3), (2, 3), []),
    "elu": (partial(layers.ELU, 2.0), (2, 5, 3), (2, 5, 3), []),
    "prelu": (layers.PReLU, (2, 5, 3), (2, 5, 3), [(5, 3)]),
    "prelu-shared": (partial(layers.PReLU, shared_axes=[1]), (2, 5, 3), (2, 5, 3), [(1, 3)]),
    "prelu-vectors": (layers.PReLU, (2, 3), (2, 3), [(3,)]),
    "softmax": (layers.Softmax, (2, 3), (2, 3), []),
    "softmax-over-steps": (partial(layers.Softmax, axis=1), (2, 5, 3), (2, 5, 3), []),
    "up-sampling": (partial(layers.UpSampling1D, 3), (2, 5, 3), (2, 15, 3), []),
    "zero-padding": (partial(layers.ZeroPadding1D, (2, 1)), (2, 5, 3), (2, 8, 3), []),
    "cropping": (partial(layers.Cropping1D, (2, 1)), (2, 5, 3), (2, 2, 3), []),
    "permute": (partial(layers.Permute, (2, 1)), (2, 5, 3), (2, 3, 5), []),
    "permute-nothing": (partial(layers.Permute, (1, 2)), (2, 5, 3), (2, 5, 3), []),
    "unit-normalization": (layers.UnitNormalization, (2, 5, 3), (2, 5, 3), []),
    "rms-normalization": (layers.RMSNormalization, (2, 5, 3), (2, 5, 3), [(3,)]),
    "group-normalization": (partial(layers.GroupNormalization, 3), (2, 5, 6), (2, 5, 6), [(6,), (6,)]),
}


def sample(kind):
    shape = MADE[kind][1]
    return RNG.integers(0, 3, shape) if kind == "embedding" else RNG.normal(size=shape)


def random_weights(layer):
    return [RNG.uniform(0.1, 1.0, weight.shape) for weight in layer.weights]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", MADE)
def test_shapes_dtype_and_weights(kind, dtype):
    make, shape, output_shape, weight_shapes = MADE[kind]
    layer = make(dtype=dtype)
    assert not layer.built
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *output_shape[1:])
    output = layer(sample(kind))
    assert layer.built
    assert output.shape == output_shape
    assert output.dtype == dtype
    assert [weight.shape for weight in layer.get_weights()] == weight_shapes
    assert {str(weight.dtype) for weight in layer.weights} <= {dtype}
    assert layer.count_params() == sum(int(np.prod(s)) for s in weight_shapes)


@pytest.mark.parametrize("kind", MADE)
def test_no_samples_give_an_empty_result(kind):
    make, shape, output_shape, _ = MADE[kind]
    assert make()(np.zeros((0, *shape[1:]))).shape == (0, *output_shape[1:])


@pytest.mark.parametrize("kind", MADE)
def test_configuration_makes_a_layer_like_this_one(kind):
    make, shape, *_ = MADE[kind]
    layer = make(name="own", dtype="float64")
    again = type(layer)(**json.loads(json.dumps(layer.get_config())))
    assert again.get_config() == layer.get_config()
    x = sample(kind)
    layer.build(shape)
    again.build(shape)
    again.set_weights(layer.get_weights())
    assert (again(x) == layer(x)).all()


@pytest.mark.parametrize("kind", MADE)
def test_a_layer_is_the_same_in_a_model(kind):
    make, shape, *_ = MADE[kind]
    layer, x = make(), sample(kind)
    alone = layer(x)
    model = Sequential([Input(shape[1:]), layer])
    assert (model.predict(x) == alone).all()
    assert model.output_shape == layer.compute_output_shape((None, *shape[1:]))


@pytest.mark.parametrize("kind", [kind for kind in MADE if MADE[kind][3]])
def test_weights_are_copied_in_and_out_and_views_are_read_only(kind):
    make, shape, *_ = MADE[kind]
    layer = make(dtype="float64")
    layer.build(shape)
    values = random_weights(layer)
    layer.set_weights(values)
    kept = [value.copy() for value in values]
    values[0][...] = 7
    for got, want in zip(layer.get_weights(), kept, strict=True):
        assert (got == want).all()
    layer.get_weights()[0][...] = 7
    assert (layer.weights[0] == kept[0]).all()
    with pytest.raises(ValueError, match="read-only"):
        layer.weights[0][...] = 0


@pytest.mark.parametrize("kind", MADE)
def test_notebooks_show_the_weights(kind):
    make, shape, _, weights = MADE[kind]
    layer = make(name="<name>")
    layer.build(shape)
    page = page_of(layer)
    assert page.titles[0].startswith(f'{type(layer).__name__} "<name>": ')
    assert sorted(row[1] for row in page.rows if len(row) == 3 and row[0] != "Weight") == sorted(map(str, weights))


def test_named_views():
    lstm, dense, normalization = layers.LSTM(4), layers.Dense(2, use_bias=False), layers.Normalization()
    for layer in (lstm, dense, normalization):
        layer.build((None, 5, 3))
    assert (lstm.kernel.shape, lstm.recurrent_kernel.shape, lstm.bias.shape) == ((3, 16), (4, 16), (16,))
    assert dense.kernel.shape == (3, 2)
    assert dense.bias is None
    assert (normalization.mean.tolist(), normalization.variance.tolist()) == ([0, 0, 0], [1, 1, 1])


def test_automatic_names_count_by_class():
    first, second, other = layers.RepeatVector(1), layers.RepeatVector(1), layers.TimeDistributed(layers.Dense(1))
    base, _, number = first.name.removeprefix("repeat_vector").partition("_")
    assert base == ""
    assert second.name == f"repeat_vector_{int(number or 0) + 1}"
    assert other.name.startswith("time_distributed")
    assert layers.LSTM(1, name="mine").name == "mine"


@pytest.mark.parametrize(
    "x",
    [
        [[[1, 2], [3, 4]]],
        np.array([[[1, 2], [3, 4]]], np.int8),
        np.array([[[1, 2], [3, 4]]], ">f4"),
        np.array([[[1, 3], [2, 4]]], np.float16).transpose(0, 2, 1),
        np.array([[[1, 0, 2, 0], [3, 0, 4, 0]]], np.float64)[:, :, ::2],
        np.frombuffer(b"." + np.array([1, 2, 3, 4], np.float32).tobytes(), np.uint8)[1:].view("f4").reshape(1, 2, 2),
    ],
    ids=["list", "int8", "big-endian", "transposed-float16", "strided", "unaligned"],
)
def test_real_numbers_of_any_kind_and_layout_are_cast(x):
    layer = layers.LSTM(3)
    assert (layer(x) == layer(np.array([[[1, 2], [3, 4]]], np.float32))).all()


def test_floatx_is_the_dtype_of_new_layers():
    fastlstm.config.set_floatx("float64")
    try:
        layer = layers.Dense(1)
    finally:
        fastlstm.config.set_floatx("float32")
    assert (layer.dtype, layers.Dense(1).dtype) == ("float64", "float32")


OURS_ALONE = {"GetItem", "InputLayer", "Layer", "MinGRU", "MinLSTM", "Recurrent", "RecurrentCell", "SymbolicTensor"}


@pytest.mark.parametrize("name", [name for name in layers.__all__ if name not in OURS_ALONE])
def test_keras_has_the_same_arguments_in_the_same_order(name):
    keras = require_peer("keras")
    theirs = list(inspect.signature(getattr(keras.layers, name)).parameters)
    ours = inspect.signature(getattr(layers, name)).parameters.values()
    positional = [p.name for p in ours if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert theirs[: len(positional)] == positional


@pytest.mark.parametrize("name", [name for name in layers.__all__ if name not in OURS_ALONE])
def test_every_argument_of_keras_is_known(name):
    keras = require_peer("keras")
    theirs = set(inspect.signature(getattr(keras.layers, name)).parameters)
    ours = set(inspect.signature(getattr(layers, name)).parameters)
    assert theirs - ours <= {"kwargs", "tensor", "optional"}


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: layers.Reshape(()), ValueError, "target_shape"),
        (lambda: layers.Reshape((1, 2, 3, 4)), ValueError, "target_shape"),
        (lambda: layers.Reshape((-1, -1)), ValueError, "-1 at most once"),
        (lambda: layers.Reshape((0, 3)), ValueError, "target_shape"),
        (lambda: layers.Reshape((-2, 3)), ValueError, "target_shape"),
        (lambda: layers.Reshape(3), TypeError, "target_shape"),
        (lambda: layers.Reshape((2.0, 3)), TypeError, "target_shape"),
        (lambda: layers.Flatten("channels_first"), ValueError, "data_format"),
        (lambda: layers.Dense(3, "glu"), ValueError, "'glu' multiplies one half of its input by the other"),
        (lambda: layers.Activation("glu")(np.zeros((N, D))), ValueError, "got a width of 3"),
        (lambda: layers.Activation("no such"), ValueError, "unknown activation"),
        (lambda: layers.LayerNormalization(axis=2)(np.ones((2, 3))), ValueError, "axis: .* axes from 1 to 1 for an"),
        (lambda: layers.LayerNormalization(axis=[]), ValueError, "axis: expected at least one"),
        (lambda: layers.LayerNormalization(epsilon=-1.0), ValueError, "epsilon"),
        (lambda: layers.LayerNormalization(center=1), TypeError, "center"),
        (lambda: layers.Rescaling([1.0, 2.0])(np.zeros((N, D))), ValueError, r"scale: expected .* shape \(3,\)"),
        (lambda: layers.Rescaling(1.0, np.nan), ValueError, "offset: NaN"),
        (lambda: layers.Rescaling("2"), TypeError, "scale: expected real"),
        (lambda: layers.Masking("0"), TypeError, "mask_value"),
        (lambda: layers.Masking()(np.zeros(D)), ValueError, "expected rows of features"),
        (lambda: layers.Embedding(0, 3), ValueError, "input_dim"),
        (lambda: layers.Embedding(3, 2.5), TypeError, "output_dim"),
        (lambda: layers.Embedding(3, 2, mask_zero=1), TypeError, "mask_zero"),
        (lambda: layers.Embedding(3, 2, lora_rank=2), ValueError, "lora_rank: Embedding does not support it"),
        (lambda: layers.TimeDistributed("dense"), TypeError, "layer: expected a layer, got 'dense'"),
        (lambda: layers.Dense(2, lora_alpha=1), ValueError, "lora_alpha"),
        (lambda: layers.Dense(2, kernel_regularizer=3), TypeError, "regularizer"),
        (lambda: layers.Dense(2, activity_regularizer="l4"), ValueError, "unknown regularizer"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


def test_a_call_takes_true_or_false_for_training():
    model = Sequential([Input((3,)), layers.Dense(2)])
    for call in (model, model.layers[0]):
        with pytest.raises(TypeError, match="training: expected True or False"):
            call(np.zeros((2, 3)), training=1)
