"""Layers on their own: shapes, weights, names, configuration, and outputs equal to Keras's."""

import numpy as np
import pytest
from peers import require_peer

import fastlstm
from fastlstm import activations, layers

RNG = np.random.default_rng(0)

MADE = {
    "lstm": (lambda **kw: layers.LSTM(4, **kw), (2, 5, 3), (2, 4), [(3, 16), (4, 16), (16,)]),
    "lstm-sequences": (
        lambda **kw: layers.LSTM(4, return_sequences=True, **kw),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 16), (4, 16), (16,)],
    ),
    "lstm-no-bias": (lambda **kw: layers.LSTM(1, use_bias=False, **kw), (2, 5, 3), (2, 1), [(3, 4), (1, 4)]),
    "dense": (lambda **kw: layers.Dense(4, **kw), (2, 3), (2, 4), [(3, 4), (4,)]),
    "dense-steps": (lambda **kw: layers.Dense(4, **kw), (2, 5, 3), (2, 5, 4), [(3, 4), (4,)]),
    "dense-no-bias": (lambda **kw: layers.Dense(4, use_bias=False, **kw), (2, 3), (2, 4), [(3, 4)]),
    "time-distributed": (
        lambda **kw: layers.TimeDistributed(layers.Dense(4, dtype=kw.get("dtype")), **kw),
        (2, 5, 3),
        (2, 5, 4),
        [(3, 4), (4,)],
    ),
    "repeat-vector": (lambda **kw: layers.RepeatVector(6, **kw), (2, 3), (2, 6, 3), []),
    "normalization": (layers.Normalization, (2, 5, 3), (2, 5, 3), [(3,), (3,)]),
}


def random_weights(layer):
    return [RNG.uniform(0.1, 1.0, weight.shape) for weight in layer.weights]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kind", MADE)
def test_shapes_dtype_and_weights(kind, dtype):
    make, shape, output_shape, weight_shapes = MADE[kind]
    layer = make(dtype=dtype)
    assert not layer.built
    assert layer.compute_output_shape((None, *shape[1:])) == (None, *output_shape[1:])
    output = layer(RNG.normal(size=shape))
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


@pytest.mark.parametrize("kind", [kind for kind in MADE if kind != "time-distributed"])
def test_configuration_makes_a_layer_like_this_one(kind):
    make, shape, *_ = MADE[kind]
    layer = make(name="own", dtype="float64")
    again = type(layer)(**layer.get_config())
    assert again.get_config() == layer.get_config()
    x = RNG.normal(size=shape)
    layer.build(shape)
    again.build(shape)
    again.set_weights(layer.get_weights())
    assert (again(x) == layer(x)).all()


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


def test_named_views():
    lstm, dense, normalization = layers.LSTM(4), layers.Dense(2, use_bias=False), layers.Normalization()
    for layer in (lstm, dense, normalization):
        layer.build((None, 5, 3))
    assert (lstm.kernel.shape, lstm.recurrent_kernel.shape, lstm.bias.shape) == ((3, 16), (4, 16), (16,))
    assert dense.kernel.shape == (3, 2)
    assert dense.bias is None
    assert (normalization.mean.tolist(), normalization.variance.tolist()) == ([0, 0, 0], [1, 1, 1])


@pytest.mark.parametrize("unit_forget_bias", [True, False])
def test_bias_starts_at_zero_and_the_forget_gates_at_one(unit_forget_bias):
    layer = layers.LSTM(3, unit_forget_bias=unit_forget_bias)
    layer.build((None, None, 2))
    i, f, c, o = layer.bias.reshape(4, 3)
    assert f.tolist() == [float(unit_forget_bias)] * 3
    assert not i.any()
    assert not c.any()
    assert not o.any()


def test_recurrent_kernel_is_one_orthogonal_matrix():
    layer = layers.LSTM(8, dtype="float64")
    layer.build((None, None, 2))
    np.testing.assert_allclose(layer.recurrent_kernel @ layer.recurrent_kernel.T, np.eye(8), atol=1e-12)


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


def test_nan_goes_through_to_its_own_sample_only():
    x = np.ones((3, 4, 2))
    x[1, 2, 0] = np.nan
    output = layers.LSTM(5)(x)
    assert np.isnan(output[1]).all()
    assert np.isfinite(output[[0, 2]]).all()


def test_no_steps_give_the_initial_state():
    assert not layers.LSTM(5)(np.zeros((3, 0, 2))).any()
    assert layers.LSTM(5, return_sequences=True)(np.zeros((3, 0, 2))).shape == (3, 0, 5)


def test_arguments_without_effect_are_taken():
    layers.LSTM(1, unroll=True, implementation=1, use_cudnn=False)


def test_floatx_is_the_dtype_of_new_layers():
    fastlstm.config.set_floatx("float64")
    try:
        layer = layers.Dense(1)
    finally:
        fastlstm.config.set_floatx("float32")
    assert (layer.dtype, layers.Dense(1).dtype) == ("float64", "float32")


def test_dense_on_a_sequence_is_time_distributed():
    x = RNG.normal(size=(2, 5, 3))
    dense, wrapped = layers.Dense(4, "tanh"), layers.TimeDistributed(layers.Dense(4, "tanh"))
    dense.build(x.shape)
    wrapped.build(x.shape)
    wrapped.set_weights(dense.get_weights())
    assert (wrapped(x) == dense(x)).all()
    assert (wrapped.layer.kernel == dense.kernel).all()


def test_normalization_there_and_back():
    data = RNG.normal([3.0, -1e4], [0.1, 50.0], size=(40, 6, 2))
    layer = layers.Normalization(dtype="float64")
    layer.adapt(data)
    np.testing.assert_allclose(layer.mean, data.mean((0, 1)), rtol=1e-12)
    np.testing.assert_allclose(layer.variance, data.var((0, 1)), rtol=1e-12)
    scaled = layer(data)
    np.testing.assert_allclose(scaled.mean((0, 1)), 0, atol=1e-10)
    np.testing.assert_allclose(scaled.std((0, 1)), 1, rtol=1e-10)
    back = layers.Normalization(mean=layer.mean, variance=layer.variance, invert=True, dtype="float64")
    np.testing.assert_allclose(back(scaled), data, rtol=1e-12)


def test_normalization_of_a_constant_feature_is_zero():
    layer = layers.Normalization()
    layer.adapt(np.full((10, 1), 3.0))
    assert not layer(np.full((4, 1), 3.0)).any()


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "linear", "hard_sigmoid", "softmax"])
def test_dense_computes_the_activation_that_the_function_defines(name):
    x = RNG.normal(scale=4, size=(50, 7))
    layer = layers.Dense(7, name, kernel_initializer="zeros", dtype="float64")
    layer.build(x.shape)
    layer.set_weights([np.eye(7), np.zeros(7)])
    np.testing.assert_allclose(layer(x), getattr(activations, name)(x), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "relu", "linear", "hard_sigmoid", "softmax"])
def test_keras_defines_the_activation_in_the_same_way(name):
    x = RNG.normal(scale=4, size=(50, 7)).astype(np.float32)
    theirs = np.asarray(getattr(require_peer("keras").activations, name)(x))
    np.testing.assert_allclose(getattr(activations, name)(x), theirs, rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize(
    "options", [{}, {"return_sequences": True}, {"use_bias": False}, {"activation": "relu"}], ids=str
)
@pytest.mark.parametrize("units", [1, 17])
def test_lstm_equals_keras(units, options):
    keras = require_peer("keras")
    x = RNG.normal(size=(3, 6, 5)).astype(np.float32)
    ours, theirs = layers.LSTM(units, **options), keras.layers.LSTM(units, **options)
    ours.build(x.shape)
    theirs.build(x.shape)
    weights = [RNG.uniform(-0.5, 0.5, weight.shape).astype(np.float32) for weight in ours.weights]
    ours.set_weights(weights)
    theirs.set_weights(weights)
    np.testing.assert_allclose(ours(x), np.asarray(theirs(x)), rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("invert", [False, True])
def test_normalization_equals_keras(invert):
    keras = require_peer("keras")
    data = RNG.normal([3.0, -1.0, 0.0], [0.1, 50.0, 0.0], size=(40, 3)).astype(np.float32)
    ours, theirs = layers.Normalization(invert=invert), keras.layers.Normalization(invert=invert)
    ours.adapt(data)
    theirs.adapt(data)
    np.testing.assert_allclose(ours(data), np.asarray(theirs(data)), rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize("name", ["LSTM", "Dense"])
def test_keras_has_the_same_arguments_in_the_same_order(name):
    import inspect

    keras = require_peer("keras")
    theirs = list(inspect.signature(getattr(keras.layers, name).__init__).parameters)
    ours = inspect.signature(getattr(layers, name).__init__).parameters.values()
    positional = [p.name for p in ours if p.kind is p.POSITIONAL_OR_KEYWORD]
    assert theirs[: len(positional)] == positional
