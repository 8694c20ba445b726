"""Types and groups of arguments that the commands share."""

from __future__ import annotations

import argparse
import errno
import os
import shlex
from collections.abc import Callable
from pathlib import Path

from .._internal.checks import LARGEST
from ..series import ArgumentNeededError

LARGEST_SEED = 2**32 - 1


def integer(minimum: int, maximum: int = LARGEST) -> Callable[[str], int]:
    """Return an argument type for `argparse`: an integer from `minimum` to `maximum`."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if not minimum <= number <= maximum:
            raise argparse.ArgumentTypeError(
                f"expected an integer of at least {minimum} and at most {maximum}, got {text!r}"
            )
        return number

    return parse


def add_model_arguments(
    parser: argparse.ArgumentParser, *, window: int, epochs: int, longest_window: int = LARGEST
) -> None:
    """Add the arguments of commands that train a model; `window` and `epochs` are the defaults."""
    parser.add_argument(
        "--window",
        type=integer(1, longest_window),
        default=window,
        metavar="N",
        help="number of values that the model sees at a time",
    )
    parser.add_argument(
        "--units", type=integer(1), default=32, metavar="N", help="number of units of the recurrent layer"
    )
    parser.add_argument("--epochs", type=integer(1), default=epochs, metavar="N", help="number of passes over the data")
    parser.add_argument(
        "--seed",
        type=integer(0, LARGEST_SEED),
        metavar="N",
        help="random seed, which makes the run repeatable; if omitted, a new one each time",
    )


def add_out_argument(parser: argparse.ArgumentParser, default: str) -> None:
    """Add the output folder."""
    parser.add_argument("--out", type=Path, default=Path(default), metavar="DIR", help="output folder")


def add_fill_argument(parser: argparse.ArgumentParser) -> None:
    """Add the treatment of gaps in a file."""
    parser.add_argument(
        "--fill", choices=("linear",), help="fill gaps by linear interpolation; if omitted, a gap is an error"
    )


def with_option(error: ArgumentNeededError, **options: str) -> ValueError:
    """Return the error with a command's option in place of the argument; `options` maps names that differ."""
    option = f"--{options.get(error.argument, error.argument)} {shlex.quote(error.value)}"
    return ValueError(f"{error.problem} ({option} {error.effect})")


def make_folder(path: Path) -> None:
    """Create a folder and its parents; it may exist already."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path)) from None
