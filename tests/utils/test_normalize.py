"""normalize, against Keras 2 (Keras 3 mixes up the axes of arrays with three)."""

import numpy as np
import pytest
from peers import require_peer

from fastlstm import utils


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize(("shape", "axis"), [((4, 3), -1), ((4, 3), 0), ((2, 3, 4), 1), ((2, 3, 4), 0), ((5,), -1)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
def test_it_is_that_of_keras(order, shape, axis, dtype, rng):
    theirs = require_peer("tf_keras").utils.normalize
    x = (rng.normal(size=shape) * 9).astype(dtype)
    x[0] = 0
    np.testing.assert_allclose(utils.normalize(x, axis, order), theirs(x, axis, order), rtol=1e-6, strict=True)


def test_it_refuses():
    with pytest.raises(TypeError, match="x: expected real integers or floats"):
        utils.normalize(["a"])
    with pytest.raises(ValueError, match="axis: expected an integer of at most 0, got 1"):
        utils.normalize([1.0, 2.0], axis=1)
    with pytest.raises(ValueError, match="order"):
        utils.normalize([1.0], order=0)
