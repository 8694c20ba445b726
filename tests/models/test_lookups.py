"""Steps do not look for attributes that are not there, which is slow: it asks what Keras has."""

import numpy as np
import pytest

from fastlstm import Input, Sequential, layers
from fastlstm._internal import not_available
from fastlstm._internal.tape import _traced
from fastlstm.layers import base, variable
from fastlstm.models import Model


def chain():
    return Sequential([Input((5,)), layers.Embedding(9, 4), layers.LSTM(3), layers.Dense(1)])


def graph():
    x = Input((5,))
    h = layers.Embedding(9, 4)(x)
    inner = Sequential([Input((5, 4)), layers.GRU(3)])
    return Model(x, layers.Add()([layers.Dense(2)(layers.LSTM(3)(h)), layers.Dense(2)(inner(h))]))


@pytest.mark.parametrize("make", [chain, graph])
def test_no_step_asks_for_what_is_missing(make, monkeypatch):
    model = make()
    model.compile("adam", "mse", metrics=["mae"])
    x, y = np.ones((4, 5)), np.ones((4, model.output_shape[-1]))
    model.train_on_batch(x, y)

    def refused(owner, name):
        raise AssertionError(f"{type(owner).__name__}.{name} was looked for")

    for module in (not_available, base, variable, _traced):
        monkeypatch.setattr(module, "attribute_of", refused)
    model.train_on_batch(x, y)
    model.test_on_batch(x, y)
    model.fit(x, y, verbose=0)
    model.predict(x, verbose=0)
    model(x)
