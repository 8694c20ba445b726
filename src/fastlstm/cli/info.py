"""Show the instruction set, threads, build and versions in use."""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
from typing import Any

from .. import __version__, config
from .._internal import native

NAME = "info"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the command has none."""


def run(_: argparse.Namespace) -> dict[str, Any]:
    """Print the information, and return it."""
    packages = {name: importlib.metadata.version(name) for name in ("numpy", "tqdm", "matplotlib")}
    facts = {
        "version": __version__,
        "isa": config.isa(),
        "available_isas": native.available_isas(),
        "threads": config.get_num_threads(),
        "compiler": native.compiler,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": packages,
    }
    print(f"fastlstm         {facts['version']}")
    print(
        f"instruction set  {facts['isa']} (available: {', '.join(native.available_isas())}; set FASTLSTM_ISA to choose)"
    )
    print(f"threads          {facts['threads']} (set FASTLSTM_NUM_THREADS to choose)")
    print(f"built with       {facts['compiler']}")
    print(f"Python           {facts['python']} on {facts['platform']}")
    for name, version in packages.items():
        print(f"{name:<16} {version}")
    return facts
