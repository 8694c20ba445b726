"""Activations as functions: Keras's signatures and values, NaN and Inf, names, errors."""

import inspect
import math

import numpy as np
import peer_keras_calls
import pytest
from activation_peers import NOT_IN_KERAS
from peers import keras_on, require_peer

from fastlstm import _core, activations, config

ROWS = ["glu", "log_softmax", "softmax", "sparsemax"]
ALIASES = {"swish": "silu", "hard_swish": "hard_silu"}
ELEMENTS = sorted(set(activations.__all__) - {"get", "threshold", *ROWS, *ALIASES})
IN_KERAS = [name for name in ELEMENTS if name not in NOT_IN_KERAS]
KINKS = [-30.0, -6.0, -3.0, -1.0, -0.5, -1e-3, 0.0, 1e-3, 0.5, 1.0, 3.0, 6.0, 30.0]


def keras_values(name, x, **arguments):
    """Return Keras's values in float64, whatever the dtype of x."""
    values = keras_on("jax").submit(peer_keras_calls.activation_values, name, x, arguments).result()
    assert values.dtype == np.float64
    return values


def assert_equal_to_keras(name, x, **arguments):
    found = getattr(activations, name)(x, **arguments)
    want = keras_values(name, x, **arguments)
    assert found.dtype == x.dtype
    assert found.shape == want.shape
    bound = 16 * np.finfo(x.dtype).eps * np.maximum(np.abs(want), 1)
    assert (np.abs(found - want) <= bound).all()


def samples(rng, dtype, shape=(40, 50)):
    return rng.normal(scale=4, size=shape).astype(dtype)


def test_there_are_keras_functions_with_keras_signatures():
    keras = require_peer("keras").activations
    theirs = {name: function for name, function in vars(keras).items() if inspect.isfunction(function)}
    names = set(activations.__all__) - {"get", *NOT_IN_KERAS}
    assert set(theirs) - {"get", "serialize", "deserialize"} == names
    for name in names:
        ours = inspect.signature(getattr(activations, name)).parameters.values()
        want = inspect.signature(theirs[name]).parameters.values()
        assert [(p.name, p.default) for p in ours] == [(p.name, p.default) for p in want], name


@pytest.mark.parametrize("name", IN_KERAS)
def test_values_of_elementwise_activations_equal_keras(name, dtype, rng):
    assert_equal_to_keras(name, np.concatenate([samples(rng, dtype).ravel(), np.array(KINKS, dtype)]))


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("name", ["glu", "log_softmax", "softmax"])
def test_values_of_row_activations_equal_keras(name, axis, dtype, rng):
    assert_equal_to_keras(name, samples(rng, dtype, (6, 4, 10)), axis=axis)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("relu", {"negative_slope": 0.3}),
        ("relu", {"max_value": 2.5}),
        ("relu", {"threshold": 1.0}),
        ("relu", {"threshold": -1.0}),
        ("relu", {"threshold": -1.0, "max_value": 2.0}),
        ("relu", {"negative_slope": 0.3, "max_value": 2.5}),
        ("relu", {"negative_slope": 0.3, "max_value": 6, "threshold": 0.5}),
        ("leaky_relu", {"negative_slope": 0.01}),
        ("elu", {"alpha": 0.4}),
        ("celu", {"alpha": 0.4}),
        ("celu", {"alpha": 3}),
        ("squareplus", {"b": 0.1}),
        ("squareplus", {"b": 0}),
        ("gelu", {"approximate": True}),
        ("hard_shrink", {"threshold": 1.5}),
        ("soft_shrink", {"threshold": 1.5}),
        ("threshold", {"threshold": -0.5, "default_value": 7.0}),
    ],
    ids=str,
)
def test_arguments_mean_what_they_mean_in_keras(name, arguments, dtype, rng):
    assert_equal_to_keras(name, np.concatenate([samples(rng, dtype).ravel(), np.array(KINKS, dtype)]), **arguments)


@pytest.mark.parametrize("name", IN_KERAS)
def test_nan_infinities_and_large_values_as_in_keras(name, dtype):
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 3e38, -3e38, 100, -100, 1000, -1000, 0.0, -0.0], dtype)
    found = getattr(activations, name)(x)
    with np.errstate(over="ignore"):
        want = keras_values(name, x).astype(dtype)
    if name in ("hard_shrink", "soft_shrink"):
        want[0] = np.nan  # Keras has 0, hiding that something went wrong
    if name == "squareplus":
        want[x < 0] = 1 / keras_values(name, -x[x < 0])  # without Keras's cancellation, which ends in Inf - Inf
    np.testing.assert_allclose(found, want, rtol=8 * np.finfo(dtype).eps, atol=16 * np.finfo(dtype).eps)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_nan_infinities_and_large_values_in_a_row_as_in_keras(name, dtype):
    special = [np.nan, np.inf, -np.inf, 1e30, -1e30]
    x = np.array([[1.0, value, 0.5] for value in special] + [[-np.inf] * 3], dtype)
    want = keras_values(name, x)
    np.testing.assert_allclose(getattr(activations, name)(x), want, rtol=4 * np.finfo(dtype).eps)


def test_glu_with_infinities(dtype):
    x = np.array([[1.0, np.inf, np.nan, 2.0], [np.inf, 2.0, 0.0, -np.inf], [3.0, np.inf, -np.inf, -np.inf]], dtype)
    np.testing.assert_array_equal(activations.glu(x), [[np.nan, np.inf], [np.inf, 0], [0, np.nan]])


def test_nan_is_not_replaced_by_the_default_of_threshold():
    assert np.isnan(activations.threshold(np.nan, 0.5, 1.0))
    assert np.isnan(activations.relu(np.nan, threshold=1.0))


@pytest.mark.parametrize("b", [0.01, 4, 100])
def test_squareplus_loses_nothing_on_the_left_nor_to_overflow(dtype, b):
    x = np.logspace(-3, 30, 100).astype(dtype)
    product = activations.squareplus(-x, b).astype(np.float64) * activations.squareplus(x, b)
    np.testing.assert_allclose(product, b / 4, rtol=16 * np.finfo(dtype).eps)
    largest = np.array([np.finfo(dtype).max])
    assert activations.squareplus(largest, b) == largest


@pytest.mark.parametrize("x", [-5.0, -10.0, -20.0, -35.0])
def test_gelu_keeps_its_tail(x):
    # The asymptotic series of the normal distribution's tail brackets it between its partial sums.
    density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    low, high = density * (1 - 1 / x**2), density * (1 - 1 / x**2 + 3 / x**4)
    assert low <= -activations.gelu(np.array([x]))[0] <= high


def projection(x):
    """Return the point of the simplex nearest to a vector: max(x - tau, 0), tau found by bisection."""
    low, high = x.max() - 1, x.max()
    for _ in range(200):
        tau = (low + high) / 2
        low, high = (tau, high) if np.maximum(x - tau, 0).sum() > 1 else (low, tau)
    return np.maximum(x - low, 0)


@pytest.mark.parametrize("scale", [0.01, 0.3, 1.0, 10.0])
@pytest.mark.parametrize("size", [1, 2, 9])
def test_sparsemax_is_the_nearest_probability(dtype, rng, scale, size):
    x = rng.normal(scale=scale, size=(30, size)).astype(dtype)
    found = activations.sparsemax(x)
    want = [projection(row) for row in x.astype(np.float64)]
    np.testing.assert_allclose(found, want, atol=16 * np.finfo(dtype).eps * max(1, scale))
    assert found.dtype == dtype
    np.testing.assert_array_equal(activations.sparsemax(x.T, axis=0), found.T)
    np.testing.assert_array_equal(activations.sparsemax(x[:, None], axis=2), found[:, None])


def test_sparsemax_of_one_winner_equals_keras(dtype, rng):
    x = rng.normal(size=(20, 6)).astype(dtype)
    x[np.arange(20), rng.integers(0, 6, 20)] += 10
    np.testing.assert_allclose(activations.sparsemax(x), keras_values("sparsemax", x), atol=8 * np.finfo(dtype).eps)


def test_sparsemax_of_large_values_infinities_and_nan(dtype):
    x = np.array([[1e30, 1e30, 0.5], [1e30, 0.5, -1e30], [0.5, 0.5, -np.inf]], dtype)
    np.testing.assert_array_equal(activations.sparsemax(x), [[0.5, 0.5, 0], [1, 0, 0], [0.5, 0.5, 0]])
    x = np.array([[0.5, np.nan, 0], [0.5, np.inf, 0], [-np.inf, -np.inf, -np.inf]], dtype)
    assert np.isnan(activations.sparsemax(x)).all()


@pytest.mark.parametrize("integer", [np.int8, np.uint16, np.int64])
@pytest.mark.parametrize("name", [*ELEMENTS, *ROWS])
def test_integers_become_floats(name, integer):
    x = np.array([[0, 1, 2, 100]], integer)
    function = getattr(activations, name)
    found = function(x)
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, function(x.astype(np.float32)))
    config.set_floatx("float64")
    try:
        assert function(x).dtype == "float64"
    finally:
        config.set_floatx("float32")


@pytest.mark.parametrize("name", ELEMENTS)
def test_scalars_empty_arrays_and_strides(name, dtype, rng):
    function = getattr(activations, name)
    x = samples(rng, dtype, (6, 8))
    one = function(x[0, 0])
    assert isinstance(one, np.ndarray)
    assert one.shape == ()
    assert one.dtype == dtype
    assert one == function(x)[0, 0]
    assert function(x[:0]).shape == (0, 8)
    np.testing.assert_array_equal(function(x[::-2, ::3]), function(x)[::-2, ::3])


@pytest.mark.parametrize("name", ROWS)
def test_row_activations_of_empty_arrays(name, dtype):
    function = getattr(activations, name)
    assert function(np.zeros((0, 4), dtype)).shape == (0, 2 if name == "glu" else 4)
    assert function(np.zeros((3, 0), dtype)).shape == (3, 0)


@pytest.mark.parametrize("name", [*ELEMENTS, *ROWS])
def test_the_result_is_a_new_array(name, dtype):
    x = np.array([0.25, 2.0], dtype)
    before = x.copy()
    assert not np.shares_memory(getattr(activations, name)(x), x)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("x", ["text", None, 1j, [None], [object()], np.ma.masked_array([1.0], [True])])
@pytest.mark.parametrize("name", [*ELEMENTS, *ROWS])
def test_other_types_are_refused(name, x):
    with pytest.raises(TypeError, match="x: expected"):
        getattr(activations, name)(x)


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: activations.relu([[1.0], [1.0, 2.0]]), ValueError, "x: expected a rectangular array"),
        (lambda: activations.softmax(1.0), ValueError, "x: expected at least one axis"),
        (lambda: activations.softmax([1.0], axis=1), ValueError, "axis: expected an integer of at most 0, got 1"),
        (lambda: activations.log_softmax([1.0], axis=-2), ValueError, "axis: expected an integer of at least -1"),
        (lambda: activations.sparsemax([1.0], axis=0.0), TypeError, "axis: expected an integer"),
        (lambda: activations.glu([1.0, 2.0, 3.0]), ValueError, r"x: glu expected an even size of axis -1.*\(3,\)"),
        (lambda: activations.relu(1.0, negative_slope="0"), TypeError, "negative_slope"),
        (lambda: activations.relu(1.0, max_value=-1), ValueError, "max_value"),
        (lambda: activations.relu(1.0, threshold=np.nan), ValueError, "threshold"),
        (lambda: activations.leaky_relu(1.0, None), TypeError, "negative_slope"),
        (lambda: activations.elu(1.0, np.inf), ValueError, "alpha"),
        (lambda: activations.celu(1.0, 0), ValueError, "alpha: expected a number other than 0"),
        (lambda: activations.squareplus(1.0, -1), ValueError, "b: expected"),
        (lambda: activations.gelu(1.0, 1), TypeError, "approximate: expected True or False"),
        (lambda: activations.soft_shrink(1.0, -1), ValueError, "threshold"),
        (lambda: activations.hard_shrink(1.0, True), TypeError, "threshold"),
        (lambda: activations.threshold(1.0, 0.0, "zero"), TypeError, "default_value"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()


@pytest.mark.parametrize("name", [*ELEMENTS, *ROWS, *ALIASES])
def test_layers_take_names_and_functions(name):
    function = getattr(activations, name)
    core_name = ALIASES.get(name, name)
    assert activations.get(name) is activations.get(function) is function
    for identifier in (name, function):
        assert activations.name_of("activation", identifier) == core_name
        if name in ROWS:
            with pytest.raises(ValueError, match=f"gate: a recurrent layer takes an elementwise .*, got '{name}'"):
                activations.name_of("gate", identifier, elementwise=True)
        else:
            assert activations.name_of("gate", identifier, elementwise=True) == core_name


def test_the_core_has_the_same_names():
    assert set(_core.activations()) == {*ELEMENTS, *ROWS}
    assert set(_core.elementwise_activations()) == set(ELEMENTS)


def test_none_is_linear():
    assert activations.get(None) is activations.linear
    assert activations.name_of("activation", None, elementwise=True) == "linear"


def test_threshold_is_a_function_but_not_a_layers_activation():
    assert activations.get("threshold") is activations.threshold
    for identifier in ("threshold", activations.threshold):
        with pytest.raises(ValueError, match="activation: 'threshold' has arguments without defaults"):
            activations.name_of("activation", identifier)


def test_other_functions_and_names_are_refused():
    keras = require_peer("keras")

    def relu(x):
        return x

    for identifier in (relu, np.tanh, keras.activations.relu, 3, ["relu"], {"class_name": "relu"}, str):
        with pytest.raises(TypeError, match="activation: expected a name or a function of fastlstm"):
            activations.get(identifier)
    with pytest.raises(ValueError, match="unknown activation 'softmaxx'; did you mean 'softmax'"):
        activations.get("softmaxx")
    with pytest.raises(ValueError, match=r"known: celu, elu, .*, threshold"):
        activations.get("qqqqq")


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axes", [(1, 2), [0, -1], (0, 1, 2)])
def test_softmax_over_several_axes(name, axes, rng):
    x = rng.normal(size=(2, 3, 4))
    powers = np.exp(x)
    expected = powers / powers.sum(axis=tuple(axes), keepdims=True)
    found = getattr(activations, name)(x, axes)
    np.testing.assert_allclose(found, expected if name == "softmax" else np.log(expected), rtol=1e-12)
