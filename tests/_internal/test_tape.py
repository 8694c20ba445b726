"""The derivative of every function of the tape, against finite differences and against the equations of JAX."""

import warnings

import numpy as np
import pytest
from peers import require_peer

from fastlstm._internal.tape import NotDifferentiableError, Recording, Traced, is_traced, vjp

A, B = (3, 4), (4,)
POSITIVE = {"sqrt", "log", "log2", "log10", "log1p", "reciprocal", "cbrt", "float_power", "power", "arccosh"}
OF_ONE = """
    negative positive conjugate absolute fabs square sqrt cbrt reciprocal exp exp2 expm1 log log2 log10 log1p
    sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh deg2rad rad2deg
    """
OF_TWO = """
    add subtract multiply divide power float_power logaddexp logaddexp2 arctan2 hypot
    maximum minimum fmax fmin remainder fmod
    """
MASK = np.array([[True, False, True, True], [False, True, False, False], [True, True, False, True]])


def augmented(a, b):
    total = np.zeros(A)
    total += a
    total *= b
    a -= 1
    return total + a


FUNCTIONS = {
    "operators": (lambda a, b: (1 + a) * (2 - b) / (3 + b * b) - a / 2 + 2 / (4 + a) - (-a) + (+b), A, B),
    "powers": (lambda a, b: a**2 + (a * a + 1) ** b + 2**b + (a * a + 1) ** -0.5 + a**3, A, B),
    "abs": (lambda a: abs(a) * np.sign(a + 0.1) + np.floor(a), A),
    "modulo": (lambda a, b: a % 0.7 + 5 % (2 + b * b), A, B),
    "augmented": (augmented, A, B),
    "broadcast": (lambda a, b: a * b, (3, 1, 4), (2, 1)),
    "sum": (lambda a: a.sum() * a.sum(axis=1, keepdims=True) + np.sum(a, axis=(0, 1)), A),
    "mean": (lambda a: np.mean(a, axis=-1) * a.mean() + a.mean(axis=0, keepdims=True).sum(), A),
    "mean in float64": (lambda a: a.mean(axis=-1, dtype=np.float64), A),
    "max": (lambda a: np.max(a, axis=1) + a.max() + a.max(axis=0, keepdims=True).sum(), A),
    "min": (lambda a: np.min(a, axis=1) + np.amin(a) + a.min(axis=-1, initial=-0.2), A),
    "prod": (lambda a: np.prod(a, axis=0) + a.prod() + np.prod(a, axis=(0, 1)), A),
    "prod of three axes": (lambda a: np.prod(a, axis=(2, 0)), (2, 3, 2)),
    "var": (lambda a: np.var(a, axis=1) + a.var() + np.var(a, axis=0, ddof=1).sum(), A),
    "std": (lambda a: np.std(a, axis=1) + a.std(), A),
    "cumsum": (lambda a: np.cumsum(a, axis=1) * a.cumsum().reshape(3, 4), A),
    "average": (lambda a, b: np.average(a, axis=1, weights=b * b) + np.average(a), A, B),
    "norm": (lambda a: np.linalg.norm(a, axis=-1) + np.linalg.norm(a) + np.linalg.norm(a, 1, axis=1), A),
    "largest norm": (lambda a: np.linalg.norm(a, np.inf, axis=0), A),
    "reshape": (lambda a: np.reshape(a, (2, 6)) * a.reshape(2, -1) + a.ravel().sum() * a.flatten()[3], A),
    "squeeze": (lambda a: np.squeeze(np.expand_dims(a, 1), 1) * a[:, None].squeeze(), A),
    "transpose": (lambda a: a.T @ np.transpose(a, (1, 0)).T + a.transpose(1, 0)[:, :1], A),
    "transpose of three": (lambda a: np.transpose(a, (2, 0, 1)) + a.transpose((2, 0, 1)) * 2, (2, 3, 4)),
    "axes": (lambda a: np.swapaxes(a, 0, 1) * np.moveaxis(a, 0, -1), A),
    "flip": (lambda a: np.flip(a, 1) * np.roll(a, 1, axis=0) + np.flipud(a) + np.fliplr(a), A),
    "concatenate": (lambda a, b: np.concatenate([a, b[None], a * 2], axis=0), A, B),
    "concatenate the last axis": (lambda a, b: np.concatenate([a, b], -1), (3, 2, 2), (3, 2, 1)),
    "stack": (lambda a, b: np.stack([a[0], b, 2 * b], axis=-1), A, B),
    "rows and columns": (
        lambda a, b: np.vstack([a, b]).sum() + np.hstack([b, b]) + np.column_stack([b, b]).sum(),
        A,
        B,
    ),
    "split": (lambda a: np.split(a, 2, axis=1)[1] * np.split(a, [1], axis=1)[0], A),
    "where": (lambda a, b: np.where(a > 0, a * a, b) + np.where(MASK, 1.0, a), A, B),
    "clip": (lambda a: np.clip(a, -0.5, 0.8) + a.clip(0, None) + np.clip(a, None, 0.3), A),
    "slices": (lambda a: a[1:, ::2] * a[0, 1] + a[-1, None, :2] + a[..., -1][:2, None], A),
    "indices": (lambda a: a[[0, 0, 2]] * a[np.array([1, 1, 0]), 1][:, None] + a[np.array([2, 2])].sum(), A),
    "mask": (lambda a: a[MASK] * 2 + a[:, MASK[0]].sum(), A),
    "iterate": (lambda a: sum(row * row for row in a) + sum(a), A),
    "take": (lambda a: np.take(a, [0, 0, 1], axis=1) + a.take([1, 5, 5]), A),
    "take along an axis": (lambda a: np.take_along_axis(a, np.argmax(a, axis=1)[:, None], 1) * 2, A),
    "sort": (lambda a: np.sort(a, axis=1) * np.arange(4) + np.sort(a, axis=0)[0], A),
    "pad": (lambda a: np.pad(a, ((0, 1), (2, 0))) + np.pad(a, ((0, 1), (1, 1)), "edge"), A),
    "diff": (lambda a: np.diff(a, axis=1)[:, :2] + np.diff(a, 2, axis=1), A),
    "repeat": (lambda a: np.repeat(a, 2, axis=1) * np.tile(a, (1, 2)), A),
    "broadcast_to": (lambda b: np.broadcast_to(b, A) * b, B),
    "diagonal": (lambda a: np.diagonal(a) + np.trace(a) + np.tril(a)[:, 0] + np.triu(a)[:, 2], A),
    "nan_to_num": (lambda a: np.nan_to_num(np.where(MASK, a, np.nan)), A),
    "nanmean": (lambda a: np.nanmean(np.where(MASK, a, np.nan), axis=1) + np.nansum(a), A),
    "select": (lambda a: np.select([a > 1, a > 0], [a * 2, a * a], a), A),
    "dot": (lambda a, b: np.dot(a, b) * a.dot(b) + np.dot(b, b) + np.inner(a, b) + np.vdot(b, b), A, B),
    "dot of many axes": (lambda a, b: np.dot(a, b) + np.dot(2.0, a).sum(), (2, 3, 4), (2, 4, 5)),
    "matmul": (lambda a, b: (a @ b) * np.matmul(a, b), (2, 3, 4), (4, 5)),
    "matmul of a row": (lambda a, b: (b @ a.T) + np.matmul(b, np.stack([a.T, a.T])).sum() + a @ b, A, B),
    "products of vectors": (lambda a, b: np.matmul(a, b) + np.outer(a, b).sum() * np.outer(b, b), B, B),
    "tensordot": (
        lambda a, b: np.tensordot(a, b, axes=([1, 2], [1, 0])) + np.tensordot(a, b, 1).sum(),
        (2, 3, 4),
        (4, 3),
    ),
    "einsum": (lambda a, b: np.einsum("ntd,dh->nth", a, b) + np.einsum("ntd,dh", a, b).mean(), (2, 3, 4), (4, 2)),
    "einsum that sums": (lambda a, b: np.einsum("ij,k->i", a, b) + np.einsum("ij,ij->", a, a), A, B),
    "constants": (lambda a: a * (a > 0) + np.round(a) + np.zeros_like(a) + a.argmax() + np.isnan(a), A),
    "several results": (lambda a, b: (a * b, b.sum()), A, B),
    "astype": (lambda a: a.astype("float64") * a.astype(int) + a.astype(bool), A),
}


def arrays_of(shapes, *, positive=False, largest=2.0):
    rng = np.random.default_rng(3)
    arrays = [rng.uniform(-largest, largest, shape) for shape in shapes]
    return [np.abs(array) + 1.1 if positive else array for array in arrays]


def weights_for(values):
    rng = np.random.default_rng(4)
    several = isinstance(values, tuple)
    found = [rng.normal(size=np.shape(each)) for each in (values if several else [values])]
    return tuple(found) if several else found[0]


def product(weights, values):
    pairs = zip(weights, values, strict=True) if isinstance(values, tuple) else [(weights, values)]
    return sum(float(np.sum(weight * value)) for weight, value in pairs)


def by_differences(function, arrays, weights, step=1e-6):
    found = []
    for array in arrays:
        gradient = np.zeros_like(array)
        for place in np.ndindex(array.shape):
            sides = []
            for change in (step, -step):
                before = array[place]
                array[place] = before + change
                sides.append(product(weights, function(*[each.copy() for each in arrays])))
                array[place] = before
            gradient[place] = (sides[0] - sides[1]) / (2 * step)
        found.append(gradient)
    return found


def check(function, arrays):
    plain = function(*[array.copy() for array in arrays])
    values, pullback = vjp(function, *arrays)
    for one, other in zip(*((each if isinstance(each, tuple) else (each,)) for each in (values, plain)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12)
        assert np.shape(one) == np.shape(other)
    weights = weights_for(values)
    for found, expected in zip(pullback(weights), by_differences(function, arrays, weights), strict=True):
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, expected, rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("name", OF_ONE.split())
def test_ufuncs_of_one_array(name):
    bounded = 0.9 if name in ("arcsin", "arccos", "arctanh") else 2.0
    check(getattr(np, name), arrays_of([A], positive=name in POSITIVE, largest=bounded))


@pytest.mark.parametrize("name", OF_TWO.split())
def test_ufuncs_of_two_arrays(name):
    check(getattr(np, name), arrays_of([A, B], positive=name in POSITIVE))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name):
    function, *shapes = FUNCTIONS[name]
    check(function, arrays_of(shapes))


def test_slopes_at_kinks_are_those_of_jax():
    jax = require_peer("jax")
    x = np.array([-1.0, 0.0, 0.0, 1.0, 2.0])
    other = np.array([-1.0, 0.0, 1.0, 1.0, -1.0])
    with jax.enable_x64(True):
        for name in ("maximum", "minimum"):
            found = vjp(getattr(np, name), x, other)[1](np.ones(5))
            expected = jax.vjp(getattr(jax.numpy, name), x, other)[1](np.ones(5))
            for one, wanted in zip(found, expected, strict=True):
                np.testing.assert_array_equal(one, wanted)
        for function in (
            lambda np, x: np.clip(x, -1, 1),
            lambda np, x: np.max(x * x),
            lambda np, x: np.prod(x) + np.prod(x[2:]),
            lambda np, x: np.power(x, 2) + x**1,
        ):
            found = vjp(lambda x, f=function: f(np, x), x)[1](1.0 if np.ndim(function(np, x)) == 0 else np.ones(5))
            expected = jax.grad(lambda x, f=function: jax.numpy.sum(f(jax.numpy, x)))(x)
            np.testing.assert_allclose(found[0], expected, rtol=1e-14)


def test_the_absolute_value_has_slope_0_at_0():
    assert vjp(np.abs, np.array([-2.0, 0.0, 3.0]))[1](np.ones(3))[0].tolist() == [-1, 0, 1]


def test_the_norm_of_zeros_has_no_slope():
    assert vjp(lambda x: np.linalg.norm(x, axis=1), np.zeros((2, 3)))[1](np.ones(2))[0].tolist() == [[0] * 3] * 2


def test_dtypes():
    x = np.ones((3, 2), np.float32)
    values, pullback = vjp(lambda x: (x.mean(axis=-1, dtype=np.float64) * np.float64(2)) ** 2, x)
    (gradient,) = pullback(np.ones(3))
    assert (values.dtype, gradient.dtype) == (np.float64, np.float32)
    values, _ = vjp(lambda x: 1 - 2 * np.sqrt(x * 0.5 + 1) ** 3, x)
    assert values.dtype == np.float32


def test_what_a_result_does_not_depend_on():
    a, b = np.ones(2), np.ones(2)
    assert vjp(lambda a, b: b * 2, a, b)[1](np.ones(2))[0] is None
    assert vjp(np.sign, a)[1](np.ones(2)) == (None,)
    values, pullback = vjp(lambda a: (a, 3.0), a)
    assert values[1] == 3.0
    np.testing.assert_array_equal(pullback((np.ones(2), None))[0], np.ones(2))


def test_a_result_may_be_carried_back_several_times():
    _, pullback = vjp(lambda a: a * a, np.arange(3.0))
    for each in np.eye(3):
        np.testing.assert_array_equal(pullback(each)[0], 2 * np.arange(3) * each)


def test_nothing_is_recorded_afterwards():
    kept = []
    vjp(lambda a: kept.append(a * a), np.arange(3.0))
    (square,) = kept
    assert not is_traced(square)
    assert type(square + 1) is type(np.square(square)) is np.ndarray
    np.testing.assert_array_equal(np.asarray(square), [0, 1, 4])
    assert (np.median(square), np.mean([square, square]), np.add.reduce(square)) == (1, 5 / 3, 5)
    assert np.concatenate([square, square]).tolist() == [0, 1, 4, 0, 1, 4]


def test_values_as_python_sees_them():
    recording = Recording()
    x = Traced(np.array([1.5]), (), recording)
    first = x[0]
    assert (bool(first > 1), len(x), x.item(), first.numpy()) == (True, 1, 1.5, 1.5)
    recording.end()
    assert (float(first), int(first)) == (1.5, 1)
    assert f"{x[0]:.3f}" == "1.500"
    assert repr(x) == "Traced([1.5])"
    assert (x.shape, x.get_shape(), x.ndim, x.size, x.dtype) == ((1,), (1,), 1, 1, np.float64)
    assert not hasattr(x, "nothing")


@pytest.mark.parametrize(
    "function",
    [
        np.asarray,
        np.fft.fft,
        np.median,
        np.add.reduce,
        np.modf,
        lambda x: np.exp(x, where=x > 0),
        lambda x: np.sum(x, where=x > 0),
        lambda x: x.__setitem__(0, 1),
        lambda x: np.linalg.norm(x[None], "nuc"),
        lambda x: np.einsum("ii->i", x[None] * x[:, None]),
        lambda x: np.zeros(3).__setitem__(0, x[0]),
        lambda x: float(x[0]),
        lambda x: int(x[0]),
    ],
)
def test_what_has_no_derivative_is_refused(function):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises((NotDifferentiableError, ValueError), match=r"derivative|gradient|sequence"):
            vjp(function, np.arange(3.0))
