"""Sine and cosine waves."""

from __future__ import annotations

import numpy as np
import pytest

from fastlstm import datasets


@pytest.mark.parametrize(("wave", "function"), [(datasets.sine, np.sin), (datasets.cosine, np.cos)])
def test_waves_by_default(wave, function):
    axis, values = wave()
    np.testing.assert_array_equal(axis, np.arange(-50 * np.pi, 50 * np.pi, 0.1))
    np.testing.assert_array_equal(values, function(axis))


@pytest.mark.parametrize("wave", [datasets.sine, datasets.cosine])
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((0, 1, 0), ValueError, "step: expected a number greater than 0, got 0"),
        ((0, 1, -0.1), ValueError, "step: expected"),
        ((1, 1, 0.1), ValueError, "stop: expected a number greater than start = 1, got 1"),
        ((0, float("nan"), 0.1), ValueError, "stop: expected a finite number"),
        (("0", 1, 0.1), TypeError, "start: expected a real number"),
        ((0, 1, True), TypeError, "step: expected a real number"),
    ],
)
def test_waves_refuse_bad_ranges(wave, arguments, error, message):
    with pytest.raises(error, match=message):
        wave(*arguments)
