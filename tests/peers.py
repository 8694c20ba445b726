"""Peers that tests compare with; where one is missing the test is skipped, or fails with FASTLSTM_REQUIRE_PEERS=1."""

import importlib
import importlib.util
import os
import warnings
from types import ModuleType
from typing import NoReturn

import pytest


def require_peer(name: str) -> ModuleType:
    """Import a peer; keras runs on jax."""
    if name == "keras":
        os.environ.setdefault("KERAS_BACKEND", "jax")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs are not ours to fix
            return importlib.import_module(name)
    except ImportError as error:
        _missing(f"the peer {name} is not installed: {error}")


def require_peer_elsewhere(name: str) -> None:
    """Look for a peer that only another process will import."""
    if importlib.util.find_spec(name) is None:
        _missing(f"the peer {name} is not installed")


def _missing(message: str) -> NoReturn:
    if os.environ.get("FASTLSTM_REQUIRE_PEERS") == "1":
        pytest.fail(message)
    pytest.skip(message)
