"""Regularizers: penalties equal to Keras's, names, and the refusal of what the core cannot compute."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import regularizers

MADE = [
    regularizers.L1(),
    regularizers.L1(0.3),
    regularizers.L1(0),
    regularizers.L2(),
    regularizers.L2(0.3),
    regularizers.L1L2(),
    regularizers.L1L2(0.2),
    regularizers.L1L2(l2=0.2),
    regularizers.L1L2(0.3, 0.2),
]


def described(regularizer):
    return f"{type(regularizer).__name__}{regularizer.get_config()}"


@pytest.mark.parametrize("regularizer", MADE, ids=described)
@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 8), (2, 3, 4), (0, 5)])
def test_penalties_equal_keras(regularizer, shape, dtype, rng):
    keras = require_peer("keras")
    x = rng.normal(scale=3, size=shape).astype(dtype)
    peer = getattr(keras.regularizers, type(regularizer).__name__)(**regularizer.get_config())
    want = float(peer(keras.ops.convert_to_tensor(x, "float64")))
    found = regularizer(x)
    assert type(found) is float
    # L1 keeps its factor in float32 in Keras.
    assert found == pytest.approx(want, rel=1e-7 if isinstance(regularizer, regularizers.L1) else 1e-13)


@pytest.mark.parametrize("regularizer", MADE, ids=described)
def test_penalties_follow_their_definition(regularizer, dtype, rng):
    x = rng.normal(scale=3, size=(4, 5)).astype(dtype)
    wide = x.astype(np.float64)
    want = sum(regularizer.l1 * abs(v) + regularizer.l2 * v * v for v in wide.ravel().tolist())
    assert regularizer(x) == pytest.approx(want, rel=1e-13)


def test_factors_are_floats_that_a_layer_can_hand_on():
    assert [(type(r.l1), type(r.l2)) for r in MADE] == [(float, float)] * len(MADE)
    assert (regularizers.L1(2).l1, regularizers.L1(2).l2) == (2, 0)
    assert (regularizers.L2(2).l1, regularizers.L2(2).l2) == (0, 2)
    assert (regularizers.L1L2(2, 3).l1, regularizers.L1L2(2, 3).l2) == (2, 3)


def test_integers_nan_and_infinities():
    assert regularizers.L1L2(0.5, 0.25)([3, -1]) == 0.5 * 4 + 0.25 * 10
    assert np.isnan(regularizers.L1()([1.0, np.nan]))
    assert regularizers.L2()([-np.inf, 1.0]) == np.inf
    assert regularizers.L2(0.5)(np.array([3e38], np.float32)) == 0.5 * float(np.float32(3e38)) ** 2
    assert regularizers.L1L2()([np.inf]) == 0


def test_keras_has_the_same_classes_and_names():
    keras = require_peer("keras").regularizers
    for name in ("L1", "l1", "L2", "l2", "L1L2", "l1_l2"):
        ours, theirs = getattr(regularizers, name), getattr(keras, name)
        assert ours.__name__ == theirs.__name__
        assert ours().get_config() == pytest.approx(theirs().get_config())
    for name in ("L1", "l1", "L2", "l2", "L1L2", "l1l2"):
        assert type(regularizers.get(name)).__name__ == type(keras.get(name)).__name__
        assert regularizers.get(name).get_config() == pytest.approx(keras.get(name).get_config())


def test_l1_l2_by_name_penalizes_both():
    assert regularizers.get("l1_l2").get_config() == {"l1": 0.01, "l2": 0.01}


@pytest.mark.parametrize("regularizer", MADE, ids=described)
def test_get_takes_instances_classes_and_configurations(regularizer):
    assert regularizers.get(regularizer) is regularizer
    cls = type(regularizer)
    assert regularizers.get(cls).get_config() == cls().get_config()
    written = regularizers.serialize(regularizer)
    for also in (written, {"module": "keras.regularizers", "registered_name": None, **written}):
        again = regularizers.get(also)
        assert type(again) is cls
        assert again.get_config() == regularizer.get_config()
    peer = require_peer("keras").regularizers.deserialize(written)
    assert type(peer).__name__ == cls.__name__
    assert peer.get_config() == pytest.approx(regularizer.get_config())


def test_none_is_no_regularizer():
    assert regularizers.get(None) is None
    assert regularizers.serialize(None) is None


def test_regularizers_of_ones_own_are_refused():
    class Mine(regularizers.Regularizer):
        def __call__(self, x):
            return 0.0

    class Also(regularizers.L1):
        pass

    for identifier in (Mine(), Mine, Also(), Also, regularizers.Regularizer(), lambda x: 0.0, 0.01, ["l1"]):
        with pytest.raises(TypeError, match=r"regularizer: expected a name or an L1, L2 or L1L2 .* the core computes"):
            regularizers.get(identifier)


def test_unknown_names_list_the_close_ones():
    with pytest.raises(ValueError, match="unknown regularizer 'l1_l3'; did you mean 'l1_l2'"):
        regularizers.get("l1_l3")
    with pytest.raises(ValueError, match="unknown regularizer 'orthogonal_regularizer'; known: "):
        regularizers.get("orthogonal_regularizer")


@pytest.mark.parametrize(
    ("make", "error", "match"),
    [
        (lambda: regularizers.L1(-0.1), ValueError, "l1: expected a finite number"),
        (lambda: regularizers.L1(np.nan), ValueError, "l1"),
        (lambda: regularizers.L1(None), TypeError, "l1"),
        (lambda: regularizers.L2(np.inf), ValueError, "l2"),
        (lambda: regularizers.L2("0.1"), TypeError, "l2: expected a real number"),
        (lambda: regularizers.L2(True), TypeError, "l2"),
        (lambda: regularizers.L1L2(0.1, -0.1), ValueError, "l2"),
        (lambda: regularizers.L1L2([0.1, 0.2]), TypeError, "l1: expected a real number, got list"),
        (lambda: regularizers.L1()("text"), TypeError, "x: expected real"),
    ],
)
def test_wrong_arguments(make, error, match):
    with pytest.raises(error, match=match):
        make()
