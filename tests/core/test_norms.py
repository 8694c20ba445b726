"""Norms of vectors in the core, against NumPy in float64."""

import numpy as np
import pytest

from fastlstm import _core


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(3, 5, 7), (2, 64), (4, 0), (0, 3), (9,)])
@pytest.mark.parametrize("scale", [1, 1e-30, 1e30])
def test_norms(dtype, shape, scale, rng):
    vectors = (scale * rng.normal(size=shape)).astype(dtype)
    found = _core.norms(vectors)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, np.linalg.norm(vectors.astype(np.float64), axis=-1), rtol=1e-14)


def test_other_arrays_are_refused():
    for wrong in (np.ones((3, 2), "int32"), np.ones((4, 4), "float32")[:, ::2], [1.0]):
        with pytest.raises(TypeError):
            _core.norms(wrong)
    with pytest.raises(ValueError, match="at least one axis"):
        _core.norms(np.array(1, "float32"))
