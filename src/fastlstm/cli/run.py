"""Run a script or notebook that is written for Keras, with Keras and TensorFlow made of this package."""

from __future__ import annotations

import argparse
from typing import Any

from ..keras.script import add_arguments
from ..keras.script import run as run_script

__all__ = ["NAME", "add_arguments", "run"]

NAME = "run"


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the script, and return what was done; leave with its exit status unless that is 0."""
    report = run_script(arguments)
    if report["status"]:
        raise SystemExit(report["status"])
    return {**report}
