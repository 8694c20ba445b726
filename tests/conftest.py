"""Fixtures that several folders use, and the order of the tests."""

import numpy as np
import pytest
from peer_torch import one_thread

from fastlstm import _core

collect_ignore = ["support"]  # modules that tests import


@pytest.hookimpl(tryfirst=True)
def pytest_collectreport(report):
    """Let a file fail that cannot be imported.

    Doctests skip modules of packages that are missing, and pytest then takes the module that is half imported for one
    without tests.
    """
    if report.skipped and report.fspath.startswith("tests") and "unable to import module" in str(report.longrepr):
        report.outcome = "failed"


def pytest_collection_modifyitems(items):
    """Put tests that wait for a peer in another process after the rest, and those that want idle cores last."""
    items.sort(key=lambda item: (item.get_closest_marker("idle_cores") is not None, _begins(item) is not None))


def pytest_collection_finish(session):
    """Start slow peers in processes of their own, which run beside the tests that do not need them."""
    if not session.config.option.collectonly:
        for begin in filter(None, dict.fromkeys(map(_begins, session.items))):
            begin()


def _begins(item):
    """Return the function of a test's module that starts the peer it waits for, if it has one."""
    return getattr(getattr(item, "module", None), "begin", None)


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
