"""Fixtures: every instruction set, both dtypes, a random generator a test; the command, and files that it reads."""

import math

import numpy as np
import pytest
from made_up_results import made_up_result
from peer_torch import one_thread
from peers import require_peer

from fastlstm import _core, cli
from fastlstm.benchmarks import measure
from fastlstm.series import read_series


def pytest_collection_modifyitems(items):
    """Put those last that want the cores for themselves."""
    items.sort(key=lambda item: any(name in item.path.name for name in ("bits", "crews", "bench")))


def pytest_collection_finish(session):
    """Let peers that take long in processes of their own begin, beside the tests before those that need them."""
    if not session.config.option.collectonly:
        for module in {getattr(item, "module", None) for item in session.items}:
            getattr(module, "begin", lambda: None)()


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


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns status, lines of stdout, lines of stderr."""
    monkeypatch.chdir(tmp_path)

    def run_command(*arguments):
        status = cli.main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return status, captured.out.splitlines(), captured.err.splitlines()

    return run_command


@pytest.fixture
def series_file(tmp_path):
    """A file of sixty days: a wave around 100."""
    path = tmp_path / "series.csv"
    days = np.datetime64("2024-01-30") + np.arange(60)
    rows = [f"{day},{100 + 10 * math.sin(i * math.pi / 6):.6f}" for i, day in enumerate(days)]
    path.write_text("day,price\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def measured(monkeypatch, rng):
    """Nothing is measured: the calls for it are listed."""
    calls = []

    def made_up(wanted, names, rounds, quick):
        calls.append((wanted, names, rounds, quick))
        return made_up_result(wanted, rng, rounds, left_out=("torch",))

    monkeypatch.setattr(measure, "measure", made_up)
    monkeypatch.setenv("COLUMNS", "120")
    return calls


@pytest.fixture
def read(tmp_path):
    """A function that writes text or bytes to a file and reads a series from it."""

    def write_and_read(content, column=None, **options):
        path = tmp_path / "data.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_series(path, column, **options)

    return write_and_read


@pytest.fixture(scope="session")
def onnx():
    """Return the integration of ONNX, which needs the peer."""
    require_peer("onnx")
    from fastlstm.integrations import onnx

    return onnx
