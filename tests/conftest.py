"""Fixtures: every instruction set of the machine, both dtypes, one random generator a test."""

import numpy as np
import pytest
from peer_torch import one_thread

from fastlstm import _core


@pytest.fixture(params=_core.available_isas())
def isa(request):
    """Run the test on each instruction set that works here; networks made in the test use it."""
    before = _core.isa()
    _core.set_isa(request.param)
    assert _core.isa() == request.param
    yield request.param
    _core.set_isa(before)


@pytest.fixture(params=["float32", "float64"])
def dtype(request):
    return request.param


@pytest.fixture
def rng():
    return np.random.default_rng(20240229)


@pytest.fixture
def threads():
    """Set the number of threads; the old number comes back after the test."""
    before = _core.get_num_threads()
    yield _core.set_num_threads
    _core.set_num_threads(before)


@pytest.fixture
def torch():
    """Return torch on one thread, or skip the test."""
    with one_thread() as torch:
        yield torch
