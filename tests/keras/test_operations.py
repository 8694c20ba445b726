"""Operations of `keras.ops`: values are those of Keras, and the tape finds gradients through them."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import Input, layers
from fastlstm._internal.tape import NotDifferentiableError, vjp
from fastlstm.keras import Model, NotAvailableError, ops
from fastlstm.keras import tensorflow as tf

RNG = np.random.default_rng(5)
X = RNG.normal(size=(3, 4)).astype(np.float32)
Y = RNG.normal(size=(3, 4)).astype(np.float32)
U = RNG.uniform(0.1, 0.9, (3, 4)).astype(np.float32)
N = RNG.integers(0, 9, (3, 4)).astype(np.int32)
SQUARE = (X.T @ X + np.eye(4)).astype(np.float32)

CASES = {
    "arccos": lambda o: o.arccos(U),
    "arctan2": lambda o: o.arctan2(X, Y),
    "cosh": lambda o: o.cosh(X),
    "log10": lambda o: o.log10(U),
    "log2": lambda o: o.log2(U),
    "logaddexp": lambda o: o.logaddexp(X, Y),
    "rsqrt": lambda o: o.rsqrt(U),
    "erf": lambda o: o.erf(X),
    "nan_to_num": lambda o: o.nan_to_num(np.float32([1, np.nan])),
    "array": lambda o: o.array([1, 2]),
    "full_like": lambda o: o.full_like(X, 3),
    "eye": lambda o: o.eye(3, 4, 1),
    "identity": lambda o: o.identity(3),
    "logspace": lambda o: o.logspace(0.0, 2.0, 5),
    "average": lambda o: o.average(X, axis=1, weights=U),
    "median": lambda o: o.median(X, axis=1, keepdims=True),
    "quantile": lambda o: o.quantile(X, 0.3, axis=0),
    "var of axes": lambda o: o.moments(X, axes=[0, 1])[1],
    "bitwise_and": lambda o: o.bitwise_and(N, 3),
    "split in equal parts": lambda o: o.split(X, 2, axis=1)[1],
    "split at indices": lambda o: o.split(X, [1, 3], axis=1)[1],
    "array_split": lambda o: o.array_split(X, 3, axis=1)[0],
    "unstack": lambda o: o.unstack(o.array(X), axis=1)[2],
    "vstack": lambda o: o.vstack([X, Y]),
    "hstack": lambda o: o.hstack([X, Y]),
    "moveaxis": lambda o: o.moveaxis(X, 0, 1),
    "tril": lambda o: o.tril(X, -1),
    "trace": lambda o: o.trace(SQUARE),
    "diagonal": lambda o: o.diagonal(SQUARE),
    "take_along_axis": lambda o: o.take_along_axis(X, np.argsort(X), axis=-1),
    "meshgrid": lambda o: o.meshgrid(X[0], X[1])[1],
    "nonzero": lambda o: o.nonzero(X > 0)[1],
    "select": lambda o: o.select([X > 1, X > 0], [X, Y], 7.0),
    "pad": lambda o: o.pad(X, ((1, 0), (0, 2)), constant_values=2.0),
    "slice": lambda o: o.slice(X, (1, 1), (2, 2)),
    "slice_update": lambda o: o.slice_update(X, (1, 2), Y[:2, :2]),
    "scatter": lambda o: o.scatter(np.array([[0], [2], [0]]), np.float32([1, 2, 3]), (4,)),
    "scatter_update": lambda o: o.scatter_update(X, np.array([[0, 1], [2, 3]]), np.float32([5, 6])),
    "segment_sum": lambda o: o.segment_sum(X, np.array([0, 2, 2], np.int32), 4),
    "segment_max": lambda o: o.segment_max(X, np.array([0, 1, 1], np.int32), 2),
    "normalize": lambda o: o.normalize(X, axis=0, order=3),
    "normalize of zeros": lambda o: o.normalize(np.zeros((2, 3), np.float32)),
    "batch_normalization": lambda o: o.batch_normalization(X, X.mean(0), X.var(0), -1, Y[0], U[0]),
    "layer_normalization": lambda o: o.layer_normalization(X, U[0], Y[0], axis=-1),
    "multi_hot": lambda o: o.multi_hot(N, 9),
    "in_top_k": lambda o: o.in_top_k(np.array([0, 1, 3], np.int32), X, 2),
    "top_k": lambda o: o.top_k(X, 2)[0],
    "det": lambda o: o.det(SQUARE),
    "inv": lambda o: o.inv(SQUARE),
    "solve": lambda o: o.solve(SQUARE, X.T),
    "slogdet": lambda o: o.slogdet(SQUARE)[1],
    "cholesky": lambda o: o.cholesky(SQUARE),
    "cond": lambda o: o.cond(X[0, 0] > 9, lambda: X, lambda: Y),
    "fori_loop": lambda o: o.fori_loop(0, 3, lambda i, v: v * 2 + i, o.array(X)),
    "while_loop": lambda o: o.while_loop(lambda i, v: i < 3, lambda i, v: (i + 1, v * 2), (0, o.array(X)))[1],
    "map": lambda o: o.map(o.sum, o.array(X)),
    "scan": lambda o: o.scan(lambda s, x: (s + x, s * x), o.array(Y[0]), o.array(X))[1],
    "gelu": lambda o: o.gelu(X),
    "log_softmax": lambda o: o.log_softmax(X),
    "leaky_relu": lambda o: o.leaky_relu(X),
    "layer_normalization of two axes": lambda o: o.layer_normalization(
        X.reshape(3, 2, 2), U[:, :2], Y[:, :2], axis=[0, 2]
    ),
    "layer_normalization of all axes": lambda o: o.layer_normalization(X, U, Y, axis=[0, 1]),
    "normalize of small numbers": lambda o: o.normalize(1e-9 * X),
    "multi_hot of three axes": lambda o: o.multi_hot(N.reshape(3, 2, 2), 9),
    "multi_hot of a first axis": lambda o: o.multi_hot(N, 9, axis=1),
    "multi_hot of one axis": lambda o: o.multi_hot(N[0], 9),
    "where": lambda o: o.where(X > 0, x1=X, x2=Y),
    "where alone": lambda o: o.where(X > 0)[1],
    "searchsorted": lambda o: o.searchsorted(sorted_sequence=np.sort(X[0]), values=Y[0]),
    "tri": lambda o: o.tri(3, 4, k=-1),
    "hanning": lambda o: o.hanning(5),
    "kaiser": lambda o: o.kaiser(5, 2.0),
    "diff": lambda o: o.diff(X, n=2),
    "tile": lambda o: o.tile(X, repeats=(2, 1)),
    "repeat": lambda o: o.repeat(X, repeats=2, axis=1),
    "reshape": lambda o: o.reshape(X, newshape=(4, 3)),
    "saturate_cast": lambda o: o.saturate_cast(300 * X, "int8"),
}


@pytest.mark.parametrize("name", CASES)
def test_values_are_those_of_keras(name):
    peer = require_peer("keras").ops
    theirs = peer.convert_to_numpy(CASES[name](peer))
    ours = CASES[name](ops)
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
    assert np.shape(ours) == np.shape(theirs)
    assert np.result_type(ours).kind == theirs.dtype.kind


GRADIENTS = {
    "split": lambda x: ops.split(x, 2, axis=1)[1] ** 2,
    "pad": lambda x: ops.pad(x, ((1, 0), (0, 2))) ** 2,
    "normalize": ops.normalize,
    "layer_normalization": ops.layer_normalization,
    "rms_normalization": ops.rms_normalization,
    "moments": lambda x: ops.moments(x, -1)[1],
    "slice": lambda x: ops.slice(x, (0, 1), (3, 2)) ** 3,
    "unstack": lambda x: ops.unstack(x, axis=1)[1] ** 2,
    "logaddexp": lambda x: ops.logaddexp(x, Y.astype(np.float64)),
    "hstack": lambda x: ops.hstack([x, x * x]),
    "tril": lambda x: ops.tril(x) ** 2,
    "scan": lambda x: ops.scan(lambda s, row: (s * row, s + row), ops.ones((4,), "float64"), x)[1],
    "slice_update of x": lambda x: ops.slice_update(x, (1, 2), x[:2, :2] ** 2),
    "scatter": lambda x: ops.scatter(np.array([[0], [3], [0]]), x, (5, 4)) ** 2,
    "scatter_update": lambda x: ops.scatter_update(x, np.array([[0, 1], [2, 3], [0, 1]]), x[0, :3] ** 2) ** 2,
    "scatter_update by rows": lambda x: ops.scatter_update(x, np.array([[2], [0]]), x[:2] ** 2),
    "scatter_update, add": lambda x: ops.scatter_update(x, np.array([[0, 1], [2, 3]]), x[1, :2] ** 2, "add") ** 2,
    "segment_sum": lambda x: ops.segment_sum(x, np.array([0, 2, 0]), 4) ** 2,
    "segment_sum of places": lambda x: (
        ops.segment_sum(x, np.array([[0, 2, 0, 1], [1, 9, 0, 0], [2, 2, 2, -1]]), 3) ** 2
    ),
    "segment_max": lambda x: ops.segment_max(x, np.array([1, 0, 1]), 2) ** 2,
    "logdet": lambda x: ops.logdet(ops.matmul(ops.transpose(x), x) + np.eye(4)),
    "slogdet of several": lambda x: ops.slogdet(ops.stack([x[:, :3], x[:, 1:]]))[1],
}


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_against_differences(name):
    function, x, step = GRADIENTS[name], X.astype(np.float64), 1e-6
    value, pullback = vjp(function, x)
    weights = RNG.normal(size=np.shape(value))
    found = pullback(weights)[0]
    for place in np.ndindex(x.shape):
        shift = np.zeros_like(x)
        shift[place] = step
        difference = (np.asarray(function(x + shift)) - np.asarray(function(x - shift))) / (2 * step)
        np.testing.assert_allclose(found[place], (weights * difference).sum(), rtol=1e-6, atol=1e-8)


def test_equal_elements_of_a_segment_share_the_gradient():
    found = vjp(lambda x: ops.segment_max(x, np.array([0, 0, 1])), np.array([2.0, 2.0, 1.0]))[1](np.array([3.0, 5.0]))[
        0
    ]
    np.testing.assert_array_equal(found, [1.5, 1.5, 5.0])


@pytest.mark.parametrize("reduction", ["max", "min", "mul"])
def test_scatter_update_refuses_gradients_that_it_lacks(reduction):
    with pytest.raises(NotDifferentiableError, match=f"reduction='{reduction}'"):
        vjp(lambda x: ops.scatter_update(x, np.array([[0, 0]]), [1.0], reduction), X.astype(np.float64))


@pytest.mark.parametrize(
    "function",
    [
        tf.math.erf,
        tf.convert_to_tensor,
        lambda v: ops.scatter([[1], [0]], v, (3, 2)),
        lambda v: ops.slice_update(np.zeros((3, 3), np.float32), (0, 0), v),
    ],
)
def test_gradients_of_variables(function):
    value = X[:2, :2]
    variable = tf.Variable(value)
    with tf.GradientTape() as recording:
        total = tf.reduce_sum(function(variable) ** 2)
    expected = vjp(lambda x: np.sum(function(x) ** 2), value.astype(np.float64))[1](1.0)[0]
    np.testing.assert_allclose(recording.gradient(total, variable), expected, rtol=1e-5)


def test_symbolic_tensors():
    x = Input((4,))
    left, right = ops.split(x, 2, axis=-1)
    model = Model(x, layers.Dense(2)(ops.normalize(left) + ops.rsqrt(ops.square(right) + 1.0)))
    values = model.layers[-1].get_weights()
    one, two = X[:, :2], X[:, 2:]
    hidden = one / np.sqrt((one**2).sum(-1, keepdims=True)) + 1 / np.sqrt(two**2 + 1)
    np.testing.assert_allclose(model.predict(X, verbose=0), hidden @ values[0] + values[1], rtol=1e-5, atol=1e-6)


def test_modules_of_operations():
    assert ops.numpy.tril is ops.nn.tril is ops.linalg.tril is ops.tril


def test_dtypes_are_those_of_keras():
    peer = require_peer("keras").ops
    for function in (lambda o: o.tri(3), lambda o: o.hanning(4), lambda o: o.searchsorted(X[0], Y[0])):
        assert function(ops).dtype == peer.convert_to_numpy(function(peer)).dtype


@pytest.mark.parametrize("function", [ops.nonzero, ops.unique, ops.where])
def test_shapes_that_depend_on_values_are_refused(function):
    with pytest.raises(NotAvailableError, match="of symbolic tensors"):
        function(Input((4,)))


def test_layer_normalization_of_the_first_axis():
    expected = (X - X.mean(0)) / np.sqrt(X.var(0) + 1e-7) * U[:, :1] + Y[:, :1]
    np.testing.assert_allclose(ops.layer_normalization(X, U[:, 0], Y[:, 0], axis=0), expected, rtol=1e-5, atol=1e-6)


def test_split_takes_numbers_of_numpy():
    np.testing.assert_array_equal(ops.split(X, np.int64(2), axis=1)[1], X[:, 2:])


def test_errors():
    with pytest.raises(TypeError, match="center"):
        ops.layer_normalization(X, center=True)
    with pytest.raises(ValueError, match="order: expected an integer"):
        ops.normalize(X, order=0)
    with pytest.raises(ValueError, match="constant_values: expected None"):
        ops.pad(X, 1, "reflect", constant_values=1)
    with pytest.raises(ValueError, match="reduction: expected one of"):
        ops.scatter_update(X, np.array([[0, 0]]), [1.0], reduction="mean")
