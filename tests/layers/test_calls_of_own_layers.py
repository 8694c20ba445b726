"""Arguments by position and by name of calls of custom layers and models."""

import numpy as np
import pytest

from fastlstm import keras

X = np.array([[1.0, 2.0]], "float32")


def of(base):
    class Flagged(base):
        def call(self, x, training=None, factor=1.0):
            return x * factor * (2.0 if training else 1.0)

    return Flagged()


@pytest.fixture(params=[keras.layers.Layer, keras.Model], ids=["layer", "model"])
def flagged(request):
    return of(request.param)


def test_by_position_and_by_name(flagged):
    np.testing.assert_array_equal(flagged(X), X)
    np.testing.assert_array_equal(flagged(X, True), 2 * X)
    np.testing.assert_array_equal(flagged(X, True, 3.0), 6 * X)
    np.testing.assert_array_equal(flagged(X, False, factor=3.0), 3 * X)


def test_too_many(flagged):
    with pytest.raises(TypeError, match="call: expected at most 3 arguments by position, got 4"):
        flagged(X, True, 5.0, 6.0)


def test_twice(flagged):
    with pytest.raises(TypeError, match="training: expected once, got it by position and by name"):
        flagged(X, True, training=False)
    with pytest.raises(TypeError, match="factor: expected once"):
        flagged(X, True, 5.0, factor=2.0)


def test_what_call_takes_by_name_only_or_in_any_number():
    class ByName(keras.layers.Layer):
        def call(self, x, *, training=None):
            return x

    with pytest.raises(TypeError):
        ByName()(X, True)

    class Several(keras.layers.Layer):
        def call(self, x, *others):
            return x + sum(others)

    np.testing.assert_array_equal(Several()(X, X, X), 3 * X)
