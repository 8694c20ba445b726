"""Modules that Keras 3 has added: settings, trees, random numbers; and the parts of a batch."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import keras

TREE = {"b": [1, (2, 3)], "a": 4}


def test_trees_are_those_of_keras():
    theirs = require_peer("keras").tree
    for tree, message in ((keras.tree, "expected structures of the same kind"), (theirs, "mismatch")):
        assert tree.flatten(TREE) == [4, 1, 2, 3]
        assert tree.map_structure(lambda x, y: x + y, TREE, TREE) == {"b": [2, (4, 6)], "a": 8}
        assert tree.pack_sequence_as(TREE, [5, 6, 7, 8]) == {"b": [6, (7, 8)], "a": 5}
        assert tree.is_nested(TREE)
        assert not tree.is_nested(3)
        assert tree.traverse(lambda x: sum(x) if isinstance(x, tuple) else None, TREE) == {"b": [1, 5], "a": 4}
        with pytest.raises(ValueError, match=message):
            tree.assert_same_structure(TREE, {"b": [1, 2], "a": 4})


@pytest.fixture
def epsilon():
    before = keras.config.epsilon()
    yield
    keras.config.set_epsilon(before)


def test_settings(epsilon):
    assert keras.config.floatx() == "float32"
    keras.config.set_epsilon(1e-5)
    assert keras.backend.epsilon() == keras.config.epsilon() == 1e-5
    with pytest.warns(UserWarning, match=r"config\.enable_unsafe_deserialization has no effect"):
        keras.config.enable_unsafe_deserialization()


def test_random_numbers():
    numbers = keras.random.truncated_normal((4000,), 1.0, 0.5, seed=1)
    assert numbers.dtype == np.float32
    assert abs(numbers - 1).max() <= 1.0
    assert abs(numbers.mean() - 1) < 0.05
    np.testing.assert_array_equal(numbers, keras.random.truncated_normal((4000,), 1.0, 0.5, seed=1))
    assert abs(keras.random.binomial((4000,), 10, 0.3).mean() - 3) < 0.2
    assert abs(keras.random.gamma((4000,), 2.0).mean() - 2) < 0.2
    assert abs(keras.random.beta((4000,), 2.0, 2.0).mean() - 0.5) < 0.05
    assert {*keras.random.dropout(np.ones(100), 0.5).tolist()} == {0.0, 2.0}


def test_a_seed_generator_gives_other_numbers_each_time():
    one, other = keras.random.SeedGenerator(3), keras.random.SeedGenerator(3)
    first, second = keras.random.normal((5,), seed=one), keras.random.normal((5,), seed=one)
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(first, keras.random.normal((5,), seed=other))
    assert one.next().shape == (2,)
    seed = keras.random.SeedGenerator(3).next()
    np.testing.assert_array_equal(keras.random.normal((5,), seed=seed), keras.random.normal((5,), seed=seed))


@pytest.mark.parametrize("data", [(1,), (1, 2), (1, 2, 3)])
def test_parts_of_a_batch(data):
    assert keras.utils.unpack_x_y_sample_weight(data) == (*data, None, None)[:3]
    packed = keras.utils.pack_x_y_sample_weight(*data)
    assert packed == (data if len(data) > 1 else 1)
    assert keras.utils.unpack_x_y_sample_weight(packed) == (*data, None, None)[:3]


def test_too_many_parts_of_a_batch():
    with pytest.raises(ValueError, match="data: expected"):
        keras.utils.unpack_x_y_sample_weight((1, 2, 3, 4))
