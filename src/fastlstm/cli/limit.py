"""Measure how long sequences take against their length, what shortens them, and what limits that on this machine."""

from __future__ import annotations

import argparse
from typing import Any

from .._internal.progress import shows_bars
from . import _arguments

NAME = "limit"

_SHORTEST = 20
_ROUNDS = 15


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--units", type=_arguments.integer(1), default=32, metavar="N", help="number of units, and of features"
    )
    parser.add_argument(
        "--length",
        type=_arguments.integer(_SHORTEST, 1_000_000),
        default=3000,
        metavar="N",
        help="steps of the longest sequence",
    )
    parser.add_argument(
        "--rounds", type=_arguments.integer(1), default=_ROUNDS, metavar="N", help="number of times to measure"
    )
    _arguments.add_out_argument(parser, "fastlstm-limit")
    parser.add_argument("--no-plots", action="store_true", help="draw no picture")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Measure, print the tables, draw, and return the results."""
    from ..benchmarks import serial_limit

    if not arguments.no_plots:
        _arguments.make_folder(arguments.out)
    found = serial_limit.measure(arguments.units, arguments.length, arguments.rounds, quiet=not shows_bars())
    print(serial_limit.text(found))
    if not arguments.no_plots:
        path = arguments.out / "limit.png"
        serial_limit.figure(found).savefig(path, dpi=120)
        print(f"\nSaved {path}")
    return {"command": NAME, **found}
