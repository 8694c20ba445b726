"""Peers that tests compare with; where one is missing the test is skipped, or fails with FASTLSTM_REQUIRE_PEERS=1."""

import atexit
import importlib
import importlib.util
import multiprocessing
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, NoReturn, TypeVar

import numpy as np
import pytest

T = TypeVar("T")
_TENSORFLOW = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
_KERAS = {"KERAS_BACKEND": "torch", "TF_CPP_MIN_LOG_LEVEL": "3"}  # it loads TensorFlow, where that is installed


def require_peer(name: str) -> ModuleType:
    """Import a peer. Keras runs on torch, where nothing is compiled, which would take longer than all the rest."""
    if name == "keras":
        os.environ |= _KERAS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # third-party warnings
            return importlib.import_module(name)
    except ImportError as error:
        _missing(f"the peer {name} is not installed: {error}")


def array_of(value: Any) -> Any:
    """Return a variable or a tensor of Keras on torch as an array."""
    return getattr(value, "value", value).detach().numpy()


def keras_on(backend: str) -> Executor:
    """Return an executor that has one process, in which `require_peer` gives Keras on this backend.

    Keras settles on a backend when it is first imported. What is given to the executor, and comes back, is pickled: a
    function of a module of the tests, and arrays.
    """
    require_peer_elsewhere("keras")
    require_peer_elsewhere(backend)
    return _process_with(backend)


@cache
def _process_with(backend: str, *, beside: bool = False) -> Executor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _settle_on, (backend, beside))


def _settle_on(backend: str, beside: bool) -> None:
    _KERAS["KERAS_BACKEND"] = backend
    if beside:
        go_beside()


def go_beside() -> None:
    """Let the tests have the cores that they want: this process has time until its results are needed."""
    if hasattr(os, "nice"):
        os.nice(10)


@contextmanager
def floatx(dtype: str) -> Iterator[ModuleType]:
    """Give Keras, and let it compute in this dtype."""
    keras = require_peer("keras")
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        yield keras
    finally:
        keras.config.set_floatx(before)


@cache
def ask_keras(function: Callable[[], T]) -> dict[str, Future[T]]:
    """Let Keras on TensorFlow and on JAX call a function that takes long, on those of them that are installed."""
    installed = [backend for backend in ("jax", "tensorflow") if is_installed("keras") and is_installed(backend)]
    return {backend: _process_with(backend, beside=True).submit(function) for backend in installed}


def answers_of_keras(function: Callable[[], T]) -> dict[str, T]:
    """Return what a function gives with Keras on TensorFlow and on JAX, of the backends that are installed."""
    require_peer_elsewhere("keras")
    return {backend: answer.result() for backend, answer in ask_keras(function).items()}


@cache
def folder_for(name: str) -> Path:
    """Return an empty folder, which is there until the tests end."""
    folder = TemporaryDirectory(prefix=name)
    atexit.register(folder.cleanup)
    return Path(folder.name)


@cache
def start_beside(script: str, *needed: str) -> subprocess.Popen[str] | None:
    """Let a script write into a folder of its own, in a process of its own; None if a peer that it needs is missing."""
    if not all(map(is_installed, needed)):
        return None
    command = [sys.executable, script, str(folder_for(Path(script).stem))]
    return subprocess.Popen(command, env=os.environ | _TENSORFLOW, stderr=subprocess.PIPE, text=True)


def written_by(script: str, *needed: str) -> tuple[Path, dict[str, Any]]:
    """Return the folder of a script that was started, and the results that it has left there."""
    for name in needed:
        require_peer_elsewhere(name)
    process, folder = start_beside(script, *needed), folder_for(Path(script).stem)
    assert process is not None
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    with np.load(folder / "results.npz") as found:
        return folder, dict(found)


def is_installed(name: str) -> bool:
    """Whether there is such a peer."""
    return importlib.util.find_spec(name) is not None


def require_peer_elsewhere(name: str) -> None:
    """Look for a peer that only another process will import."""
    if not is_installed(name):
        _missing(f"the peer {name} is not installed")


def _missing(message: str) -> NoReturn:
    if os.environ.get("FASTLSTM_REQUIRE_PEERS") == "1":
        pytest.fail(message)
    pytest.skip(message, allow_module_level=True)
