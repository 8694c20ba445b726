"""Constraints: values equal to Keras's, what the core is told, names, and the refusal of what it cannot apply."""

import numpy as np
import peer_keras_calls
import pytest
from peers import keras_on, require_peer

from fastlstm import config, constraints

AXES = [0, 1, -1, 2, [0, 1], (1, 2), [-1, -2], (2, 0, 1)]
NORMS = [
    ("MaxNorm", {}),
    ("MaxNorm", {"max_value": 0.7}),
    ("MaxNorm", {"max_value": 0}),
    ("UnitNorm", {}),
    ("MinMaxNorm", {}),
    ("MinMaxNorm", {"min_value": 0.8, "max_value": 1.5}),
    ("MinMaxNorm", {"min_value": 0.8, "max_value": 1.5, "rate": 0.3}),
    ("MinMaxNorm", {"min_value": 2, "max_value": 2, "rate": 0}),
]


def assert_equal_to_keras(name, arguments, w):
    want = keras_on("tensorflow").submit(peer_keras_calls.constrained_values, name, arguments, w).result()
    found = getattr(constraints, name)(**arguments)(w)
    assert found.dtype == want.dtype == w.dtype
    np.testing.assert_allclose(found, want, rtol=8 * np.finfo(w.dtype).eps)


@pytest.mark.parametrize("axis", AXES, ids=str)
@pytest.mark.parametrize(("name", "arguments"), NORMS, ids=str)
def test_norms_equal_keras(name, arguments, axis, dtype, rng):
    w = rng.normal(size=(3, 4, 5)).astype(dtype)
    w[:, 1] = 0
    w[0, :, 2] *= 1e-6
    assert_equal_to_keras(name, {**arguments, "axis": axis}, w)


@pytest.mark.parametrize(("name", "arguments"), [*NORMS, ("NonNeg", {})], ids=str)
def test_kernels_and_biases_equal_keras(name, arguments, dtype, rng):
    for shape in ((6, 20), (20,), (2, 15), (0, 4), (3, 0)):
        assert_equal_to_keras(name, arguments, rng.normal(size=shape).astype(dtype))


@pytest.mark.parametrize(("name", "arguments"), [*NORMS, ("NonNeg", {})], ids=str)
def test_nan_infinities_and_large_values_as_in_keras(name, arguments, dtype):
    special = [np.nan, np.inf, -np.inf, 1e30, -1e30, 1e-30]
    w = np.array([special, [1.0] * len(special)], dtype)
    assert_equal_to_keras(name, arguments, w)


@pytest.mark.parametrize(("name", "arguments"), NORMS, ids=str)
@pytest.mark.parametrize("axis", AXES, ids=str)
def test_norms_afterwards(name, arguments, axis, rng):
    w = rng.normal(scale=0.6, size=(3, 4, 5))
    constraint = getattr(constraints, name)(**arguments, axis=axis)
    _, axes, low, high, rate = constraint.core_arguments(3)
    before = np.sqrt((w**2).sum(axis=axes))
    after = np.sqrt((constraint(w) ** 2).sum(axis=axes))
    want = rate * np.clip(before, low, high) + (1 - rate) * before
    np.testing.assert_allclose(after, want * before / (before + 1e-7), rtol=1e-12)


def test_core_arguments():
    assert constraints.MaxNorm().core_arguments(1) == ("max_norm", (0,), 0.0, 2.0, 1.0)
    assert constraints.MaxNorm(0.5, axis=-1).core_arguments(2) == ("max_norm", (1,), 0.0, 0.5, 1.0)
    assert constraints.UnitNorm([1, 0]).core_arguments(2) == ("unit_norm", (0, 1), 1.0, 1.0, 1.0)
    assert constraints.MinMaxNorm(0.1, 0.9, 0.5, (-2, -1)).core_arguments(3) == ("min_max_norm", (1, 2), 0.1, 0.9, 0.5)
    kind, axes, *_ = constraints.NonNeg().core_arguments(2)
    assert (kind, axes) == ("non_neg", (0, 1))


def test_non_neg(dtype):
    w = np.array([[-1.0, 0.0], [2.0, -0.0]], dtype)
    np.testing.assert_array_equal(constraints.NonNeg()(w), [[0, 0], [2, 0]])
    assert constraints.NonNeg()(-1.0).shape == ()


def test_integers_become_floats_and_the_result_is_a_new_array():
    found = constraints.UnitNorm()([[3], [4]])
    assert found.dtype == config.floatx() == "float32"
    np.testing.assert_allclose(found, [[0.6], [0.8]], rtol=1e-6)
    w = np.array([1.0, 2.0])
    for constraint in (constraints.NonNeg(), constraints.MaxNorm(9.0)):
        assert not np.shares_memory(constraint(w), w)
    assert w.tolist() == [1, 2]


@pytest.mark.parametrize("name", ["MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"])
def test_keras_has_the_same_arguments_and_names(name):
    keras = require_peer("keras").constraints
    theirs = getattr(keras, name)
    assert getattr(constraints, name)().get_config() == theirs().get_config()
    for alias, cls in vars(keras).items():
        if cls is theirs:
            assert getattr(constraints, alias) is getattr(constraints, name)
            assert type(constraints.get(alias)).__name__ == type(keras.get(alias)).__name__ == name


@pytest.mark.parametrize(("name", "arguments"), [*NORMS, ("NonNeg", {}), ("MaxNorm", {"axis": [0, 1]})], ids=str)
def test_get_takes_instances_classes_and_configurations(name, arguments):
    cls = getattr(constraints, name)
    constraint = cls(**arguments)
    assert constraints.get(constraint) is constraint
    assert constraints.get(cls).get_config() == cls().get_config()
    written = constraints.serialize(constraint)
    for also in (written, {"module": "keras.constraints", "registered_name": None, **written}):
        again = constraints.get(also)
        assert type(again) is cls
        assert again.get_config() == constraint.get_config()
    peer = require_peer("keras").constraints.deserialize(written)
    assert type(peer).__name__ == name
    assert peer.get_config() == constraint.get_config()


def test_none_is_no_constraint():
    assert constraints.get(None) is None
    assert constraints.serialize(None) is None


def test_constraints_of_ones_own_are_refused():
    class Mine(constraints.Constraint):
        def __call__(self, w):
            return w

    class Also(constraints.NonNeg):
        pass

    for identifier in (Mine(), Mine, Also(), Also, constraints.Constraint(), lambda w: w, 2.0, ["non_neg"]):
        with pytest.raises(TypeError, match=r"constraint: expected a name or one of MaxNorm, .* the core applies it"):
            constraints.get(identifier)


def test_unknown_names_list_the_close_ones():
    with pytest.raises(ValueError, match="unknown constraint 'maxnorms'; did you mean 'maxnorm' or 'max_norm'"):
        constraints.get("maxnorms")


W = np.ones((2, 3))


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: constraints.MaxNorm(-1), ValueError, "max_value"),
        (lambda: constraints.MaxNorm(np.inf), ValueError, "max_value"),
        (lambda: constraints.MaxNorm("2"), TypeError, "max_value"),
        (lambda: constraints.MinMaxNorm(-0.1), ValueError, "min_value"),
        (lambda: constraints.MinMaxNorm(2.0, 1.0), ValueError, r"max_value: expected a finite number in \[2, inf\]"),
        (lambda: constraints.MinMaxNorm(rate=1.1), ValueError, "rate"),
        (lambda: constraints.MinMaxNorm(rate=True), TypeError, "rate"),
        (lambda: constraints.UnitNorm(axis=None), TypeError, "axis: expected an integer"),
        (lambda: constraints.UnitNorm(axis=0.0), TypeError, "axis"),
        (lambda: constraints.UnitNorm(axis="0"), TypeError, "axis"),
        (lambda: constraints.UnitNorm(axis=[0, True]), TypeError, "axis"),
        (lambda: constraints.UnitNorm(axis=[]), ValueError, "axis: expected at least one axis"),
        (lambda: constraints.UnitNorm(axis=2)(W), ValueError, "axis: expected axes of a weight of rank 2, got 2"),
        (lambda: constraints.UnitNorm(axis=-3)(W), ValueError, "axis: expected axes of a weight of rank 2, got -3"),
        (lambda: constraints.UnitNorm()(1.0), ValueError, "axis: expected axes of a weight of rank 0, got 0"),
        (lambda: constraints.MaxNorm(axis=[0, 2]).core_arguments(3), ValueError, r"adjacent axes.*got \[0, 2\]"),
        (lambda: constraints.MaxNorm(axis=[0, -1])(W[:, :, None]), ValueError, "adjacent axes"),
        (lambda: constraints.MaxNorm(axis=[1, -1])(W), ValueError, "adjacent axes, each once"),
        (lambda: constraints.NonNeg()("text"), TypeError, "w: expected real"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()
