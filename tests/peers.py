"""Peers that tests compare with; where one is missing the test is skipped, or fails with FASTLSTM_REQUIRE_PEERS=1."""

import importlib
import os
import warnings
from types import ModuleType

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
        message = f"the peer {name} is not installed: {error}"
        if os.environ.get("FASTLSTM_REQUIRE_PEERS") == "1":
            pytest.fail(message)
        pytest.skip(message)
